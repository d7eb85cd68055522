"""Boxes against shapes on a raster, and by hand."""

import itertools

import numpy as np
import pytest

from mmlp.plates.boxes import box_area, box_intersection, box_iou, box_union

BOXES = [(0, 0, 4, 3), (2, 1, 6, 5), (4, 0, 6, 3), (1, 1, 2, 2), (5, 5, 7, 7), (3, 3, 3, 6)]


def raster(box):
    grid = np.zeros((8, 8), bool)
    grid[box[1] : box[3], box[0] : box[2]] = True
    return grid


@pytest.mark.parametrize(('first', 'second'), itertools.product(BOXES, BOXES))
def test_areas_are_those_of_a_raster(first, second):
    one, other = raster(first), raster(second)
    shared, together = (one & other).sum(), (one | other).sum()
    assert box_area(first) == one.sum()
    assert box_intersection(first, second) == shared
    assert box_iou(first, second) == pytest.approx(shared / together if shared else 0.0)


def test_union_is_the_smallest_box_around_both():
    assert box_union((0.5, 2, 3, 4), (1, -1, 2, 3)) == (0.5, -1, 3, 4)
    assert box_intersection((0, 0, 1, 1), (0.5, 0.5, 2, 2)) == 0.25
    assert box_iou((0, 0, 0, 0), (0, 0, 0, 0)) == 0.0
