"""Far plates are looked for all over a picture, whatever else was found in it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mmlp.plates import Plate
from mmlp.plates.components import label_components

from .probability_maps import ProbabilityMap, sample_maps
from .zoom_in import Box

#: Heights of a plate in values of a map: at which it is a candidate, 98 of 100 (a probability above
#: :data:`FLOOR`), and at which it is seen, 97 of 100 (a score of 0.55 and more).
CANDIDATE_HEIGHT, SEEN_HEIGHT = 3.2, 8.0
FLOOR = 0.1
#: A plate of this height, in values of the detection, is near: the detection gives it this probability.
_NEAR_HEIGHT, _NEAR_LEVEL = 10.0, 0.35


def enlarge_long_side(
    long_side: int, shape: tuple[int, int], smallest_plate: float | None, height: float
) -> int:
    """Returns the long side at which the network sees the smallest plate at a height.

    Args:
        long_side (int): What the long side is at least.
        shape (tuple[int, int]): Height and width of the picture.
        smallest_plate (float | None): Height of the smallest plate in picture pixels; None asks for nothing.
        height (float): Height at which the network is to see it.

    Returns:
        int: Long side in pixels.
    """
    if smallest_plate is None:
        return long_side
    return max(long_side, math.ceil(max(shape) * height / smallest_plate))


def find_all_candidates(first: ProbabilityMap) -> list[Box]:
    """Finds all that may be a plate, near or far: boxes in values of the detection's map."""
    _, stats = label_components(first.values > FLOOR)
    return [(left, top, left + width, top + height) for left, top, width, height, _ in stats.tolist()]


def drop_unlikely(plates: Sequence[Plate], first: ProbabilityMap) -> list[Plate]:
    """Drops plates that zooming in took for plates, though the detection, which saw them well, did not.

    Of near things that are no plates, headlamps, lettering, zooming in shows too little.

    Args:
        plates (Sequence[Plate]): Plates in picture pixels.
        first (ProbabilityMap): The detection's map of the whole picture.

    Returns:
        list[Plate]: Far plates, and those that the detection saw as well.
    """
    return [
        plate
        for plate in plates
        if plate.height < _NEAR_HEIGHT * first.step_y or _highest(first, plate) > _NEAR_LEVEL
    ]


def _highest(probability_map: ProbabilityMap, plate: Plate) -> float:
    """Highest probability of a map in the box of a plate."""
    left, top, right, bottom = plate.box
    xs = np.linspace(left, right, max(math.ceil((right - left) / probability_map.step_x), 2))
    ys = np.linspace(top, bottom, max(math.ceil((bottom - top) / probability_map.step_y), 2))
    return float(sample_maps([probability_map], xs, ys).max())
