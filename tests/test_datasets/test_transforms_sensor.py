import io

import numpy as np
import pytest
from PIL import Image

from mmlp.datasets.transforms import JPEGCompression, RandomDownscale, RandomNoise


@pytest.mark.parametrize(('read_std', 'shot_gain'), [(6.0, 0.0), (0.0, 0.5), (4.0, 0.3)])
@pytest.mark.parametrize('level', [60, 128, 190])
def test_noise_has_the_stated_variance_and_no_bias(read_std, shot_gain, level):
    img = np.full((120, 120, 3), level, np.uint8)
    np.random.seed(1)
    noise = RandomNoise(read_std=(read_std,) * 2, shot_gain=(shot_gain,) * 2, prob=1.0)
    out = noise({'img': img})['img'].astype(float)
    assert out.mean() == pytest.approx(level, abs=0.25)
    # 1 / 12 comes from rounding to whole levels.
    assert out.var() == pytest.approx(read_std**2 + shot_gain * level + 1 / 12, rel=0.04)
    channels = np.corrcoef(out.reshape(-1, 3).T)
    assert np.abs(channels - np.eye(3)).max() < 0.05


def test_noise_does_not_wrap_around():
    img = np.zeros((40, 40, 3), np.uint8)
    img[20:] = 255
    np.random.seed(0)
    out = RandomNoise(read_std=(10, 10), prob=1.0)({'img': img})['img']
    assert out.dtype == np.uint8
    assert out[:20].max() < 80
    assert out[20:].min() > 150


def test_noise_follows_numpys_seed():
    img = np.full((30, 30, 3), 100, np.uint8)
    noise = RandomNoise(prob=1.0)
    outs = []
    for seed in (5, 5, 6):
        np.random.seed(seed)
        outs.append(noise({'img': img})['img'])
    np.testing.assert_array_equal(outs[0], outs[1])
    assert (outs[0] != outs[2]).any()


@pytest.mark.parametrize('quality', [10, 50, 95])
def test_compression_is_that_of_libjpeg(quality):
    rng = np.random.default_rng(0)
    img = np.kron(rng.integers(0, 256, (8, 10, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    got = JPEGCompression(quality=(quality, quality), prob=1.0)({'img': img.copy()})['img']
    file = io.BytesIO()
    Image.fromarray(img[..., ::-1]).save(file, 'JPEG', quality=quality, subsampling='4:2:0')
    want = np.asarray(Image.open(file))[..., ::-1]
    assert got.shape == img.shape
    assert got.dtype == np.uint8
    assert np.abs(got.astype(int) - want).mean() < 1.5


def test_qualities_are_uniform_integers():
    compression = JPEGCompression(quality=(30, 33), prob=0.5)
    np.random.seed(0)
    draws = [compression._draw({}) for _ in range(2000)]
    assert abs(draws.count(None) / 2000 - 0.5) < 0.05
    for quality in range(30, 34):
        assert abs(draws.count(quality) / 1000 - 0.25) < 0.05
    assert set(draws) == {None, 30, 31, 32, 33}


@pytest.mark.parametrize(
    ('transform', 'arguments'),
    [
        (RandomNoise, {'read_std': (-1, 2)}),
        (RandomNoise, {'shot_gain': 0.5}),
        (RandomNoise, {'prob': 1.1}),
        (JPEGCompression, {'quality': (0, 50)}),
        (JPEGCompression, {'quality': (50, 101)}),
        (JPEGCompression, {'prob': -1}),
    ],
)
def test_bad_parameters_are_refused_by_name(transform, arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        transform(**arguments)


def test_downscaling_keeps_edges_where_they_are():
    # A ramp whose middle, grey level 100, is at column 47.5, half way between two pixels.
    ramp = np.clip(100 + 4.0 * (np.arange(120) - 47.5), 0, 200)
    img = np.repeat(np.rint(ramp).astype(np.uint8)[None, :, None], 60, 0).repeat(3, 2)
    for factor in (1.7, 2.0, 3.3, 5.0):
        out = RandomDownscale(factor=(factor, factor), prob=1.0)({'img': img.copy()})['img']
        assert out.shape == img.shape
        assert out.dtype == np.uint8
        middle = np.interp(100, out[30, 30:70, 0], np.arange(30, 70))
        assert middle == pytest.approx(47.5, abs=0.25)


def test_downscaling_leaves_no_detail_finer_than_the_factor():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 200
    out = RandomDownscale(factor=(4, 4), prob=1.0)({'img': stripes.copy()})['img']
    assert out.std() < 1
    assert out.mean() == pytest.approx(100, abs=1)
    np.testing.assert_array_equal(RandomDownscale(prob=0.0)({'img': stripes.copy()})['img'], stripes)
    np.testing.assert_array_equal(
        RandomDownscale(factor=(1, 1), prob=1.0)({'img': stripes.copy()})['img'], stripes
    )


def test_downscaling_refuses_to_enlarge():
    with pytest.raises(ValueError, match='factor'):
        RandomDownscale(factor=(0.5, 2))
