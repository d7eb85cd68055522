import cv2
import numpy as np
import pytest

from mmlp.plates import extract_plates, fill_holes, polygon_area, simplify_outline, trace_outline


def test_outline_of_a_rectangle_lies_half_a_pixel_outside():
    mask = np.zeros((20, 30), np.uint8)
    mask[5:11, 7:20] = 1
    outline = trace_outline(mask)
    assert len(outline) == 2 * (6 + 13)
    np.testing.assert_array_equal(outline.min(axis=0), [6.5, 4.5])
    np.testing.assert_array_equal(outline.max(axis=0), [19.5, 10.5])
    # Marching squares cuts an eighth of a pixel off each corner.
    assert polygon_area(outline) == 6 * 13 - 4 / 8


def test_outline_at_the_border_does_not_interpolate():
    mask = np.ones((4, 5), np.uint8)
    outline = trace_outline(mask, np.full((4, 5), 0.9, np.float32))
    np.testing.assert_array_equal(outline.min(axis=0), [-0.5, -0.5])
    np.testing.assert_array_equal(outline.max(axis=0), [4.5, 3.5])


def test_outline_of_a_pixel_and_of_nothing():
    mask = np.zeros((3, 3), np.uint8)
    assert trace_outline(mask).shape == (0, 2)
    mask[1, 1] = 1
    assert len(trace_outline(mask)) == 4


def test_probabilities_give_the_true_edge():
    x = np.arange(40, dtype=np.float32)
    row = np.clip(0.5 + (x - 9.3) / 4, 0, 1) * np.clip(0.5 + (30.8 - x) / 4, 0, 1)
    probability = np.zeros((20, 40), np.float32)
    probability[5:15] = row
    outline = trace_outline(probability > 0.5, probability)
    middle = outline[np.abs(outline[:, 1] - 10) < 3]
    assert middle[:, 0].min() == pytest.approx(9.3, abs=0.01)
    assert middle[:, 0].max() == pytest.approx(30.8, abs=0.01)


@pytest.mark.parametrize('seed', range(5))
def test_area_of_ragged_masks_is_their_pixel_count(seed):
    rng = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(rng.standard_normal((60, 60)), (0, 0), 4)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((noise > 0).astype(np.uint8), connectivity=4)
    mask = fill_holes(labels == 1 + np.argmax(stats[1:, 4]))
    outline = trace_outline(mask)
    assert polygon_area(outline) == pytest.approx(mask.sum(), rel=0.03)
    assert polygon_area(simplify_outline(outline)) == pytest.approx(mask.sum(), rel=0.04)
    assert len(simplify_outline(outline)) < len(outline)


def test_holes_are_filled():
    mask = np.ones((9, 9), np.uint8)
    mask[3:6, 3:6] = 0
    assert fill_holes(np.pad(mask, 1)).sum() == 81


def test_what_is_thinner_than_the_tolerance_keeps_its_outline():
    probability = np.zeros((48, 80), np.float32)
    probability[20, 10:40] = 0.51
    outline = trace_outline(probability > 0.5, probability, 0.5)
    assert len(cv2.approxPolyDP(outline, 0.35, True)) < 3, 'a line would be left'
    np.testing.assert_array_equal(simplify_outline(outline), outline)
    (plate,) = extract_plates(probability)
    assert plate.area == 30
