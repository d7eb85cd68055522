"""Plates that nobody annotated, and outlines that are wrong: masks gone over with a network's finds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from mmlp.plates import Plate
from mmlp.plates.components import label_components
from mmlp.plates.raster import paint_polygon

from .plate_mask import BACKGROUND, IGNORE, PLATE


@dataclasses.dataclass
class CompletionCounts:
    """What was done to one mask or to many.

    Args:
        annotated (int): Plates that were annotated, all of which are kept.
        confirmed (int): Of these, plates that the network found as well.
        added (int): Finds that became plates.
        ignored (int): Finds that became ignored regions, too uncertain to be either.
    """

    annotated: int = 0
    confirmed: int = 0
    added: int = 0
    ignored: int = 0

    def __add__(self, other: CompletionCounts) -> CompletionCounts:
        ours, theirs = dataclasses.astuple(self), dataclasses.astuple(other)
        return CompletionCounts(*(first + second for first, second in zip(ours, theirs)))


@dataclasses.dataclass(frozen=True)
class MaskCompletion:
    """How a mask is gone over with the plates that a network found in its picture.

    Self-training with pseudo-labels (Lee, ICML 2013 workshop), in which annotation counts for more than the
    network:

    - A find that nobody annotated becomes a plate when its score is high, an ignored region when it is not
      quite. People pass over far plates, but seldom over near ones: a wide find of high score is ignored, and
      the other wide ones stay background, lettering as a rule.
    - Where an annotated plate and the find that covers it disagree, pixels are ignored; an ignored rim that
      the find takes for plate becomes plate.
    - Annotated plates that the network did not find stay as they are, and so do ignored regions.

    Args:
        plate_score (float): Score in 0..1 from which a find becomes a plate. Default: 0.85.
        ignore_score (float): Score in 0..1 from which a find becomes an ignored region. Default: 0.75.
        near_width (float): Width in pixels from which a find is near. Default: 48.0.

    Raises:
        ValueError: The scores are not 0 <= ignore_score <= plate_score <= 1.
    """

    plate_score: float = 0.85
    ignore_score: float = 0.75
    near_width: float = 48.0

    def __post_init__(self) -> None:
        if not 0 <= self.ignore_score <= self.plate_score <= 1:
            raise ValueError(
                'scores must be 0 <= ignore_score <= plate_score <= 1, '
                f'got ignore_score={self.ignore_score} and plate_score={self.plate_score}'
            )

    def __call__(self, mask: np.ndarray, plates: Sequence[Plate]) -> tuple[np.ndarray, CompletionCounts]:
        """Goes over one mask.

        Args:
            mask (np.ndarray): Uint8 (H, W), 0 background, 1 plate, 255 ignore; stays as it is.
            plates (Sequence[Plate]): Finds, in pixels of the mask.

        Returns:
            tuple[np.ndarray, CompletionCounts]: The new mask, uint8 (H, W), and what was done.
        """
        labels, stats = label_components(mask == PLATE)
        counts = CompletionCounts(annotated=len(stats))
        completed = mask.copy()
        confirmed: set[int] = set()
        # The surest last, so that they are drawn over others.
        for plate in sorted(plates, key=lambda plate: plate.score):
            find = np.zeros_like(mask)
            paint_polygon(find, plate.polygon, 1)
            found = find > 0
            touched = set(np.unique(labels[found]).tolist()) - {0}
            if touched:
                own = np.isin(labels, list(touched))
                if plate.score >= self.ignore_score and _is_same(found, own, mask):
                    confirmed |= touched
                    completed[found & (mask == IGNORE)] = PLATE
                    completed[(found ^ own) & (mask != IGNORE)] = IGNORE
            elif 2 * np.count_nonzero(mask[found] == IGNORE) < np.count_nonzero(found):
                value = self._judge(plate)
                if value != BACKGROUND:
                    completed[found & (mask == BACKGROUND)] = value
                    counts.added += value == PLATE
                    counts.ignored += value == IGNORE
        counts.confirmed = len(confirmed)
        return completed, counts

    def _judge(self, plate: Plate) -> int:
        """What becomes of a find that nobody annotated."""
        left, _, right, _ = plate.box
        near = right - left >= self.near_width
        if plate.score >= self.plate_score:
            return IGNORE if near else PLATE
        return BACKGROUND if near or plate.score < self.ignore_score else IGNORE


def _is_same(found: np.ndarray, annotated: np.ndarray, mask: np.ndarray) -> bool:
    """Whether a find covers most of what is annotated, and is mostly not background."""
    covered = np.count_nonzero(found & annotated)
    beyond = np.count_nonzero(found & (mask == BACKGROUND))
    return 2 * covered >= np.count_nonzero(annotated) and 2 * beyond <= np.count_nonzero(found)
