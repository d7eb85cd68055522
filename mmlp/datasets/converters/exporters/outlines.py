"""Outlines of masks that give the mask back when they are filled."""

from __future__ import annotations

import cv2
import numpy as np

from ....plates import trace_outline
from ..limits import MOST_SHAPES
from ..raster import fill
from ..shapes import FormatError

#: Least IoU of a simplified outline, filled, with the pixels that it was drawn around.
LEAST_IOU = 0.985
#: How far a simplified outline may stray, in pixels; the largest that keeps the IoU is taken.
_STEPS = (8.0, 6.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.75, 0.5, 0.36, 0.1)
#: Pixels kept around a region, so that an outline that strays out of it is noticed.
_MARGIN = 12
#: Holes of a region; each is joined to its outline.
_MOST_HOLES = 1000


def outline_regions(mask: np.ndarray, min_area: int = 0) -> list[np.ndarray]:
    """Draws an outline around every connected region of a mask.

    A hole is joined to its outline by a cut without width, so that one closed outline holds it.

    Args:
        mask: bool array of shape (H, W).
        min_area: Regions of fewer pixels are left out.

    Returns:
        float64 arrays of shape (N, 2), x then y from the picture's corner; simplified as far as the filled
        outline agrees with the region at an IoU of 0.985 or more.

    Raises:
        FormatError: There are thousands of regions, or of holes in one.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    kept = [label for label in range(1, count) if stats[label][cv2.CC_STAT_AREA] >= min_area]
    if len(kept) > MOST_SHAPES:
        raise FormatError(
            f'a mask of {len(kept)} regions, more than {MOST_SHAPES}: noise? --min-area leaves small ones out'
        )
    outlines = []
    for label in kept:
        left, top, width, height, _ = stats[label]
        window = np.pad(labels[top : top + height, left : left + width] == label, _MARGIN)
        outlines.append(_outline(window) + np.array([left - _MARGIN, top - _MARGIN]))
    return outlines


def _outline(region: np.ndarray) -> np.ndarray:
    # Centres of the edges between pixels, which scatter around a slanted side; half a pixel to ours, which
    # count from a pixel's corner.
    loops = [trace_outline(part).astype(np.float64) + 0.5 for part in (region, *_holes(region))]
    for step in _STEPS:
        simple = [_fit_sides(loop, step) for loop in loops]
        if len(simple[0]) < 3:
            continue
        outline = _join([loop for loop in simple if len(loop) >= 3])
        painted = np.zeros_like(region)
        fill([outline], *region.shape[::-1]).paint(painted, True)
        if (painted & region).sum() >= LEAST_IOU * (painted | region).sum():
            return outline
    return _join(loops)


def _holes(region: np.ndarray) -> list[np.ndarray]:
    count, labels = cv2.connectedComponents((~region).astype(np.uint8), connectivity=4)
    if count > _MOST_HOLES:
        raise FormatError(f'a region with {count - 2} holes, more than {_MOST_HOLES}: noise?')
    return [labels == label for label in range(1, count) if label != labels[0, 0]]


def _fit_sides(points: np.ndarray, step: float) -> np.ndarray:
    """Straight sides that stray up to ``step`` pixels from a dense loop, each fitted to all of its points."""
    chosen = cv2.approxPolyDP(points.astype(np.float32), step, True)[:, 0]
    if len(chosen) < 3:
        return chosen
    # Centres of edges lie on half pixels, exact in float32, and occur once.
    positions = {tuple(point): index for index, point in enumerate(points.astype(np.float32).tolist())}
    starts = sorted(positions[tuple(point)] for point in chosen.tolist())
    lines = []
    for start, end in zip(starts, [*starts[1:], starts[0] + len(points)]):
        side = np.take(points, np.arange(start, end + 1), axis=0, mode='wrap')
        # The ends belong to both sides; between them, points belong to this one.
        side = side[1:-1] if len(side) > 3 else side
        centre = side.mean(axis=0)
        lines.append((centre, np.linalg.svd(side - centre)[2][0]))
    corners = []
    for position, before, after in zip(starts, [lines[-1], *lines[:-1]], lines):
        crossing = _crossing(before, after)
        near = crossing is not None and np.abs(crossing - points[position]).max() <= step + 1
        corners.append(crossing if near else points[position])
    return np.array(corners)


def _crossing(first: tuple, second: tuple) -> np.ndarray | None:
    """Where two lines (point, direction) cross; None if they are all but parallel."""
    directions = np.stack([first[1], -second[1]], axis=1)
    if abs(np.linalg.det(directions)) < 0.05:
        return None
    along = np.linalg.solve(directions, second[0] - first[0])
    return first[0] + along[0] * first[1]


def _join(loops: list[np.ndarray]) -> np.ndarray:
    """One closed outline of an outer loop and the loops around its holes."""
    outline = loops[0]
    for hole in sorted(loops[1:], key=lambda loop: loop[:, 0].min()):
        distances = np.linalg.norm(outline[:, None] - hole[None], axis=2)
        at, to = np.unravel_index(distances.argmin(), distances.shape)
        bridge = np.concatenate([np.roll(hole, -to, axis=0), hole[to : to + 1], outline[at : at + 1]])
        outline = np.concatenate([outline[: at + 1], bridge, outline[at + 1 :]])
    return outline
