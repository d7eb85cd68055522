"""What the detection candidates."""

from __future__ import annotations

import time

import numpy as np
import pytest

from mmlp.apis import Search
from mmlp.apis.plate_extraction import _join_overlapping
from mmlp.apis.probability_maps import ProbabilityMap
from mmlp.apis.zoom_in import _join, find_candidates


def make_map(*plates):
    values = np.zeros((60, 100), np.float32)
    for (left, top, right, bottom), probability in plates:
        values[top:bottom, left:right] = probability
    return ProbabilityMap.over_box(values, (0, 0, 200, 120))


def find(probability_map, floor=0.2, threshold=0.5, below=32):
    return find_candidates(
        probability_map,
        Search(candidate_threshold=floor, zoom_in_below=below),
        threshold,
        min_area=16,
        min_score=0.7,
    )


WIDE, NARROW, FAINT = (40, 30, 80, 42), (5, 8, 15, 12), (90, 50, 100, 60)


def test_candidates_and_what_is_seen_well():
    probability_map = make_map((WIDE, 0.9), (NARROW, 0.8), (FAINT, 0.3))
    assert find(probability_map) == ([NARROW, FAINT], [WIDE])
    assert find(probability_map, below=10) == ([], []), 'all that are plates are seen well'
    assert find(probability_map, floor=0.4) == ([NARROW], [WIDE])


@pytest.mark.parametrize(('probability', 'expected'), [(0.1, []), (0.3, [FAINT]), (0.6, [FAINT])])
def test_without_a_plate_all_candidates_are_zoomed_in_on(probability, expected):
    assert find(make_map((FAINT, probability))) == (expected, [])


def test_a_plate_below_the_floor_is_a_plate():
    # As for anonymisation, with a threshold lower than the floor: the wide plate is seen well.
    probability_map = make_map((WIDE, 0.15), (NARROW, 0.9))
    boxes = find_candidates(probability_map, Search(zoom_in_below=5), 0.1, min_area=16, min_score=0.12)
    assert boxes == ([], [])


def area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def join_by_definition(boxes):
    """The first two boxes that together take no more than apart become one, again and again."""
    boxes = list(boxes)
    while True:
        pairs = ((i, j) for i in range(len(boxes)) for j in range(i + 1, len(boxes)))
        for i, j in pairs:
            both = (*map(min, boxes[i][:2], boxes[j][:2]), *map(max, boxes[i][2:], boxes[j][2:]))
            if area(both) <= area(boxes[i]) + area(boxes[j]):
                boxes[i] = both
                del boxes[j]
                break
        else:
            return boxes


@pytest.mark.parametrize('seed', range(30))
def test_boxes_are_joined_as_defined(seed):
    generator = np.random.default_rng(seed)
    starts = generator.integers(0, generator.integers(60, 400), (generator.integers(0, 30), 2))
    sizes = generator.integers(1, 90, starts.shape)
    boxes = [(*start, *stop) for start, stop in zip(starts.tolist(), (starts + sizes).tolist())]
    assert _join(boxes) == join_by_definition(boxes)


def test_thousands_of_candidates_take_no_minutes():
    starts = np.random.default_rng(0).integers(0, 6000, (1500, 2)).tolist()
    started = time.monotonic()
    boxes = _join([(x, y, x + 50, y + 40) for x, y in starts])
    joined = _join_overlapping([(x, y, x + 20.0, y + 8.0, 1.0, 1.0) for x, y in starts])
    assert len(boxes) < 1500 and len(joined) < 1500
    assert time.monotonic() - started < 20  # One by one they would take minutes.
