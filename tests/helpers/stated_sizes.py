"""Small files whose headers state large pictures, made of sound ones by changing the numbers alone."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

SIDE = 64


def coded(image, fmt, **options):
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def photo(size=(SIDE, SIDE)):
    return Image.fromarray(np.random.default_rng(0).integers(0, 255, (size[1], size[0], 3), np.uint8))


def stated_jpeg(width, height, mode='RGB', **options):
    data = coded(photo().convert(mode), 'JPEG', **options)
    frame = next(data.index(bytes([0xFF, code])) for code in (0xC0, 0xC2) if bytes([0xFF, code]) in data)
    return data[: frame + 5] + struct.pack('>HH', height, width) + data[frame + 9 :]


def stated_png(width, height, bits=8, kind=2, pixels=b''):
    chunks = [
        (b'IHDR', struct.pack('>IIBBBBB', width, height, bits, kind, 0, 0, 0)),
        (b'IDAT', zlib.compress(pixels or bytes(1000))),
        (b'IEND', b''),
    ]
    return b'\x89PNG\r\n\x1a\n' + b''.join(
        struct.pack('>I', len(body)) + name + body + struct.pack('>I', zlib.crc32(name + body))
        for name, body in chunks
    )


def stated_gif(width, height):
    data = bytearray(coded(photo().convert('P'), 'GIF'))
    struct.pack_into('<HH', data, 6, width, height)
    struct.pack_into('<HH', data, data.index(b',', 13 + 768) + 5, width, height)
    return bytes(data)


def stated_bmp(width, height):
    data = bytearray(coded(photo(), 'BMP'))
    struct.pack_into('<ii', data, 18, width, height)
    return bytes(data)


def stated_bmp_of_runs(width, height):
    head = struct.pack('<IiiHHIIiiII', 40, width, height, 1, 8, 1, 2, 0, 0, 256, 0)
    start = 14 + len(head) + 1024
    return b'BM' + struct.pack('<IHHI', start + 2, 0, 0, start) + head + bytes(1024) + b'\x00\x01'


def stated_tga(width, height, compression=None):
    data = bytearray(coded(photo(), 'TGA', **({'compression': compression} if compression else {})))
    struct.pack_into('<HH', data, 12, width, height)
    return bytes(data)


def stated_pcx(width, height):
    data = bytearray(coded(photo(), 'PCX'))
    struct.pack_into('<HH', data, 8, width - 1, height - 1)
    struct.pack_into('<H', data, 66, width + width % 2)
    return bytes(data)


def stated_qoi(width, height):
    return b'qoif' + struct.pack('>IIBB', width, height, 3, 0) + b'\xfd' * 100 + bytes(7) + b'\x01'


def stated_webp(width, height):
    data = bytearray(coded(photo(), 'WEBP', quality=80))
    struct.pack_into('<HH', data, data.index(b'\x9d\x01\x2a') + 3, width, height)
    return bytes(data)


def stated_tiff(width, height, compression):
    image = photo().convert('1') if compression == 'group4' else photo()
    data = bytearray(coded(image, 'TIFF', compression=compression))
    (start,) = struct.unpack_from('<I', data, 4)
    for number in range(struct.unpack_from('<H', data, start)[0]):
        place = start + 2 + 12 * number
        value = {256: width, 257: height, 278: height}.get(struct.unpack_from('<H', data, place)[0])
        if value:
            struct.pack_into('<HII', data, place + 2, 4, 1, value)
    return bytes(data)


def short_files(width, height):
    """Files by what they are, each too short for what it states."""
    return {
        'JPEG': stated_jpeg(width, height),
        'progressive JPEG': stated_jpeg(width, height, progressive=True),
        'CMYK JPEG': stated_jpeg(width, height, 'CMYK'),
        'grey JPEG': stated_jpeg(width, height, 'L'),
        'PNG': stated_png(width, height),
        '16-bit PNG': stated_png(width, height, 16, 6),
        'bilevel PNG': stated_png(width, height, 1, 0),
        'GIF': stated_gif(width, height),
        'BMP': stated_bmp(width, height),
        'BMP of runs': stated_bmp_of_runs(width, height),
        'PPM': b'P6\n%d %d\n255\n' % (width, height) + bytes(100),
        'PBM': b'P4\n%d %d\n' % (width, height) + bytes(100),
        'plain PGM': b'P2\n%d %d\n255\n' % (width, height) + b'1 ' * 100,
        'TGA': stated_tga(width, height),
        'TGA of runs': stated_tga(width, height, 'tga_rle'),
        'PCX': stated_pcx(width, height),
        'QOI': stated_qoi(width, height),
        'WebP': stated_webp(width, height),
        **{
            f'TIFF {compression}': stated_tiff(width, height, compression)
            for compression in ('raw', 'tiff_lzw', 'tiff_adobe_deflate', 'packbits', 'jpeg', 'group4')
        },
    }
