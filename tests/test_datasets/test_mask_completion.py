"""Masks gone over with a network's finds."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.datasets.mask_completion import CompletionCounts, MaskCompletion
from mmlp.plates import Plate


def find(left, top, right, bottom, score):
    """A find that covers the columns left to right - 1 and the rows top to bottom - 1."""
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32) - 0.5
    return Plate(polygon=corners, corners=corners, score=score, area=float((right - left) * (bottom - top)))


def paint(*boxes, shape=(100, 200)):
    mask = np.zeros(shape, np.uint8)
    for left, top, right, bottom, value in boxes:
        mask[top:bottom, left:right] = value
    return mask


@pytest.mark.parametrize(
    ('width', 'score', 'value', 'counts'),
    [
        (20, 0.90, 1, (0, 0, 1, 0)),
        (20, 0.85, 1, (0, 0, 1, 0)),
        (20, 0.80, 255, (0, 0, 0, 1)),
        (20, 0.74, 0, (0, 0, 0, 0)),
        (47, 0.90, 1, (0, 0, 1, 0)),
        (60, 0.90, 255, (0, 0, 0, 1)),
        (60, 0.80, 0, (0, 0, 0, 0)),
    ],
)
def test_what_nobody_annotated(width, score, value, counts):
    mask = paint()
    completed, counted = MaskCompletion()(mask, [find(30, 40, 30 + width, 50, score)])
    np.testing.assert_array_equal(completed, paint((30, 40, 30 + width, 50, value)))
    assert counted == CompletionCounts(*counts)
    assert not mask.any(), 'the mask that is given stays as it is'


def test_where_an_annotated_plate_and_its_find_disagree_pixels_are_ignored():
    mask = paint((30, 40, 70, 50, 1))
    completed, counted = MaskCompletion()(mask, [find(32, 40, 74, 50, 0.8)])
    expected = paint((30, 40, 74, 50, 255), (32, 40, 70, 50, 1))
    np.testing.assert_array_equal(completed, expected)
    assert counted == CompletionCounts(annotated=1, confirmed=1)


def test_an_ignored_rim_becomes_plate_where_the_find_says_so():
    # The inner part of a box is annotated, its rim ignored.
    mask = paint((30, 40, 70, 50, 255), (34, 42, 66, 48, 1))
    completed, _ = MaskCompletion()(mask, [find(31, 41, 69, 50, 0.9)])
    np.testing.assert_array_equal(completed, paint((30, 40, 70, 50, 255), (31, 41, 69, 50, 1)))


@pytest.mark.parametrize(
    'finds',
    [
        [],
        [find(34, 42, 44, 48, 0.95)],  # less than half of the plate
        [find(0, 0, 120, 100, 0.95)],  # much more than the plate
    ],
)
def test_annotated_plates_that_are_not_found_stay(finds):
    mask = paint((30, 40, 70, 50, 1))
    completed, counted = MaskCompletion()(mask, finds)
    np.testing.assert_array_equal(completed, mask)
    assert counted == CompletionCounts(annotated=1)


def test_ignored_regions_stay():
    mask = paint((30, 40, 70, 50, 255))
    completed, counted = MaskCompletion()(mask, [find(28, 40, 50, 50, 0.95)])
    np.testing.assert_array_equal(completed, mask)
    assert counted == CompletionCounts()


def test_the_surer_of_two_finds_is_drawn_over_the_other():
    plates = [find(30, 40, 50, 50, 0.9), find(40, 40, 60, 50, 0.8)]
    completed, _ = MaskCompletion()(paint(), plates)
    assert (completed[45, 30:50] == 1).all() and (completed[45, 50:60] == 255).all()


@pytest.mark.parametrize(('plate_score', 'ignore_score'), [(0.5, 0.6), (1.1, 0.5), (0.5, -0.1)])
def test_scores_that_contradict_each_other_are_refused(plate_score, ignore_score):
    with pytest.raises(ValueError, match='0 <= ignore_score <= plate_score <= 1, got'):
        MaskCompletion(plate_score, ignore_score)
