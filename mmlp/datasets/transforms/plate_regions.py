"""Where the plates of a mask are, for transforms that look after them."""

from __future__ import annotations

import cv2
import numpy as np

#: Regions whose longer side is shorter than this, in pixels, are specks and not plates to aim at.
MIN_PLATE_SIDE = 4


def plate_contours(mask: np.ndarray) -> list[np.ndarray]:
    """Outlines of the connected plates of a mask.

    Args:
        mask: uint8, H x W, 0 background, 1 plate, 255 ignore.

    Returns:
        One array of points (x, y) per plate, int32, N x 2: centres of the pixels along its border.
    """
    # Most of a mask is background, which the bounding box of the rest leaves out in a fraction of the time.
    left, top, width, height = cv2.boundingRect(mask)
    regions = np.equal(mask[top : top + height, left : left + width], 1).view(np.uint8)
    contours, _ = cv2.findContours(regions, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE, offset=(left, top))
    contours = [contour[:, 0] for contour in contours]
    return [c for c in contours if max(np.ptp(c[:, 0]), np.ptp(c[:, 1])) + 1 >= MIN_PLATE_SIDE]


def plate_quad(contour: np.ndarray) -> np.ndarray:
    """The smallest rectangle, of any tilt, around a plate.

    Args:
        contour: Points as :func:`plate_contours` returns them.

    Returns:
        Its corners (x, y) in order around it, float64, 4 x 2, where pixel (i, j) covers
        [i, i + 1] x [j, j + 1].
    """
    center, (width, height), angle = cv2.minAreaRect(contour)
    # The contour runs through pixel centres: the plate itself reaches half a pixel further on every side.
    grown = (center, (width + 1, height + 1), angle)
    return cv2.boxPoints(grown).astype(np.float64) + 0.5
