"""From the ragged outline of a plate to its four corners."""

from __future__ import annotations

import cv2
import numpy as np

from .geometry import (
    following_points,
    is_convex,
    order_corners,
    polygon_area,
    preceding_points,
    side_lengths,
)
from .outline import trace_outline

_MAX_POINTS = 800
#: Distance, in plate heights, at which a point stops to count for a side, round by round.
_REACHES = (0.4, 0.25, 0.15, 0.1, 0.08, 0.08)
#: Share of the height at both ends of a side whose points count for no side.
_TRIM = 0.07
#: Overlap with the outline that no second start is tried to beat.
_EXCELLENT = 0.95


def fit_quadrilateral(
    shape: np.ndarray, probability: np.ndarray | None = None, level: float = 0.5
) -> np.ndarray:
    """Fits the quadrilateral that a plate's outline is a ragged drawing of.

    A straight line is fitted to the points of each side by iteratively reweighted least squares. The weights
    are Tukey's biweight with a reach that closes in on the side, which leaves bites, bumps and the rounded
    corners of blurred masks out; the corners are where neighbouring lines meet, with sub-pixel precision. It
    starts from the min-area rectangle and from the convex hull reduced to four corners, and keeps the fit
    that overlaps best with the outline.

    Fall-back, in this order: a side with too few points to fit keeps its line from the start; a fit that
    crosses itself, or overlaps with the outline clearly less than what it started from, is dropped for the
    start; an outline of fewer than eight points, or without area, gets its min-area rectangle.

    Args:
        shape (np.ndarray): The mask of one component, bool or uint8 (H, W), holes allowed; or its outline in
            pixels, float (N, 2).
        probability (np.ndarray, optional): Float (H, W), 0..1, for an outline with sub-pixel precision; only
            with a mask. Default: None.
        level (float): Probability at which the mask was cut. Default: 0.5.

    Returns:
        np.ndarray: Corners float32 (4, 2), see :func:`~mmlp.plates.order_corners`.

    Raises:
        ValueError: The mask is empty, or fewer than three points are given.
    """
    corners, _ = fit_outline(_as_outline(shape, probability, level))
    return corners


