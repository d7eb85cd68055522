import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter
from torchvision.transforms import functional as F

from mmlp.datasets.transforms import GaussianBlur, MotionBlur
from mmlp.datasets.transforms.blur import motion_kernel


@pytest.fixture(scope='module')
def picture():
    """Bars and blobs of several sizes, so that every strength of blur shows."""
    y, x = np.mgrid[:80, :110]
    img = 127 + 60 * np.sin(x / 3.0) + 60 * np.cos(y / 7.0 + x / 15)
    img = np.stack([img, img[::-1], img[:, ::-1]], axis=-1)
    img[30:50, 40:70] = (10, 240, 120)
    return np.clip(img, 0, 255).astype(np.uint8)


@pytest.mark.parametrize('radius', [0.5, 1.0, 2.0, 3.5, 5.0])
def test_gaussian_blur_is_the_gaussian_of_that_standard_deviation(picture, radius):
    got = GaussianBlur(radius=(radius, radius), prob=1.0)({'img': picture.copy()})['img']
    size = 2 * int(np.ceil(3 * radius)) + 1
    img = torch.from_numpy(picture).permute(2, 0, 1)
    want = F.gaussian_blur(img, [size, size], [radius, radius]).permute(1, 2, 0).numpy()
    inner = slice(size // 2, -(size // 2))
    assert np.abs(got[inner, inner].astype(int) - want[inner, inner]).max() <= 1
    # Pillow's is three box blurs that come near to a Gaussian; like ours it repeats border pixels.
    want = np.asarray(Image.fromarray(picture).filter(ImageFilter.GaussianBlur(radius)))
    assert np.abs(got.astype(int) - want).mean() < 2


def test_radius_zero_and_probability_zero_change_nothing(picture):
    for blur in (GaussianBlur(radius=(0, 0), prob=1.0), GaussianBlur(prob=0.0), MotionBlur(prob=0.0)):
        np.testing.assert_array_equal(blur({'img': picture.copy()})['img'], picture)


def test_radius_and_probability_are_drawn_as_said():
    blur = GaussianBlur(radius=(0, 5), prob=0.2)
    np.random.seed(0)
    drawn = [blur._draw({}) for _ in range(5000)]
    used = np.array([radius for radius in drawn if radius is not None])
    assert abs(len(used) / len(drawn) - 0.2) < 0.02
    assert used.max() <= 5
    assert abs(used.mean() - 2.5) < 0.15


@pytest.mark.parametrize('angle', [0, 30, 45, 90, -60])
@pytest.mark.parametrize('length', [0.0, 1.0, 4.0, 9.5, 21.0])
def test_motion_kernel_is_a_centred_even_line(length, angle):
    kernel = motion_kernel(length, angle)
    y, x = np.mgrid[: kernel.shape[0], : kernel.shape[1]] - kernel.shape[0] // 2
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    assert (kernel * x).sum() == pytest.approx(0, abs=1e-4)
    assert (kernel * y).sum() == pytest.approx(0, abs=1e-4)
    along = x * np.cos(np.radians(angle)) - y * np.sin(np.radians(angle))
    across = x * np.sin(np.radians(angle)) + y * np.cos(np.radians(angle))
    # Variance of an even line, plus what sharing out between pixels adds (at most a quarter along each axis).
    assert length**2 / 12 - 1e-3 <= (kernel * along**2).sum() <= length**2 / 12 * 1.3 + 0.5
    assert (kernel * across**2).sum() <= 0.5


def test_motion_blur_goes_its_way_only():
    bars = np.zeros((40, 60, 3), np.uint8)
    bars[:, ::2] = 200
    across = MotionBlur(length=(20, 20), angle=(0, 0), prob=1.0)({'img': bars.copy()})['img']
    along = MotionBlur(length=(20, 20), angle=(90, 90), prob=1.0)({'img': bars.copy()})['img']
    assert np.ptp(across[10:30, 15:45].astype(int)) <= 12
    np.testing.assert_array_equal(along, bars)


@pytest.mark.parametrize(
    ('transform', 'arguments'),
    [
        (GaussianBlur, {'radius': (-1, 2)}),
        (GaussianBlur, {'radius': 5}),
        (GaussianBlur, {'prob': -0.1}),
        (MotionBlur, {'length': (9, 3)}),
        (MotionBlur, {'prob': 2}),
    ],
)
def test_bad_parameters_are_refused_by_name(transform, arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        transform(**arguments)
