"""Pictures edited in place become what they become by a copy."""

import numpy as np
import pytest
from helpers.stated_sizes import coded, photo
from PIL import Image

from mmlp.media import edit_in_place, read_image, write_image
from mmlp.media.pixels import fill_boxes

BOXES = np.array([[10, 12, 40, 30], [35, 25, 60, 50]])


def paint(bgr):
    bgr[12:30, 10:40] = (200, 30, 60)
    bgr[26:49, 36:59, 1] = 77


TURNED = b'Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06' + bytes(6)
KINDS = [
    *(('PNG', mode, {}) for mode in ('RGB', 'L', 'LA', 'RGBA', 'P', '1', 'I;16')),
    ('PNG', 'RGB', {'exif': TURNED}),
    ('TIFF', 'CMYK', {}),
]


@pytest.mark.parametrize(('fmt', 'mode', 'options'), KINDS)
def test_in_place_as_by_a_copy(tmp_path, fmt, mode, options):
    image = photo((64, 64))
    if mode == 'I;16':
        image = Image.fromarray(np.asarray(image.convert('L')).astype(np.uint16) * 257)
    else:
        image = image.quantize(64) if mode == 'P' else image.convert(mode)
    data = coded(image, fmt, **options)
    copy, place = tmp_path / f'copy.{fmt.lower()}', tmp_path / f'place.{fmt.lower()}'
    by_copy = read_image(data)
    edited = by_copy.bgr.copy()
    paint(edited)
    write_image(copy, by_copy, edited)
    picture = read_image(data)
    bgr, touched = edit_in_place(picture, BOXES, paint)
    assert bgr is picture.bgr and not bgr.flags.writeable
    write_image(place, picture, bgr, touched=touched)
    assert place.read_bytes() == copy.read_bytes() != data


def test_nothing_painted_is_nothing_touched(tmp_path):
    data = coded(photo((64, 64)), 'JPEG')
    picture = read_image(data)
    bgr, touched = edit_in_place(picture, BOXES, lambda bgr: None)
    assert not touched.any()
    write_image(tmp_path / 'a.jpg', picture, bgr, touched=touched)
    assert np.array_equal(read_image(tmp_path / 'a.jpg').bgr, read_image(data).bgr)


def test_boxes_are_those_of_regions_that_touch_at_corners_too():
    changed = np.zeros((40, 50), bool)
    changed[5:9, 5:9] = True
    changed[9, 9] = True  # Touches at a corner.
    changed[20:30, 20:40] = True
    changed[23:27, 25:30] = False
    changed[25, 27] = True  # In a hole.
    expected = np.zeros_like(changed)
    expected[5:10, 5:10] = expected[20:30, 20:40] = True
    np.testing.assert_array_equal(fill_boxes(changed), expected)
