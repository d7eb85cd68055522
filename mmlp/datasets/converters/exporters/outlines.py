"""Outlines of masks along the edges of pixels, so that filling them gives the mask back."""

from __future__ import annotations

import cv2
import numpy as np

from ..raster import fill
from ..shapes import area

#: Least IoU of a simplified outline, filled, with the pixels that it was drawn around.
LEAST_IOU = 0.99
#: How far a simplified outline may stray, in pixels; the largest that keeps the IoU is taken.
_STEPS = (8.0, 6.0, 4.0, 3.0, 2.0, 1.5, 1.0, 0.75, 0.5)
_RIGHT, _DOWN, _LEFT, _UP = range(4)
_STEP = ((1, 0), (0, 1), (-1, 0), (0, -1))


def outline_regions(mask: np.ndarray, min_area: int = 0) -> list[np.ndarray]:
    """Draws an outline around every connected region of a mask.

    Regions that touch at a corner only are two. A hole is joined to its outline by a cut without width, so
    that one closed outline holds it.

    Args:
        mask: bool array of shape (H, W).
        min_area: Regions of fewer pixels are left out.

    Returns:
        float64 arrays of shape (N, 2), x then y from the picture's corner, clockwise; simplified as far as
        the filled outline agrees with the region at an IoU of 0.99 or more.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    outlines = []
    for label in range(1, count):
        left, top, width, height, pixels = stats[label]
        if pixels < min_area:
            continue
        window = labels[top : top + height, left : left + width] == label
        outlines.append(_simplify(window) + np.array([left, top]))
    return outlines


def _simplify(region: np.ndarray) -> np.ndarray:
    loops = sorted(trace(region), key=area, reverse=True)
    height, width = region.shape
    for step in _STEPS:
        simple = [cv2.approxPolyDP(loop.astype(np.float32), step, True)[:, 0] for loop in loops]
        if len(simple[0]) < 3:
            continue
        outline = _join([loop.astype(np.float64) for loop in simple if len(loop) >= 3])
        filled = fill([outline], width, height)
        painted = np.zeros_like(region)
        filled.paint(painted, True)
        if (painted & region).sum() >= LEAST_IOU * (painted | region).sum():
            return outline
    return _join(loops)


def trace(region: np.ndarray) -> list[np.ndarray]:
    """Follows the edges between pixels inside and outside.

    Args:
        region: bool array of shape (H, W).

    Returns:
        Closed loops of corner points, float64 of shape (N, 2): the outer one clockwise (positive area),
        those around holes counter-clockwise. Straight runs have no points in between.
    """
    padded = np.pad(region, 1)
    inside = padded[1:-1, 1:-1]
    starts: dict[tuple[int, int], list[int]] = {}
    # Walked with the region on the right-hand side.
    for direction, outside, shift in (
        (_RIGHT, padded[:-2, 1:-1], (0, 0)),
        (_DOWN, padded[1:-1, 2:], (1, 0)),
        (_LEFT, padded[2:, 1:-1], (1, 1)),
        (_UP, padded[1:-1, :-2], (0, 1)),
    ):
        for y, x in np.argwhere(inside & ~outside).tolist():
            starts.setdefault((x + shift[0], y + shift[1]), []).append(direction)
    loops = []
    while starts:
        loops.append(np.array(_follow(starts), dtype=np.float64))
    return loops


def _follow(starts: dict[tuple[int, int], list[int]]) -> list[tuple[int, int]]:
    """Walks one loop and takes its edges out of ``starts``; returns its corners."""
    # The leftmost of the points left, and of those the topmost, is passed once: a corner that two parts of
    # the region share has something to its left.
    first = point = min(starts)
    corners: list[tuple[int, int]] = []
    heading = None
    while True:
        options = starts[point]
        # At a shared corner, turning right stays on one part.
        turn = options[0] if len(options) == 1 else (heading + 1) % 4
        options.remove(turn)
        if not options:
            del starts[point]
        if turn != heading:
            corners.append(point)
        heading = turn
        point = (point[0] + _STEP[turn][0], point[1] + _STEP[turn][1])
        if point == first:
            return corners


def _join(loops: list[np.ndarray]) -> np.ndarray:
    """One closed outline of an outer loop and the loops around its holes."""
    outline = loops[0]
    for hole in sorted(loops[1:], key=lambda loop: loop[:, 0].min()):
        distances = np.linalg.norm(outline[:, None] - hole[None], axis=2)
        at, to = np.unravel_index(distances.argmin(), distances.shape)
        bridge = np.concatenate([np.roll(hole, -to, axis=0), hole[to : to + 1], outline[at : at + 1]])
        outline = np.concatenate([outline[: at + 1], bridge, outline[at + 1 :]])
    return outline
