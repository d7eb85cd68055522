import numpy as np
import pytest
import torch
from helpers.plate_samples import box_plate
from torchvision.ops import box_iou

from mmlp.evaluation import box_ious, boxes_of_components, boxes_of_plates, measure_covers, tally_plates
from mmlp.plates import covered_pixels, redact


def blank(height=120, width=200):
    return np.zeros((height, width), np.uint8)


def test_a_picture_worked_by_hand():
    target = blank()
    target[10:20, 10:50] = 1  # 40 x 10, found two columns too far right
    target[40:60, 100:180] = 1  # 80 x 20, missed but for its left quarter
    plates = [box_plate(150, 90, 170, 95), box_plate(12, 10, 52, 20), box_plate(100, 40, 120, 60)]
    tally = tally_plates(plates, target, margin=0)
    assert tally.pixels == 120 * 200
    np.testing.assert_allclose(tally.heights, [10, 20])
    np.testing.assert_array_equal(tally.boxes, [(10, 10, 50, 20), (100, 40, 180, 60)])
    np.testing.assert_array_equal(tally.matches, [1, -1])
    np.testing.assert_array_equal(tally.found, [True, False])
    np.testing.assert_allclose(tally.ious, [380 / 420, 0])
    assert tally.intersection == 380 + 400
    assert tally.union == 420 + 1600 + 100
    # Both are false, one on nothing; they are 5 and, turned by a quarter, 20 pixels high.
    np.testing.assert_array_equal(tally.false, [0, 2])
    np.testing.assert_allclose(tally.false_heights, [5, 20])
    np.testing.assert_array_equal(tally.needless, [0])
    assert tally.needless_pixels == tally.needless_areas.sum() >= 100


def test_what_is_covered_is_what_is_painted():
    target = blank()
    target[10:20, 10:50] = 1
    target[40:60, 100:180] = 1
    plates = [box_plate(12, 10, 52, 20), box_plate(100, 40, 120, 60), box_plate(150, 90, 170, 95)]
    for margin in (0, 10, 25):
        painted = redact(blank(), plates, 'solid', color=(1,), margin=margin) > 0
        tally = tally_plates(plates, target, margin)
        expected = [painted[10:20, 10:50].mean(), painted[40:60, 100:180].mean()]
        np.testing.assert_allclose(tally.covered, expected)
        assert tally.needless_pixels == painted[70:].sum()
        window, pixels = covered_pixels(plates[0], target.shape, margin)
        alone = redact(blank(), plates[:1], 'solid', color=(1,), margin=margin) > 0
        assert (alone[window] == pixels).all() and alone.sum() == pixels.sum()
    assert tally.covered[0] == 1  # 25 % of 10 pixels are more than the two columns that are left open
    # The first plate's cover has its own area; the other's hides too little of it to be its own.
    np.testing.assert_allclose(tally.times_the_plate, [alone.sum() / 400])


def test_covers_of_one_plate_are_counted_together():
    labels = np.zeros((60, 100), np.int32)
    labels[20:30, 20:60] = 1
    halves = [box_plate(20, 20, 42, 30), box_plate(38, 20, 60, 30)]
    together = redact(np.zeros((60, 100), np.uint8), halves, 'solid', color=(1,), margin=10) > 0
    covers = measure_covers(halves, labels, 1, 10)
    assert covers.shares == 1 and covers.times_the_plate == together.sum() / 400
    assert not len(covers.needless) and covers.needless_pixels == 0


def test_a_find_outside_of_the_picture_is_false_and_covers_nothing():
    tally = tally_plates([box_plate(300, 300, 340, 310), box_plate(-50, -50, -10, -40)], blank())
    assert len(tally.false) == 2 and not len(tally.needless) and tally.needless_pixels == 0


def test_ignored_ground_is_neither_missed_nor_false():
    target = blank()
    target[10:30, 10:70] = 255
    target[60:80, 10:70] = 255
    target[64:76, 20:60] = 1  # the inner part of a box, the rim is ignored
    plates = [box_plate(12, 12, 60, 28), box_plate(10, 60, 70, 80), box_plate(40, 20, 100, 30)]
    tally = tally_plates(plates, target, margin=0)
    # A find on the whole box overlaps with its inner part by 0.4 alone, but what is ignored does not count.
    np.testing.assert_array_equal(tally.matches, [1])
    np.testing.assert_allclose(tally.ious, [1])
    # The first lies on ignored ground; of the last the lesser half does.
    np.testing.assert_array_equal(tally.false, [] if (30 * 10) * 2 > 60 * 10 else [2])
    assert tally.intersection == 40 * 12 and tally.union == 40 * 12 + 300
    assert not len(tally.needless)
    assert not len(tally_plates([box_plate(39, 20, 99, 30)], target).false)


def test_pictures_without_plates_and_without_finds():
    empty = tally_plates([], blank())
    assert (empty.intersection, empty.union, len(empty.heights), len(empty.false)) == (0, 0, 0, 0)
    ignored = tally_plates([box_plate(10, 10, 50, 20)], np.full((120, 200), 255, np.uint8))
    assert (len(ignored.heights), len(ignored.false), len(ignored.needless)) == (0, 0, 0)
    alone = tally_plates([box_plate(10, 10, 50, 20)], blank())
    assert (len(alone.false), len(alone.needless), alone.union) == (1, 1, 400)


def test_one_find_finds_one_plate():
    target = blank()
    target[10:20, 10:30] = target[10:20, 31:51] = 1
    tally = tally_plates([box_plate(10, 10, 51, 20)], target, match_iou=0.4)
    np.testing.assert_array_equal(tally.matches, [0, -1])
    np.testing.assert_array_equal(tally.covered, [1, 1])


def test_boxes_overlap_as_those_of_torchvision():
    rng = np.random.default_rng(0)
    first, second = (np.sort(rng.integers(0, 50, (n, 2, 2)), axis=1).reshape(n, 4) for n in (30, 20))
    first, second = (boxes + np.array((0.0, 0, 1, 1)) for boxes in (first, second))
    expected = box_iou(torch.from_numpy(first), torch.from_numpy(second)).numpy()
    np.testing.assert_allclose(box_ious(first, second), expected, atol=1e-15)
    assert box_ious(first[:0], second).shape == (0, 20)


@pytest.mark.parametrize('box', [(3, 5, 20, 11), (0, 0, 1, 1)])
def test_boxes_of_a_mask_and_of_a_plate_are_counted_alike(box):
    left, top, right, bottom = box
    target = blank()
    target[top:bottom, left:right] = 1
    np.testing.assert_array_equal(boxes_of_components(target), [box])
    np.testing.assert_array_equal(boxes_of_plates([box_plate(*box)]), [box])
    assert boxes_of_components(blank()).shape == boxes_of_plates([]).shape == (0, 4)
