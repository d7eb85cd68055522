"""TIFF files of which the first picture is a part are refused by name, all others go on."""

import io
import struct

import numpy as np
import pytest
from helpers.tiff_samples import picture, tiff
from PIL import Image

from mmlp.media import UnreadableMediaError, read_image, write_image
from mmlp.media.tiff_contents import read_tiff_contents

CFA, LINEAR_RAW = 32803, 34892


@pytest.fixture(scope='module')
def photo():
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([x * 4, y * 5, 255 - x * 2], axis=2).astype(np.uint8)


def small(photo):
    return np.ascontiguousarray(photo[::4, ::4])


def sensor(photo):
    return photo[:, :, 1].astype(np.uint16) * 16


RAW = {
    'dng': lambda p: tiff(
        picture(small(p), kind=1, below=[picture(sensor(p), colour=CFA)], t50706=b'\1\4\0\0')
    ),
    'pro raw': lambda p: tiff(
        picture(small(p), kind=1, below=[picture(p.astype(np.uint16), colour=LINEAR_RAW)], t50706=b'\1\6\0\0')
    ),
    'dng without preview': lambda p: tiff(picture(sensor(p), colour=CFA, t50706=b'\1\4\0\0')),
    'nef': lambda p: tiff(
        picture(small(p), kind=1, t271='NIKON', below=[picture(p, kind=1), picture(sensor(p), colour=CFA)])
    ),
    'arw': lambda p: tiff(
        picture(small(p), below=[picture(sensor(p), colour=CFA)]), picture(small(p), kind=1)
    ),
    'pef': lambda p: tiff(picture(sensor(p), colour=CFA), picture(small(p), kind=1)),
    'order MM': lambda p: tiff(picture(small(p), below=[picture(sensor(p), colour=CFA)]), order='>'),
    'big': lambda p: tiff(picture(small(p), below=[picture(sensor(p), colour=CFA)]), big=True),
    'deeper': lambda p: tiff(
        picture(small(p), below=[picture(small(small(p)), below=[picture(sensor(p), colour=CFA)])])
    ),
    'preview as large': lambda p: tiff(picture(p, below=[picture(sensor(p), colour=CFA)])),
}


@pytest.mark.parametrize('name', RAW)
@pytest.mark.parametrize('suffix', ['.dng', '.tif', '.jpg', ''])
def test_raw_photographs_are_refused_whatever_their_name(tmp_path, photo, name, suffix):
    path = tmp_path / f'photo{suffix}'
    path.write_bytes(RAW[name](photo))
    with pytest.raises(UnreadableMediaError, match=r'is a raw photograph.*develop it to JPEG or TIFF'):
        read_image(path)


def test_the_maker_is_named(photo):
    assert '(NIKON)' in read_tiff_contents(RAW['nef'](photo)).problem


PARTS = {
    'larger below': (lambda p: tiff(picture(small(p), below=[picture(p)])), r'1 more pictures.*64 x 48'),
    'as large below': (lambda p: tiff(picture(p, below=[picture(p)])), 'below its first'),
    'reduced first': (lambda p: tiff(picture(small(p), kind=1)), 'reduced copy'),
    'pages': (lambda p: tiff(picture(p), picture(p)), '2 frames or pages'),
    'small page': (lambda p: tiff(picture(p), picture(small(p))), '2 frames or pages'),
    'larger copy': (lambda p: tiff(picture(small(p)), picture(p, kind=1)), '2 frames or pages'),
    'cut off below': (lambda p: tiff(picture(p, t330=[1 << 30])), 'damaged or cut off'),
}


@pytest.mark.parametrize('name', PARTS)
def test_files_of_which_only_a_part_would_be_seen_are_refused(photo, name):
    build, reason = PARTS[name]
    with pytest.raises(UnreadableMediaError, match=reason):
        read_image(build(photo))


