"""Points, polygons and quadrilaterals in pixels.

Everywhere in this package the centre of the pixel in column x and row y is the point (x, y), as in OpenCV.
A plate that fills the columns a to b therefore has its edges at a - 0.5 and b + 0.5, and its width is
b - a + 1. Areas and overlaps are of the continuous outlines, half pixels included. Formats that count from
the pixel's upper left corner (COCO) are shifted by half a pixel on export.
"""

from __future__ import annotations

import cv2
import numpy as np


def polygon_area(polygon: np.ndarray) -> float:
    """Signed area of a polygon in square pixels.

    Args:
        polygon (np.ndarray): Float (N, 2).

    Returns:
        float: Positive when the points run clockwise as seen in the picture (y points down).
    """
    x, y = np.asarray(polygon, np.float64).T
    # Relative to the first point: differences of large products would cost the small areas their digits.
    x, y = x - x[0], y - y[0]
    return 0.5 * float(x[:-1] @ y[1:] - y[:-1] @ x[1:])


def following_points(points: np.ndarray) -> np.ndarray:
    """For each point of a closed polygon (N, 2) the next one; faster than :func:`numpy.roll`."""
    return np.concatenate([points[1:], points[:1]])


def preceding_points(points: np.ndarray) -> np.ndarray:
    """For each point of a closed polygon (N, 2) the one before."""
    return np.concatenate([points[-1:], points[:-1]])


def is_convex(corners: np.ndarray) -> bool:
    """Whether the points, in their order, run clockwise around a strictly convex polygon.

    Args:
        corners (np.ndarray): Float (N, 2).
    """
    sides = following_points(corners) - corners
    following = following_points(sides)
    turns = sides[:, 0] * following[:, 1] - sides[:, 1] * following[:, 0]
    return bool(np.all(turns > 0)) and polygon_area(corners) > 0


def side_lengths(corners: np.ndarray) -> np.ndarray:
    """Lengths of the top, right, bottom and left side of a quadrilateral.

    Args:
        corners (np.ndarray): Float (4, 2), top-left, top-right, bottom-right, bottom-left.

    Returns:
        np.ndarray: Float64 (4,), pixels.
    """
    corners = np.asarray(corners, np.float64)
    return np.linalg.norm(following_points(corners) - corners, axis=1)


def find_homography(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The projective map that takes four points to four others.

    Args:
        source (np.ndarray): Points (x, y), (4, 2), no three of them on a line.
        target (np.ndarray): Where they go, (4, 2).

    Returns:
        np.ndarray: Float64 (3, 3).
    """
    return cv2.getPerspectiveTransform(np.asarray(source, np.float32), np.asarray(target, np.float32))


def map_points(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Maps points by a homography.

    Args:
        matrix (np.ndarray): (3, 3).
        points (np.ndarray): (x, y), (..., 2).

    Returns:
        np.ndarray: The mapped points, float64, in the same shape.
    """
    mapped = np.asarray(points, np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return mapped[..., :2] / mapped[..., 2:]


def quadrilateral_iou(first: np.ndarray, second: np.ndarray) -> float:
    """Intersection over union of two convex quadrilaterals, exact, 0..1.

    Args:
        first (np.ndarray): Float (4, 2), in order around the outline.
        second (np.ndarray): Float (4, 2), in order around the outline.
    """
    origin = np.minimum(np.min(first, axis=0), np.min(second, axis=0))
    shifted = [np.asarray(quad - origin, np.float32) for quad in (first, second)]
    intersection, _ = cv2.intersectConvexConvex(*shifted)
    union = sum(abs(polygon_area(quad)) for quad in shifted) - intersection
    return float(intersection / union) if union > 0 else 0.0


def order_corners(corners: np.ndarray, square_aspect: float = 1.5) -> np.ndarray:
    """Orders four corners as seen on the plate: top-left, top-right, bottom-right, bottom-left.

    A mask does not show which way its lettering runs, so the reading direction is assumed:

    - On a plate clearly longer than high the text runs along the longer sides, from left to right in the
      picture (downwards when the plate stands exactly upright). A plate turned by more than 90 degrees is
      read upside down.
    - On a plate with a side ratio below ``square_aspect`` (two-line plates, plates seen from the side) the
      longer side says nothing: the text runs along the sides closest to the picture's horizontal. Such a
      plate turned by more than 45 degrees is read sideways.

    Args:
        corners (np.ndarray): Float (4, 2), a convex quadrilateral, in order around it, either way.
        square_aspect (float): Ratio of longer to shorter sides below which a plate counts as square.

    Returns:
        np.ndarray: Float32 (4, 2).

    Raises:
        ValueError: Not four points.
    """
    corners = np.asarray(corners, np.float64)
    if corners.shape != (4, 2):
        raise ValueError(f'corners must have the shape (4, 2), got {corners.shape}')
    if polygon_area(corners) < 0:
        corners = corners[::-1]
    sides = following_points(corners) - corners
    lengths = np.linalg.norm(sides, axis=1)
    first_pair, second_pair = lengths[0] + lengths[2], lengths[1] + lengths[3]
    # Direction of reading if side i were the top, as the mean of that side and the reversed opposite one.
    directions = sides - sides[[2, 3, 0, 1]]
    if max(first_pair, second_pair) < square_aspect * max(min(first_pair, second_pair), 1e-6):
        top = int(np.argmax(directions[:, 0] / np.maximum(np.linalg.norm(directions, axis=1), 1e-6)))
    else:
        pair = (0, 2) if first_pair >= second_pair else (1, 3)
        rightward = [(round(float(directions[side, 0]), 4), float(directions[side, 1])) for side in pair]
        top = pair[int(rightward[1] > rightward[0])]
    return np.roll(corners, -top, axis=0).astype(np.float32)
