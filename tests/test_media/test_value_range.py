"""16-bit pictures that use a part of their range alone are seen as in 8 bits, and keep what they store."""

import cv2
import numpy as np
import pytest
from helpers.tiff_samples import picture as tiff_picture
from helpers.tiff_samples import tiff

from mmlp.media import read_image, write_image
from mmlp.media.value_range import ValueRange, find_value_range


@pytest.fixture
def scene():
    """A smooth picture with all of 8 bits, noise as of a sensor; BGR."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (6, 8, 3)).astype(np.float32)
    return (cv2.resize(coarse, (160, 120)) + rng.normal(0, 3, (120, 160, 3))).clip(0, 255).astype(np.uint8)


@pytest.mark.parametrize('suffix', ['.png', '.tif'])
@pytest.mark.parametrize('bits', [8, 10, 12, 14, 16])
@pytest.mark.parametrize('is_grey', [True, False])
def test_seen_as_in_8_bits_and_stored_as_before(tmp_path, scene, suffix, bits, is_grey):
    plain = scene[:, :, 1] if is_grey else scene
    stored = plain.astype(np.uint16) << (bits - 8)
    stored += np.random.default_rng(1).integers(0, 1 << (bits - 8), stored.shape).astype(np.uint16)
    cv2.imwrite(str(tmp_path / f'a{suffix}'), stored)
    picture = read_image(tmp_path / f'a{suffix}')
    np.testing.assert_array_equal(picture.bgr, np.dstack([plain] * 3) if is_grey else plain)
    edited = np.array(picture.bgr)
    edited[40:60, 50:90], edited[60:64, 50:90] = (0, 0, 0), (255, 255, 255)
    write_image(tmp_path / f'b{suffix}', picture, edited)
    after = cv2.imread(str(tmp_path / f'b{suffix}'), cv2.IMREAD_UNCHANGED)
    assert (after[40:60, 50:90] == 0).all() and (after[60:64, 50:90] == 2**bits - 1).all()
    after[40:64, 50:90] = stored[40:64, 50:90]
    np.testing.assert_array_equal(after, stored)


@pytest.mark.parametrize('is_grey', [True, False])
def test_either_byte_order(tmp_path, scene, is_grey):
    stored = (scene[:, :, 1] if is_grey else scene[:, :, ::-1]).astype(np.uint16) * 16
    (tmp_path / 'a.tif').write_bytes(tiff(tiff_picture(stored.byteswap()), order='>'))
    image = read_image(tmp_path / 'a.tif')
    assert image.value_range == ValueRange(0, 12)
    edited = np.array(image.bgr)
    edited[40:60, 50:90] = 255
    write_image(tmp_path / 'b.tif', image, edited)
    after = cv2.imread(str(tmp_path / 'b.tif'), cv2.IMREAD_UNCHANGED)
    expected = stored.copy() if is_grey else stored[:, :, ::-1].copy()
    expected[40:60, 50:90] = 4095
    np.testing.assert_array_equal(after, expected)


def test_hot_pixels_and_frames_do_not_count(scene):
    deep = scene[:, :, 0].astype(np.uint16) * 16
    expected = ValueRange(0, 12)
    assert find_value_range(deep) == expected
    hot = deep.copy()
    hot[::7, ::5] = 50000
    framed = np.pad(deep, 20, constant_values=65535)
    missing = deep.copy()
    missing[:30] = 0
    for picture in (hot, framed, missing):
        assert find_value_range(picture) == expected


def test_a_bright_plate_in_a_dark_night_keeps_its_contrast():
    night = np.random.default_rng(0).integers(0, 1500, (1000, 1600)).astype(np.uint16)
    plate = np.random.default_rng(1).integers(35000, 60000, (11, 31)).astype(np.uint16)
    plate[2:9, 3:28:5] = 4000
    night[500:511, 800:831] = plate
    assert find_value_range(night) == ValueRange(0, 16)


def test_values_close_together_far_from_zero_are_spread(scene):
    thermal = scene[:, :, 0].astype(np.uint16) * 8 + 30000
    found = find_value_range(thermal)
    assert found.bits == 11 and 30000 <= found.low < 30200
    shown = found.to_bytes(thermal)
    assert abs(shown.astype(int) - scene[:, :, 0]).max() < 20
    np.testing.assert_array_equal(
        found.from_bytes(np.array([0, 255], np.uint8)), [found.low, found.low + 2047]
    )


@pytest.mark.parametrize('pixels', [np.zeros((4, 6)), np.full((50, 50), 65535), np.zeros((1, 500))])
def test_what_tells_nothing_is_shown_as_it_is(pixels):
    assert find_value_range(pixels.astype(np.uint16)) == ValueRange()
