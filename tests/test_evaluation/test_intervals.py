import numpy as np
import pytest
from scipy import stats

from mmlp.evaluation import bootstrap_interval, resample_sums, wilson_interval


@pytest.mark.parametrize(('hits', 'number'), [(0, 7), (1, 20), (13, 20), (83, 84), (250, 500)])
def test_one_plate_a_picture_is_an_ordinary_share(hits, number):
    each = np.arange(number) < hits
    expected = stats.binomtest(hits, number).proportion_ci(0.95, method='wilson')
    assert wilson_interval(each, np.ones(number)) == pytest.approx(tuple(expected), abs=1e-12)
    narrower = wilson_interval(each, np.ones(number), confidence=0.5)
    assert narrower == pytest.approx(
        tuple(stats.binomtest(hits, number).proportion_ci(0.5, 'wilson')), abs=1e-12
    )


def test_plates_that_share_their_fate_count_as_one_a_picture():
    totals = np.full(30, 4)
    hits = np.where(np.arange(30) < 21, 4, 0)
    expected = stats.binomtest(21, 30).proportion_ci(method='wilson')
    assert wilson_interval(hits, totals) == pytest.approx(tuple(expected), abs=1e-12)


def test_plates_that_differ_within_pictures_count_as_many_as_they_are_and_no_more():
    # Half of each picture's: less spread than of independent plates, which is luck.
    expected = stats.binomtest(60, 120).proportion_ci(method='wilson')
    assert wilson_interval(np.full(30, 2), np.full(30, 4)) == pytest.approx(tuple(expected), abs=1e-12)


def test_where_all_fare_alike_each_picture_counts_once():
    expected = stats.binomtest(10, 10).proportion_ci(method='wilson')
    found = wilson_interval([5] * 10 + [0], [5] * 10 + [0])  # the last one has no plate
    assert found == pytest.approx(tuple(expected), abs=1e-12)
    low, high = wilson_interval([40], [50])
    assert low < 0.25 and high > 0.95  # one picture tells next to nothing, however many plates it has
    assert wilson_interval([0, 0], [0, 0]) is None
    assert wilson_interval([], []) is None


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(0)
    inside = plain = 0
    for _ in range(400):
        # Plates of a picture are alike: beta-binomial with a correlation of 1 / 3.
        totals = rng.integers(1, 9, 60)
        hits = rng.binomial(totals, rng.beta(1.6, 0.4, 60))
        low, high = wilson_interval(hits, totals)
        inside += low <= 0.8 <= high
        low, high = stats.binomtest(int(hits.sum()), int(totals.sum())).proportion_ci(method='wilson')
        plain += low <= 0.8 <= high
    assert inside >= 0.93 * 400 > 0.88 * 400 > plain


def test_resampling_draws_whole_pictures():
    values = np.random.default_rng(1).random((23, 3))
    sums = resample_sums(values, seed=5)
    drawn = np.random.default_rng(5).integers(23, size=(1000, 23))
    np.testing.assert_allclose(sums, values[drawn].sum(axis=1))


def test_bootstrap_of_a_ratio_is_that_of_scipy():
    rng = np.random.default_rng(2)
    values = np.stack([rng.integers(0, 90, 60), rng.integers(90, 200, 60)], axis=1)
    sums = resample_sums(values, resamplings=4000)
    found = bootstrap_interval(sums[:, 0] / sums[:, 1])

    def ratio(top, bottom, axis):
        return top.sum(axis) / bottom.sum(axis)

    expected = stats.bootstrap(
        tuple(values.T), ratio, paired=True, vectorized=True, n_resamples=4000, method='percentile', rng=rng
    ).confidence_interval
    assert found == pytest.approx(tuple(expected), rel=0.02)


def test_resamplings_without_a_score_are_passed_over():
    assert bootstrap_interval([np.nan, 0.5, np.nan]) == (0.5, 0.5)
    assert bootstrap_interval([np.nan]) is None
