"""Reading the run lengths of masks as COCO writes them: plain lists of runs, and the compressed string.

Decoded here and not by pycocotools, which returns uninitialised memory when the runs do not fit the size.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from .limits import shown
from .shapes import FormatError, PixelMask, Shape

#: Numbers of a compressed string that are decoded at a time.
_BLOCK = 1 << 20
#: Characters of a number: five bits each, and pictures have less than 2^40 pixels.
_LONGEST_NUMBER = 9
_LARGEST_SIDE = 1 << 20


def decode(rle: dict) -> np.ndarray:
    """Either kind of RLE as a bool mask of shape (H, W).

    Raises:
        FormatError: The runs do not add up to the stated size, or are not run lengths.
    """
    height, width = _size(rle)
    return expand(_counts(rle), height * width).reshape(width, height).T


def check(rle: dict) -> None:
    """Checks what :func:`decode` would, and takes no memory for the pixels.

    Raises:
        FormatError: As there.
    """
    height, width = _size(rle)
    _checked(_counts(rle), height * width)


def _counts(rle: dict) -> list[int] | np.ndarray:
    counts = rle['counts']
    if not isinstance(counts, (list, str, bytes, np.ndarray)):
        raise FormatError(f'RLE: counts must be a list or a string, got {type(counts).__name__}')
    if isinstance(counts, (str, bytes)):
        counts = decompress(counts if isinstance(counts, bytes) else counts.encode('utf-8', 'surrogatepass'))
    return counts


def expand(counts: list[int] | np.ndarray, total: int) -> np.ndarray:
    """Runs, background first, as a flat bool array of ``total`` pixels.

    Raises:
        FormatError: They are not whole numbers from 0 up, or do not add up to the total.
    """
    counts = _checked(counts, total)
    return np.repeat(np.arange(len(counts)) % 2 == 1, counts)


def _checked(counts: list[int] | np.ndarray, total: int) -> np.ndarray:
    if isinstance(counts, list):
        counts = _pack(counts)
    if counts.min(initial=0) < 0:
        raise FormatError('RLE: counts must be whole numbers from 0 up')
    # Each is checked first: the sum of many large ones would wrap around.
    if counts.max(initial=0) > total or counts.sum(dtype=np.int64) != total:
        stated = sum(counts.tolist())
        raise FormatError(f'RLE: the runs add up to {stated} pixels, expected {total}')
    return counts


def _pack(counts: list[int]) -> np.ndarray:
    if not all(type(run) is int and -1 < run < 1 << 62 for run in counts):
        raise FormatError('RLE: counts must be whole numbers from 0 up')
    return np.array(counts, dtype=np.uint32 if max(counts, default=0) < 1 << 32 else np.int64)


def decompress(data: bytes) -> np.ndarray:
    """Run lengths of COCO's compressed string, int64.

    Each character holds, from 48 up, five bits of a signed number and a sixth that says whether more bits
    follow; from the third number on, each is the difference to the run before the last.

    Raises:
        FormatError: It is not such a string.
    """
    bits = np.frombuffer(data, dtype=np.uint8) - 48  # those below wrap around to large ones
    if bits.max(initial=0) >= 64:
        raise FormatError(
            f'RLE: {shown(chr(data[int(bits.argmax())]))} is not a character of a compressed string'
        )
    ends = np.flatnonzero(bits < 32) + 1
    if len(bits) and (not len(ends) or ends[-1] != len(bits)):
        raise FormatError('RLE: the compressed string ends within a number')
    runs = np.empty(len(ends), dtype=np.int64)
    begin = 0
    for first in range(0, len(ends), _BLOCK):
        stops = ends[first : first + _BLOCK] - begin
        part = bits[begin : begin + stops[-1]]
        runs[first : first + _BLOCK] = _read_numbers(part, stops)
        begin += stops[-1]
    runs[1::2] = np.cumsum(runs[1::2])
    runs[2::2] = np.cumsum(runs[2::2])
    return runs


def _read_numbers(bits: np.ndarray, stops: np.ndarray) -> np.ndarray:
    """The signed numbers that end before the given positions."""
    lengths = np.diff(stops, prepend=0)
    if lengths.max() > _LONGEST_NUMBER:
        raise FormatError('RLE: a number of the compressed string is larger than any picture')
    starts = stops - lengths
    shifts = 5 * (np.arange(len(bits)) - np.repeat(starts, lengths))
    values = np.add.reduceat((bits & 31).astype(np.int64) << shifts, starts)
    is_negative = (bits[stops - 1] & 16) > 0
    return values - (is_negative.astype(np.int64) << 5 * lengths)


def rle_shape(rle: Any, label: str | None, ignored: bool = False) -> Shape:
    """A shape whose pixels an RLE dict states; decoded when painted.

    Raises:
        FormatError: It has no size or no counts.
    """
    height, width = _size(rle)
    counts = rle.get('counts')
    if counts is None:
        raise FormatError("RLE without 'counts'")
    if not isinstance(counts, (list, str, bytes)):
        raise FormatError(f'RLE: counts must be a list or a string, got {type(counts).__name__}')
    key = hashlib.sha1(json.dumps(rle, sort_keys=True, default=repr).encode()).digest()
    # Packed: a list of numbers takes five times as much.
    kept = {'size': rle['size'], 'counts': _pack(counts) if isinstance(counts, list) else counts}
    size = width, height
    pixels = PixelMask(lambda: decode(kept), key, size=size, extent=size, check=lambda: check(kept))
    return Shape('mask', label=label, ignored=ignored, pixels=pixels)


def _size(rle: Any) -> tuple[int, int]:
    size = rle.get('size') if isinstance(rle, dict) else None
    if not isinstance(size, (list, tuple)) or len(size) != 2:
        raise FormatError(f"RLE: expected 'size': [height, width], got {shown(size)}")
    height, width = (int(value) for value in size)
    if not (0 < height <= _LARGEST_SIDE and 0 < width <= _LARGEST_SIDE):
        raise FormatError(f"RLE: 'size' {shown(size)} is not the height and width of a picture")
    return height, width
