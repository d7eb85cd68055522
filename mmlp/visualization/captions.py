"""Text on pictures, sized with the picture: titled panels, contact sheets."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_INK = (41, 41, 41)
_PAPER = 255
_SHEET_GAP, _SHEET_BAR = 10, 24
#: Capital letters are about this many pixels high at font scale 1.
_CAP_HEIGHT = 22.0


def line_width(shape: Sequence[int]) -> int:
    """Width of outlines, in pixels, for a picture of this shape (H, W, ...)."""
    return max(1, round(np.sqrt(shape[0] * shape[1]) / 450))


def titled_panels(panels: Sequence[tuple[str, np.ndarray]]) -> np.ndarray:
    """Sets pictures side by side on white, each under its title.

    Args:
        panels: Title and uint8 (H, W, 3) of each; pictures of lesser height are aligned at the top.

    Returns:
        Uint8 (H + title + margin, sum of W + gaps + margins, 3).
    """
    size = max(image.shape[0] * image.shape[1] for _, image in panels)
    cap = max(9.0, np.sqrt(size) / 48)
    bar = round(2.6 * cap)
    gap = max(4, round(0.6 * cap))
    height = bar + max(image.shape[0] for _, image in panels) + gap
    width = sum(image.shape[1] + gap for _, image in panels) + gap
    sheet = np.full((height, width, 3), _PAPER, np.uint8)
    x = gap
    for title, image in panels:
        right = x + image.shape[1]
        _write_title(sheet[:bar, x:right], title, cap)
        sheet[bar : bar + image.shape[0], x:right] = image
        x = right + gap
    return sheet


def contact_sheet(
    images: Sequence[tuple[str, np.ndarray]], columns: int = 4, cell_width: int = 320
) -> np.ndarray:
    """Sets thumbnails into rows on white, each above its name.

    Args:
        images: Name and uint8 (H, W, 3) of each.
        columns: Thumbnails a row.
        cell_width: Width and height in pixels that thumbnails are fitted into; small pictures are not
            enlarged. A row is as high as its highest thumbnail.

    Returns:
        Uint8 (H, W, 3).

    Raises:
        ValueError: There is no picture.
    """
    if not images:
        raise ValueError('pictures is empty: a contact sheet wants one at least')
    columns = min(columns, len(images))
    width = columns * (cell_width + _SHEET_GAP) + _SHEET_GAP
    rows = [np.full((_SHEET_GAP, width, 3), _PAPER, np.uint8)]
    for start in range(0, len(images), columns):
        names, row = zip(*images[start : start + columns])
        thumbnails = [_fit(image, cell_width) for image in row]
        height = max(thumbnail.shape[0] for thumbnail in thumbnails)
        strip = np.full((height + _SHEET_BAR + _SHEET_GAP, width, 3), _PAPER, np.uint8)
        for index, (name, thumbnail) in enumerate(zip(names, thumbnails)):
            x = _SHEET_GAP + index * (cell_width + _SHEET_GAP)
            strip[height - thumbnail.shape[0] : height, x : x + thumbnail.shape[1]] = thumbnail
            _write_title(strip[height : height + _SHEET_BAR, x : x + cell_width], name, cap=9.0)
        rows.append(strip)
    return np.concatenate(rows)


def _fit(image: np.ndarray, side: int) -> np.ndarray:
    """Shrinks a picture until neither side is longer than this."""
    factor = min(1.0, side / max(image.shape[:2]))
    size = tuple(max(1, round(length * factor)) for length in image.shape[1::-1])
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _write_title(bar: np.ndarray, text: str, cap: float) -> None:
    """Writes into a strip, smaller or shortened where it does not fit."""
    width = bar.shape[1]
    scale, thickness = _font(cap)
    text_width = cv2.getTextSize(text, _FONT, scale, thickness)[0][0]
    if text_width > width:
        scale, thickness = _font(max(7.0, cap * width / text_width))
    while len(text) > 1 and cv2.getTextSize(text, _FONT, scale, thickness)[0][0] > width:
        text = text[:-3] + '..' if text.endswith('..') else text[:-1] + '..'
    text_height = cv2.getTextSize(text, _FONT, scale, thickness)[0][1]
    y = (bar.shape[0] + text_height) // 2
    cv2.putText(bar, text, (0, y), _FONT, scale, _INK, thickness, cv2.LINE_AA)


def _font(cap: float) -> tuple[float, int]:
    """Font scale and thickness for capitals of this height in pixels."""
    return cap / _CAP_HEIGHT, max(1, round(cap / 11))
