"""TIFF out: pixels in the compression that they had, 16-bit colour too, which Pillow cannot write."""

from __future__ import annotations

import io
import zlib
from typing import Any

import cv2
import numpy as np
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from .pixels import as_image

_LOSSLESS = ('raw', 'packbits', 'tiff_lzw', 'tiff_adobe_deflate', 'tiff_deflate', 'group3', 'group4')


def encode_tiff(pixels: np.ndarray, mode: str, palette: np.ndarray | None, info: dict[str, Any]) -> bytes:
    """Writes a TIFF file of pixels alone.

    Args:
        pixels (np.ndarray): Pixels as stored, upright.
        mode (str): Their layout, see :attr:`DecodedImage.mode`.
        palette (np.ndarray | None): Colours of a ``P`` picture, (N, 3) uint8, RGB.
        info (dict[str, Any]): ``compression`` of the source, which is kept if it is lossless (else deflate).

    Returns:
        bytes: The file.
    """
    compression = info.get('compression')
    compression = compression if compression in _LOSSLESS else 'tiff_adobe_deflate'
    if mode in ('RGB;16', 'RGBA;16'):
        return _encode_deep_tiff(pixels, compression)
    buffer = io.BytesIO()
    as_image(pixels, mode, palette).save(buffer, 'TIFF', compression=compression)
    return buffer.getvalue()


def _encode_deep_tiff(pixels: np.ndarray, compression: str) -> bytes:
    """Writes 16-bit colour, which Pillow cannot hold: one strip behind one directory.

    Args:
        pixels (np.ndarray): (H, W, 3 or 4) uint16, BGR(A).
        compression (str): ``'raw'`` stays raw, everything else becomes deflate.
    """
    height, width, channels = pixels.shape
    rgb = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB if channels == 3 else cv2.COLOR_BGRA2RGBA)
    strip = rgb.astype('<u2', copy=False).tobytes()
    code = 1
    if compression != 'raw':
        strip, code = zlib.compress(strip), 8
    tags = ImageFileDirectory_v2(prefix=b'II')
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
