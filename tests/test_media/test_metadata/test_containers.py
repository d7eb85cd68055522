"""JPEG, PNG, GIF, WebP and TIFF: metadata of every place in the file, coded pixels as they were."""

import io
import re
import struct
import zlib

import numpy as np
import pytest
from helpers.metadata_samples import (
    PLACE,
    XMP_HEADER,
    ascii_entry,
    chunk,
    coded,
    exif_block,
    iptc_record,
    picture,
    raw_profile,
    resource,
    segment,
    thumbnail,
    with_chunks,
    with_segments,
    xmp_packet,
)
from PIL import Image, TiffImagePlugin

from mmlp.media import read_image, write_image
from mmlp.media.metadata import (
    MetadataFilter,
    clean_webp,
    with_gif_metadata,
    with_jpeg_metadata,
    with_png_metadata,
)

TELLING = re.compile(rb'38\.9|76\.9|Maryland|GPS')
EXIF = exif_block([ascii_entry(0x010E, PLACE), ascii_entry(0x013B, 'Jane Doe')])
XMP = xmp_packet('exif:GPSLatitude="38,54.3595N" photoshop:City="Maryland Ave" photoshop:Credit="Jane Doe"')
IPTC = resource(
    0x0404, iptc_record(90, 'Maryland Ave') + iptc_record(120, PLACE) + iptc_record(80, 'Jane Doe')
)


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert('RGB'))


def jpeg(*segments, tail=b'', **options):
    return with_segments(coded(picture(), 'JPEG', quality=90, **options), *segments) + tail


def clean_jpeg(data, strip=False):
    wanted = MetadataFilter(strip)
    kept = with_jpeg_metadata(data, data, wanted)
    np.testing.assert_array_equal(pixels(kept), pixels(data))
    return kept, [note.removeprefix('left out: ') for note in wanted.notes]


def test_jpeg_of_usual_kind_stays_byte_for_byte():
    for options in ({}, {'progressive': True}, {'restart_marker_rows': 1}):
        data = jpeg(segment(0xFE, b'by night'), segment(0xE1, XMP_HEADER + XMP), **options)
        # The comment comes behind JFIF, as before.
        kept, notes = clean_jpeg(data)
        assert sorted(kept) == sorted(data) and not notes
        assert clean_jpeg(kept)[0] == kept
    cmyk = coded(picture().convert('CMYK'), 'JPEG')
    assert clean_jpeg(cmyk)[0] == cmyk


@pytest.mark.parametrize(
    'extra',
    [
        segment(0xFE, b'lat=38.905991 lon=-76.987828'),
        segment(0xFE, PLACE.encode('utf-16-le')),
        segment(0xE1, b'Exif\0\0' + EXIF),
        segment(0xE1, XMP_HEADER + XMP),
        segment(0xED, b'Photoshop 3.0\0' + IPTC),
        segment(0xE6, b'GoPro\0GPS5 38.905991'),
    ],
)
def test_places_in_jpeg(extra):
    data = jpeg(extra, segment(0xFE, b'Three cars'))
    kept, notes = clean_jpeg(data, strip=True)
    assert not TELLING.search(kept.replace(b'\0', b'')) and b'Three cars' in kept and notes
    assert (b'Jane Doe' in kept) is (b'Jane Doe' in data)


@pytest.mark.parametrize(
    'extra, note',
    [
        (segment(0xE0, b'JFXX\0\x10' + thumbnail()), 'thumbnail'),
        (segment(0xE1, b'http://ns.adobe.com/xmp/extension/\0' + thumbnail()), 'extended XMP'),
        (segment(0xE2, b'FPXR\0' + thumbnail()), 'thumbnail'),
        (segment(0xE1, b'FLIR\0' + thumbnail()), 'thermal picture'),
        (segment(0xE2, b'urn:iso:std:iso:ts:21496:-1\0'), 'gain map'),
        (segment(0xEB, b'JP' + thumbnail()), 'content credentials'),
        (segment(0xE4, thumbnail()), 'unknown segments'),
    ],
)
def test_segments_of_jpeg_that_may_show_the_picture(extra, note):
    kept, notes = clean_jpeg(jpeg(extra))
    assert kept == jpeg() and notes == [note]


