"""Reading the run lengths of masks as COCO writes them: plain lists of runs, and the compressed string.

Decoded here and not by pycocotools, which returns uninitialised memory when the runs do not fit the size.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from .shapes import FormatError, PixelMask, Shape


def decode(rle: dict) -> np.ndarray:
    """Either kind of RLE as a bool mask of shape (H, W).

    Raises:
        FormatError: The runs do not add up to the stated size, or are no run lengths.
    """
    height, width = _size(rle)
    counts = rle['counts']
    if isinstance(counts, (str, bytes)):
        counts = decompress(counts if isinstance(counts, bytes) else counts.encode('utf-8'))
    elif not isinstance(counts, list):
        raise FormatError(f'RLE: counts must be a list or a string, got {type(counts).__name__}')
    return expand(counts, height * width).reshape(width, height).T


def expand(counts: list[int], total: int) -> np.ndarray:
    """Runs, background first, as a flat bool array of ``total`` pixels."""
    if any(not isinstance(run, int) or run < 0 for run in counts):
        raise FormatError('RLE: counts must be whole numbers from 0 up')
    if sum(counts) != total:
        raise FormatError(f'RLE: the runs add up to {sum(counts)} pixels, expected {total}')
    return np.repeat(np.arange(len(counts)) % 2 == 1, counts)


def decompress(data: bytes) -> list[int]:
    """Run lengths of COCO's compressed string.

    Each character holds, from 48 up, five bits of a signed number and a sixth that says whether more bits
    follow; from the third number on, each is the difference to the run before the last.
    """
    runs: list[int] = []
    value, shift = 0, 0
    for char in data:
        bits = char - 48
        if not 0 <= bits < 64:
            raise FormatError(f'RLE: {chr(char)!r} is no character of a compressed string')
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & 0x20:
            continue
        if bits & 0x10:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value, shift = 0, 0
    if shift:
        raise FormatError('RLE: the compressed string ends within a number')
    return runs


def rle_shape(rle: Any, label: str | None, ignored: bool = False) -> Shape:
    """A shape whose pixels an RLE dict states; decoded when painted.

    Raises:
        FormatError: It has no size or no counts.
    """
    height, width = _size(rle)
    if 'counts' not in rle:
        raise FormatError("RLE without 'counts'")
    key = hashlib.sha1(json.dumps(rle, sort_keys=True, default=repr).encode()).digest()
    pixels = PixelMask(lambda: decode(rle), key, size=(width, height))
    return Shape('mask', label=label, ignored=ignored, pixels=pixels)


def _size(rle: Any) -> tuple[int, int]:
    size = rle.get('size') if isinstance(rle, dict) else None
    if not isinstance(size, (list, tuple)) or len(size) != 2:
        raise FormatError(f"RLE: expected 'size': [height, width], got {size!r}")
    return int(size[0]), int(size[1])
