"""Plates that were found several times, each once."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from mmlp.plates import Plate, polygon_area

#: Two outlines of which the smaller lies to more than this share in the larger are of the same plate.
_SAME = 0.5


def drop_repeated(plates: Iterable[Plate], period: float | None = None) -> list[Plate]:
    """Keeps the first of plates that lie over one another.

    Args:
        plates (Iterable[Plate]): Plates, the better ones first.
        period (float, optional): Pixels after which x begins anew, in a picture of all directions. Default:
            None, never.

    Returns:
        list[Plate]: Those that share at most half of the smaller outline with an earlier one.
    """
    kept: list[Plate] = []
    for plate in plates:
        if all(_shared(plate, other, period) <= _SAME for other in kept):
            kept.append(plate)
    return kept


def _shared(plate: Plate, other: Plate, period: float | None) -> float:
    """Share of the smaller of two plates that lies in the larger, by their convex hulls."""
    first, second = (cv2.convexHull(each.polygon)[:, 0] for each in (plate, other))
    if period is not None:
        rounds = round(float(second[:, 0].mean() - first[:, 0].mean()) / period)
        first = first + np.float32((period * rounds, 0))
    if (first.max(axis=0) < second.min(axis=0)).any() or (second.max(axis=0) < first.min(axis=0)).any():
        return 0.0
    origin = first.min(axis=0)
    common, _ = cv2.intersectConvexConvex(first - origin, second - origin)
    return common / max(min(abs(polygon_area(first)), abs(polygon_area(second))), 1e-6)
