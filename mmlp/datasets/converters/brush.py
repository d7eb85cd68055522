"""Reading the masks that Label Studio's brush writes: RGBA pixels, packed as by thi.ng's rle-pack."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from .shapes import FormatError, PixelMask, Shape

#: Words of a pixel: red, green, blue and the alpha that says whether it was painted.
_CHANNELS = 4
#: Bytes of a mask: strokes, which have smooth edges, take thousands.
_LARGEST = 1 << 20


def decode_brush(data: Sequence[int], width: int, height: int) -> np.ndarray:
    """The painted pixels.

    The stream of bits, the highest of each byte first, states: the number of words (32 bits), the bits of a
    word less one (5), and four lengths less one (4 each). Then come runs: a bit that says whether the run
    repeats one word, two that choose with how many bits its length less one is written, that, and one word or
    as many words as the run is long.

    Args:
        data: The bytes under ``rle``.
        width: Width of the picture that was painted on, in pixels.
        height: Its height.

    Returns:
        bool array of shape (H, W).

    Raises:
        FormatError: The words are not those of that many pixels, or the stream ends within a run.
    """
    try:
        if not isinstance(data, (list, tuple, bytes)):
            raise TypeError
        packed = bytes(data)
    except (TypeError, ValueError):
        raise FormatError("brush: expected bytes under 'rle'") from None
    if len(packed) > _LARGEST:
        raise FormatError(f"brush: 'rle' of {len(packed)} bytes, more than strokes take ({_LARGEST})")
    bits = np.unpackbits(np.frombuffer(packed, dtype=np.uint8))
    text = (bits + ord('0')).tobytes().decode()
    place = 0

    def read(count: int) -> int:
        nonlocal place
        place += count
        if place > len(text):
            raise FormatError("brush: 'rle' is cut off")
        return int(text[place - count : place], 2)

    total = read(32)
    if total != width * height * _CHANNELS:
        raise FormatError(f'brush: a mask of {total // _CHANNELS} pixels for a picture of {width} x {height}')
    word_bits = read(5) + 1
    lengths = [read(4) + 1 for _ in range(4)]
    painted = np.zeros(width * height, dtype=bool)
    done = 0
    while done < total:
        repeats = read(1)
        end = done + read(lengths[read(2)]) + 1
        if end > total:
            raise FormatError("brush: 'rle' holds more pixels than it states")
        # Of each pixel the last word alone is of interest.
        alphas = slice(done // _CHANNELS, end // _CHANNELS)
        if repeats:
            painted[alphas] = read(word_bits) > 0
        else:
            place += (end - done) * word_bits
            if place > len(text):
                raise FormatError("brush: 'rle' is cut off")
            words = bits[place - (end - done) * word_bits : place].reshape(-1, word_bits)
            painted[alphas] = words[_CHANNELS - 1 - done % _CHANNELS :: _CHANNELS].any(axis=1)
        done = end
    return painted.reshape(height, width)


def brush_shape(data: Sequence[int], size: tuple[int, int], label: str | None) -> Shape:
    """A shape whose pixels a brush painted; decoded when painted.

    Args:
        data: The bytes under ``rle``.
        size: Width and height of the picture that was painted on.
        label: Class of the annotation.
    """
    key = hashlib.sha1(repr(data).encode()).digest()
    pixels = PixelMask(lambda: decode_brush(data, *size), key, size=size, extent=size)
    return Shape('mask', label=label, pixels=pixels)
