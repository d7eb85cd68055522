"""What is hidden along with plates, and is none: a face, a name on a door."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .geometry import order_corners


@dataclass(frozen=True, eq=False)
class Area:
    """A part of a picture that is to be hidden exactly as it is outlined.

    Args:
        polygon (np.ndarray): Outline, float32 (N, 2), x and y in pixels, N >= 3.
        corners (np.ndarray): Four corners around it, float32 (4, 2), top-left, top-right, bottom-right,
            bottom-left, for its height and for what is laid on it. They are not hidden themselves.
    """

    polygon: np.ndarray
    corners: np.ndarray

    @classmethod
    def of_outline(cls, points: np.ndarray) -> Area:
        """Makes an area of an outline; its corners are those of the smallest rectangle around it.

        Args:
            points (np.ndarray): Float (N, 2), N >= 3.
        """
        points = np.asarray(points, np.float32)
        return cls(points, order_corners(cv2.boxPoints(cv2.minAreaRect(points))))

    @classmethod
    def of_pixels(cls, left: int, top: int, right: int, bottom: int) -> Area:
        """Makes an area of an upright box of pixels, ends excluded."""
        right, bottom = right - 1, bottom - 1
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        return cls(corners, corners)

    @property
    def outlines(self) -> tuple[np.ndarray, ...]:
        """What is hidden: the union of these, each float32 (N, 2)."""
        return (self.polygon,)
