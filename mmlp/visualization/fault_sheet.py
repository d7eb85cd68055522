"""A sheet of places in pictures, each cut out so that a person sees what is wrong there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from mmlp.plates.raster import SHIFT, fixed_point

from .mask_overlay import draw_ignored

#: BGR; told apart on any ground and by everybody (Okabe and Ito 2008): sky blue and orange.
ANNOTATED, PREDICTED = (233, 180, 86), (0, 140, 255)
_DARK = (20, 20, 20)
_TILE, _COLUMNS, _GAP, _MARGIN = (300, 200), 4, 14, 24
_INK, _MUTED, _PAPER, _GROUND = (31, 41, 51), (105, 117, 134), (255, 255, 255), (236, 239, 243)
_TITLE, _HEADING, _TEXT = 22, 16, 13
#: Width and height of what a tile shows, in those of the place, and its least width in pixels.
_CONTEXT, _LEAST_WIDTH = (2.6, 4.0), 90


@dataclass(frozen=True)
class Place:
    """A place in a picture.

    Args:
        image (np.ndarray): BGR uint8 (H, W, 3).
        annotated (np.ndarray): Bool (H, W), what people say is plate.
        predicted (np.ndarray): Bool (H, W), what was found or covered.
        ignored (np.ndarray): Bool (H, W), what does not count.
        box (tuple[float, ...]): Left, top, right, bottom in pixels.
        name (str): Of the picture.
        caption (str): What is wrong.
    """

    image: np.ndarray
    annotated: np.ndarray
    predicted: np.ndarray
    ignored: np.ndarray
    box: tuple[float, ...]
    name: str
    caption: str


def draw_tile(place: Place) -> np.ndarray:
    """Draws a place, enlarged or shrunk to the size of a tile.

    Args:
        place (Place): The place.

    Returns:
        np.ndarray: BGR uint8 (200, 300, 3).
    """
    window, scale = _window(place.box, place.image.shape[:2])
    crop = draw_ignored(place.image[window], place.ignored[window])
    size = tuple(max(round(side * scale), 1) for side in crop.shape[1::-1])
    size = tuple(min(side, most) for side, most in zip(size, _TILE))
    crop = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    # The finds are what is looked at: they lie above.
    _outline(crop, place.annotated[window], ANNOTATED)
    _outline(crop, place.predicted[window], PREDICTED)
    tile = np.full((_TILE[1], _TILE[0], 3), _GROUND[::-1], np.uint8)
    left, top = ((most - side) // 2 for most, side in zip(_TILE, size))
    tile[top : top + size[1], left : left + size[0]] = crop
    return tile


def _window(box: tuple[float, ...], shape: tuple[int, int]) -> tuple[tuple[slice, slice], float]:
    """The part of the picture that a tile shows, and how much it is enlarged."""
    left, top, right, bottom = box
    aspect = _TILE[0] / _TILE[1]
    width = max((right - left) * _CONTEXT[0], (bottom - top) * _CONTEXT[1] * aspect, _LEAST_WIDTH)
    width = min(width, max(shape[1], shape[0] * aspect))
    sizes = (round(width / aspect), round(width))
    slices = []
    for middle, size, length in zip(((top + bottom) / 2, (left + right) / 2), sizes, shape):
        start = int(np.clip(round(middle - size / 2), 0, max(length - size, 0)))
        slices.append(slice(start, min(start + max(size, 1), length)))
    return tuple(slices), _TILE[0] / width


def _outline(crop: np.ndarray, mask: np.ndarray, color: tuple[int, int, int]) -> None:
    """Draws the edges of a mask of a lower resolution over a picture, in place, dark on both sides."""
    factors = np.array(crop.shape[1::-1]) / mask.shape[::-1]
    if factors.max() >= 1:  # Along the edges of pixels, not through their middles.
        mask = cv2.resize(mask.view(np.uint8), crop.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        factors = np.ones(2)
    contours, _ = cv2.findContours(
        np.ascontiguousarray(mask, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    lines = [fixed_point((contour[:, 0] + 0.5) * factors - 0.5) for contour in contours]
    cv2.polylines(crop, lines, True, _DARK, 4, cv2.LINE_AA, SHIFT)
    cv2.polylines(crop, lines, True, color, 2, cv2.LINE_AA, SHIFT)


def draw_sheet(
    title: str, legend: tuple[str, str], sections: Mapping[str, Sequence[tuple[np.ndarray, str, str]]]
) -> np.ndarray:
    """Sets tiles into rows, a heading over each kind.

    Args:
        title (str): Heading of the sheet.
        legend (tuple[str, str]): What the two colours of outlines are: annotated, predicted.
        sections (Mapping): By heading the tiles, as of :func:`draw_tile`, each with its name and caption.

    Returns:
        np.ndarray: BGR uint8 (H, W, 3).
    """
    columns = min(_COLUMNS, max(map(len, sections.values())))
    columns = max(columns, 2)  # The title needs some room.
    cell = _TILE[1] + 44 + _GAP
    rows = sum(-(-len(tiles) // columns) for tiles in sections.values())
    width = 2 * _MARGIN + columns * _TILE[0] + (columns - 1) * _GAP
    height = 2 * _MARGIN + 72 + len(sections) * 44 + rows * cell
    sheet = Image.new('RGB', (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    fonts = {size: ImageFont.load_default(size) for size in (_TITLE, _HEADING, _TEXT)}
    _write(draw, (_MARGIN, _MARGIN), title, fonts[_TITLE], _INK, width - 2 * _MARGIN)
    x = _MARGIN
    for text, color in zip(legend, (ANNOTATED, PREDICTED)):
        draw.line((x, _MARGIN + 48, x + 26, _MARGIN + 48), fill=color[::-1], width=4)
        draw.text((x + 34, _MARGIN + 48), text, _INK, fonts[_TEXT], anchor='lm')
        x += 34 + round(draw.textlength(text, fonts[_TEXT])) + 28
    y = _MARGIN + 72
    for heading, tiles in sections.items():
        _write(draw, (_MARGIN, y + 14), heading, fonts[_HEADING], _INK, width - 2 * _MARGIN)
        y += 44
        for number, (tile, name, caption) in enumerate(tiles):
            left = _MARGIN + number % columns * (_TILE[0] + _GAP)
            top = y + number // columns * cell
            sheet.paste(Image.fromarray(tile[:, :, ::-1]), (left, top))
            _write(draw, (left, top + _TILE[1] + 5), caption, fonts[_TEXT], _INK, _TILE[0])
            _write(draw, (left, top + _TILE[1] + 23), name, fonts[_TEXT], _MUTED, _TILE[0])
        y += -(-len(tiles) // columns) * cell
    return np.ascontiguousarray(np.asarray(sheet)[:, :, ::-1])


def _write(
    draw: ImageDraw.ImageDraw,
    place: tuple[int, int],
    text: str,
    font: ImageFont.FreeTypeFont,
    color: tuple[int, int, int],
    width: int,
) -> None:
    """Writes a line; of one that is too long the end, in which names differ."""
    # Names of files may hold line breaks, and bytes that are not text.
    text = ''.join(character if character.isprintable() else '?' for character in text)
    shown = text
    while len(text) > 1 and draw.textlength(shown, font) > width:
        text = text[1:]
        shown = f'...{text}'
    draw.text(place, shown, color, font)
