"""Axis-parallel boxes: left, top, right, bottom, in pixels or any other unit."""

from __future__ import annotations

from collections.abc import Sequence

Box = Sequence[float]


def box_area(box: Box) -> float:
    """Area of a box."""
    return (box[2] - box[0]) * (box[3] - box[1])


def box_intersection(first: Box, second: Box) -> float:
    """Area that two boxes share, 0 if none."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    return max(width, 0) * max(height, 0)


def box_iou(first: Box, second: Box) -> float:
    """Intersection over union of two boxes, 0..1; 0 for boxes without area."""
    shared = box_intersection(first, second)
    return shared / (box_area(first) + box_area(second) - shared) if shared else 0.0


def box_union(first: Box, second: Box) -> tuple[float, float, float, float]:
    """The smallest box around two."""
    return (*map(min, first[:2], second[:2]), *map(max, first[2:], second[2:]))
