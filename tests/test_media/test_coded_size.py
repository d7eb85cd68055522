"""Files too short for what their headers state are refused; those of one colour, tiny and whole, are read."""

import io
import struct

import numpy as np
import pytest
from helpers.stated_sizes import coded, photo, short_files, stated_jpeg, stated_png
from PIL import Image

from mmlp.media import UnreadableMediaError, read_image
from mmlp.media.coded_size import canvas_of_webp

SHORT = short_files(15_000, 15_000)


@pytest.mark.parametrize('what', SHORT)
def test_short_files_are_refused_before_anything_is_decoded(what, monkeypatch):
    monkeypatch.setattr('PIL.ImageFile.ImageFile.load', lambda self: pytest.fail('decoded'))
    with pytest.raises(UnreadableMediaError, match=r'is damaged.* 15000 x 15000 pixels'):
        read_image(SHORT[what])


def bilevel_tiff():
    return Image.new('1', (3000, 2000), 1), 'TIFF', {'compression': 'group4'}


#: As small as encoders make them.
FLAT = {
    'JPEG': lambda: (Image.new('RGB', (3000, 2000), (9, 80, 40)), 'JPEG', {'quality': 1, 'optimize': True}),
    'progressive JPEG': lambda: (Image.new('RGB', (3000, 2000)), 'JPEG', {'progressive': True}),
    'grey JPEG': lambda: (Image.new('L', (3000, 2000)), 'JPEG', {'optimize': True}),
    'PNG': lambda: (Image.new('RGB', (3000, 2000)), 'PNG', {'compress_level': 9}),
    'bilevel PNG': lambda: (Image.new('1', (3000, 2000)), 'PNG', {'compress_level': 9}),
    'GIF': lambda: (Image.new('P', (3000, 2000)), 'GIF', {}),
    'WebP': lambda: (Image.new('RGB', (3000, 2000)), 'WEBP', {'quality': 0}),
    'lossless WebP': lambda: (Image.new('RGB', (3000, 2000)), 'WEBP', {'lossless': True}),
    'TIFF LZW': lambda: (Image.new('RGB', (3000, 2000)), 'TIFF', {'compression': 'tiff_lzw'}),
    'TIFF deflate': lambda: (Image.new('RGB', (3000, 2000)), 'TIFF', {'compression': 'tiff_adobe_deflate'}),
    'TIFF PackBits': lambda: (Image.new('L', (3000, 2000)), 'TIFF', {'compression': 'packbits'}),
    'TIFF JPEG': lambda: (Image.new('RGB', (3000, 2000)), 'TIFF', {'compression': 'jpeg', 'quality': 1}),
    'TIFF fax': bilevel_tiff,
    'TGA': lambda: (Image.new('RGB', (3000, 2000)), 'TGA', {'compression': 'tga_rle'}),
    'PCX': lambda: (Image.new('L', (3000, 2000)), 'PCX', {}),
    'PPM': lambda: (Image.new('RGB', (30, 20)), 'PPM', {}),
    'BMP': lambda: (Image.new('RGB', (30, 20)), 'BMP', {}),
}


@pytest.mark.parametrize('what', FLAT)
def test_pictures_of_one_colour_are_tiny_and_read(what):
    image, fmt, options = FLAT[what]()
    data = coded(image, fmt, **options)
    picture = read_image(data)
    assert picture.bgr.shape[:2] == image.size[::-1]
    assert (picture.bgr == picture.bgr[0, 0]).all()


@pytest.mark.parametrize('mode', ['RGB', 'L', 'CMYK'])
@pytest.mark.parametrize('options', [{}, {'subsampling': 0}, {'restart_marker_rows': 2}])
def test_a_jpeg_cut_off_in_front_of_its_end_is_named(mode, options):
    if mode != 'RGB':
        options = {key: value for key, value in options.items() if key != 'subsampling'}
    data = coded(photo((400, 300)).convert(mode), 'JPEG', **options)
    assert read_image(data).bgr.shape == (300, 400, 3)
    for size in (len(data) // 2, len(data) - 600):
        with pytest.raises(UnreadableMediaError, match='what is coded ends before the picture does'):
            read_image(data[:size] + b'\xff\xd9')


@pytest.mark.parametrize('mode', ['RGB', 'L'])
def test_a_jpeg_that_is_grey_is_whole(mode):
    image = photo((400, 300))
    image.paste((128, 128, 128), (0, 150, 400, 300))
    for options in ({}, {'progressive': True}, {'restart_marker_rows': 1}):
        assert read_image(coded(image.convert(mode), 'JPEG', **options)).bgr.shape == (300, 400, 3)


def test_what_hides_behind_other_bytes_is_found():
    # Decoders pass over bytes between segments.
    data = stated_jpeg(15_000, 15_000)
    start = data.index(b'\xff\xc0')
    with pytest.raises(UnreadableMediaError, match='15000 x 15000'):
        read_image(data[:start] + b'\x00\x00\x00' + data[start:])


def test_a_jpeg_of_passes_without_end_is_refused():
    data = coded(photo((64, 64)), 'JPEG', progressive=True)
    scan = data.index(b'\xff\xda')
    end = data.index(b'\xff', scan + 14)
    while data[end + 1] == 0:
        end = data.index(b'\xff', end + 1)
    with pytest.raises(UnreadableMediaError, match=r'coded in \d+ passes'):
        read_image(data[:end] + data[scan:end] * 150 + data[end:])


def test_a_png_without_its_end_is_read_as_before():
    pixels = np.zeros((20, 31), np.uint8)
    data = stated_png(10, 20, pixels=pixels.tobytes())
    assert read_image(data[: data.index(b'IEND') - 4]).bgr.shape == (20, 10, 3)


def test_strips_that_are_not_there_are_missed():
    data = bytearray(coded(photo((64, 64)), 'TIFF'))
    (start,) = struct.unpack_from('<I', data, 4)
    for number in range(struct.unpack_from('<H', data, start)[0]):
        place = start + 2 + 12 * number
        if struct.unpack_from('<H', data, place)[0] == 278:
            struct.pack_into('<HII', data, place + 2, 4, 1, 16)
    with pytest.raises(UnreadableMediaError, match='lists 1 of the 4 strips'):
        read_image(bytes(data))


@pytest.mark.parametrize(
    'options', [{}, {'lossless': True}, {'exif': b'Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00'}]
)
def test_canvas_of_webp_agrees_with_pillow(options):
    data = coded(photo((70, 50)), 'WEBP', **options)
    assert canvas_of_webp(data) == Image.open(io.BytesIO(data)).size == (70, 50)
    assert canvas_of_webp(b'RIFF') is None
