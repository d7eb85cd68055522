"""What anonymising covers: plates that stay readable, and what is covered for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmlp.plates import Plate, covered_pixels

#: Share of a plate that counts as all of it: what is left cannot be read.
COVERED = 0.95
#: Share of a plate that a cover hides at least which belongs to it.
_BELONGS = 1 / 3


@dataclass(frozen=True)
class CoverTally:
    """How the covers of one picture lie on its plates.

    Args:
        shares (np.ndarray): Share of each plate that is covered, by whatever covers it, float64 (P,), 0..1.
        times_the_plate (np.ndarray): Area of the covers that hide a third of a plate or more, as a multiple
            of the plate's, float64 (K,); plates without such a cover are left out.
        needless (np.ndarray): Numbers of the covers that touch neither a plate nor ignored ground, int (N,).
        needless_areas (np.ndarray): Pixels of each of them, int (N,).
        needless_pixels (int): Pixels that these cover together.
    """

    shares: np.ndarray
    times_the_plate: np.ndarray
    needless: np.ndarray
    needless_areas: np.ndarray
    needless_pixels: int


def measure_covers(plates: Sequence[Plate], labels: np.ndarray, count: int, margin: float) -> CoverTally:
    """Measures what making plates unreadable covers.

    Args:
        plates (Sequence[Plate]): What was found.
        labels (np.ndarray): Integer (H, W): 0 background, 1 to ``count`` the plates that there are, negative
            where it does not matter.
        count (int): How many plates there are.
        margin (float): Widening of covers, in percent of the plate's height, as of
            :func:`~mmlp.plates.redact`.

    Returns:
        CoverTally: Shares, areas and needless covers.
    """
    areas = np.bincount(labels[labels > 0], minlength=count + 1)[1:]
    union, for_nothing = np.zeros(labels.shape, bool), np.zeros(labels.shape, bool)
    needless: dict[int, int] = {}
    by_plate: list[list[tuple]] = [[] for _ in range(count)]
    for number, plate in enumerate(plates):
        cover = covered_pixels(plate, labels.shape, margin)
        if cover is None:
            continue
        window, pixels = cover
        union[window] |= pixels
        under = labels[window][pixels]
        if not under.any():
            needless[number] = len(under)
            for_nothing[window] |= pixels
        hidden = np.bincount(under[under > 0], minlength=count + 1)[1:]
        for index in np.flatnonzero((hidden > 0) & (hidden >= _BELONGS * areas)):
            by_plate[index].append(cover)
    shown = np.bincount(labels[union & (labels > 0)], minlength=count + 1)[1:]
    ratios = [_area_together(covers) / area for covers, area in zip(by_plate, areas) if covers]
    return CoverTally(
        shares=shown / np.maximum(areas, 1),
        times_the_plate=np.array(ratios, np.float64),
        needless=np.array(list(needless), np.int64),
        needless_areas=np.array(list(needless.values()), np.int64),
        needless_pixels=int(np.count_nonzero(for_nothing)),
    )


def _area_together(covers: Sequence[tuple[tuple[slice, slice], np.ndarray]]) -> int:
    """Pixels that some covers, each a window and its pixels, hide together."""
    top, left = (min(window[axis].start for window, _ in covers) for axis in (0, 1))
    bottom, right = (max(window[axis].stop for window, _ in covers) for axis in (0, 1))
    union = np.zeros((bottom - top, right - left), bool)
    for (rows, columns), pixels in covers:
        union[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] |= pixels
    return int(np.count_nonzero(union))
