"""The eight EXIF orientations as turns and mirrorings of arrays."""

from __future__ import annotations

import numpy as np


def apply_orientation(stored: np.ndarray, orientation: int) -> np.ndarray:
    """Turns stored pixels upright.

    Args:
        stored (np.ndarray): Pixels as in the file, (H, W) or (H, W, C).
        orientation (int): EXIF orientation, 1 to 8.

    Returns:
        np.ndarray: The pixels as a viewer shows them, C-contiguous.
    """
    if orientation in (5, 6, 7, 8):
        stored = stored.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        stored = stored[::-1]
    if orientation in (2, 3, 6, 7):
        stored = stored[:, ::-1]
    return np.ascontiguousarray(stored)


def undo_orientation(upright: np.ndarray, orientation: int) -> np.ndarray:
    """Turns upright pixels back to how the file stores them, see :func:`apply_orientation`."""
    inverse = {6: 8, 8: 6}.get(orientation, orientation)
    return apply_orientation(upright, inverse)
