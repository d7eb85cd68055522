"""Whether a file is long enough for the picture that its header states, by the arithmetic of its format.

A header of 20 bytes may state a picture of gigabytes. What is coded must take a least number of bytes,
however well it is compressed; a file with fewer is cut off, or made to fill memory, and is refused before
anything is allocated. No encoder can go below these bounds: a picture of one colour stays above them.
"""

from __future__ import annotations

import contextlib
import re
import struct
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image

from .metadata.png import png_chunks
from .metadata.webp import webp_chunks

#: Most bytes that a byte can stand for. Deflate: 258 for two bits. LZW: a code of at least 9 bits for at most
#: 4095. PackBits: 128 for two bytes.
_DEFLATE, _LZW, _PACKBITS = 1032, 4095 * 8 // 9, 64
#: Most pixels that a byte stands for: a run of 255 in two bytes (BMP), of 63 in two (PCX), of 62 in one
#: (QOI); of 128 in a byte and a pixel (TGA).
_BMP_RLE, _PCX, _QOI, _TGA = 127.5, 31.5, 62, 128
#: Bits that a block of 8 x 8 takes in JPEG: at least one for its mean and, in files of one pass, one for the
#: end of the rest. Arithmetic coding has no such bound.
_SEQUENTIAL, _PROGRESSIVE, _LOSSLESS = (0xC0, 0xC1), (0xC2,), (0xC3,)
#: Bits that a macroblock of 16 x 16 takes in WebP: its modes are coded with probabilities that are fixed for
#: key frames (RFC 6386, 11.2), the likeliest ones with 1.7 bits.
_VP8_BITS = 1.5
#: More passes than this are a file that means to take for ever; encoders make about ten.
_MOST_SCANS = 100
#: What a decoder takes for the next segment, wherever it stands.
_MARKER = re.compile(rb'\xff[^\x00\x01\xff\xd0-\xd8]')
_SOS, _EOI = 0xDA, 0xD9
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
#: For compressions of TIFF, most bytes a byte stands for; others have no bound that is worth checking.
_TIFF_RATIOS = {1: 1, 5: _LZW, 8: _DEFLATE, 32946: _DEFLATE, 32773: _PACKBITS}
#: Kinds of fax: a row takes one bit. JPEG: a block of brightness takes two.
_TIFF_FAX, _TIFF_JPEG, _JPEG_RATIO = (2, 3, 4), 7, 256
_YCBCR, _LEAST_YCBCR = 6, 3


class _Coded(NamedTuple):
    """Bytes of coded pixels that a file has, and that the picture of its header takes at least."""

    there: float
    least: float


def why_too_short(image: Image.Image, data: bytes) -> str | None:
    """Tells why a file cannot hold the picture that its header states.

    Args:
        image (Image.Image): The picture as Pillow has opened it, not loaded yet.
        data (bytes): The file.

    Returns:
        str | None: What is wrong, to follow the file's name; None when the file may be whole.
    """
    measure = _MEASURES.get(image.format)
    if measure is None:
        return None
    try:
        coded = measure(image, data)
    except (ValueError, struct.error, LookupError, TypeError, ArithmeticError):
        return None  # A header that makes no sense is the decoder's to name.
    if isinstance(coded, str):
        return f'is damaged: {coded}'
    if coded.there >= coded.least:
        return None
    width, height = image.size
    return (
        f'is damaged or cut off: it states {width} x {height} pixels, which take {int(coded.least):,} bytes '
        f'({image.format}) at least, and has {int(coded.there):,}'
    )


def canvas_of_webp(data: bytes) -> tuple[int, int] | None:
    """Reads width and height of a WebP file, for whose pixels Pillow takes memory when it opens it.

    Args:
        data (bytes): A file.

    Returns:
        tuple[int, int] | None: None when it is not WebP, or not known WebP.
    """
    head = data[:30].ljust(30, b'\0')
    if head[:4] != b'RIFF' or head[8:12] != b'WEBP':
        return None
    if head[12:16] == b'VP8X':
        return 1 + int.from_bytes(head[24:27], 'little'), 1 + int.from_bytes(head[27:30], 'little')
    if head[12:16] == b'VP8L':
        bits = int.from_bytes(head[21:25], 'little')
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from('<HH', head, 26)
    return (width & 0x3FFF, height & 0x3FFF) if head[12:16] == b'VP8 ' else None