@pytest.mark.parametrize(
    'tail, notes',
    [
        (thumbnail(), ['further pictures (gain maps, previews, second views)']),
        (b'\0\0\0\x18ftypmp42' + bytes(3000), ['motion film']),
        (
            thumbnail() + b'\0\0\0\x18ftypmp42',
            ['motion film', 'further pictures (gain maps, previews, second views)'],
        ),
        (with_segments(thumbnail(), segment(0xE1, XMP_HEADER + b'hdr-gain-map')), ['gain map']),
        (b'secret', ['bytes behind the end of the picture']),
        (bytes(100), []),
    ],
)
def test_what_lies_behind_the_end_of_jpeg(tail, notes):
    assert clean_jpeg(jpeg(tail=tail)) == (jpeg(), notes)


def test_segments_between_the_scans_of_jpeg():
    data = jpeg(progressive=True)
    second_scan = data.index(b'\xff\xc4', data.index(b'\xff\xda'))
    hidden = segment(0xE5, thumbnail())
    kept, _ = clean_jpeg(data[:second_scan] + hidden + data[second_scan:])
    assert kept == data


def test_resources_of_photoshop_that_are_cut_into_segments():
    block = resource(0x040C, bytes(28) + thumbnail() + bytes(70000)) + IPTC
    parts = [segment(0xED, b'Photoshop 3.0\0' + block[at : at + 65000]) for at in range(0, len(block), 65000)]
    assert len(parts) == 2
    kept, notes = clean_jpeg(jpeg(*parts))
    assert kept == jpeg(segment(0xED, b'Photoshop 3.0\0' + IPTC)) and notes == ['thumbnail']


def clean_png(data, strip=False):
    wanted = MetadataFilter(strip)
    kept = with_png_metadata(data, data, wanted)
    np.testing.assert_array_equal(pixels(kept), pixels(data))
    return kept, [note.removeprefix('left out: ') for note in wanted.notes]


PNG = coded(picture(), 'PNG')
PNG_TEXTS = [
    chunk(b'tEXt', b'Description\0' + PLACE.encode()),
    chunk(b'tEXt', b'exif:GPSLatitude\x0038/1'),
    chunk(b'tEXt', b'Location\0Maryland Ave'),
    chunk(b'zTXt', b'Comment\0\0' + zlib.compress(PLACE.encode())),
    chunk(b'iTXt', b'Comment\0\0\0en\0Comment\0' + PLACE.encode()),
    chunk(b'iTXt', b'Comment\0\x01\0\0\0' + zlib.compress(PLACE.encode())),
    chunk(b'iTXt', b'XML:com.adobe.xmp\0\0\0\0\0' + XMP),
    chunk(b'eXIf', EXIF),
    chunk(b'zTXt', b'Raw profile type exif\0\0' + zlib.compress(raw_profile('exif', b'Exif\0\0' + EXIF))),
    chunk(b'tEXt', b'Raw profile type APP1\0' + raw_profile('generic', XMP_HEADER + XMP)),
    chunk(b'tEXt', b'Raw profile type iptc\0' + raw_profile('iptc', IPTC)),
    chunk(b'tEXt', b'Raw profile type xmp\0' + raw_profile('xmp', XMP)),
]


def unpacked(png):
    """All bytes that a reader of a PNG file can come to: packed texts and hexadecimal digits too."""
    found, position = png, 8
    while position < len(png):
        (size,) = struct.unpack_from('>I', png, position)
        kind, payload = png[position + 4 : position + 8], png[position + 8 : position + 8 + size]
        position += size + 12
        if kind in (b'zTXt', b'iTXt') and b'\x78\x9c' in payload:
            payload = zlib.decompress(payload[payload.index(b'\x78\x9c') :])
            found += payload
        for digits in re.findall(rb'\n((?:[0-9a-f]{2,72}\n)+)', payload):
            found += bytes.fromhex(digits.decode())
    return found


