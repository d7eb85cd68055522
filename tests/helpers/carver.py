"""Looks for pictures anywhere in a file, whatever its format: in plain bytes, base64, digits, and packed."""

import base64
import binascii
import io
import re
import warnings
import zlib

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()
_BEGINNINGS = re.compile(
    rb'\xff\xd8\xff|\x89PNG\r\n|GIF8[79]a|RIFF....WEBP|\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51'
    rb'|\x00\x00\x00.ftyp|BM....\x00\x00\x00\x00|II\*\x00|MM\x00\*',
    re.DOTALL,
)
_PACKED = re.compile(rb'\x78[\x01\x5e\x9c\xda]')
_BASE64 = re.compile(rb'[A-Za-z0-9+/_=\s-]{100,}')
_HEXADECIMAL = re.compile(rb'[0-9A-Fa-f\s,:]{200,}')
_WIDE_LETTERS = re.compile(rb'(?:[A-Za-z0-9+/]\0){60,}')
_MOST_BYTES = 1 << 22


def streams(data, depth=2):
    """Yields data and all that they hold coded or packed, one within another."""
    yield data
    if not depth:
        return
    found = [_unpack(data, match.start()) for match in _PACKED.finditer(data)]
    if _WIDE_LETTERS.search(data):
        found.append(data.replace(b'\0', b''))
    for match in _BASE64.finditer(data):
        letters = re.sub(rb'\s', b'', match[0]).replace(b'-', b'+').replace(b'_', b'/').replace(b'=', b'')
        # Where a run begins is not known: a word may stand before it.
        for start in range(min(4, len(letters))):
            part = letters[start:]
            found.append(base64.b64decode(part[: len(part) // 4 * 4]))
    for match in _HEXADECIMAL.finditer(data):
        digits = re.sub(rb'[\s,:]', b'', match[0])
        found.append(binascii.unhexlify(digits[: len(digits) // 2 * 2]))
    for part in found:
        if len(part) > 100:
            yield from streams(part, depth - 1)


def _unpack(data, start):
    unpacker = zlib.decompressobj()
    try:
        return unpacker.decompress(data[start:], _MOST_BYTES)
    except zlib.error:
        return b''


def pictures(data, skip_first=False):
    """Yields every picture that begins somewhere in data, as a Pillow image."""
    for match in _BEGINNINGS.finditer(data):
        if skip_first and match.start() == 0:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            try:
                image = Image.open(io.BytesIO(data[match.start() :]))
                for frame in range(min(getattr(image, 'n_frames', 1), 3)):
                    image.seek(frame)
                    yield image.convert('L')
            except Exception:
                continue


def shows(image, wanted):
    """Tells whether a picture shows the same as another, at whatever size."""
    values = np.asarray(image.convert('L').resize(wanted.size), float).ravel()
    expected = np.asarray(wanted.convert('L'), float).ravel()
    if values.std() < 1:
        return False
    return np.corrcoef(values, expected)[0, 1] > 0.8


def find_copies(data, secret, image):
    """Lists where copies of a picture were found: as its coded bytes, or as a picture of any format.

    Args:
        data (bytes): A file.
        secret (bytes): The coded picture.
        image (Image.Image): The same picture.
    """
    found = []
    # JPEG files share their tables.
    pixels = secret[secret.rfind(b'\xff\xda') + 14 :]
    marks = [pixels[at : at + 24] for at in range(0, len(pixels) - 24, len(pixels) // 5)]
    for number, stream in enumerate(streams(data)):
        if any(mark in stream for mark in marks):
            found.append(f'bytes in stream {number}')
        for picture in pictures(stream, skip_first=number == 0):
            if shows(picture, image):
                found.append(f'{picture.size} in stream {number}')
    return found
