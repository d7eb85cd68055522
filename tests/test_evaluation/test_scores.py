import numpy as np
import pytest
from sklearn.metrics import jaccard_score, precision_recall_fscore_support

from mmlp.evaluation import MaskComparison, compare_masks, summarize_scores


def comparison(heights=(), ious=(), coverages=None, false_heights=(), pixels=(0, 0, 0)):
    coverages = ious if coverages is None else coverages
    arrays = [np.array(values, float) for values in (heights, coverages, ious, false_heights)]
    return MaskComparison(*pixels, *arrays)


@pytest.mark.parametrize('seed', range(3))
def test_pixel_scores_equal_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    targets = [rng.choice([0, 0, 0, 1, 255], (23, 17 + i)).astype(np.uint8) for i in range(4)]
    predictions = [rng.random(t.shape) < 0.3 for t in targets]
    scores = summarize_scores([compare_masks(p, t) for p, t in zip(predictions, targets)])
    valid = [t != 255 for t in targets]
    truth = [t[v] for t, v in zip(targets, valid)]
    claims = [p[v].astype(int) for p, v in zip(predictions, valid)]
    flat_truth, flat_claims = np.concatenate(truth), np.concatenate(claims)
    assert scores['plate_iou'] == pytest.approx(100 * jaccard_score(flat_truth, flat_claims), abs=0.0051)
    mean = np.mean([jaccard_score(t, c) for t, c in zip(truth, claims)])
    assert scores['plate_iou_per_image'] == pytest.approx(100 * mean, abs=0.0051)
    expected = precision_recall_fscore_support(flat_truth, flat_claims, average='binary')[:3]
    found = [scores[f'pixel_{name}'] for name in ('precision', 'recall', 'f1')]
    np.testing.assert_allclose(found, 100 * np.array(expected), atol=0.0051)


def test_plate_scores_by_hand():
    scores = summarize_scores(
        [
            comparison([10, 16, 32], [0.9, 0.0, 0.6], [1.0, 0.2, 0.95], [8]),
            comparison([33, 40], [0.7, 0.8], [0.94, 1.0], [20, 50]),
        ]
    )
    assert scores['num_plates'] == 5 and scores['num_found'] == 4 and scores['num_predicted'] == 7
    assert scores['plate_recall'] == 80.0
    assert scores['plate_precision'] == 57.14
    assert scores['plate_f1'] == 66.67
    assert scores['plate_covered'] == 60.0
    by_bin = {
        'lt16': (50.0, 100.0, 66.67, 100.0),
        '16to32': (50.0, 50.0, 50.0, 50.0),
        'gt32': (66.67, 100.0, 80.0, 50.0),
    }
    for name, expected in by_bin.items():
        found = tuple(scores[f'plate_{score}_{name}'] for score in ('precision', 'recall', 'f1', 'covered'))
        assert found == expected, name


def test_per_image_protocol_counts_empty_pictures_as_100():
    scores = summarize_scores(
        [comparison(pixels=(0, 0, 0)), comparison(pixels=(50, 100, 50)), comparison(pixels=(0, 10, 0))]
    )
    assert scores['plate_iou_per_image'] == 50.0  # mean of 100, 50 and 0
    assert scores['plate_iou'] == 45.45  # 50 / 110


def test_a_model_that_finds_nothing_scores_zero():
    target = np.zeros((50, 50), np.uint8)
    target[10:20, 5:45] = 1
    scores = summarize_scores([compare_masks(np.zeros_like(target), target)])
    percent = {name: value for name, value in scores.items() if not name.startswith('num_')}
    assert set(percent.values()) == {0.0}
    assert not any(name.endswith(('_16to32', '_gt32')) for name in percent)


def test_nothing_to_find_and_nothing_predicted_is_perfect():
    empty = np.zeros((9, 9), np.uint8)
    scores = summarize_scores([compare_masks(empty, empty)])
    assert scores['plate_iou'] == scores['plate_f1'] == scores['plate_covered'] == 100.0
    scores = summarize_scores([compare_masks(empty + 1, empty)])
    assert scores['plate_iou'] == scores['plate_f1'] == scores['plate_iou_per_image'] == 0.0


def test_no_picture_at_all_is_not_nan():
    assert not any(np.isnan(value) for value in summarize_scores([]).values())
