import numpy as np
import pytest

from mmlp.datasets.transforms.mask_cache import MaskCache


@pytest.mark.parametrize('seed', range(5))
def test_masks_come_back_as_they_went_in(seed):
    rng = np.random.default_rng(seed)
    mask = np.zeros((70, 90), np.uint8)
    for value in rng.choice([0, 1, 255], 12):
        top, left = rng.integers(0, 60, 2)
        mask[top : top + rng.integers(1, 20), left : left + rng.integers(1, 40)] = value
    mask[rng.integers(0, 70, 30), rng.integers(0, 90, 30)] = 1
    cache = MaskCache(1)
    cache.put('a', mask)
    cache.put('empty', np.zeros((3, 5), np.uint8))
    cache.put('full', np.full((4, 2), 255, np.uint8))
    np.testing.assert_array_equal(cache.get('a'), mask)
    np.testing.assert_array_equal(cache.get('empty'), np.zeros((3, 5), np.uint8))
    np.testing.assert_array_equal(cache.get('full'), np.full((4, 2), 255, np.uint8))
    assert cache.get('other') is None


def test_a_mask_that_was_handed_out_may_be_written_to():
    cache = MaskCache(1)
    cache.put('a', np.eye(6, dtype=np.uint8))
    cache.get('a')[:] = 7
    np.testing.assert_array_equal(cache.get('a'), np.eye(6, dtype=np.uint8))


def test_the_budget_is_kept():
    cache = MaskCache(0.01)
    mask = np.zeros((2000, 3000), np.uint8)
    mask[500:600, 1000:1300] = 1
    for index in range(50):
        cache.put(str(index), mask)
    kept = [index for index in range(50) if cache.get(str(index)) is not None]
    assert kept == list(range(len(kept)))
    assert 5 <= len(kept) <= 12
    noise = np.random.default_rng(0).integers(0, 2, (400, 400), dtype=np.uint8)
    cache.put('noise', noise)
    assert cache.get('noise') is None
    with pytest.raises(ValueError, match='megabytes'):
        MaskCache(-1)