@pytest.mark.parametrize('extra', PNG_TEXTS)
def test_places_in_png(extra):
    data = with_chunks(PNG, extra, chunk(b'tEXt', b'Title\0Three cars'))
    assert TELLING.search(unpacked(data))
    kept, notes = clean_png(data, strip=True)
    assert not TELLING.search(unpacked(kept)) and b'Three cars' in kept and notes
    assert (b'Jane Doe' in unpacked(kept)) is (b'Jane Doe' in unpacked(data))
    assert clean_png(data) == (data, [])


@pytest.mark.parametrize('source_order', ['<', '>'])
@pytest.mark.parametrize('deep', [False, True])
def test_exif_of_tiff(tmp_path, source_order, deep):
    code = source_order
    details = [ascii_entry(0x9003, '2018:05:20 14:49:39'), (0x829A, 5, 1, struct.pack(code + 'II', 1, 250))]
    details += [
        (0x8827, 3, 1, struct.pack(code + 'H', 400)),
        (0x9204, 10, 1, struct.pack(code + 'ii', -2, 3)),
    ]
    details += [(0x927C, 7, 900, bytes(900))]
    place = [(1, 2, 2, b'N\0'), (2, 5, 3, struct.pack(code + '6I', 38, 1, 54, 1, 2157, 100))]
    values = np.asarray(picture()).astype('u2' if deep else 'u1') * (200 if deep else 1)
    pixel_bytes = values.astype(values.dtype.newbyteorder(code)).tobytes()
    bits = 16 if deep else 8
    main = [(256, 3, 1, struct.pack(code + 'H', 64)), (257, 3, 1, struct.pack(code + 'H', 48))]
    main += [(258, 3, 3, struct.pack(code + '3H', bits, bits, bits)), (259, 3, 1, struct.pack(code + 'H', 1))]
    main += [(262, 3, 1, struct.pack(code + 'H', 2)), (277, 3, 1, struct.pack(code + 'H', 3))]
    main += [(278, 3, 1, struct.pack(code + 'H', 48)), (279, 4, 1, struct.pack(code + 'I', len(pixel_bytes)))]
    size = len(exif_block([*main, (273, 4, 1, bytes(4))], details, place, code))
    data = exif_block([*main, (273, 4, 1, struct.pack(code + 'I', size))], details, place, code) + pixel_bytes
    image = read_image(data)
    edited = image.bgr.copy()
    edited[:5] = 0
    for strip in (False, True):
        notes = write_image(tmp_path / 'a.tif', image, edited, strip_location=strip)
        assert "left out: maker's notes" in notes and ('left out: places' in notes) is strip
        np.testing.assert_array_equal(read_image(tmp_path / 'a.tif').bgr, edited)
        kept = Image.open(tmp_path / 'a.tif').getexif()
        found = kept.get_ifd(0x8769)
        assert (found[0x9003], found[0x829A], found[0x8827]) == ('2018:05:20 14:49:39', 1 / 250, 400)
        assert float(found[0x9204]) == pytest.approx(-2 / 3) and 0x927C not in found
        assert kept.get_ifd(0x8825) == ({} if strip else {1: 'N', 2: (38.0, 54.0, 21.57)})


def test_what_is_no_text_and_lies_behind_the_end_of_png():
    secret = thumbnail()
    extras = [chunk(b'prVt', secret), chunk(b'tEXt', b'Thumb\0' + secret.hex().encode())]
    extras += [chunk(b'zTXt', b'Comment\0\0' + zlib.compress(secret.hex().encode())), chunk(b'CgXX', secret)]
    data = with_chunks(PNG, *extras)
    assert with_png_metadata(PNG, data, MetadataFilter()) == PNG
    kept, notes = clean_png(with_chunks(PNG, *extras[:3]) + PNG[50:])
    assert kept == PNG
    assert notes == ['unknown chunks', 'data in texts', 'bytes behind the end of the picture']
    wanted = MetadataFilter()
    bomb = chunk(b'zTXt', b'Comment\0\0' + zlib.compress(bytes(1 << 25)))
    assert with_png_metadata(PNG, with_chunks(PNG, bomb), wanted) == PNG and wanted.notes


