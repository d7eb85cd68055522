"""Connected components of masks that are mostly empty."""

from __future__ import annotations

import cv2
import numpy as np


def occupied_window(mask: np.ndarray) -> tuple[slice, slice]:
    """Finds the part of a mask that is not empty.

    Args:
        mask (np.ndarray): Uint8 (H, W).

    Returns:
        tuple[slice, slice]: Rows and columns around what is set, and one pixel more on each side where there
        is one; the first pixel alone when the mask is empty.
    """
    left, top, width, height = cv2.boundingRect(mask)
    return (
        slice(max(top - 1, 0), min(top + height + 1, mask.shape[0])),
        slice(max(left - 1, 0), min(left + width + 1, mask.shape[1])),
    )


def label_components(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels the 8-connected components of a mask.

    OpenCV's ``connectedComponentsWithStats``, run only where something is set: plates are a small part of
    most pictures, and to label the rest takes a hundred times as long.

    Args:
        mask (np.ndarray): Bool or uint8 (H, W).

    Returns:
        tuple[np.ndarray, np.ndarray]: Labels int32 (H, W), 0 for what is not set; and int32 (N, 5), the left,
        top, width, height and area in pixels of components 1 to N, in that order.
    """
    mask = mask.view(np.uint8)
    rows, columns = occupied_window(mask)
    labels = np.zeros(mask.shape, np.int32)
    _, labels[rows, columns], stats, _ = cv2.connectedComponentsWithStats(mask[rows, columns])
    return labels, stats[1:] + np.array([columns.start, rows.start, 0, 0, 0], np.int32)
