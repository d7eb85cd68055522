"""Drawing a plate, flat and large."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry import premultiply, rect_corners
from ..paint import blend, rounded_rect
from .layouts import LAYOUTS, choose_layout, fill_pattern
from .lettering import TEXT_FACES, fit_into, plate_line, text_line
from .parts import draw_background, draw_band, draw_holder, draw_relief, draw_screws, draw_weather
from .plate_layout import PlateLayout


@dataclass
class PlateImage:
    """A flat plate with what it is mounted in.

    Attributes:
        image: BGR uint8 (H, W, 3): the plate and, around it, its holder.
        alpha: uint8 (H, W) coverage: 0 where there is neither plate nor holder.
        corners: float32 (4, 2) outline of the plate alone, top-left, top-right, bottom-right, bottom-left;
            the centre of pixel (column x, row y) is the point (x, y).
        layout: What kind it is.
        text: The lettering of its lines, joined by blanks.
    """

    image: np.ndarray
    alpha: np.ndarray
    corners: np.ndarray
    layout: PlateLayout
    text: str

    @property
    def layer(self) -> np.ndarray:
        """Premultiplied BGRA uint8, as :func:`mmlp.datasets.synthetic.geometry.composite` takes it."""
        return premultiply(self.image, self.alpha)


def _lettering(
    rng: np.random.Generator, layout: PlateLayout, shape: tuple[int, int]
) -> tuple[np.ndarray, str]:
    """Coverage (uint8) of all lines of a plate, and their text."""
    rows, cols = shape
    ink, words = np.zeros(shape, np.uint8), []
    face = layout.faces[rng.integers(len(layout.faces))]
    gap, space = rng.uniform(0.09, 0.2), rng.uniform(0.2, 0.42)
    for line in layout.lines:
        text = fill_pattern(rng, line)
        words.append(text)
        x0, y0, x1, y1 = (np.array(line.box) * [cols, rows, cols, rows]).round().astype(int)
        if line.small:
            coverage = text_line(text, TEXT_FACES[rng.integers(len(TEXT_FACES))], rng.uniform(0, 0.25))
            coverage = fit_into(coverage, x1 - x0, y1 - y0, 1.0)
        else:
            coverage = fit_into(
                plate_line(text, face, gap, space), x1 - x0, (y1 - y0) * rng.uniform(0.9, 1.0), 1.2
            )
        h, w = coverage.shape
        top, left = y0 + (y1 - y0 - h) // 2, x0 + (x1 - x0 - w) // 2
        window = ink[top : top + h, left : left + w]
        np.maximum(window, coverage, out=window)
    return ink, ' '.join(words)


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
    colour = np.clip(np.array(colour) + rng.normal(0, 8, 3), 0, 250)
    if layout.border and rng.random() < 0.85:
        edge, inset = max(round(layout.border * scale), 1), round(rng.uniform(0, 3) * scale)
        ring = rounded_rect(rows - 2 * inset, cols - 2 * inset, layout.radius * scale)
        inner = rounded_rect(
            rows - 2 * (inset + edge), cols - 2 * (inset + edge), (layout.radius - layout.border) * scale
        )
        ring[edge:-edge, edge:-edge] -= np.minimum(inner, ring[edge:-edge, edge:-edge])
        blend(image[inset : rows - inset, inset : cols - inset], colour, ring)
    ink, text = _lettering(rng, layout, (rows, cols))
    blend(image, colour, ink)
    if layout.emboss > 0.3:
        draw_relief(image, ink, layout.emboss * rng.uniform(0.2, 1), max(round(scale), 1))
    if rng.random() < 0.5:
        draw_screws(rng, image)
    draw_weather(rng, image)
    coverage = rounded_rect(rows, cols, layout.radius * scale * rng.uniform(0.3, 1))
    image, alpha, left, top = draw_holder(rng, image, coverage, layout.aspect)
    corners = rect_corners(left - 0.5, top - 0.5, left + cols - 0.5, top + rows - 0.5)
    return PlateImage(image, alpha, corners, layout, text)
