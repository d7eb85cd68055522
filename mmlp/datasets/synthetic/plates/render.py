"""Drawing a plate, flat and large."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..geometry import premultiply, rect_corners
from ..paint import blend, rounded_rect
from .frames import draw_frame
from .layouts import LAYOUTS, choose_layout, fill_pattern
from .lettering import TEXT_FACES, fit_into, plate_line, stacked_line, text_line, uneven_line
from .parts import draw_background, draw_band, draw_holder, draw_relief, draw_screws, draw_weather
from .plate_layout import Box, Line, PlateLayout
from .strips import draw_emblem, draw_stickers, draw_strips, field_of

WHOLE: Box = (0.0, 0.0, 1.0, 1.0)
"""All of a plate, as a share of it."""


@dataclass
class PlateImage:
    """A flat plate with what it is mounted in.

    Attributes:
        image: BGR uint8 (H, W, 3): the plate and, around it, its holder.
        alpha: uint8 (H, W) coverage: 0 where there is neither plate nor holder.
        corners: float32 (4, 2) of what is seen of the plate alone, top-left, top-right, bottom-right,
            bottom-left; the centre of pixel (column x, row y) is the point (x, y).
        layout: What kind it is.
        text: The lettering of its lines, joined by blanks.
        outline: float32 (N, 2) of what is seen of the plate: the corners, or more points where it is round or
            bent.
        flat: float32 (4, 2) corners that the same part of the plate would have if it were not bent; by them
            it is laid into a picture.
        share: Which part of the metal is seen, in fractions: left, top, right, bottom. All of it but for
            plates in a frame.
    """

    image: np.ndarray
    alpha: np.ndarray
    corners: np.ndarray
    layout: PlateLayout
    text: str
    outline: np.ndarray
    flat: np.ndarray
    share: Box = WHOLE

    @property
    def aspect(self) -> float:
        """Width over height of what is seen of the plate, when it is flat."""
        x0, y0, x1, y1 = self.share
        return self.layout.aspect * (x1 - x0) / (y1 - y0)

    @property
    def layer(self) -> np.ndarray:
        """Premultiplied BGRA uint8, as :func:`mmlp.datasets.synthetic.geometry.composite` takes it."""
        return premultiply(self.image, self.alpha)


def _line_coverage(
    rng: np.random.Generator, layout: PlateLayout, line: Line, face: str, gaps: tuple[float, float]
) -> tuple[np.ndarray, str, float]:
    """Coverage of a line before it is fitted into its box, its text, and how far it may be widened."""
    text = fill_pattern(rng, line)
    if line.small and (text.isascii() or line.literal):
        return text_line(text, TEXT_FACES[rng.integers(len(TEXT_FACES))], rng.uniform(0, 0.25)), text, 1.0
    if line.stacked:
        return stacked_line(text, face, gaps[0]), text, 1.3
    if layout.uneven:
        return uneven_line(rng, text, face, gaps[0], layout.uneven * rng.uniform(0.4, 1)), text, 1.2
    return plate_line(text, face, *gaps), text, 1.2


def _lettering(
    rng: np.random.Generator, layout: PlateLayout, shape: tuple[int, int]
) -> tuple[np.ndarray, str]:
    """Coverage (uint8) of all lines of a plate, and their text."""
    rows, cols = shape
    ink, words = np.zeros(shape, np.uint8), []
    face = layout.faces[rng.integers(len(layout.faces))]
    gaps = rng.uniform(0.09, 0.2), rng.uniform(0.2, 0.42)
    left, top, right, bottom = field_of(layout)
    origin, room = np.array([left, top] * 2), np.array([right - left, bottom - top] * 2)
    for line in layout.lines:
        coverage, text, widen = _line_coverage(rng, layout, line, face, gaps)
        words.append(text)
        box = (np.array(line.box) * room + origin) * [cols, rows, cols, rows]
        x0, y0, x1, y1 = box.round().astype(int)
        height = (y1 - y0) * (1.0 if line.small else rng.uniform(0.9, 1.0))
        coverage = fit_into(coverage, x1 - x0, height, widen)
        h, w = coverage.shape
        y, x = y0 + (y1 - y0 - h) // 2, x0 + (x1 - x0 - w) // 2
        window = ink[y : y + h, x : x + w]
        np.maximum(window, coverage[: window.shape[0], : window.shape[1]], out=window)
    return ink, ' '.join(words)


def _mount(
    rng: np.random.Generator, layout: PlateLayout, image: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, Box]:
    """Puts a plate into a frame or a holder, or on nothing: picture, coverage, outline, what is seen."""
    rows, cols = image.shape[:2]
    radius = layout.radius * scale * (1.0 if layout.round_board else rng.uniform(0.3, 1))
    coverage = rounded_rect(rows, cols, radius)
    if layout.framed and rng.random() < layout.framed:
        image, alpha, (x0, y0, x1, y1) = draw_frame(rng, image, coverage, layout.rim)
        left, top = (alpha.shape[1] - cols) / 2 - 0.5, (alpha.shape[0] - rows) / 2 - 0.5
        share = ((x0 - left) / cols, (y0 - top) / rows, (x1 - left) / cols, (y1 - top) / rows)
        return image, alpha, rect_corners(x0, y0, x1, y1), share
    if layout.round_board:
        image = cv2.copyMakeBorder(image, 2, 2, 2, 2, cv2.BORDER_REPLICATE)
        alpha = cv2.copyMakeBorder(coverage, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
        outline = rounded_outline(1.5, 1.5, cols, rows, min(round(radius), rows // 2, cols // 2))
    else:
        image, alpha, left, top = draw_holder(rng, image, coverage, layout.aspect)
        outline = rect_corners(left - 0.5, top - 0.5, left + cols - 0.5, top + rows - 0.5)
    return image, alpha, outline, WHOLE


def rounded_outline(left: float, top: float, width: float, height: float, radius: float) -> np.ndarray:
    """A rectangle with round corners as a polygon: float32 (N, 2), from the left end of its upper edge."""
    turn = np.linspace(0, np.pi / 2, 10)
    corner = np.stack([left + width + radius * (np.sin(turn) - 1), top + radius * (1 - np.cos(turn))], 1)
    below = np.stack([corner[::-1, 0], 2 * top + height - corner[::-1, 1]], 1)
    right = np.vstack([corner, below])
    return np.vstack([right, [2 * left + width, 2 * top + height] - right]).astype(np.float32)


def render_plate(
    rng: np.random.Generator, layout: PlateLayout | str | None = None, scale: float = 1.1
) -> PlateImage:
    """Draws a plate.

    Args:
        rng: Where all randomness comes from; nothing else is random.
        layout: A layout, a key of :data:`mmlp.datasets.synthetic.layouts.LAYOUTS`, or None to draw one.
        scale: Pixels a millimetre; the default makes a European plate 572 pixels wide.

    Returns:
        The plate with its holder.

    Raises:
        ValueError: ``layout`` names none.
    """
    if isinstance(layout, str):
        if layout not in LAYOUTS:
            raise ValueError(f'layout {layout!r} is unknown; choose one of {", ".join(LAYOUTS)}')
        layout = LAYOUTS[layout]
    layout = layout or choose_layout(rng)
    cols, rows = (round(v * scale) for v in layout.size)
    paper, colour = layout.colours[rng.integers(len(layout.colours))]
    paper = np.clip(np.array(paper) + rng.normal(0, 8, 3) + rng.normal(0, 6), 0, 250)
    image = draw_background(rng, layout, paper, (rows, cols))
    if layout.band:
        draw_band(rng, layout, image)
    draw_strips(rng, layout, image)
    colour = np.clip(np.array(colour) + rng.normal(0, 8, 3), 0, 250)
    if layout.border and rng.random() < 0.85:
        edge, inset = max(round(layout.border * scale), 1), round(rng.uniform(0, 3) * scale)
        ring = rounded_rect(rows - 2 * inset, cols - 2 * inset, layout.radius * scale)
        inner = rounded_rect(
            rows - 2 * (inset + edge), cols - 2 * (inset + edge), (layout.radius - layout.border) * scale
        )
        ring[edge:-edge, edge:-edge] -= np.minimum(inner, ring[edge:-edge, edge:-edge])
        blend(image[inset : rows - inset, inset : cols - inset], colour, ring)
    if layout.emblem and rng.random() < layout.emblem:
        draw_emblem(rng, image)
    ink, text = _lettering(rng, layout, (rows, cols))
    blend(image, colour, ink)
    if layout.emboss > 0.3:
        draw_relief(image, ink, layout.emboss * rng.uniform(0.2, 1), max(round(scale), 1))
    if layout.stickers and rng.random() < layout.stickers:
        draw_stickers(rng, image)
    if rng.random() < 0.5:
        draw_screws(rng, image)
    draw_weather(rng, image)
    image, alpha, outline, share = _mount(rng, layout, image, scale)
    low, high = outline.min(0), outline.max(0)
    corners = rect_corners(*low, *high)
    return PlateImage(image, alpha, corners, layout, text, outline, corners, share)
