"""Room behind coded pixels: bytes that belong to them by their place, and that no decoder looks at."""

from __future__ import annotations

import hashlib
import io
import warnings
from collections.abc import Callable

from PIL import Image

from .data_in_texts import image_starts

#: Less room than this cannot hold a picture in which anything could be read.
_LEAST = 256
_BAND_PIXELS = 1 << 22


def without_slack(coded: bytes, build: Callable[[bytes], bytes]) -> bytes:
    """Cuts from the end of coded pixels what can be missed without a pixel being another.

    Formats whose pixels are packed bit by bit do not tell where they end: it is tried.

    Args:
        coded (bytes): The coded pixels as they stand in a file.
        build (Callable[[bytes], bytes]): Makes a file of coded pixels.

    Returns:
        bytes: The same where there are less than a few hundred bytes too many.
    """
    if len(coded) <= _LEAST:
        return coded
    shorter = _digest(build(coded[:-_LEAST]))  # First, since it mostly fails at once.
    if shorter is None or shorter != (expected := _digest(build(coded))):
        return coded
    low, high = 0, len(coded) - _LEAST
    while low < high:
        middle = (low + high) // 2
        if _digest(build(coded[:middle])) == expected:
            high = middle
        else:
            low = middle + 1
    return coded[:high]


def hides_image(data: bytes) -> bool:
    """Tells whether a picture that can be opened begins somewhere in data, be it where bytes look like one.

    Args:
        data (bytes): Anything, such as packed pixels.
    """
    for place in image_starts(data):
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            try:
                Image.open(io.BytesIO(data[place:])).close()
            except Exception:
                continue
            return True
    return False


def _digest(data: bytes) -> bytes | None:
    """Returns a checksum of a file's pixels, None when they cannot be decoded."""
    digest = hashlib.blake2b()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        try:
            with Image.open(io.BytesIO(data)) as image:
                image.load()
                width, height = image.size
                rows = max(1, _BAND_PIXELS // width)
                for top in range(0, height, rows):
                    digest.update(image.crop((0, top, width, min(top + rows, height))).tobytes())
        except Exception:  # Pillow's decoders raise OSError, SyntaxError, struct.error, EOFError, ...
            return None
    return digest.digest()
