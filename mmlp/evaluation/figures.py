"""Figures of a data set from the tallies of its pictures, each with its confidence interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .covers import COVERED
from .intervals import bootstrap_interval, resample_sums, wilson_interval
from .plate_tally import PlateTally

#: Classes of height in pixels: title, from, up to but not with. Nobody reads a plate of the first one.
SIZE_CLASSES: tuple[tuple[str, float, float], ...] = (
    ('< 8 px', 0, 8),
    ('8 to 16 px', 8, 16),
    ('16 to 32 px', 16, 32),
    ('32 to 64 px', 32, 64),
    ('64 px and more', 64, np.inf),
)


def summarize_tallies(tallies: Sequence[PlateTally]) -> dict[str, Any]:
    """Computes the figures of a data set.

    A share is ``{'value', 'count', 'of', 'interval'}`` with the interval of
    :func:`~mmlp.evaluation.wilson_interval`; a mean is ``{'value', 'interval'}`` with that of a bootstrap
    over the pictures. Values, 0..1 where nothing else is said, are None where there is nothing to measure.

    Args:
        tallies (Sequence[PlateTally]): One a picture, one at least.

    Returns:
        dict[str, Any]: Plain values for JSON:

        - ``pictures``, ``plates``, ``finds``: counts; finds on ignored ground are left out.
        - ``recall``: share of plates that are found; ``precision``: of finds that are plates.
        - ``covered``: share of plates of which 95 % are covered when the finds are made unreadable.
        - ``left_readable``: how many are not.
        - ``iou_found``: mean IoU of the plates found with their finds.
        - ``iou_pixels``: of all pixels, pooled; ``iou_per_image``: mean of each picture's, 1 where there is
          neither a plate nor a find.
        - ``needless_covers``: mean number of covers a picture that touch no plate; ``needless_area``: mean
          share of the picture under them.
        - ``times_the_plate``: median and 90th percentile of the area of covers, in multiples of their plate.
        - ``by_size``: the first of these for each of :data:`SIZE_CLASSES` that has a plate or a find. A find
          counts with its plate, a false one by its own height.
    """
    every = _Joined(tallies)
    sums = resample_sums(every.per_image)
    with np.errstate(divide='ignore', invalid='ignore'):
        iou_sum, found, intersection, union, of_image, needless, area, images = sums.T
        means = {
            'iou_found': (_ratio(every.totals[0], every.totals[1]), iou_sum / found),
            'iou_pixels': (_ratio(every.totals[2], every.totals[3]), intersection / union),
            'iou_per_image': (_ratio(every.totals[4], every.totals[7]), of_image / images),
            'needless_covers': (_ratio(every.totals[5], every.totals[7]), needless / images),
            'needless_area': (_ratio(every.totals[6], every.totals[7]), area / images),
        }
    ratios = np.concatenate([tally.times_the_plate for tally in tallies])
    return {
        'pictures': len(tallies),
        **every.shares(np.ones(len(every.heights), bool), np.ones(len(every.false_heights), bool)),
        **{name: {'value': v, 'interval': bootstrap_interval(each)} for name, (v, each) in means.items()},
        'times_the_plate': [float(v) for v in np.percentile(ratios, (50, 90))] if len(ratios) else None,
        'by_size': list(every.by_size()),
    }


class _Joined:
    """The plates of all pictures in rows, each with the number of its picture."""

    def __init__(self, tallies: Sequence[PlateTally]) -> None:
        self.count = len(tallies)
        self.heights, self.ious, self.covered, self.false_heights = (
            np.concatenate([getattr(tally, name) for tally in tallies])
            for name in ('heights', 'ious', 'covered', 'false_heights')
        )
        # Of 16 rows OpenCV makes 15.99999.
        self.heights, self.false_heights = np.round(self.heights, 3), np.round(self.false_heights, 3)
        self.found = np.concatenate([tally.found for tally in tallies])
        self.image = np.repeat(np.arange(self.count), [len(tally.heights) for tally in tallies])
        self.false_image = np.repeat(np.arange(self.count), [len(tally.false) for tally in tallies])
        self.per_image = np.array(
            [
                (
                    tally.ious[tally.found].sum(),
                    tally.found.sum(),
                    tally.intersection,
                    tally.union,
                    tally.intersection / tally.union if tally.union else 1.0,
                    len(tally.needless),
                    tally.needless_pixels / tally.pixels,
                    1,
                )
                for tally in tallies
            ],
            np.float64,
        )
        self.totals = self.per_image.sum(axis=0)

    def by_size(self) -> list[dict[str, Any]]:
        """Figures by class of height."""
        rows = []
        for title, low, high in SIZE_CLASSES:
            plates, false = (
                (heights >= low) & (heights < high) for heights in (self.heights, self.false_heights)
            )
            if plates.any() or false.any():
                values = self.ious[plates & self.found]
                mean = float(values.mean()) if len(values) else None
                rows.append({'size': title, **self.shares(plates, false), 'iou_found': {'value': mean}})
        return rows

    def shares(self, plates: np.ndarray, false: np.ndarray) -> dict[str, Any]:
        """Shares of some plates and of the finds that belong to them, or are false."""
        annotated = self._by_image(plates)
        found = self._by_image(plates & self.found)
        finds = found + np.bincount(self.false_image[false], minlength=self.count)
        covered = self._by_image(plates & (self.covered >= COVERED))
        return {
            'plates': int(annotated.sum()),
            'finds': int(finds.sum()),
            'recall': _share(found, annotated),
            'precision': _share(found, finds),
            'covered': _share(covered, annotated),
            'left_readable': int(annotated.sum() - covered.sum()),
        }

    def _by_image(self, plates: np.ndarray) -> np.ndarray:
        return np.bincount(self.image[plates], minlength=self.count)


def _share(hits: np.ndarray, totals: np.ndarray) -> dict[str, Any]:
    count, number = int(hits.sum()), int(totals.sum())
    return {
        'value': _ratio(count, number),
        'count': count,
        'of': number,
        'interval': wilson_interval(hits, totals),
    }


def _ratio(numerator: float, denominator: float) -> float | None:
    return float(numerator) / float(denominator) if denominator else None
