"""Zooming in on those parts of a picture where the detection shows candidates for plates."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator

import cv2
import numpy as np

from mmlp.plates.boxes import box_intersection, box_union
from mmlp.plates.components import label_components

from .probability_maps import ProbabilityMap
from .settings import Search

#: Values of the detection that are shown around a candidate: plates are known by what is around them.
_MARGIN = 16
#: Sides of the windows are multiples of this at the larger size, as the network's strides are.
_MULTIPLE = 32

#: Left, top, right, bottom.
Box = tuple[int, int, int, int]


def find_candidates(
    probability_map: ProbabilityMap, search: Search, threshold: float, min_area: int, min_score: float
) -> tuple[list[Box], list[Box]]:
    """Finds what may be a plate and is too small to tell.

    Args:
        probability_map (ProbabilityMap): What the detection saw.
        search (Search): Has ``candidate_threshold``, and ``zoom_in_below``: wider plates are seen well.
        threshold (float): Probability in 0..1 above which a pixel is plate.
        min_area (int): Least number of values of a plate.
        min_score (float): Least mean probability of a plate.

    Returns:
        tuple[list[Box], list[Box]]: Boxes in values of the map: of candidates, none when it shows plates and
        all of them well; and of what is seen well.
    """
    labels, stats = label_components(probability_map.values > threshold)
    inside = labels > 0
    sums = np.bincount(labels[inside] - 1, weights=probability_map.values[inside], minlength=len(stats))
    areas = stats[:, cv2.CC_STAT_AREA]
    plates = (areas >= min_area) & (sums >= min_score * areas)
    well = plates & (stats[:, cv2.CC_STAT_WIDTH] >= search.zoom_in_below)
    if plates.any() and (plates == well).all():
        return [], []
    candidates, boxes_of_candidates = label_components(probability_map.values > search.candidate_threshold)
    settled = set(candidates[np.append(False, well)[labels]].tolist())
    boxes: tuple[list[Box], list[Box]] = ([], [])
    for label, (left, top, width, height, _) in enumerate(boxes_of_candidates.tolist(), start=1):
        boxes[label in settled].append((left, top, left + width, top + height))
    return boxes


def plan_windows(
    candidates: list[Box],
    settled: list[Box],
    probability_map: ProbabilityMap,
    shape: tuple[int, int],
    size: tuple[int, int],
) -> Iterator[tuple[Box, tuple[int, int]]]:
    """Lays out windows to zoom in on: candidates with what is around them, near ones together.

    Args:
        candidates (list[Box]): What to zoom in on, in values of the map.
        settled (list[Box]): What is seen well; a window that would cut through it shows it as a whole.
        probability_map (ProbabilityMap): The detection's map of the whole picture.
        shape (tuple[int, int]): Height and width of the picture.
        size (tuple[int, int]): Height and width of the whole picture at the larger size.

    Yields:
        tuple[Box, tuple[int, int]]: A box in picture pixels, and the height and width for the network.
    """
    rows, columns = probability_map.values.shape
    wide = [
        (max(x - _MARGIN, 0), max(y - _MARGIN, 0), min(right + _MARGIN, columns), min(bottom + _MARGIN, rows))
        for x, y, right, bottom in candidates
    ]
    for left, top, right, bottom in _keep_whole(wide, settled):
        x, x_stop, width = _span(left / columns, right / columns, shape[1], size[1])
        y, y_stop, height = _span(top / rows, bottom / rows, shape[0], size[0])
        yield (x, y, x_stop, y_stop), (height, width)


def _span(start: float, stop: float, length: int, size: int) -> tuple[int, int, int]:
    """Start and stop of a part of a side in pixels, widened to full multiples, and its enlarged length."""
    pixels = math.ceil((stop - start) * size / _MULTIPLE) * _MULTIPLE
    if pixels >= size:
        return 0, length, size
    window = min(round(pixels * length / size), length)
    first = min(max(round((start + stop) / 2 * length - window / 2), 0), length - window)
    return first, first + window, pixels


def _keep_whole(windows: list[Box], settled: list[Box]) -> list[Box]:
    """Joins windows, and widens them until none cuts through what is seen well."""
    while True:
        grown = _join([functools.reduce(_take_in, settled, window) for window in windows])
        if grown == windows:
            return grown
        windows = grown


def _take_in(window: Box, box: Box) -> Box:
    """Widens a window over a box that it touches."""
    return box_union(window, box) if box_intersection(window, box) else window


def _join(boxes: list[Box]) -> list[Box]:
    """Joins boxes until it would cost more to show any two of them together.

    The first two that may be joined are, then the first two of what there is, and so on. A pair that may not
    be joined is not compared again before one of the two grows.
    """
    places = np.array(boxes, np.int64).reshape(-1, 4)
    is_there = np.ones(len(places), bool)

    def partner(row: int, start: int, stop: int) -> int | None:
        """The first box among some that may be joined with one."""
        others = places[start:stop]
        both = np.maximum(places[row, 2:], others[:, 2:]) - np.minimum(places[row, :2], others[:, :2])
        sizes = others[:, 2:] - others[:, :2]
        own = (places[row, 2:] - places[row, :2]).prod()
        found = np.flatnonzero((both.prod(axis=1) <= own + sizes.prod(axis=1)) & is_there[start:stop])
        return start + int(found[0]) if found.size else None

    def take(row: int, other: int) -> None:
        places[row, :2] = np.minimum(places[row, :2], places[other, :2])
        places[row, 2:] = np.maximum(places[row, 2:], places[other, 2:])
        is_there[other] = False

    for first in range(len(places)):
        row = first
        while is_there[row] and (other := partner(row, row + 1, len(places))) is not None:
            take(row, other)
            while (before := partner(row, 0, row)) is not None:
                take(before, row)
                row = before
    return [tuple(box) for box in places[is_there].tolist()]
