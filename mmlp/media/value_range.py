"""16-bit pixels as the 8 bits that a network sees, and back: many cameras use a part of 16 bits alone."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np

#: Rows are looked at in bands of about this many pixels, so that a large picture needs no copy.
_BAND_PIXELS = 1 << 22
#: As many pixels must reach a value for it to count; less than what is left of the smallest legible plate.
_LEAST_PIXELS = 32
#: Values that lie together on less than this share of those below them are spread out.
_NARROW = 1 / 8
#: Even then not further than this, or nothing but noise would be seen.
_LEAST_NARROW_BITS = 10


@dataclasses.dataclass(frozen=True)
class ValueRange:
    """The part of 16 bits that a picture uses.

    Attributes:
        low (int): The value that is shown as black.
        bits (int): Values from ``low`` to ``low + 2 ** bits - 1`` are told apart, 8 to 16.
    """

    low: int = 0
    bits: int = 16

    def to_bytes(self, pixels: np.ndarray) -> np.ndarray:
        """Converts to uint8; what is beyond the range becomes 0 or 255.

        Args:
            pixels (np.ndarray): uint16, any shape.

        Returns:
            np.ndarray: uint8, the same shape.
        """
        if self.low:
            pixels = np.maximum(pixels, np.uint16(self.low)) - np.uint16(self.low)
        return np.minimum(pixels >> (self.bits - 8), 255).astype(np.uint8)

    def from_bytes(self, values: np.ndarray) -> np.ndarray:
        """Converts uint8, any shape, to uint16: 0 and 255 become the ends of the range."""
        table = self.low + np.rint(np.arange(256) * ((2**self.bits - 1) / 255))
        return np.take(table.clip(0, 0xFFFF).astype(np.uint16), values)


#: All of the 16 bits.
FULL_RANGE = ValueRange()


def find_value_range(pixels: np.ndarray) -> ValueRange:
    """Finds the part of 16 bits that a picture uses.

    The bits are as many as its brightest areas need, so that 12 bits in 16 give what the same picture gives
    in 8. Areas, not pixels: hot ones do not count, and neither do the ends of the 16 bits, which frames and
    missing data have. Where all values lie close together far from zero, as thermal cameras have them, the
    range starts at the lowest.

    Args:
        pixels (np.ndarray): (H, W) or (H, W, C) uint16, without alpha.

    Returns:
        ValueRange: All 16 bits for a picture that is too small to tell.
    """
    everywhere, areas = _value_counts(pixels)
    lowest, highest = _outermost(everywhere), _outermost(everywhere[::-1])
    top = _outermost(areas[::-1])
    if lowest is None or highest is None or top is None:
        return FULL_RANGE
    highest, top = 0xFFFF - highest, 0xFFFF - top
    if 0 <= highest - lowest < highest * _NARROW:
        return ValueRange(lowest, max(_LEAST_NARROW_BITS, (highest - lowest).bit_length()))
    return ValueRange(0, max(8, top.bit_length()))


def _value_counts(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counts how often each value occurs, and how often as the least of a square of 2 x 2 pixels.

    Returns:
        tuple[np.ndarray, np.ndarray]: Two of (65536,) int.
    """
    everywhere, areas = np.zeros((2, 1 << 16), np.int64)
    height, width = pixels.shape[:2]
    rows = max(2, _BAND_PIXELS // width)
    for start in range(0, height, rows):
        band = pixels[start : start + rows]
        everywhere += _histogram(band)
        band = pixels[max(start - 1, 0) : start + rows]
        if min(band.shape[:2]) > 1:
            areas += _histogram(cv2.erode(band, np.ones((2, 2), np.uint8))[1:, 1:])
    return everywhere, areas


def _histogram(pixels: np.ndarray) -> np.ndarray:
    """Counts each value of all channels together."""
    channels = range(1 if pixels.ndim == 2 else pixels.shape[2])
    counts = [cv2.calcHist([pixels], [channel], None, [1 << 16], [0, 1 << 16]) for channel in channels]
    return np.sum(counts, axis=0).reshape(-1).astype(np.int64)


def _outermost(counts: np.ndarray) -> int | None:
    """Returns the first value, the very end left out, that enough pixels reach; None if there is none."""
    reached = np.flatnonzero(np.cumsum(counts[1:]) >= _LEAST_PIXELS)
    return int(reached[0]) + 1 if reached.size else None
