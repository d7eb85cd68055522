"""One picture of an export with its outlines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PLATE_LABEL, IGNORE_LABEL = LABELS = ('plate', 'ignore')


@dataclass
class Item:
    """One picture with its outlines.

    Attributes:
        name: File name in the output.
        split: train, val, test, or '' where the source has no splits.
        width: Width of the picture in pixels.
        height: Height of the picture in pixels.
        plates: Outlines of plates, each float of shape (N, 2) in pixels.
        ignored: Outlines of regions to ignore.
    """

    name: str
    split: str
    width: int
    height: int
    plates: list[np.ndarray]
    ignored: list[np.ndarray]

    def labelled(self) -> list[tuple[str, np.ndarray]]:
        """All outlines, each with its label."""
        return [*((PLATE_LABEL, o) for o in self.plates), *((IGNORE_LABEL, o) for o in self.ignored)]
