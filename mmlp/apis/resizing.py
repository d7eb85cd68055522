"""The size at which a picture goes into the network."""

from __future__ import annotations

import cv2
import numpy as np

#: Pictures smaller than the working size are enlarged, but no more than this: there is nothing more to see.
MAX_ENLARGEMENT = 2.0


def working_size(shape: tuple[int, int], long_side: int | None) -> tuple[int, int]:
    """Computes the size at which the network sees a picture.

    Args:
        shape (tuple[int, int]): Height and width of the picture.
        long_side (int, optional): Longer side of the result; None keeps the picture's size.

    Returns:
        tuple[int, int]: Height and width, each at least 1. A picture is enlarged at most ``MAX_ENLARGEMENT``
        times.
    """
    if long_side is None:
        return shape
    scale = min(long_side / max(shape), MAX_ENLARGEMENT)
    return max(round(shape[0] * scale), 1), max(round(shape[1] * scale), 1)


def resize_image(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resizes a picture, without aliasing when it shrinks.

    Args:
        image (np.ndarray): Uint8 (H, W, C).
        size (tuple[int, int]): Height and width to make.

    Returns:
        np.ndarray: Uint8 (*size, C); the picture itself when it has that size.
    """
    if image.shape[:2] == tuple(size):
        return image
    height, width = size
    shrinks = height * width < image.shape[0] * image.shape[1]
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
