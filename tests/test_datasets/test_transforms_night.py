import cv2
import numpy as np
import pytest

from mmlp.datasets.transforms import RandomRetroreflection


def _sample() -> dict:
    img = np.empty((40, 60, 3), np.uint8)
    img[:] = (100, 140, 60)
    mask = np.zeros((40, 60), np.uint8)
    mask[10:20, 15:45] = 1
    mask[25:30, 5:15] = 255
    return {'img': img, 'gt_seg_map': mask}


def test_plates_stand_out_of_the_dark_by_the_stated_factors():
    night = RandomRetroreflection(darkness=(0.2, 0.2), contrast=(4, 4), infrared_prob=0.0, prob=1.0)
    day = _sample()
    out = night(_sample())['img'].astype(float)
    mask = day['gt_seg_map']
    inside = cv2.erode((mask > 0).astype(np.uint8), np.ones((3, 3))) > 0
    outside = cv2.dilate((mask > 0).astype(np.uint8), np.ones((3, 3))) == 0
    np.testing.assert_allclose(out[outside], 0.2 * day['img'][outside], atol=0.5)
    np.testing.assert_allclose(out[inside], 0.8 * day['img'][inside], atol=0.5)
    edge = out[10, 30] / day['img'][10, 30]  # the plate's outermost row
    assert ((edge > 0.45) & (edge < 0.75)).all()


def test_no_plate_is_darker_than_the_dark_nor_lit_beyond_the_limit():
    night = RandomRetroreflection(darkness=(0.1, 1.0), contrast=(1, 50), prob=1.0)
    np.random.seed(0)
    draws = np.array([night._draw({})[:2] for _ in range(500)])
    dark, lit = draws.T
    assert dark.min() >= 0.1
    assert dark.max() <= 1.0
    assert (lit >= dark).all()
    assert lit.max() == 1.8
    # Uniform on the logarithmic scale: half of them below the geometric mean of the range.
    assert np.mean(dark < np.sqrt(0.1)) == pytest.approx(0.5, abs=0.07)


def test_infrared_is_grey_and_the_mask_stays():
    night = RandomRetroreflection(infrared_prob=1.0, prob=1.0)
    np.random.seed(0)
    got = night(_sample())
    np.testing.assert_array_equal(got['img'], got['img'][..., :1].repeat(3, axis=2))
    np.testing.assert_array_equal(got['gt_seg_map'], _sample()['gt_seg_map'])
    assert got['img'].dtype == np.uint8


def test_probabilities():
    np.random.seed(0)
    night = RandomRetroreflection(infrared_prob=0.3, prob=0.4)
    draws = [night._draw({}) for _ in range(2000)]
    changed = [draw for draw in draws if draw is not None]
    assert len(changed) / 2000 == pytest.approx(0.4, abs=0.05)
    assert np.mean([infrared for *_, infrared in changed]) == pytest.approx(0.3, abs=0.06)
    sample = _sample()
    assert RandomRetroreflection(prob=0.0)(sample)['img'] is sample['img']


@pytest.mark.parametrize(
    'arguments',
    [{'darkness': (0, 1)}, {'darkness': (0.5, 1.5)}, {'contrast': (0.5, 2)}, {'infrared_prob': 2}],
)
def test_bad_parameters_are_refused_by_name(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        RandomRetroreflection(**arguments)
