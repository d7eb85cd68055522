import json

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import jaccard_score, precision_score, recall_score

from mmlp.evaluation import PlateTally, summarize_tallies, tally_plates


def tally(heights=(), ious=(), covered=None, false=(), needless=0, area=0, pixels=(0, 0), ratios=()):
    heights, ious = np.array(heights, float), np.array(ious, float)
    return PlateTally(
        pixels=1000,
        intersection=pixels[0],
        union=pixels[1],
        heights=heights,
        boxes=np.zeros((len(heights), 4)),
        matches=np.where(ious > 0, np.arange(len(ious)), -1),
        ious=ious,
        covered=np.array(heights * 0 + 1 if covered is None else covered, float),
        false=np.arange(len(false)),
        false_heights=np.array(false, float),
        times_the_plate=np.array(ratios, float),
        needless=np.arange(needless),
        needless_areas=np.full(needless, area),
        needless_pixels=area * needless,
    )


def test_figures_by_hand():
    figures = summarize_tallies(
        [
            tally([7.9, 8, 64], [0.6, 0, 0.9], [1, 0.95, 0.9499], [30], 1, 100, (300, 400), [1.5, 2]),
            tally([31], [0.8], [1], [], 0, 0, (90, 100), [3]),
            tally(false=[5, 100], needless=2, area=50, pixels=(0, 80)),
            tally(),
        ]
    )
    assert (figures['pictures'], figures['plates'], figures['finds']) == (4, 4, 6)
    assert figures['recall'] | {'interval': None} == {'value': 3 / 4, 'count': 3, 'of': 4, 'interval': None}
    assert figures['precision']['value'] == 3 / 6
    assert figures['covered']['value'] == 3 / 4 and figures['left_readable'] == 1
    assert figures['iou_found']['value'] == pytest.approx((0.6 + 0.9 + 0.8) / 3)
    assert figures['iou_pixels']['value'] == pytest.approx(390 / 580)
    assert figures['iou_per_image']['value'] == pytest.approx((0.75 + 0.9 + 0 + 1) / 4)
    assert figures['needless_covers']['value'] == 3 / 4
    assert figures['needless_area']['value'] == pytest.approx((0.1 + 0.1) / 4)
    assert figures['times_the_plate'] == pytest.approx(np.percentile([1.5, 2, 3], (50, 90)))
    rows = {row['size']: row for row in figures['by_size']}
    assert list(rows) == ['< 8 px', '8 to 16 px', '16 to 32 px', '64 px and more']
    assert [(row['plates'], row['finds']) for row in rows.values()] == [(1, 2), (1, 0), (1, 2), (1, 2)]
    assert rows['< 8 px']['precision']['value'] == rows['16 to 32 px']['precision']['value'] == 0.5
    assert rows['8 to 16 px']['precision']['value'] is None and rows['8 to 16 px']['recall']['value'] == 0
    assert rows['8 to 16 px']['iou_found']['value'] is None
    assert [row['left_readable'] for row in rows.values()] == [0, 0, 0, 1]
    for name in ('iou_found', 'iou_pixels', 'iou_per_image', 'needless_covers', 'needless_area'):
        low, high = figures[name]['interval']
        assert low <= figures[name]['value'] <= high
    # Two pictures of three and one plate, one plate lost: 4 plates at most.
    low, high = figures['recall']['interval']
    assert low <= stats.binomtest(3, 4).proportion_ci(method='wilson').low + 1e-12 and high < 1
    assert json.loads(json.dumps(figures, allow_nan=False))['by_size'][3]['size'] == '64 px and more'


def test_shares_are_those_of_scikit_learn():
    rng = np.random.default_rng(3)
    truth, found = [], []
    tallies = []
    for _ in range(20):
        hit, missed, false = rng.integers(0, 4, 3)
        tallies.append(tally([20.0] * (hit + missed), [0.7] * hit + [0.0] * missed, false=[20.0] * false))
        truth += [1] * (hit + missed) + [0] * false
        found += [1] * hit + [0] * missed + [1] * false
    figures = summarize_tallies(tallies)
    assert figures['recall']['value'] == pytest.approx(recall_score(truth, found))
    assert figures['precision']['value'] == pytest.approx(precision_score(truth, found))


def test_pixels_are_those_of_scikit_learn():
    rng = np.random.default_rng(4)
    targets = [rng.choice([0, 0, 0, 1, 255], (30, 40)).astype(np.uint8) for _ in range(3)]
    figures = summarize_tallies([tally_plates([], target) for target in targets])
    truth = np.concatenate([target[target != 255] for target in targets])
    expected = jaccard_score(truth, np.zeros_like(truth), zero_division=0)
    assert figures['iou_pixels']['value'] == expected == 0


def test_nothing_to_measure_is_none_and_not_a_number():
    figures = summarize_tallies([tally(), tally()])
    for name in ('recall', 'precision', 'covered', 'iou_found', 'iou_pixels'):
        assert figures[name]['value'] is None and figures[name]['interval'] is None
    assert figures['iou_per_image']['value'] == 1 and figures['needless_covers']['value'] == 0
    assert figures['times_the_plate'] is None and figures['by_size'] == []
    json.dumps(figures, allow_nan=False)
