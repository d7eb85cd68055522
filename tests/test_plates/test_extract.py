import cv2
import numpy as np
import pytest

from mmlp.plates import extract_plates, quadrilateral_iou, split_touching


def picture_of(*boxes, shape=(80, 160), value=0.9):
    probability = np.full(shape, 0.05, np.float32)
    for left, top, right, bottom in boxes:
        probability[top:bottom, left:right] = value
    return probability


def test_plates_with_score_area_box_and_corners():
    probability = picture_of((10, 10, 50, 20))
    probability[40:60, 100:150] = 0.7
    plates = extract_plates(probability)
    assert [round(plate.score, 3) for plate in plates] == [0.9, 0.7]
    assert [plate.area for plate in plates] == [400, 1000]
    # Between 0.9 inside and 0.05 outside, 0.5 lies 0.4 / 0.85 of a pixel beyond the last row.
    edge = 0.4 / 0.85
    expected = [10 - edge, 10 - edge, 49 + edge, 19 + edge]
    np.testing.assert_allclose(plates[0].box, expected, atol=1e-3)
    np.testing.assert_allclose(plates[0].corners[[0, 2]].ravel(), expected, atol=0.05)


def test_masks_score_one_and_any_nonzero_is_plate():
    mask = np.zeros((40, 60), np.uint8)
    mask[10:20, 10:50] = 255
    (plate,) = extract_plates(mask)
    assert plate.score == 1.0 and plate.area == 400
    np.testing.assert_array_equal(plate.box, [9.5, 9.5, 49.5, 19.5])
    assert len(extract_plates(mask > 0)) == 1


def test_threshold_min_area_and_min_score():
    probability = picture_of((10, 10, 50, 20), value=0.6)
    probability[40:43, 40:45] = 0.95
    assert len(extract_plates(probability)) == 1
    assert len(extract_plates(probability, min_area=15)) == 2
    assert len(extract_plates(probability, 0.7, min_area=15)) == 1
    assert len(extract_plates(probability, min_score=0.7)) == 0


def test_holes_count_for_the_outline_only():
    probability = picture_of((10, 10, 50, 22))
    probability[14:18, 20:30] = 0.0
    (plate,) = extract_plates(probability)
    assert plate.area == 40 * 12 - 40
    assert plate.score == pytest.approx(0.9)
    assert len(plate.polygon) < 16


def test_plate_at_the_picture_border():
    probability = picture_of((0, 0, 40, 12), shape=(12, 100))
    (plate,) = extract_plates(probability)
    np.testing.assert_allclose(plate.box, [-0.5, -0.5, 39 + 0.4 / 0.85, 11.5], atol=1e-3)


def test_touching_plates_with_a_thin_bridge_are_two():
    probability = picture_of((10, 20, 70, 34), (80, 40, 140, 54))
    probability[30:44, 69:81] = 0.0
    cv2.line(probability, (69, 30), (81, 44), 0.9, 3)
    assert len(extract_plates(probability, split=False)) == 1
    plates = sorted(extract_plates(probability), key=lambda plate: plate.box[0])
    assert len(plates) == 2
    for plate, (left, top, right, bottom) in zip(plates, [(9.5, 19.5, 69, 33.5), (80, 39.5, 139.5, 53.5)]):
        truth = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        assert quadrilateral_iou(plate.corners, truth) > 0.95


def test_touching_plates_with_a_dip_in_probability_are_two():
    probability = picture_of((10, 20, 50, 32), (52, 30, 92, 42))
    probability[30:32, 50:52] = 0.55
    probability[20:42, 50:52] = np.maximum(probability[20:42, 50:52], 0.55)
    assert len(extract_plates(probability)) == 2


def test_one_ragged_plate_stays_one():
    rng = np.random.default_rng(0)
    mask = np.zeros((60, 120), np.uint8)
    mask[20:40, 10:110] = 1
    for _ in range(10):
        x = int(rng.integers(10, 110))
        cv2.circle(mask, (x, int(rng.choice([20, 39]))), 4, int(rng.integers(2)), -1)
    assert len(split_touching(mask)) == 1


def test_nothing_and_full():
    assert extract_plates(np.zeros((20, 30), np.float32)) == []
    (plate,) = extract_plates(np.ones((20, 30), np.float32))
    assert plate.area == 600


@pytest.mark.parametrize('bad', [np.full((9, 9), 3.0), np.full((9, 9), -0.1), np.full((9, 9), np.nan)])
def test_logits_are_refused(bad):
    with pytest.raises(ValueError, match=r'0\.\.1'):
        extract_plates(bad)


def test_other_bad_input():
    with pytest.raises(ValueError, match=r'\(H, W\)'):
        extract_plates(np.zeros((1, 9, 9)))
    with pytest.raises(TypeError, match='numpy array'):
        extract_plates([[0.0]])


def test_straight_outlines_where_a_quadrilateral_fits():
    quad = np.array([(20, 20), (80, 26), (79, 44), (19, 38)], np.float32)
    probability = cv2.fillPoly(np.zeros((60, 100), np.float32), [quad.astype(np.int32)], 0.9)
    probability[41:43, 50:54] = 0.0  # a bite out of the lower side
    (ragged,) = extract_plates(probability)
    (straight,) = extract_plates(probability, straighten=0.9)
    assert len(ragged.polygon) > 4
    np.testing.assert_array_equal(straight.polygon, straight.corners)
    assert straight.area == pytest.approx(cv2.contourArea(straight.polygon))
    np.testing.assert_allclose(straight.polygon, quad, atol=1.0)
    (kept,) = extract_plates(probability, straighten=0.999)
    np.testing.assert_array_equal(kept.polygon, ragged.polygon)
    (unfitted,) = extract_plates(probability, straighten=0.9, fit_corners=False)
    np.testing.assert_array_equal(unfitted.polygon, ragged.polygon)


def test_a_low_threshold_leaves_the_surroundings_of_a_sure_plate_out():
    probability = np.zeros((40, 120), np.float32)
    probability[5:35, 5:75] = 0.3  # a car's front
    probability[14:22, 20:60] = 0.96
    probability[10:18, 90:110] = 0.3  # something unsure
    sure, unsure = extract_plates(probability, 0.15)
    assert sure.score == pytest.approx(0.96) and sure.area == 8 * 40
    np.testing.assert_allclose(sure.box, (19.5, 13.5, 59.5, 21.5), atol=0.5)
    assert unsure.score == pytest.approx(0.3) and unsure.area == 8 * 20
    (high,) = extract_plates(probability, 0.55)
    np.testing.assert_allclose(high.box, (19.5, 13.5, 59.5, 21.5), atol=0.5)


def test_faint_edges_do_not_lower_the_score_of_a_sure_plate():
    probability = np.zeros((40, 120), np.float32)
    probability[12:24, 18:62] = 0.4
    probability[14:22, 20:60] = 0.9
    (plate,) = extract_plates(probability, 0.15)
    assert plate.score == pytest.approx(0.9) and plate.area == 12 * 44