ORDINARY = {
    'plain': (lambda p: tiff(picture(p)), (), ()),
    'order MM': (lambda p: tiff(picture(p), order='>'), (), ()),
    'big': (lambda p: tiff(picture(p), big=True), (), ()),
    'tiles': (lambda p: tiff(picture(p, tile=16)), (), ()),
    'thumbnail below': (lambda p: tiff(picture(p, below=[picture(small(p))])), ('reduced copies',), ()),
    'thumbnail behind': (lambda p: tiff(picture(p), picture(small(p), kind=1)), ('reduced copies',), ()),
    'pyramid': (
        lambda p: tiff(picture(p, tile=16), *(picture(p[::s, ::s], kind=1, tile=16) for s in (2, 4))),
        ('reduced copies',),
        (),
    ),
    'mask': (lambda p: tiff(picture(p), picture(p[:, :, 0], kind=4, colour=4)), (), ('transparency mask',)),
    'layers': (lambda p: tiff(picture(p, t37724=b'Adobe Photoshop\0MIB8ryaL\x10\0\0\0')), (), ('layers',)),
    'empty layers': (lambda p: tiff(picture(p, t37724=b'Adobe Photoshop\0MIB8ryaL\0\0\0\0')), (), ()),
}


@pytest.mark.parametrize('name', ORDINARY)
def test_ordinary_files_go_on_and_nothing_else_comes_along(tmp_path, photo, name):
    build, copies, originals = ORDINARY[name]
    data = build(photo)
    image = read_image(data)
    np.testing.assert_array_equal(image.bgr, photo[:, :, ::-1])
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), photo)  # The file is as meant.
    assert (image.copies, image.originals) == (copies, originals)
    edited = np.array(image.bgr)
    edited[10:20, 10:30] = 0
    for number, bgr in enumerate((None, edited)):
        target = tmp_path / f'{number}.tif'
        write_image(target, image, bgr)
        written = target.read_bytes()
        again = read_image(written)
        np.testing.assert_array_equal(again.bgr, image.bgr if bgr is None else edited)
        assert not again.copies and not again.originals
        if bgr is None and not copies and not originals and name != 'empty layers':
            assert written == data


def with_entries(data, *entries):
    """A file with another first directory at its end, which has further entries: tag, type, count, place."""
    (start,) = struct.unpack_from('<I', data, 4)
    (count,) = struct.unpack_from('<H', data, start)
    rows = [data[start + 2 + 12 * number : start + 14 + 12 * number] for number in range(count)]
    rows = sorted([*rows, *(struct.pack('<HHII', *entry) for entry in entries)])
    table = struct.pack('<H', len(rows)) + b''.join(rows) + bytes(4)
    return data[:4] + struct.pack('<I', len(data)) + data[8:] + table


def test_values_that_lie_over_one_another_are_not_read(photo):
    data = tiff(picture(photo)) + bytes(50_000)
    size, place = 50_000, len(data) - 50_000
    assert read_image(with_entries(data, (40_000, 7, size, place))).bgr.shape == (48, 64, 3)
    bomb = with_entries(data, *((40_000 + number, 7, size, place) for number in range(100)))
    with pytest.raises(UnreadableMediaError, match='lie over one another'):
        read_image(bomb)


def test_values_below_in_exif_are_looked_at_too(photo):
    data = tiff(picture(photo)) + bytes(50_000)
    below = [struct.pack('<HHII', 40_000 + number, 7, 50_000, len(data) - 50_000) for number in range(100)]
    place = len(data)
    data += struct.pack('<H', 100) + b''.join(below) + bytes(4)
    with pytest.raises(UnreadableMediaError, match='lie over one another'):
        read_image(with_entries(data, (34665, 4, 1, place)))


def test_millions_of_numbers_are_not_read(photo):
    data = tiff(picture(photo)) + bytes(3 << 20)
    with pytest.raises(UnreadableMediaError, match='tag 40000 has 1,500,000 values'):
        read_image(with_entries(data, (40_000, 3, 1_500_000, len(data) - (3 << 20))))


def test_directories_below_one_another_without_end(photo):
    entry = picture(photo[::4, ::4])
    for _ in range(40):
        entry = picture(photo[::4, ::4], below=[entry])
    with pytest.raises(UnreadableMediaError, match='more than 16 levels below'):
        read_image(tiff(entry))
