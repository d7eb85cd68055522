import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import functional as F

from mmlp.datasets.transforms import ColorJitter, RandomGamma
from mmlp.datasets.transforms.color import adjust_brightness, adjust_contrast, adjust_hue, adjust_saturation

STEPS = {
    'brightness': (adjust_brightness, F.adjust_brightness, [0.0, 0.6, 0.75, 1.0, 1.25, 3.0]),
    'contrast': (adjust_contrast, F.adjust_contrast, [0.0, 0.6, 0.75, 1.0, 1.25, 3.0]),
    'saturation': (adjust_saturation, F.adjust_saturation, [0.0, 0.6, 0.75, 1.0, 1.25, 3.0]),
    'hue': (adjust_hue, F.adjust_hue, [-0.5, -0.25, -0.1, 0.0, 0.01, 0.25, 0.5]),
}


@pytest.fixture(scope='module')
def picture():
    """Every kind of colour: uniform noise, plus greys, black, white and pure colours."""
    rng = np.random.default_rng(0)
    img = rng.integers(0, 256, (50, 70, 3), dtype=np.uint8)
    img[:3] = np.arange(70, dtype=np.uint8)[:, None] * 3
    img[3, :8] = np.array(np.meshgrid([0, 255], [0, 255], [0, 255])).reshape(3, 8).T
    return img


def to_tensor(img):
    return torch.from_numpy(img[..., ::-1].copy()).permute(2, 0, 1)


def to_image(tensor):
    return tensor.permute(1, 2, 0).numpy()[..., ::-1]


def largest_difference(a, b):
    return np.abs(a.astype(int) - b.astype(int)).max()


@pytest.mark.parametrize(
    ('name', 'amount'), [(name, amount) for name, (_, _, amounts) in STEPS.items() for amount in amounts]
)
def test_each_step_is_torchvisions(picture, name, amount):
    ours, theirs, _ = STEPS[name]
    before = picture.copy()
    got = ours(picture, amount)
    want = to_image(theirs(to_tensor(picture), amount))
    assert got.dtype == np.uint8
    # Torchvision cuts the decimals of the grey that saturation starts from; a large factor shows it.
    bound = {'brightness': 0, 'saturation': max(1, abs(1 - amount) + 1)}.get(name, 1)
    assert largest_difference(got, want) <= bound
    np.testing.assert_array_equal(picture, before)


def test_whole_jitter_is_torchvisions_with_the_same_amounts(picture):
    jitter = ColorJitter(0.25, 0.25, 0.25, 0.25, prob=1.0)
    for seed in range(20):
        np.random.seed(seed)
        drawn = jitter._draw({})
        assert sorted(index for index, _ in drawn) == [0, 1, 2, 3]
        want = to_tensor(picture)
        for index, amount in drawn:
            want = list(STEPS.values())[index][1](want, amount)
        np.random.seed(seed)
        got = jitter({'img': picture.copy()})['img']
        assert largest_difference(got, to_image(want)) <= 4


def test_amounts_and_orders_have_torchvisions_distribution():
    jitter = ColorJitter(0.25, 0.5, (0.9, 1.0), 0.1, prob=0.25)
    np.random.seed(0)
    draws = [jitter._draw({}) for _ in range(4000)]
    applied = [draw for draw in draws if draw]
    assert abs(len(applied) / len(draws) - 0.25) < 0.03
    for index, (low, high) in enumerate([(0.75, 1.25), (0.5, 1.5), (0.9, 1.0), (-0.1, 0.1)]):
        amounts = np.array([dict(draw)[index] for draw in applied])
        assert low <= amounts.min() < low + 0.02 * (high - low)
        assert high - 0.02 * (high - low) < amounts.max() <= high
        assert abs(amounts.mean() - (low + high) / 2) < 0.03 * (high - low)
    orders = [tuple(index for index, _ in draw) for draw in applied]
    assert len(set(orders)) == 24


def test_a_large_brightness_does_not_go_below_zero():
    assert ColorJitter(brightness=3.0).brightness == (0.0, 4.0)


def test_nothing_asked_for_changes_nothing(picture):
    np.testing.assert_array_equal(ColorJitter()({'img': picture.copy()})['img'], picture)
    np.testing.assert_array_equal(
        ColorJitter(0.5, 0.5, 0.5, 0.5, prob=0)({'img': picture.copy()})['img'], picture
    )


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'brightness': -0.1}, 'brightness'),
        ({'contrast': (1.2, 0.8)}, 'contrast'),
        ({'saturation': (-1.0, 1.0)}, 'saturation'),
        ({'hue': 0.6}, 'hue'),
        ({'prob': 1.5}, 'prob'),
    ],
)
def test_bad_jitter_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ColorJitter(**arguments)


def test_gamma_follows_the_power_law(picture):
    got = RandomGamma(gamma=(2.0, 2.0), prob=1.0)({'img': picture.copy()})['img']
    want = to_image(F.adjust_gamma(to_tensor(picture), 2.0))
    assert largest_difference(got, want) <= 1
    assert got.mean() < picture.mean()


def test_gamma_is_even_on_the_logarithmic_scale():
    gamma = RandomGamma(gamma=(0.5, 2.0), prob=0.5)
    np.random.seed(0)
    draws = [gamma._draw({}) for _ in range(2000)]
    drawn = np.array([draw for draw in draws if draw is not None])
    assert abs(len(drawn) / len(draws) - 0.5) < 0.04
    assert abs((drawn < 1).mean() - 0.5) < 0.05
    with pytest.raises(ValueError, match='gamma'):
        RandomGamma(gamma=(0.0, 2.0))
