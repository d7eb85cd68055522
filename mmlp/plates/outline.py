"""The outline of one component with sub-pixel precision."""

from __future__ import annotations

import cv2
import numpy as np

from .geometry import polygon_area


def trace_outline(mask: np.ndarray, probability: np.ndarray | None = None, level: float = 0.5) -> np.ndarray:
    """Traces the outer outline of a component.

    The outline crosses every step from an inside pixel to an outside neighbour (left, right, above, below)
    once: half way between the two, or, with probabilities, where their linear interpolation passes the
    level. These are the vertices of marching squares (Lorensen and Cline 1987), in order. Holes are not
    part of the outline, and the picture's border is an outline half a pixel beyond the outermost pixels.

    Args:
        mask (np.ndarray): Bool or uint8 (H, W), the component; of several, the one with the largest outline.
        probability (np.ndarray, optional): Float (H, W), 0..1. Default: None.
        level (float): Probability at which the mask was cut. Default: 0.5.

    Returns:
        np.ndarray: Float32 (N, 2), clockwise in the picture; (0, 2) for an empty mask.
    """
    height, width = mask.shape
    # On a grid of twice the pitch pixel (x, y) sits at (2x + 2, 2y + 2) and spreads over its 3 x 3
    # neighbours; border points with one odd coordinate then lie half way between an inside pixel and an
    # outside one.
    grid = np.zeros((2 * height + 3, 2 * width + 3), np.uint8)
    grid[2:-1:2, 2:-1:2] = mask
    grid = cv2.dilate(grid, np.ones((3, 3), np.uint8))
    contours, _ = cv2.findContours(grid, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2), np.float32)
    contour = max(contours, key=cv2.contourArea)[:, 0]
    steps = contour[contour.sum(axis=1) % 2 == 1]
    points = steps / 2.0 - 1.0
    if probability is not None:
        points = points + _level_shift(steps, np.asarray(mask, bool), probability, level)
    if polygon_area(points) < 0:
        points = points[::-1]
    return np.ascontiguousarray(points, np.float32)


def simplify_outline(outline: np.ndarray, tolerance: float = 0.35) -> np.ndarray:
    """Leaves out points of an outline that a straight line replaces within the tolerance (Douglas-Peucker).

    Args:
        outline (np.ndarray): Float (N, 2).
        tolerance (float): Largest distance in pixels. Default: 0.35, which keeps the area to about 1 %.

    Returns:
        np.ndarray: Float32 (M, 2), M <= N; the outline itself where fewer than three points would be left.
    """
    if len(outline) < 4:
        return np.asarray(outline, np.float32)
    simple = cv2.approxPolyDP(np.asarray(outline, np.float32), tolerance, True)[:, 0]
    # Of what is thinner than the tolerance a line would be left.
    return simple if len(simple) >= 3 else np.asarray(outline, np.float32)


def fill_holes(mask: np.ndarray) -> np.ndarray:
    """Fills the holes of a mask, bool or uint8 (H, W); returns uint8 of 0 and 1."""
    contours, _ = cv2.findContours(
        np.ascontiguousarray(mask, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    return cv2.drawContours(np.zeros(mask.shape, np.uint8), contours, -1, 1, cv2.FILLED)


def _level_shift(steps: np.ndarray, mask: np.ndarray, probability: np.ndarray, level: float) -> np.ndarray:
    """Moves points from half way to where the probability passes the level, float (N, 2)."""
    odd_x = steps[:, 0] % 2 == 1
    axis = np.stack([odd_x, ~odd_x], axis=1).astype(np.int64)
    before = (steps - axis) // 2 - 1
    after = before + axis
    low, high = _sample(probability, before, np.nan), _sample(probability, after, np.nan)
    inside_before = _sample(mask, before, False)
    rise = np.where(inside_before, low - high, high - low)
    inside_value = np.where(inside_before, low, high)
    # Half way where there is nothing to interpolate: at the picture's border (nan), and between two
    # components that were cut apart, where both sides are above the level.
    usable = (rise > 1e-6) & (inside_value >= level) & (inside_value - rise <= level)
    share = np.where(usable, (inside_value - level) / np.where(usable, rise, 1.0), 0.5)
    toward_outside = np.where(inside_before, 1.0, -1.0)
    return axis * (toward_outside * (share - 0.5))[:, None]


def _sample(array: np.ndarray, points: np.ndarray, outside: float) -> np.ndarray:
    """Values at pixel coordinates (N, 2); ``outside`` beyond the borders."""
    x, y = points[:, 0], points[:, 1]
    height, width = array.shape
    valid = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    values = np.full(len(points), outside, array.dtype if array.dtype == bool else np.float64)
    values[valid] = array[y[valid], x[valid]]
    return values
