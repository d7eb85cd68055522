"""TIFF out: the tags worth keeping, and 16-bit colour, which Pillow cannot write."""

from __future__ import annotations

import io
import zlib
from typing import Any

import cv2
import numpy as np
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from .metadata import MetadataFilter, add_exif, clean_iptc, clean_resources, clean_xmp, read_tiff_block
from .pixels import as_image

#: Description, author, date and the like.
_TEXT_TAGS = (269, 270, 271, 272, 285, 305, 306, 315, 316, 33432)
#: GeoTIFF and GDAL.
_PLACE_TAGS = (33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113)
_NUMBER_TAGS = (282, 283, 296)
_XMP, _IPTC, _PHOTOSHOP, _ICC = 700, 33723, 34377, 34675
#: Directories of EXIF and GPS, which are added to the written file.
_EXIF = frozenset({34665, 34853})
_BLOCKS = {_XMP: clean_xmp, _IPTC: clean_iptc, _PHOTOSHOP: clean_resources}
#: How the pixels are stored; and further pictures and layers, which are told where the file is read.
_STRUCTURE = frozenset(
    {
        *range(254, 267),
        *range(277, 282),
        *range(290, 294),
        *range(322, 326),
        *range(332, 342),
        *range(529, 533),
    }
    | {273, 274, 284, 297, 301, 317, 320, 330, 347, 37724}
)
_LOSSLESS = ('raw', 'packbits', 'tiff_lzw', 'tiff_adobe_deflate', 'tiff_deflate', 'group3', 'group4')


def encode_tiff(
    pixels: np.ndarray,
    mode: str,
    palette: np.ndarray | None,
    info: dict[str, Any],
    data: bytes,
    wanted: MetadataFilter,
) -> bytes:
    """Writes a TIFF file with the tags of the one that the pixels came from.

    Kept: resolution, ICC profile, XMP, IPTC, texts, the place unless it is not wanted, and the compression if
    it is lossless (else deflate), EXIF. Reduced copies, layers and unknown tags are left out, and so is the
    orientation: the pixels are upright.

    Args:
        pixels (np.ndarray): Pixels as stored.
        mode (str): Their layout, see :attr:`Picture.mode`.
        palette (np.ndarray | None): Colours of a ``P`` picture, (N, 3) uint8, RGB.
        info (dict[str, Any]): ``tiff_tags``, ``tiff_types`` and ``compression`` of the source.
        data (bytes): The source, of which Pillow hands out blocks of bytes only in part.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: The file.
    """
    source, types = info['tiff_tags'], info['tiff_types']
    tags = ImageFileDirectory_v2(prefix=b'II')
    for tag, value in source.items():
        kept = _wanted_value(tag, value, data, wanted)
        if kept is not None:
            # A block of bytes may be declared as numbers of four.
            tags.tagtype[tag] = 7 if tag in _BLOCKS else types[tag]
            tags[tag] = kept
    compression = info.get('compression')
    compression = compression if compression in _LOSSLESS else 'tiff_adobe_deflate'
    if mode in ('RGB;16', 'RGBA;16'):
        encoded = _encode_deep_tiff(pixels, tags, compression)
    else:
        buffer = io.BytesIO()
        as_image(pixels, mode, palette).save(buffer, 'TIFF', tiffinfo=tags, compression=compression)
        encoded = buffer.getvalue()
    return encoded if _EXIF.isdisjoint(source) else add_exif(encoded, data, wanted)


def _wanted_value(tag: int, value: Any, data: bytes, wanted: MetadataFilter) -> Any:
    """Returns what to keep of the value of a tag, None when it is left out."""
    if tag in _TEXT_TAGS:
        if isinstance(value, str):
            # Pillow reads Latin 1 and writes ASCII: as bytes, other letters stay what they were.
            kept = wanted.raw_text(value.encode('latin-1', 'replace'))
            return kept or None
        return value
    if tag in _BLOCKS:
        return _BLOCKS[tag](_in_order(read_tiff_block(data, tag) or b''), wanted)
    if tag in (_ICC, *_NUMBER_TAGS) or (tag in _PLACE_TAGS and not wanted.strip_location):
        return value
    if tag not in (*_STRUCTURE, *_EXIF, *_PLACE_TAGS):
        wanted.leave_out('unknown tags')
    return None


def _in_order(block: bytes) -> bytes:
    """Turns a block of bytes that is declared as numbers of four bytes, and stored in their order."""
    turned = np.frombuffer(block[: len(block) // 4 * 4], '<u4').byteswap().tobytes()
    return turned if turned[:1] == b'\x1c' and block[:1] != b'\x1c' else block


def _encode_deep_tiff(pixels: np.ndarray, tags: ImageFileDirectory_v2, compression: str) -> bytes:
    """Writes 16-bit colour, which Pillow cannot hold: one strip behind one directory.

    Args:
        pixels (np.ndarray): (H, W, 3 or 4) uint16, BGR(A).
        tags (ImageFileDirectory_v2): Tags to write along; completed in place.
        compression (str): ``'raw'`` stays raw, everything else becomes deflate.
    """
    height, width, channels = pixels.shape
    rgb = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if channels == 3 else cv2.COLOR_BGRA2RGBA)
    strip = rgb.astype('<u2', copy=False).tobytes()
    code = 1
    if compression != 'raw':
        strip, code = zlib.compress(strip), 8
    structure = {256: width, 257: height, 258: (16,) * channels, 259: code, 262: 2, 273: 0, 277: channels}
    structure.update({278: height, 279: len(strip), 284: 1})
    if channels == 4:
        structure[338] = 2
    for tag, value in structure.items():
        tags[tag] = value
    buffer = io.BytesIO()
    tags.save(buffer)  # Pillow sets the strip's offset to the end of what it writes.
    buffer.write(strip)
    return buffer.getvalue()
