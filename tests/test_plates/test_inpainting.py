"""Normalized convolution against its definition, computed pixel by pixel."""

import numpy as np
import pytest

from mmlp.plates.inpainting import inpaint_smoothly


def picture(dtype=np.uint8, shape=(24, 30, 3)):
    return np.random.default_rng(0).integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_the_weighted_mean_of_what_is_outside(dtype):
    image, sigma = picture(dtype), 2.0
    hole = np.zeros((24, 30), bool)
    hole[8:15, 9:20] = True
    result = inpaint_smoothly(image, hole, sigma)
    ys, xs = np.nonzero(~hole)
    for y, x in ((8, 9), (11, 14), (14, 19), (9, 12)):
        weights = np.exp(-((ys - y) ** 2 + (xs - x) ** 2) / (2 * sigma**2))
        # OpenCV cuts the Gaussian off at 4 sigma in float pictures.
        weights[(abs(ys - y) > 8) | (abs(xs - x) > 8)] = 0
        expected = (weights[:, None] * image[ys, xs]).sum(axis=0) / weights.sum()
        np.testing.assert_allclose(result[y, x], expected, atol=0.005 * np.iinfo(dtype).max)


@pytest.mark.parametrize('sigma', [0.05, 1.0, 4.0, 25.0])
def test_holes_of_any_size_are_filled_from_outside_alone(sigma):
    image = picture(shape=(60, 90, 3))
    hole = np.zeros((60, 90), bool)
    hole[4:56, 5:88] = True
    result = inpaint_smoothly(image, hole, sigma)
    other = np.where(hole[:, :, None], 255 - image, image)
    np.testing.assert_array_equal(inpaint_smoothly(other, hole, sigma), result)
    flat = np.where(hole[:, :, None], image, 77).astype(np.uint8)
    np.testing.assert_array_equal(inpaint_smoothly(flat, hole, sigma), 77)


def test_nothing_outside_gives_the_middle_of_the_range():
    for dtype, middle in ((np.uint8, 128), (np.uint16, 32768)):
        image = picture(dtype, (9, 7, 1))
        np.testing.assert_array_equal(inpaint_smoothly(image, np.ones((9, 7), bool), 2.0), middle)


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_large_pictures_are_filled_alike_in_bands(dtype, monkeypatch):
    ys, xs = np.mgrid[0:300, 0:400]
    image = np.dstack([ys, xs, ys + xs]).astype(float) / 700 * np.iinfo(dtype).max
    image = image.astype(dtype)
    hole = np.zeros((300, 400), bool)
    hole[60:240, 50:350] = True
    expected = inpaint_smoothly(image, hole, 60.0)
    monkeypatch.setattr('mmlp.plates.inpainting._LARGE', 1000)
    monkeypatch.setattr('mmlp.plates.inpainting._WORKING_PIXELS', 20_000)
    result = inpaint_smoothly(image, hole, 60.0)
    assert result.dtype == dtype and result.shape == image.shape
    assert abs(result[hole].astype(float) - expected[hole]).max() < 0.03 * np.iinfo(dtype).max
    other = np.where(hole[:, :, None], np.iinfo(dtype).max - image, image)
    np.testing.assert_array_equal(inpaint_smoothly(other, hole, 60.0), result)
