"""Pictures as 256 bits that survive scaling and coding, and their nearest neighbours among thousands.

The hash is that of PDQ (Facebook, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm",
2019) but for its two box filters, whose place OpenCV's area filter takes: 16 x 16 low frequencies of the
cosine transform of a 64 x 64 thumbnail, each compared with their median. It needs two calls of OpenCV; the
packages that offer it or shorter hashes bring compilers or PyWavelets.
"""

from __future__ import annotations

import cv2
import numpy as np

#: Up to this many different bits of 256, PDQ's authors say, two files show the same picture. Pictures that
#: have nothing to do with each other differ in 128 on average, with a standard deviation of 8.
SAME_PICTURE = 31
#: Up to here, two pictures show the same scene: eight standard deviations below the average.
SAME_SCENE = 64
_SIDE, _FREQUENCIES = 64, 16


def hash_image(grey: np.ndarray) -> np.ndarray:
    """Hashes a picture.

    Args:
        grey: Uint8 (H, W).

    Returns:
        Uint8 (32,): 256 bits.
    """
    thumbnail = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    spectrum = cv2.dct(thumbnail.astype(np.float32))
    # Without the first row and column, that is without brightness and what changes along one axis alone.
    low = spectrum[1 : _FREQUENCIES + 1, 1 : _FREQUENCIES + 1]
    return np.packbits(low > np.median(low))


def nearest_of(hashes: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each hash the nearest of another set.

    Args:
        hashes: Uint8 (N, 32).
        others: Uint8 (M, 32), M >= 1.

    Returns:
        Index in ``others`` and number of different bits, int32 (N,) each.
    """
    if len(hashes) == 0:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    indices, distances = nearest_several(hashes, others, 1)
    return indices[:, 0], distances[:, 0]


def nearest_within(hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each hash the nearest other one of its own set.

    Args:
        hashes: Uint8 (N, 32).

    Returns:
        Index and number of different bits, int32 (N,) each; empty for fewer than two.
    """
    if len(hashes) < 2:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    indices, distances = nearest_several(hashes, hashes, 2)
    # Each finds itself, mostly first; among equal hashes two others may come before it.
    column = (indices[:, 0] == np.arange(len(hashes))).astype(int)
    rows = np.arange(len(hashes))
    return indices[rows, column], distances[rows, column]


def nearest_several(hashes: np.ndarray, others: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """For each hash the nearest few of another set, the nearest first.

    OpenCV compares each with each and keeps the nearest, so memory grows with the number of hashes only.

    Args:
        hashes: Uint8 (N, 32), N >= 1.
        others: Uint8 (M, 32), M >= count.
        count: How many.

    Returns:
        Indices in ``others`` and numbers of different bits, int32 (N, count) each.
    """
    distances, indices = cv2.batchDistance(hashes, others, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=count)
    return indices, distances
