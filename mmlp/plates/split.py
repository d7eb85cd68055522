"""Plates that touch in the mask are taken apart."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from .outline import fill_holes, trace_outline
from .quadrilateral import fit_outline

#: A component that a quadrilateral fits this well is one plate.
_GOOD_FIT = 0.85
#: So is one that fills its convex hull this well: plates that touch have notches between them.
_NO_NOTCH = 0.9
#: By how much the parts must fit better than the whole.
_LEAST_GAIN = 0.08
#: Smallest part, as a share of the component: less is a ragged end, not a plate.
_LEAST_SHARE = 0.1


def split_touching(
    mask: np.ndarray, probability: np.ndarray | None = None, level: float = 0.5
) -> list[np.ndarray]:
    """Separates plates that are joined in one component.

    Nothing is done when the component has no notch, filling 0.9 of its convex hull, or when a quadrilateral
    fits it well (IoU of 0.85). Otherwise the component is cut
    in the ways that suggest themselves: where the probability dips, and where it is thin. The cut whose parts
    fit their own quadrilaterals best is made if that is clearly better than the whole. Two plates that touch
    along a whole side, with no dip between them, stay one: their mask does not show them.

    Args:
        mask (np.ndarray): One component, uint8 (H, W) of 0 and 1.
        probability (np.ndarray, optional): Float (H, W), 0..1. Default: None.
        level (float): Probability at which the mask was cut. Default: 0.5.

    Returns:
        list[np.ndarray]: Masks of the parts, uint8 (H, W); just the given one when it is not split.
    """
    filled = fill_holes(mask)
    # Most plates are seen to be one without the search for their quadrilateral, which takes long.
    if _share_of_hull(filled) >= _NO_NOTCH:
        return [mask]
    whole_fit = _fit_quality(filled)
    if whole_fit >= _GOOD_FIT:
        return [mask]
    best, best_fit = [mask], whole_fit + _LEAST_GAIN
    for cores, reach in _suggest_cores(mask, probability, level):
        parts = _grow_cores(mask, cores, reach)
        if len(parts) < 2:
            continue
        areas = [np.count_nonzero(part) for part in parts]
        if min(areas) < _LEAST_SHARE * sum(areas):
            continue
        fit = float(np.average([_fit_quality(fill_holes(part)) for part in parts], weights=areas))
        if fit > best_fit:
            best, best_fit = parts, fit
    return best


def _suggest_cores(
    mask: np.ndarray, probability: np.ndarray | None, level: float
) -> Iterator[tuple[np.ndarray, float]]:
    """Masks that may fall apart into one core a plate, and how far from its core a plate may reach."""
    if probability is not None:
        for share in (0.2, 0.4, 0.6, 0.8):
            yield ((probability > level + share * (1.0 - level)) & (mask > 0)).astype(np.uint8), np.inf
    depth = cv2.distanceTransform(np.pad(fill_holes(mask), 1), cv2.DIST_L2, 5)[1:-1, 1:-1]
    for share in (0.25, 0.4, 0.55, 0.7):
        inset = share * float(depth.max())
        # The corner of a plate is this far from an inset core; half of the bridge is farther.
        yield (depth > inset).astype(np.uint8), 1.45 * inset + 1.0


def _grow_cores(mask: np.ndarray, cores: np.ndarray, reach: float) -> list[np.ndarray]:
    """Gives the pixels of the mask within reach to their nearest core; small cores do not count."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cores)
    least = 0.05 * stats[1:, cv2.CC_STAT_AREA].sum()
    kept = [label for label in range(1, count) if stats[label, cv2.CC_STAT_AREA] >= max(least, 4)]
    if len(kept) < 2:
        return []
    distances = [cv2.distanceTransform((labels != label).astype(np.uint8), cv2.DIST_L2, 5) for label in kept]
    nearest = np.argmin(distances, axis=0)
    near = (np.min(distances, axis=0) <= reach) & (mask > 0)
    return [((nearest == index) & near).astype(np.uint8) for index in range(len(kept))]


def _share_of_hull(mask: np.ndarray) -> float:
    """Area of a mask over that of its convex hull, in pixels."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    hull = cv2.convexHull(np.concatenate(contours))
    return np.count_nonzero(mask) / np.count_nonzero(cv2.fillConvexPoly(np.zeros_like(mask), hull, 1))


def _fit_quality(mask: np.ndarray) -> float:
    outline = trace_outline(mask)
    if len(outline) < 3:
        return 0.0
    return fit_outline(outline)[1]
