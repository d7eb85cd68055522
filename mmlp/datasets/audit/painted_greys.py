"""Areas of a mask painted in a grey value that means nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image

#: Values this close to black and white are noise of masks stored as JPEG.
_NOISE = 16


def find_painted_greys(path: str | os.PathLike, ignore_values: Sequence[int]) -> dict[int, int]:
    """Counts pixels of grey values that are neither background, plate nor ignored, where they were painted.

    Anti-aliased and blurred edges hold all greys, which is in order. A value counts as painted where a
    pixel's eight neighbours have it as well.

    Args:
        path: A mask that :func:`~mmlp.datasets.read_plate_mask` can read.
        ignore_values: Grey values that mean ignore.

    Returns:
        Pixels by grey value (16 to 239); empty when all is well.
    """
    grey = _read_greys(path)
    strange = np.zeros(256, np.uint8)
    strange[_NOISE : 256 - _NOISE] = 1
    strange[list(ignore_values)] = 0
    candidates = cv2.LUT(grey, strange)
    if not candidates.any():
        return {}
    kernel = np.ones((3, 3), np.uint8)
    painted = grey[(candidates > 0) & (cv2.dilate(grey, kernel) == cv2.erode(grey, kernel))]
    values, counts = np.unique(painted, return_counts=True)
    return {int(value): int(count) for value, count in zip(values, counts)}


def _read_greys(path: str | os.PathLike) -> np.ndarray:
    """The values of a mask, uint8 (H, W); coloured pixels, which are plate, are 255."""
    with Image.open(path) as image:
        if image.mode == 'L':
            return np.array(image)
        if image.mode[0] in 'IF':  # 16 bit, 32 bit, float
            values = np.asarray(image)
            return (values // 257 if values.max(initial=0) > 255 else values).astype(np.uint8)
        rgba = np.asarray(image.convert('RGBA'))
    brightest = rgba[..., :3].max(axis=-1)
    grey = np.where(brightest == rgba[..., :3].min(axis=-1), brightest, 255)
    return np.where(rgba[..., 3] > 0, grey, 0).astype(np.uint8)
