"""The eight EXIF orientations: as turns and mirrorings of arrays, and as display matrices of videos."""

from __future__ import annotations

import numpy as np
from PIL import ExifTags, Image


def orientation_of_image(image: Image.Image) -> int:
    """Reads the EXIF orientation of an open picture.

    Args:
        image (Image.Image): The picture, which need not be loaded.

    Returns:
        int: 1 to 8; 1 (upright) when none is stated, or none that exists.
    """
    orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    return orientation if orientation in range(1, 9) else 1


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


def orientation_of_matrix(matrix: np.ndarray) -> int:
    """Reads a display matrix as an EXIF orientation.

    Args:
        matrix (np.ndarray): (9,) int32, as FFmpeg has it in the side data of frames.

    Returns:
        int: 1 to 8; the nearest turn by 90 degrees.
    """
    # A point (x, y) is shown at (a x + c y, b x + d y).
    a, b, _, c, d = (int(value) for value in matrix[:5])
    swapped = abs(b) > abs(a)
    flip_x, flip_y = (c < 0, b < 0) if swapped else (a < 0, d < 0)
    return {
        (False, False, False): 1,
        (False, False, True): 2,
        (False, True, True): 3,
        (False, True, False): 4,
        (True, False, False): 5,
        (True, False, True): 6,
        (True, True, True): 7,
        (True, True, False): 8,
    }[swapped, flip_y, flip_x]
