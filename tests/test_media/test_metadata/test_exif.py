"""EXIF blocks keep what the standard knows, bit by bit, and lose previews and, on request, the place."""

import struct

import pytest
from helpers.metadata_samples import PLACE, ascii_entry, exif_block, thumbnail
from PIL import Image

from mmlp.media.metadata import MetadataFilter, clean_exif, read_orientation


def load(block):
    parsed = Image.Exif()
    parsed.load(block)
    return parsed


def comment(code, text):
    data = code.ljust(8, b'\0') + text
    return (0x9286, 7, len(data), data)


def windows(tag, text):
    data = text.encode('utf-16-le') + b'\0\0'
    return (tag, 1, len(data), data)


@pytest.mark.parametrize('order', ['<', '>'])
def test_values_stay_bit_by_bit(order):
    main = [ascii_entry(0x010F, 'Maker'), ascii_entry(0x013B, 'Jörg Müller'), windows(0x9C9B, 'Zürich')]
    main += [(0x0112, 3, 1, struct.pack(order + 'H', 6)), (0x011A, 5, 1, struct.pack(order + 'II', 300, 7))]
    details = [(0x829A, 5, 1, struct.pack(order + 'II', 1, 3000)), comment(b'ASCII', b'by night')]
    details += [(0x9204, 10, 1, struct.pack(order + 'ii', -2, 3)), (0xA432, 5, 4, bytes(range(32)))]
    place = [(1, 2, 2, b'N\0'), (2, 5, 3, struct.pack(order + '6I', 38, 1, 54, 1, 2157, 100))]
    block = exif_block(main, details, place, order)
    wanted = MetadataFilter()
    kept = clean_exif(b'Exif\0\0' + block, wanted)
    assert kept == b'Exif\0\0' + block and not wanted.notes
    assert clean_exif(block, wanted) == kept
    assert read_orientation(kept) == read_orientation(block) == 6
    kept = load(clean_exif(block, MetadataFilter(strip_location=True)))
    assert not kept.get_ifd(0x8825) and kept[0x010F] == 'Maker' and kept.get_ifd(0x8769)[0x829A] == 1 / 3000


def test_previews_go_and_are_told():
    picture = thumbnail()
    main = [(0x8649, 7, len(picture), picture), (0x014A, 4, 1, bytes(4)), ascii_entry(0x010F, 'Maker')]
    main += [(0x02BC, 1, len(picture), picture), (0xC634, 7, len(picture), picture)]
    details = [(0x927C, 7, len(picture), picture), comment(b'', b'\xff\xd8\xff')]
    details += [(0xA40B, 7, len(picture), picture)]
    wanted = MetadataFilter()
    kept = clean_exif(exif_block(main, details, thumb=picture), wanted)
    assert picture not in kept and kept.count(b'\xff\xd8\xff') == 1  # Three bytes are a comment.
    assert set(wanted.notes) == {
        'left out: thumbnail',
        "left out: maker's notes",
        'left out: EXIF tags outside of the standard',
    }
    assert load(kept)[0x010F] == 'Maker'


@pytest.mark.parametrize(
    'entry',
    [
        comment(b'ASCII', PLACE.encode()),
        comment(b'UNICODE', PLACE.encode('utf-16-le')),
        comment(b'UNICODE', PLACE.encode('utf-16-be')),
        comment(b'UNICODE', b'\xfe\xff' + PLACE.encode('utf-16-be')),
        comment(b'UNICODE', PLACE.encode()),
        comment(b'JIS', '緯度 38.905991 経度 -76.987828'.encode('iso2022_jp')),
        (0x9286, 2, len(PLACE), PLACE.encode()),
        (0x9286, 7, 17, b'lat=38.9 lon=76.9'),
        comment(b'', 'GPS: 38°54\'21"N'.encode()),
    ],
)
def test_comments_with_places(entry):
    block = exif_block([ascii_entry(0x010F, 'Maker')], [entry, ascii_entry(0x9003, '2018:05:20 14:49:39')])
    kept = load(clean_exif(block, MetadataFilter(strip_location=True))).get_ifd(0x8769)
    assert 0x9286 not in kept and kept[0x9003] == '2018:05:20 14:49:39'
    assert 0x9286 in load(clean_exif(block, MetadataFilter())).get_ifd(0x8769)


@pytest.mark.parametrize('tag', [0x9C9B, 0x9C9C, 0x9C9F])
def test_texts_of_windows(tag):
    for text, stays in ((PLACE, False), ('Three cars', True)):
        block = exif_block([windows(tag, text), ascii_entry(0x010F, 'Maker')])
        kept = load(clean_exif(block, MetadataFilter(strip_location=True)))
        assert (tag in kept) is stays and kept[0x010F] == 'Maker'


def test_keywords_of_windows_go_one_by_one():
    block = exif_block([windows(0x9C9E, 'car;geo:lat=38.9;night;geo:lon=-76.9')])
    kept = load(clean_exif(block, MetadataFilter(strip_location=True)))
    assert kept[0x9C9E].decode('utf-16-le') == 'car;night\0'


@pytest.mark.parametrize('kind', [1, 2, 7, 129])
def test_texts_of_any_type(kind):
    data = PLACE.encode() + b'\0'
    block = exif_block([(0x010E, kind, len(data), data), ascii_entry(0x010F, 'Maker')])
    kept = load(clean_exif(block, MetadataFilter(strip_location=True)))
    assert 0x010E not in kept and kept[0x010F] == 'Maker'
    assert clean_exif(block, MetadataFilter())[6:] == block


def test_description_of_mapillary_keeps_what_is_no_place():
    block = exif_block([ascii_entry(0x010E, '{"MAPLatitude": 38.905991, "MAPCaptureTime": "2018_05_20"}')])
    kept = load(clean_exif(block, MetadataFilter(strip_location=True)))
    assert kept[0x010E] == '{"MAPCaptureTime": "2018_05_20"}'


@pytest.mark.parametrize(
    'block', [b'II*\0\xff\xff\xff\x7f', b'nothing', b'II*\0\x08\0\0\0\xff\xff' + bytes(20), b'Exif\0\0']
)
def test_damaged_blocks_are_left_out_and_told(block):
    wanted = MetadataFilter()
    assert clean_exif(block, wanted) is None and read_orientation(block) == 1
    assert wanted.notes == ['left out: EXIF that cannot be read']
