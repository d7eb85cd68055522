"""What is measured, against what was drawn; and that a broken file is named and nothing raised."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from helpers.audit_samples import PLATE, SIZE, measure, rectangle_mask, scene, write
from PIL import Image

LARGE = (480, 640)


def checks(record):
    return [finding.check for finding in record.findings]


def jpeg(image, quality=95):
    return cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


@pytest.mark.parametrize('tilt', [-30, -8, 0, 5, 22.5, 60])
def test_size_place_and_tilt_of_a_drawn_plate(tmp_path, tilt):
    length, height, center = 200.0, 50.0, (330.5, 220.25)
    # The pixels whose centres lie inside, by the plate's own axes; y points down, so it turns clockwise.
    x, y = np.meshgrid(np.arange(LARGE[1]) - center[0], np.arange(LARGE[0]) - center[1])
    cosine, sine = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    inside = (abs(x * cosine + y * sine) <= length / 2) & (abs(y * cosine - x * sine) <= height / 2)
    write(tmp_path, 'a.png', scene(0, LARGE), inside.astype(np.uint8) * 255)
    record = measure(tmp_path, 'a.png')
    (plate,) = record.plates
    assert checks(record) == []
    assert plate.tilt == pytest.approx(tilt, abs=0.25)
    assert plate.height == pytest.approx(height, abs=1)
    assert plate.width == pytest.approx(length, abs=1)
    assert plate.aspect == pytest.approx(4.0, abs=0.05)
    assert plate.area == pytest.approx(length * height, rel=0.01)
    assert plate.fill > 0.95
    assert plate.center == pytest.approx((330.5 / 640, 220.25 / 480), abs=0.001)
    assert plate.borders == 0
    signs = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (length / 2, height / 2)
    corners = signs @ np.array([[cosine, sine], [-sine, cosine]]) + center
    np.testing.assert_allclose(plate.corners, corners, atol=1)


def test_light_is_measured_on_the_pixels_of_the_plate(tmp_path):
    image = np.full((*SIZE, 3), 40, np.uint8)
    image[70:80, 60:100] = 100
    image[70:80, 60:80] = 200
    mask = PLATE.copy()
    mask[0:6, 0:10] = 128
    write(tmp_path, 'a.png', image, mask)
    record = measure(tmp_path, 'a.png')
    (plate,) = record.plates
    assert (plate.brightness, plate.contrast) == (150.0, 50.0)
    assert (plate.height, plate.width, plate.area) == (10.0, 40.0, 400)
    assert record.brightness == pytest.approx(40 + 400 * 110 / (120 * 160), abs=0.01)
    assert record.ignored_pixels == 60
    assert (record.width, record.height) == (160, 120)


def test_ignore_values_are_those_of_the_data_set(tmp_path):
    mask = np.where(PLATE == 255, 1, 0).astype(np.uint8)
    mask[:2] = 255
    write(tmp_path, 'a.png', scene(0), mask)
    assert checks(measure(tmp_path, 'a.png')) == ['ambiguous-mask']
    record = measure(tmp_path, 'a.png', ignore_values=(255,))
    assert (record.ignored_pixels, len(record.plates), record.findings) == (320, 1, [])


def test_masks_of_rotated_photographs(tmp_path):
    upright = rectangle_mask((20, 90, 60, 15), size=(160, 120))
    exif = Image.Exif()
    exif[274] = 6  # turned by 90 degrees clockwise for display
    stored = np.rot90(scene(0, (160, 120)))
    path = tmp_path / 'train/images'
    for name, mask in (('a.jpg', upright), ('b.jpg', np.rot90(upright))):
        write(tmp_path, name, stored, mask)
        Image.fromarray(np.ascontiguousarray(stored[..., ::-1])).save(path / name, exif=exif)
    for name in ('a.jpg', 'b.jpg'):
        record = measure(tmp_path, name)
        assert record.findings == []
        assert record.plates[0].box == (20, 90, 79, 104)


def broken_pictures():
    whole = jpeg(scene(0))
    return {
        'cut.jpg': whole[: len(whole) // 2],
        'empty.jpg': b'',
        'text.jpg': b'this is no picture',
    }


@pytest.mark.parametrize('name', list(broken_pictures()))
def test_unreadable_pictures(tmp_path, name):
    write(tmp_path, name, broken_pictures()[name])
    record = measure(tmp_path, name)
    assert checks(record) == ['unreadable-picture']
    assert record.findings[0].path == str(tmp_path / 'train/images' / name)
    assert (record.sha256, record.plates) == (None, None)


def test_a_broken_mask_beside_a_broken_picture(tmp_path):
    write(tmp_path, 'a.jpg', b'', b'')
    assert checks(measure(tmp_path, 'a.jpg')) == ['unreadable-picture', 'unreadable-mask']


@pytest.mark.parametrize('content', [b'', b'no picture', 'cut'])
def test_unreadable_masks(tmp_path, content):
    if content == 'cut':
        whole = cv2.imencode('.png', np.random.default_rng(0).integers(0, 2, SIZE, np.uint8) * 255)[1]
        content = whole.tobytes()[: len(whole) // 2]
    write(tmp_path, 'a.jpg', scene(0), content)
    record = measure(tmp_path, 'a.jpg')
    assert checks(record) == ['unreadable-mask']
    assert record.findings[0].path.endswith('masks/a.jpg.png')
    assert record.sha256 and record.plates is None


@pytest.mark.parametrize('seed', range(6))
def test_a_mask_with_wrong_bytes_is_never_raised(tmp_path, seed):
    rng = np.random.default_rng(seed)
    data = bytearray(cv2.imencode('.png', rng.integers(0, 2, SIZE, np.uint8) * 255)[1].tobytes())
    # Header and end stay whole, so that only decoding can tell.
    for place in rng.integers(60, len(data) - 20, 5):
        data[place] ^= 255
    write(tmp_path, 'a.jpg', scene(0), bytes(data))
    record = measure(tmp_path, 'a.jpg')
    assert checks(record) == ['unreadable-mask']


def test_mask_of_another_size(tmp_path):
    write(tmp_path, 'a.jpg', scene(0), cv2.resize(PLATE, (80, 60)))
    write(tmp_path, 'b.jpg', scene(0), np.ascontiguousarray(PLATE.T))
    for name, size in (('a.jpg', '80 x 60'), ('b.jpg', '120 x 160')):
        record = measure(tmp_path, name)
        assert checks(record) == ['mask-size']
        assert record.findings[0].message == f'{size} pixels, the picture 160 x 120'


def test_values_that_nobody_named(tmp_path):
    mask = PLATE.copy()
    mask[10:20, 10:30] = 100
    mask[40:50, 10:30] = 200
    mask[40:50, 60:80] = 128
    write(tmp_path, 'a.png', scene(0), mask)
    colour = cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR)
    colour[60:65, 10:30] = (0, 90, 0)
    write(tmp_path, 'b.png', scene(0), colour)
    write(tmp_path, 'c.png', scene(0), mask.astype(np.uint16) * 257)
    for name, values in (('a', '100 and 200 and 255'), ('b', '100 and 200 and 255 and 0,90,0')):
        record = measure(tmp_path, f'{name}.png')
        assert checks(record) == ['ambiguous-mask']
        assert f' {values}, and' in record.findings[0].message
        assert record.plates is None
    assert checks(measure(tmp_path, 'c.png')) == ['ambiguous-mask']
    record = measure(tmp_path, 'a.png', plate_values=[255])
    assert (checks(record), [plate.area for plate in record.plates]) == ([], [400])
    record = measure(tmp_path, 'a.png', ignore_values=(100, 128, 200))
    assert checks(record) == []


def test_soft_edges_and_noise_of_jpeg_are_not_values(tmp_path):
    mask = np.zeros(LARGE, np.uint8)
    points = cv2.boxPoints(((320, 240), (200, 50), 12)).astype(np.int32)
    cv2.fillPoly(mask, [points], 255, cv2.LINE_AA)
    write(tmp_path, 'a.png', scene(0, LARGE), mask)
    write(tmp_path, 'b.png', scene(0, LARGE), cv2.GaussianBlur(mask, (0, 0), 3))
    write(tmp_path, 'c.png', scene(0, LARGE), jpeg(mask, 60))
    for name in 'abc':
        assert 'ambiguous-mask' not in checks(measure(tmp_path, f'{name}.png'))


def test_a_picture_that_shows_nothing(tmp_path):
    write(tmp_path, 'a.png', np.zeros((*SIZE, 3), np.uint8), np.zeros(SIZE, np.uint8))
    record = measure(tmp_path, 'a.png')
    assert checks(record) == ['blank-picture']
    assert (record.perceptual_hash, record.plates) == (None, [])
