"""A hole in a picture filled from what surrounds it."""

from __future__ import annotations

import cv2
import numpy as np

#: A blur of this sigma, on a smaller picture, looks as good as a wider one on the picture itself.
_WORKING_SIGMA = 3.0
#: Below this sum of weights an average would be of rounding errors.
_LEAST_WEIGHT = 1e-4
#: Pixels from which on a picture is large: what it is filled with is computed at so many.
_LARGE, _WORKING_PIXELS = 1 << 24, 1 << 22


def inpaint_smoothly(image: np.ndarray, hole: np.ndarray, sigma: float) -> np.ndarray:
    """Fills a hole with a Gaussian average of the pixels around it, and never looks into it.

    This is normalized convolution (Knutsson and Westin, "Normalized and differential convolution", CVPR
    1993) with the pixels outside of the hole as the certain ones. Where they are too far away for ``sigma``,
    the average is taken as widely as it must be. ``cv2.inpaint`` continues edges into the hole, which looks
    like smears, and takes no 16-bit colour.

    Args:
        image (np.ndarray): Uint8 or uint16, (H, W, C).
        hole (np.ndarray): Bool (H, W): pixels to fill. What they hold has no influence on the result.
        sigma (float): Standard deviation of the average in pixels, above 0.

    Returns:
        np.ndarray: A picture like ``image``, smooth everywhere; in the hole it is what fills it. The middle
        of the range where the whole picture is a hole.
    """
    height, width, channels = image.shape
    is_large = height * width > _LARGE
    factor = max(sigma / _WORKING_SIGMA, 1.0, np.sqrt(height * width / _WORKING_PIXELS) if is_large else 1.0)
    size = (max(round(width / factor), 1), max(round(height / factor), 1))
    sums = _shrunk_in_bands(image, hole, size) if is_large else _shrunk(image, hole, size)
    result = np.full((size[1], size[0], channels), np.iinfo(image.dtype).max / 2, np.float32)
    missing = np.ones((size[1], size[0]), bool)
    scale = sigma / factor
    while missing.any() and sums[:, :, -1].any():
        averaged = cv2.GaussianBlur(sums, (0, 0), scale, borderType=cv2.BORDER_CONSTANT)
        reached = missing & (averaged[:, :, -1] > _LEAST_WEIGHT)
        result[reached] = averaged[reached, :-1] / averaged[reached, -1:]
        missing &= ~reached
        scale *= 2.0
    if is_large:
        result = result.round().astype(image.dtype)
    result = cv2.resize(result, (width, height), interpolation=cv2.INTER_LINEAR)
    if is_large:
        return result.reshape(image.shape)
    return result.reshape(image.shape).round().astype(image.dtype)


def _shrunk(image: np.ndarray, hole: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Sums of the channels outside of the hole, and the weights in a channel behind them, float32."""
    certain = (~hole).astype(np.float32)
    sums = np.dstack([image.astype(np.float32) * certain[:, :, None], certain])
    return cv2.resize(sums, size, interpolation=cv2.INTER_AREA).reshape(size[1], size[0], -1)


def _shrunk_in_bands(image: np.ndarray, hole: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The same for a large picture, a few rows at a time."""
    height, width = hole.shape
    step = max(round(size[1] * _WORKING_PIXELS / (height * width)), 1)
    shrunk = []
    for start in range(0, size[1], step):
        stop = min(start + step, size[1])
        rows = slice(start * height // size[1], stop * height // size[1])
        shrunk.append(_shrunk(image[rows], hole[rows], (size[0], stop - start)))
    return np.concatenate(shrunk)
