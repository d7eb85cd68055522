"""Small tools of drawing: coverage maps, blending, smooth noise."""

from __future__ import annotations

import cv2
import numpy as np


def rounded_rect(rows: int, cols: int, radius: float) -> np.ndarray:
    """uint8 coverage of a rectangle with rounded corners that fills (rows, cols)."""
    mask = np.full((rows, cols), 255, np.uint8)
    r = int(min(round(radius), rows // 2, cols // 2))
    if r < 1:
        return mask
    disc = np.zeros((2 * r, 2 * r), np.uint8)
    cv2.circle(disc, (r * 16 - 8, r * 16 - 8), r * 16, 255, -1, cv2.LINE_AA, 4)
    mask[:r, :r], mask[:r, -r:] = disc[:r, :r], disc[:r, r:]
    mask[-r:, :r], mask[-r:, -r:] = disc[r:, :r], disc[r:, r:]
    return mask


def blend(image: np.ndarray, colour: tuple[float, ...] | np.ndarray, coverage: np.ndarray) -> None:
    """Paints ``colour`` over ``image`` (uint8) in place where ``coverage`` (uint8) says."""
    alpha = cv2.merge([coverage] * 3)
    paint = np.empty_like(image)
    paint[:] = colour
    image[:] = cv2.add(
        cv2.multiply(image, 255 - alpha, scale=1 / 255), cv2.multiply(paint, alpha, scale=1 / 255)
    )


def smooth_noise(rng: np.random.Generator, rows: int, cols: int, cells: int = 6) -> np.ndarray:
    """float32 (rows, cols) of smooth noise about 0 with a standard deviation near 1; ``cells`` across the
    width.
    """
    down = max(round(cells * rows / cols), 2)
    coarse = rng.standard_normal((down, cells)).astype(np.float32)
    return cv2.resize(coarse, (cols, rows), interpolation=cv2.INTER_CUBIC)