def fit_outline(outline: np.ndarray) -> tuple[np.ndarray, float]:
    """Fits a quadrilateral to an outline, see :func:`fit_quadrilateral`, and says how well it fits.

    Args:
        outline (np.ndarray): Float32 (N, 2), N >= 3.

    Returns:
        tuple[np.ndarray, float]: Corners float32 (4, 2), and their IoU with the outline, 0..1.
    """
    rectangle = enclose(outline)
    overlap = _OutlineOverlap(outline)
    if len(outline) < 8 or side_lengths(rectangle).min() < 1.0:
        return order_corners(rectangle), overlap(rectangle)

    points = outline[:: -(-len(outline) // _MAX_POINTS)].astype(np.float64)
    candidates = []
    for make_start in (lambda: rectangle, lambda: reduce_hull(outline)):
        start = make_start()
        if start is None:
            continue
        candidates.append((overlap(start), start))
        fitted = _fit_sides(points, start)
        if fitted is not None:
            fitted_overlap = overlap(fitted)
            # A fit that ignores bumps and bites may overlap a little less than one that follows them.
            candidates.append((fitted_overlap + 0.03, fitted))
            if fitted_overlap > _EXCELLENT:
                break
    _, best = max(candidates, key=lambda candidate: candidate[0])
    return order_corners(best), overlap(best)


def enclose(outline: np.ndarray) -> np.ndarray:
    """Corners of the min-area rectangle of an outline, float32 (N, 2): float64 (4, 2), clockwise."""
    return _clockwise(cv2.boxPoints(cv2.minAreaRect(outline)).astype(np.float64))


def reduce_hull(points: np.ndarray, count: int = 4) -> np.ndarray | None:
    """Reduces a convex hull to a few corners around all points, adding as little area as possible.

    Sides are taken out one at a time, the cheapest first, and their neighbours prolonged until they meet
    (a greedy form of the smallest enclosing polygon).

    Args:
        points (np.ndarray): Float (N, 2).
        count (int): Number of corners. Default: 4.

    Returns:
        np.ndarray | None: Float64 (count, 2), clockwise; None when the hull cannot be reduced so far.
    """
    hull = cv2.convexHull(np.asarray(points, np.float32))
    # Some twenty corners are enough to choose from.
    hull = cv2.approxPolyDP(hull, 0.005 * cv2.arcLength(hull, True), True)[:, 0]
    hull = _clockwise(hull.astype(np.float64))
    while len(hull) > count:
        # Side i runs from hull[i] to hull[i + 1]; without it, sides i - 1 and i + 1 meet in a new corner.
        before, start, end = preceding_points(hull), hull, following_points(hull)
        after = following_points(end)
        corners, turning = _meet(before, start - before, end, after - end)
        forward = np.sum((corners - start) * (start - before), axis=1)
        ahead = turning & (forward >= 0)
        if not ahead.any():
            return None
        ahead_of_start, ahead_of_end = corners - start, end - start
        added = np.abs(ahead_of_start[:, 0] * ahead_of_end[:, 1] - ahead_of_start[:, 1] * ahead_of_end[:, 0])
        side = int(np.argmin(np.where(ahead, added, np.inf)))
        hull[side] = corners[side]
        hull = np.delete(hull, (side + 1) % len(hull), axis=0)
    return hull if len(hull) == count else None


def _as_outline(shape: np.ndarray, probability: np.ndarray | None, level: float) -> np.ndarray:
    shape = np.asarray(shape)
    if shape.ndim == 2 and shape.shape[1] == 2 and np.issubdtype(shape.dtype, np.floating):
        if len(shape) < 3:
            raise ValueError(f'an outline needs at least 3 points, got {len(shape)}')
        return np.ascontiguousarray(shape, np.float32)
    if shape.ndim != 2 or not (shape.dtype == bool or np.issubdtype(shape.dtype, np.integer)):
        raise ValueError(
            'shape must be a mask of bool or integers (H, W), or an outline of floats (N, 2), '
            f'got {shape.dtype} {shape.shape}'
        )
    outline = trace_outline(shape != 0, probability, level)
    if len(outline) == 0:
        raise ValueError('the mask is empty: there is no plate to fit')
    return outline


def _clockwise(corners: np.ndarray) -> np.ndarray:
    return corners if polygon_area(corners) >= 0 else corners[::-1].copy()


def _fit_sides(points: np.ndarray, start: np.ndarray) -> np.ndarray | None:
    """Fits a line to each side of ``start``, float64 (4, 2) clockwise; None when that leads nowhere."""
    # Around the centre second moments are differences of small numbers, not of large ones.
    centre = points.mean(axis=0)
    points, corners = points - centre, start - centre
    x, y = points.T
    moments = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    for reach in _REACHES:
        lengths = np.maximum(side_lengths(corners), 1e-6)
        height = lengths.min()
        directions = (following_points(corners) - corners) / lengths[:, None]
        normals = np.stack([-directions[:, 1], directions[:, 0]], axis=1)
        along = points @ directions.T - (corners * directions).sum(axis=1)
        beside = points @ normals.T - (corners * normals).sum(axis=1)
        # The ends of a side are rounded by blur, and close to the neighbour as well.
        trim = np.minimum(_TRIM * height, 0.3 * lengths)
        cutoff = reach * height + 0.5
        weights = np.maximum(1.0 - (beside / cutoff) ** 2, 0.0) ** 2
        weights *= (along > trim) & (along < lengths - trim)
        origins, ways = _weighted_lines(weights.T @ moments, corners, directions)
        moved, _ = _meet(preceding_points(origins), preceding_points(ways), origins, ways)
        if not np.isfinite(moved).all() or not is_convex(moved):
            return None
        corners = moved
    return corners + centre


def _weighted_lines(
    moments: np.ndarray, corners: np.ndarray, directions: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Total least squares line of each side: points on them and unit directions, float64 (4, 2) each.

    Args:
        moments (np.ndarray): Float64 (4, 6), for each side the weighted sums of 1, x, y, xx, xy and yy.
        corners (np.ndarray): Float64 (4, 2), where the sides begin; kept by sides with too few points.
        directions (np.ndarray): Float64 (4, 2), unit directions of the sides so far.
    """
    totals = moments[:, 0]
    enough = totals >= 2.0
    x, y, xx, xy, yy = (moments[:, 1:] / np.maximum(totals, 1e-9)[:, None]).T
    angles = 0.5 * np.arctan2(2 * (xy - x * y), (xx - x * x) - (yy - y * y))
    found = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    cosines = (found * directions).sum(axis=1)
    # A few points in a clump have no direction of their own: no side turns by more than 30 degrees a round.
    credible = (np.abs(cosines) > 0.866) & enough
    ways = np.where(credible[:, None], found * np.sign(cosines)[:, None], directions)
    return np.where(enough[:, None], np.stack([x, y], axis=1), corners), ways


def _meet(
    first: np.ndarray, first_way: np.ndarray, second: np.ndarray, second_way: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where lines meet, float64 (N, 2), and whether the second turns clockwise from the first, bool (N,)."""
    cross = first_way[:, 0] * second_way[:, 1] - first_way[:, 1] * second_way[:, 0]
    gap = second - first
    steps = (gap[:, 0] * second_way[:, 1] - gap[:, 1] * second_way[:, 0]) / np.where(
        cross == 0, np.nan, cross
    )
    lengths = np.linalg.norm(first_way, axis=1) * np.linalg.norm(second_way, axis=1)
    return first + steps[:, None] * first_way, cross > 1e-6 * lengths


class _OutlineOverlap:
    """IoU of quadrilaterals with one outline, on a raster fine enough for small plates."""

    def __init__(self, outline: np.ndarray) -> None:
        low, high = outline.min(axis=0), outline.max(axis=0)
        extent = high - low
        self.scale = float(np.clip(256.0 / max(extent.max(), 1.0), 0.25, 8.0))
        # Starts may lie around the outline: leave a margin for them.
        self.origin = low - 0.25 * extent - 1.0
        size = np.ceil((1.5 * extent + 2.0) * self.scale).astype(int) + 1
        self.shape = (int(size[1]), int(size[0]))
        self.mask = self._draw(outline)
        self.area = int(np.count_nonzero(self.mask))

    def _draw(self, polygon: np.ndarray) -> np.ndarray:
        points = np.round((polygon - self.origin) * self.scale * 16).astype(np.int32)
        return cv2.fillPoly(np.zeros(self.shape, np.uint8), [points], 1, shift=4)

    def __call__(self, quad: np.ndarray) -> float:
        drawn = self._draw(quad)
        shared = int(np.count_nonzero(drawn & self.mask))
        return shared / max(self.area + int(np.count_nonzero(drawn)) - shared, 1)