def _png(image: Image.Image, data: bytes) -> _Coded:
    width, height, bits, kind, _, _, interlaced = struct.unpack_from('>IIBBBBB', data, 16)
    bits *= _PNG_CHANNELS[kind]
    sizes = [(width, height)]
    if interlaced:
        sizes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in _ADAM7]
    raw = sum((1 + -(-w * bits // 8)) * h for w, h in sizes if w > 0 and h > 0)
    there = 0
    with contextlib.suppress(ValueError):  # The end may be missing behind pixels that are whole.
        for kind, payload in png_chunks(memoryview(data)):
            there += len(payload) if kind == b'IDAT' else 0
    return _Coded(there, raw / _DEFLATE)


def _jpeg(image: Image.Image, data: bytes) -> _Coded | str:
    there, scans, least = 0, 0, 0.0
    segment = _MARKER.search(data, 2)
    while segment is not None and data[segment.end() - 1] != _EOI and segment.end() + 2 <= len(data):
        marker, position = data[segment.end() - 1], segment.end()
        (length,) = struct.unpack_from('>H', data, position)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            least = max(least, _least_of_jpeg(marker, data[position + 2 : position + length]))
        position += length
        segment = _MARKER.search(data, position)
        if marker == _SOS:
            scans += 1
            there += (len(data) if segment is None else segment.start()) - position
    if scans > _MOST_SCANS:
        return f'it is coded in {scans} passes (JPEG), more than {_MOST_SCANS}'
    return _Coded(there, least)


def _least_of_jpeg(marker: int, frame: bytes) -> float:
    """Bytes that the pixels take at least by the header of a frame."""
    height, width, count = struct.unpack_from('>HHB', frame, 1)
    factors = [(frame[7 + 3 * number] >> 4, frame[7 + 3 * number] & 15) for number in range(count)]
    across, down = max(h for h, _ in factors), max(v for _, v in factors)
    sizes = [(-(-width * h // across), -(-height * v // down)) for h, v in factors]
    if marker in _LOSSLESS:
        return sum(w * h for w, h in sizes) / 8
    bits = 2 if marker in _SEQUENTIAL else 1 if marker in _PROGRESSIVE else 0
    return bits * sum(-(-w // 8) * -(-h // 8) for w, h in sizes) / 8


def _gif(image: Image.Image, data: bytes) -> _Coded:
    left, top, right, bottom = image.tile[0][1]
    return _Coded(len(data), (right - left) * (bottom - top) / _LZW)


def _bmp(image: Image.Image, data: bytes) -> _Coded:
    decoder, (left, top, right, bottom), offset, settings = image.tile[0]
    pixels = (right - left) * (bottom - top)
    if decoder == 'bmp_rle':
        return _Coded(len(data) - offset, pixels / _BMP_RLE)
    return _Coded(len(data) - offset, (bottom - top) * settings[1])


def _ppm(image: Image.Image, data: bytes) -> _Coded:
    decoder, _, offset, _ = image.tile[0]
    width, height = image.size
    if decoder == 'ppm_plain':  # A digit a pixel; of more than black and white, a digit and a space a sample.
        least = width * height * (1 if image.mode == '1' else 2 * len(image.getbands()))
    elif image.mode == '1':
        least = height * -(-width // 8)
    else:
        least = width * height * len(image.getbands())
    return _Coded(len(data) - offset, least - 1)  # The last space may be missing.


def _runs(most: float) -> Callable[[Image.Image, bytes], _Coded]:
    return lambda image, data: _Coded(len(data), image.width * image.height / most)


def _tga(image: Image.Image, data: bytes) -> _Coded:
    kind, width = data[2], -(-data[16] // 8)
    share = (1 + width) / _TGA if kind & 8 else width
    return _Coded(len(data), image.width * image.height * share)


def _webp(image: Image.Image, data: bytes) -> _Coded:
    coded = sum(len(payload) for kind, payload in webp_chunks(memoryview(data)) if kind == b'VP8 ')
    blocks = -(-image.width // 16) * -(-image.height // 16)
    return _Coded(coded, blocks * _VP8_BITS / 8 if coded else 0)  # Without loss, one colour takes nothing.


def _tiff(image: Image.Image, data: bytes) -> _Coded | str:
    tags = image.tag_v2
    width, height, compression = tags[256], tags[257], tags.get(259, 1)
    bits = tags.get(258, (1,))
    samples = tags.get(277, 1)
    bits = sum(bits) if len(bits) >= samples else bits[0] * samples
    is_tiled = 322 in tags
    across, rows = (tags[322], tags[323]) if is_tiled else (width, min(tags.get(278, height), height))
    what = 'tiles' if is_tiled else 'strips'
    down = -(-height // rows)
    planes = samples if tags.get(284, 1) == 2 else 1
    count = -(-width // across) * down * planes
    offsets = np.asarray(tags.get(324 if is_tiled else 273, ()), np.int64)
    sizes = np.asarray(tags.get(325 if is_tiled else 279, ()), np.int64)
    if len(offsets) < count:
        return f'it lists {len(offsets)} of the {count} {what} of its picture'
    heights = np.full(down, rows)
    if not is_tiled:
        heights[-1] = height - rows * (down - 1)
    heights = np.tile(np.repeat(heights, -(-width // across)), planes)
    raw = heights * -(-across * (bits // planes) // 8)
    if tags.get(262) == _YCBCR:  # Colours may be stored at a part of the resolution.
        raw = raw // _LEAST_YCBCR
    least = raw / _TIFF_RATIOS.get(compression, np.inf)
    if compression in _TIFF_FAX:
        least = heights / 8
    elif compression == _TIFF_JPEG:
        least = heights * across / _JPEG_RATIO
    offsets = offsets[:count]
    there = np.clip(len(data) - offsets, 0, None)
    if len(sizes) >= count and compression != 1:
        sizes = sizes[:count]
        there = np.minimum(there, np.where(sizes == 0, there, sizes))  # Some files leave them out.
    short = int((there < np.floor(least)).sum())
    if short:
        return f'{short} of the {count} {what} of its picture of {width} x {height} pixels are cut off'
    return _Coded(1, 0)


_MEASURES: dict[str, Callable[[Image.Image, bytes], _Coded | str]] = {
    'PNG': _png,
    'JPEG': _jpeg,
    'MPO': _jpeg,
    'GIF': _gif,
    'BMP': _bmp,
    'DIB': _bmp,
    'PPM': _ppm,
    'TGA': _tga,
    'PCX': _runs(_PCX),
    'QOI': _runs(_QOI),
    'WEBP': _webp,
    'TIFF': _tiff,
}
