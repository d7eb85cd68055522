import numpy as np
import pytest

from mmlp.evaluation import compare_masks, component_height, match_by_iou


def blank(height=40, width=60):
    return np.zeros((height, width), np.uint8)


def test_hand_worked_picture():
    target, prediction = blank(), blank()
    target[2:12, 5:25] = 1  # 10 high, 200 px, found: its lower 8 rows and 2 rows too many
    target[20:28, 30:50] = 1  # 8 high, 160 px, half covered: IoU 80 / 160 = 0.5, still a hit
    target[32:36, 2:14] = 1  # 4 high, 48 px, missed
    prediction[4:14, 5:25] = 1
    prediction[20:24, 30:50] = 1
    prediction[34:39, 40:52] = 1  # false, 5 high, 60 px
    result = compare_masks(prediction, target)
    assert (result.intersection, result.predicted, result.labelled) == (
        160 + 80,
        200 + 80 + 60,
        200 + 160 + 48,
    )
    np.testing.assert_allclose(result.heights, [10, 8, 4])
    np.testing.assert_allclose(result.ious, [160 / 240, 0.5, 0])
    np.testing.assert_allclose(result.coverages, [0.8, 0.5, 0])
    np.testing.assert_allclose(result.false_heights, [5])


def test_a_just_lower_iou_is_a_miss_and_a_false_alarm():
    target, prediction = blank(), blank()
    target[10:20, 10:30] = 1
    prediction[10:20, 20:30] = 1
    prediction[19, 20] = 0
    result = compare_masks(prediction, target)
    np.testing.assert_array_equal(result.ious, [0])
    assert len(result.false_heights) == 1
    assert len(compare_masks(prediction, target, iou_threshold=0.49).false_heights) == 0


def test_diagonal_pixels_are_one_plate():
    target = blank()
    target[3, 3] = target[4, 4] = 1
    result = compare_masks(blank(), target)
    assert len(result.heights) == 1


def test_one_prediction_over_two_plates_finds_the_first_only():
    target, prediction = blank(), blank()
    target[5:15, 5:15] = 1
    target[5:15, 16:26] = 1
    prediction[5:15, 5:15] = prediction[5:15, 16:26] = 1
    prediction[5:15, 15] = 1
    result = compare_masks(prediction, target, iou_threshold=0.4)
    np.testing.assert_allclose(result.ious, [100 / 210, 0])
    np.testing.assert_allclose(result.coverages, [1, 1])
    assert len(result.false_heights) == 0


def test_ignored_pixels_count_nowhere():
    target, prediction = blank(), blank()
    target[10:20, 10:30] = 1
    target[10:20, 20:30] = 255
    prediction[8:22, 20:40] = 1  # 280 px, 100 of them ignored, none on the plate
    result = compare_masks(prediction, target)
    assert (result.intersection, result.predicted, result.labelled) == (0, 180, 100)
    np.testing.assert_array_equal(result.coverages, [0])
    assert len(result.false_heights) == 1


def test_prediction_on_ignored_ground_is_not_false():
    target, prediction = blank(), blank()
    target[10:20, 10:30] = 255
    prediction[9:20, 10:30] = 1
    assert len(compare_masks(prediction, target).false_heights) == 0
    prediction[10:30, 35:36] = 1
    assert len(compare_masks(prediction, target).false_heights) == 1


def test_an_ignored_strip_does_not_cut_a_prediction_in_two():
    target, prediction = blank(), blank()
    target[10:20, 10:50] = 1
    target[10:20, 45:47] = 255
    prediction[10:20, 10:50] = 1
    result = compare_masks(prediction, target)
    assert len(result.false_heights) == 0
    assert result.ious.max() == pytest.approx(350 / 380)  # ground truth in two parts, 350 and 30 px


def test_min_area_leaves_small_plates_and_small_predictions_out():
    target, prediction = blank(), blank()
    target[5:8, 5:9] = 1  # 12 px
    prediction[5:8, 5:9] = 1
    prediction[30:33, 30:33] = 1  # 9 px
    assert len(compare_masks(prediction, target).heights) == 1
    assert len(compare_masks(prediction, target).false_heights) == 1
    result = compare_masks(prediction, target, min_area=12)
    assert (len(result.heights), len(result.false_heights)) == (1, 0)
    result = compare_masks(prediction, target, min_area=13)
    assert (len(result.heights), len(result.false_heights)) == (0, 0)
    assert result.intersection == 12


def test_empty_masks():
    result = compare_masks(blank(), blank())
    assert (result.intersection, result.predicted, result.labelled) == (0, 0, 0)
    assert len(result.heights) == len(result.ious) == len(result.false_heights) == 0


@pytest.mark.parametrize('angle', [0, 20, 45, -70])
def test_height_of_a_rotated_plate(angle):
    # Pixels whose centres lie inside: cv2.fillPoly would add a rim.
    y, x = np.mgrid[-100:100, -100:100]
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    along, across = x * cosine + y * sine + 0.25, y * cosine - x * sine + 0.25
    mask = (np.abs(along) < 60) & (np.abs(across) < 12)
    assert component_height(mask) == pytest.approx(24, abs=1.0)


def test_height_of_pixels_and_lines():
    mask = blank()
    mask[3, 3] = 1
    assert component_height(mask) == 1
    mask[3, 3:20] = 1
    assert component_height(mask) == 1
    assert component_height(blank()) == 0


def test_match_by_iou_ties_go_to_the_lower_row_then_column():
    assert match_by_iou(np.array([[0.5], [0.5]])) == [(0, 0)]
    assert match_by_iou(np.array([[0.5, 0.5]])) == [(0, 0)]
    assert match_by_iou(np.array([[0.3, 0.45], [0.0, 0.4]]), 0.2) == [(0, 1)]
    assert match_by_iou(np.zeros((2, 3)), 0.0) == []


def test_bad_masks_are_answered():
    with pytest.raises(ValueError, match='one size'):
        compare_masks(blank(), blank(10, 10))
    target = blank()
    target[0, 0] = 128
    with pytest.raises(ValueError, match='128'):
        compare_masks(blank(), target)
