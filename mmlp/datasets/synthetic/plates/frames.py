"""Dealers' frames, which lie on a plate and hide its rim."""

from __future__ import annotations

import numpy as np

from ..paint import blend, rounded_rect
from .lettering import TEXT_FACES, fit_into, text_line
from .plate_layout import Box

_WORDS = (
    'GREENWOOD MOTORS', 'Sunset Auto', 'MY OTHER RIDE FLIES', 'LAKE CITY', 'Alumni', 'Lone Star Trucks',
    'www.example.com', 'WORLD TRAVELLER', 'Shri Motors 98450 00000', 'Balaji Agencies', 'TWO WHEELS WORLD',
    'Valley Cycles', 'HAPPINESS IS GOLF', 'CERTIFIED',
)  # fmt: skip
_TONES = ((24, 24, 24), (30, 30, 30), (205, 205, 205), (176, 178, 180), (40, 34, 150), (120, 50, 20),
          (40, 140, 190))  # fmt: skip


def draw_frame(
    rng: np.random.Generator, plate: np.ndarray, coverage: np.ndarray, rim: float
) -> tuple[np.ndarray, np.ndarray, Box]:
    """Lays a frame onto a plate.

    Args:
        rng: Where randomness comes from.
        plate: BGR uint8 (H, W, 3).
        coverage: uint8 (H, W) of the plate.
        rim: How much of the plate's height it may hide above and below, at most.

    Returns:
        The picture with a margin of the frame's outer part, its coverage, and in pixels of the picture what
        is seen of the plate: left, top, right, bottom edge.
    """
    rows, cols = coverage.shape
    outer = round(rows * rng.uniform(0.02, 0.12))
    side = round(rows * rng.uniform(0.02, 0.06))
    top, bottom = (
        round(rows * rng.uniform(*((rim / 2, rim) if rng.random() < 0.55 else (0.02, 0.05))))
        for _ in range(2)
    )
    height, width = rows + 2 * outer, cols + 2 * outer
    tone = np.array(_TONES[rng.integers(len(_TONES))]) * rng.uniform(0.8, 1.15)
    shade = np.linspace(1.15, 0.8, height, dtype=np.float32)[:, None, None]
    image = np.clip(np.broadcast_to(tone * shade, (height, width, 3)), 0, 250).astype(np.uint8)
    x0, x1, y0, y1 = outer + side, width - outer - side, outer + top, height - outer - bottom
    opening = rounded_rect(y1 - y0, x1 - x0, rows * rng.uniform(0.02, 0.05))
    keep = opening[..., None].astype(np.float32) / 255
    inner = plate[y0 - outer : y1 - outer, x0 - outer : x1 - outer]
    image[y0:y1, x0:x1] = (inner * keep + image[y0:y1, x0:x1] * (1 - keep)).astype(np.uint8)
    ink = (20, 20, 20) if tone.mean() > 110 else (225, 225, 225)
    for low, high in ((0, y0), (y1, height)):
        if high - low < rows * 0.1 or rng.random() < 0.15:
            continue
        words = _WORDS[rng.integers(len(_WORDS))]
        line = text_line(words, TEXT_FACES[rng.integers(len(TEXT_FACES))])
        line = fit_into(line, width * 0.85, (high - low) * 0.72, 1.0)
        y, x = low + (high - low - line.shape[0]) // 2 + 1, (width - line.shape[1]) // 2
        blend(image[y : y + line.shape[0], x : x + line.shape[1]], ink, line)
    alpha = rounded_rect(height, width, rows * rng.uniform(0.03, 0.1))
    return np.ascontiguousarray(image), alpha, (x0 - 0.5, y0 - 0.5, x1 - 0.5, y1 - 0.5)
