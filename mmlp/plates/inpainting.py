"""A hole in a picture filled from what surrounds it."""

from __future__ import annotations

import cv2
import numpy as np

#: A blur of this sigma, on a smaller picture, looks as good as a wider one on the picture itself.
_WORKING_SIGMA = 3.0
#: Below this sum of weights an average would be of rounding errors.
_LEAST_WEIGHT = 1e-4


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
    certain = (~hole).astype(np.float32)
    factor = max(sigma / _WORKING_SIGMA, 1.0)
    size = (max(round(width / factor), 1), max(round(height / factor), 1))
    # The channels' sums, and the weights in a channel behind them.
    sums = np.dstack([image.astype(np.float32) * certain[:, :, None], certain])
    sums = cv2.resize(sums, size, interpolation=cv2.INTER_AREA)
    result = np.full((size[1], size[0], channels), np.iinfo(image.dtype).max / 2, np.float32)
    missing = np.ones((size[1], size[0]), bool)
    scale = sigma / factor
    while missing.any() and sums[:, :, -1].any():
        averaged = cv2.GaussianBlur(sums, (0, 0), scale, borderType=cv2.BORDER_CONSTANT)
        reached = missing & (averaged[:, :, -1] > _LEAST_WEIGHT)
        result[reached] = averaged[reached, :-1] / averaged[reached, -1:]
        missing &= ~reached
        scale *= 2.0
    result = cv2.resize(result, (width, height), interpolation=cv2.INTER_LINEAR)
    return result.reshape(image.shape).round().astype(image.dtype)
