"""What the first look suspects."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.apis.closer_look import find_suspects
from mmlp.apis.probability_layers import ProbabilityLayer


def make_layer(*plates):
    values = np.zeros((60, 100), np.float32)
    for (left, top, right, bottom), probability in plates:
        values[top:bottom, left:right] = probability
    return ProbabilityLayer.over_box(values, (0, 0, 200, 120))


def find(layer, floor=0.2, threshold=0.5, below=32):
    return find_suspects(layer, floor, threshold, min_area=16, min_score=0.7, below=below)


WIDE, NARROW, FAINT = (40, 30, 80, 42), (5, 8, 15, 12), (90, 50, 100, 60)


def test_suspects_and_what_is_seen_well():
    layer = make_layer((WIDE, 0.9), (NARROW, 0.8), (FAINT, 0.3))
    assert find(layer) == ([NARROW, FAINT], [WIDE])
    assert find(layer, below=10) == ([], []), 'all that are plates are seen well'
    assert find(layer, floor=0.4) == ([NARROW], [WIDE])


@pytest.mark.parametrize(('probability', 'expected'), [(0.1, []), (0.3, [FAINT]), (0.6, [FAINT])])
def test_without_a_plate_all_suspects_are_looked_at(probability, expected):
    assert find(make_layer((FAINT, probability))) == (expected, [])


def test_a_plate_below_the_floor_is_a_plate():
    # As for anonymisation, with a threshold lower than the floor: the wide plate is seen well.
    layer = make_layer((WIDE, 0.15), (NARROW, 0.9))
    boxes = find_suspects(layer, 0.2, 0.1, min_area=16, min_score=0.12, below=5)
    assert boxes == ([], [])
