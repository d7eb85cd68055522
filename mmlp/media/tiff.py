"""TIFF out: the tags worth keeping, and 16-bit colour, which Pillow cannot write."""

from __future__ import annotations

import io
import zlib
from typing import Any

import cv2
import numpy as np
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from .metadata import clean_xmp
from .pixels import as_image

#: Resolution, description, author, date and the like.
_TEXT_TAGS = (269, 270, 271, 272, 282, 283, 296, 305, 306, 315, 316, 33432)
#: GeoTIFF and GDAL.
_PLACE_TAGS = (33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113)
_XMP, _IPTC, _ICC = 700, 33723, 34675
_LOSSLESS = ('raw', 'packbits', 'tiff_lzw', 'tiff_adobe_deflate', 'tiff_deflate', 'group3', 'group4')


def encode_tiff(
    pixels: np.ndarray, mode: str, palette: np.ndarray | None, info: dict[str, Any], strip_location: bool
) -> bytes:
    """Writes a TIFF file with the tags of the one that the pixels came from.

    Kept: resolution, ICC profile, XMP, IPTC, texts, the place unless ``strip_location``, and
    the compression if it is lossless (else deflate). Further directories (EXIF, reduced
    copies) are left out, and so is the orientation: the pixels are upright.

    Args:
        pixels (np.ndarray): Pixels as stored.
        mode (str): Their layout, see :attr:`Picture.mode`.
        palette (np.ndarray | None): Colours of a ``P`` picture, (N, 3) uint8, RGB.
        info (dict[str, Any]): ``tiff_tags``, ``tiff_types`` and ``compression`` of the source.
        strip_location (bool): Leave out GeoTIFF tags and names of places.

    Returns:
        bytes: The file.
    """
    source, types = info['tiff_tags'], info['tiff_types']
    kept = [*_TEXT_TAGS, _ICC, *([] if strip_location else [*_PLACE_TAGS, _IPTC])]
    tags = ImageFileDirectory_v2(prefix=b'II')
    for tag in kept:
        if tag in source:
            tags.tagtype[tag] = types[tag]
            tags[tag] = source[tag]
    xmp = source.get(_XMP)
    xmp = clean_xmp(bytes(xmp), strip_location) if isinstance(xmp, (bytes, bytearray)) else None
    if xmp:
        tags[_XMP] = xmp
    compression = info.get('compression')
    compression = compression if compression in _LOSSLESS else 'tiff_adobe_deflate'
    if mode in ('RGB;16', 'RGBA;16'):
        return _encode_deep_tiff(pixels, tags, compression)
    buffer = io.BytesIO()
    as_image(pixels, mode, palette).save(buffer, 'TIFF', tiffinfo=tags, compression=compression)
    return buffer.getvalue()


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
