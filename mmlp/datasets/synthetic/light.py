"""The light in which a pasted thing has to appear, measured on the picture that it is pasted into."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

_PAPER = 238.0  # what a white plate measures in our drawings
_INK = 22.0


@dataclass
class Light:
    """How colours of a drawing become those of a picture.

    Attributes:
        black: BGR (3,) that black becomes.
        white: BGR (3,) that white paper becomes.
        slope: Change of the light across a thing, left to right and top to bottom, as a share of it.
        sigma: Blur of the picture in pixels.
        grain: Standard deviation of its noise in grey levels.
    """

    black: np.ndarray
    white: np.ndarray
    slope: tuple[float, float]
    sigma: float
    grain: float

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Shows a drawing (BGR uint8) in this light; returns BGR uint8 of the same shape."""
        rows, cols = image.shape[:2]
        table = np.arange(256, dtype=np.float32)[:, None]
        table = self.black + (table - _INK) / (_PAPER - _INK) * (self.white - self.black)
        lit = cv2.LUT(image, np.clip(table, 0, 255).astype(np.uint8).reshape(1, 256, 3))
        if max(map(abs, self.slope)) < 0.02:
            return lit
        across = np.linspace(-0.5, 0.5, cols, dtype=np.float32)[None] * self.slope[0]
        down = np.linspace(-0.5, 0.5, rows, dtype=np.float32)[:, None] * self.slope[1]
        return cv2.multiply(lit, cv2.merge([1 + across + down] * 3), dtype=cv2.CV_8U)


def measure_light(image: np.ndarray, quad: np.ndarray, rng: np.random.Generator, on_plate: bool) -> Light:
    """Measures the light around a place.

    Args:
        image: BGR uint8 (H, W, 3).
        quad: (4, 2) corners of the place.
        rng: Adds some variation to what is measured.
        on_plate: Whether there is a plate at the place, whose paper and ink then are the white and the black.
            Else its surroundings are looked at, which seldom hold something white.

    Returns:
        The light.
    """
    grow = 0.0 if on_plate else 0.6
    size = np.maximum(np.ptp(quad, axis=0), 4)
    x0, y0 = np.maximum(np.floor(quad.min(0) - grow * size).astype(int), 0)
    x1, y1 = np.ceil(quad.max(0) + grow * size).astype(int) + 1
    patch = image[y0:y1, x0:x1]
    if patch.size == 0:
        patch = image
    step = max(min(patch.shape[:2]) // 40, 1)
    pixels = patch[::step, ::step].reshape(-1, 3).astype(np.float32)
    black, mean, white = np.percentile(pixels, 3, axis=0), pixels.mean(0), np.percentile(pixels, 97, axis=0)
    if on_plate:
        # Its paper may be yellow or blue: the brightness comes from it, the colour from all around.
        level = max(float(white.mean()), 0.9 * float(white.max()))
        around = (
            image[:: max(image.shape[0] // 24, 1), :: max(image.shape[1] // 24, 1)].reshape(-1, 3).mean(0)
        )
        tint = (0.5 * white + 0.5 * around + 25) / (0.5 * white.mean() + 0.5 * around.mean() + 25)
        white = level * rng.uniform(0.92, 1.05) * tint ** rng.uniform(0.3, 0.6)
    else:
        # A white plate in a grey world is brighter than its surroundings, and less coloured than they are.
        level = float(mean.mean())
        tint = (mean + 25) / (level + 25)
        target = np.clip(level * rng.uniform(1.1, 1.9) + 12, 40, 250)
        white = np.maximum(target * tint ** rng.uniform(0.2, 0.7), 0.6 * white)
        black = np.minimum(black, 0.35 * white)
    white = np.clip(white, 0, 252)
    if (white - black).mean() < 36:  # too flat to measure: keep the letters readable
        black = np.clip(white - rng.uniform(40, 90), 0, 255)
    black = np.minimum(black * rng.uniform(0.7, 1.0), white - 8)
    slope = tuple(rng.normal(0, 0.12, 2))
    sigma = min(_blur_of(patch, rng), 0.09 * float(size.min()) + 0.2)
    return Light(black, white, slope, sigma, _grain_of(patch, rng))


def _blur_of(patch: np.ndarray, rng: np.random.Generator) -> float:
    """Blur of a picture in pixels, from how fast its strongest edges rise."""
    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)[:160, :320].astype(np.float32)
    if min(grey.shape) < 5:
        return float(rng.uniform(0.3, 0.7))
    rise = np.abs(np.diff(grey, axis=1))
    steepest = np.partition(rise.ravel(), -max(rise.size // 200, 1))[-max(rise.size // 200, 1)]
    low, high = np.percentile(grey, [2, 98])
    if high - low < 20:
        return float(rng.uniform(0.3, 1.0))
    # A step of height h blurred by sigma rises at most by h / (sigma * sqrt(2 pi)) a pixel.
    sigma = (high - low) / max(steepest, 1.0) / np.sqrt(2 * np.pi)
    return float(np.clip(sigma * rng.uniform(0.6, 1.1), 0.3, max(0.35, 0.04 * max(grey.shape))))


def _grain_of(patch: np.ndarray, rng: np.random.Generator) -> float:
    """Noise of a picture in grey levels: the median of how much pixels differ from their neighbours' mean."""
    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)[:160, :320].astype(np.float32)
    rough = np.median(np.abs(grey - cv2.blur(grey, (3, 3))))
    return float(np.clip(rough * 1.2 * rng.uniform(0.6, 1.1), 0, 9))