def test_gif():
    data = coded(picture().quantize(64), 'GIF', comment=b'Three cars', loop=0)
    assert with_gif_metadata(data, data, MetadataFilter(True)) == data
    placed = coded(picture().quantize(64), 'GIF', comment=PLACE.encode())
    end = b'\x01' + bytes(range(255, -1, -1)) + b'\0'
    placed = placed[:-1] + b'\x21\xff\x0bXMP DataXMP' + XMP + end + b';secret'
    wanted = MetadataFilter(True)
    kept = with_gif_metadata(placed, placed, wanted)
    assert not TELLING.search(kept) and b'Jane Doe' in kept and b'secret' not in kept
    assert len(wanted.notes) == 3
    np.testing.assert_array_equal(pixels(kept), pixels(placed))
    assert with_gif_metadata(placed, placed, MetadataFilter()) == placed[: -len(b'secret')]
    # Onto other pixels: comments stay, with the version of the format that knows them.
    other = coded(picture().rotate(180).quantize(64), 'GIF')
    moved = with_gif_metadata(other, data, MetadataFilter())
    assert Image.open(io.BytesIO(moved)).info['comment'] == b'Three cars'
    np.testing.assert_array_equal(pixels(moved), pixels(other))


@pytest.mark.parametrize('lossless', [False, True])
def test_webp(lossless):
    data = coded(picture(), 'WEBP', exif=EXIF, xmp=XMP, lossless=lossless)
    assert clean_webp(data, MetadataFilter()) == data
    wanted = MetadataFilter(True)
    kept = clean_webp(data, wanted)
    assert not TELLING.search(kept) and kept.count(b'Jane Doe') == 2 and wanted.notes
    np.testing.assert_array_equal(pixels(kept), pixels(data))
    only_place = coded(picture(), 'WEBP', xmp=XMP[:0] + b'<x', exif=exif_block([ascii_entry(0x010E, PLACE)]))
    wanted = MetadataFilter(True)
    kept = clean_webp(only_place + thumbnail(), wanted)
    assert b'EXIF' not in kept and b'XMP ' not in kept and b'\xff\xd8\xff' not in kept
    assert 'exif' not in Image.open(io.BytesIO(kept)).info
    assert 'left out: bytes behind the end of the picture' in wanted.notes


def with_numbers(tiff, records):
    """Adds IPTC records as Photoshop does: as numbers of four bytes, here of the other order."""
    (first,) = struct.unpack_from('<I', tiff, 4)
    (count,) = struct.unpack_from('<H', tiff, first)
    entries = [tiff[first + 2 + 12 * number : first + 14 + 12 * number] for number in range(count)]
    start = len(tiff) + len(tiff) % 2
    entries.append(struct.pack('<HHII', 33723, 4, len(records) // 4, start))
    entries.sort(key=lambda entry: struct.unpack_from('<H', entry))
    turned = np.frombuffer(records, '>u4').astype('<u4').tobytes()
    table = struct.pack('<H', count + 1) + b''.join(entries) + bytes(4)
    return (
        tiff[:4] + struct.pack('<I', start + len(turned)) + tiff[8:].ljust(start - 8, b'\0') + turned + table
    )


def test_tiff(tmp_path):
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270], tags[315], tags[700] = PLACE, 'Jörg'.encode(), XMP
    tags.tagtype[34377], tags[34377] = 7, IPTC + resource(0x040C, thumbnail())
    tags.tagtype[33922], tags[33922] = 12, (0.0, 0.0, 0.0, 38.905991, -76.987828, 0.0)
    tags.tagtype[50000], tags[50000] = 7, thumbnail()
    data = with_numbers(coded(picture(), 'TIFF', tiffinfo=tags), IPTC[12:].ljust(80, b'\0'))
    image = read_image(data)
    edited = image.bgr.copy()
    edited[:5] = 0
    for strip in (False, True):
        notes = write_image(tmp_path / 'a.tif', image, edited, strip_location=strip)
        raw = (tmp_path / 'a.tif').read_bytes()
        assert thumbnail() not in raw and raw.count(b'Jane Doe') == 3
        assert {'left out: thumbnail', 'left out: unknown tags'} <= set(notes)
        after = Image.open(tmp_path / 'a.tif')
        assert after.tag_v2[315].encode('latin-1') == 'Jörg'.encode()
        assert (33922 in after.tag_v2, 270 in after.tag_v2) == (not strip, not strip)
        assert bool(TELLING.search(raw)) is not strip
