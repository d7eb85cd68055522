"""Plates of pictures that are not stored upright, where nothing is found for sure in them as they are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from mmlp.plates.components import label_components

from .overlaps import drop_repeated
from .plate_extraction import find_plates
from .prediction import Prediction
from .probability_maps import ProbabilityMap
from .quarter_turns import turn_back, turn_image
from .resizing import resize_image, working_size

#: Probability that the picture as it is must reach anywhere for it to be tried turned: by 90 or 270
#: degrees, where plates hardly show, and by 180 degrees, where most of them are.
_CANDIDATES_SIDEWAYS, _CANDIDATES_UPSIDE_DOWN = 0.25, 0.6
#: Longer side of the picture for a first try of it turned, and what it must reach either way round. Where
#: there may be a car the network is in doubt, at about 0.27; where there is nothing of the kind it is sure.
_TINY, _IN_DOUBT = 128, 0.255
#: Longer side for a second try, and what it must reach for one at the usual size.
_SMALL, _PROMISING = 256, 0.5
#: Threshold and least score of a plate at the usual size, for the picture to be searched as usual.
_LIKELY_THRESHOLD, _LIKELY = 0.3, 0.65
#: A turned plate may score this much less than one that is sure, since more speaks for it,
_ALLOWANCE = 0.03
#: but more than what was found in the picture as it is, by this.
_ADVANTAGE = 0.02


class _Glimpse(NamedTuple):
    """What the network saw of a small turned picture: probabilities, laid over the picture as it is."""

    turns: int
    values: np.ndarray


@dataclasses.dataclass(frozen=True)
class TurnedDetector:
    """Finds plates of turned pictures: first tiny, then larger, then as usual, while there seems to be one.

    Networks know plates that stand about upright. In a picture turned by 90 degrees they find hardly any, and
    see no more candidates than in pictures without cars; so the turned picture is tried. Most pictures
    without plates are known by the first of these tries, which takes a twentieth of the time of a usual one.

    Args:
        detect (Callable): Finds the plates of pictures as usual.
        network (Callable): Uint8 (N, h, w, 3) to probabilities float32 (N, h, w).
        long_side (int, optional): Longer side of the picture for the usual detection; None: its own size.
        sure (float): Score from which on a plate is one for sure, 0..1.
    """

    detect: Callable[[Sequence[np.ndarray]], Sequence[Prediction]]
    network: Callable[[np.ndarray], np.ndarray]
    long_side: int | None
    sure: float

    def __call__(self, image: np.ndarray, upright: Prediction) -> Prediction:
        """Searches a picture turned, if what was found in it as it is leaves that open.

        Args:
            image (np.ndarray): Uint8 (H, W, 3), BGR.
            upright (Prediction): What was found in it as it is.

        Returns:
            Prediction: ``upright`` where nothing speaks for the picture being turned. Otherwise the plates of
            the turned picture, and those of the upright one that are elsewhere.
        """
        best = max((plate.score for plate in upright.plates), default=0.0)
        if best >= self.sure:
            return upright
        glimpse = self._most_promising(image, _highest(upright))
        if glimpse is None or not self._is_likely(image, glimpse):
            return upright
        (found,) = self.detect([turn_image(image, glimpse.turns)])
        least = max(self.sure - _ALLOWANCE, best + _ADVANTAGE)
        if max((plate.score for plate in found.plates), default=0.0) < least:
            return upright
        found = turn_back(found, glimpse.turns)
        together = Prediction(
            upright.shape,
            drop_repeated([*found.plates, *upright.plates]),
            [*upright.maps, *found.maps],
            [*upright.patches, *found.patches],
            upright.threshold,
        )
        together.turns = glimpse.turns
        return together

    def _most_promising(self, image: np.ndarray, highest: float) -> _Glimpse | None:
        """The small turned picture that shows most of a plate; None when none shows one."""
        small = resize_image(image, working_size(image.shape[:2], _SMALL))
        turns = [2] if highest >= _CANDIDATES_UPSIDE_DOWN else []
        if highest >= _CANDIDATES_SIDEWAYS:
            tiny = resize_image(small, working_size(small.shape[:2], _TINY))
            if self._see(tiny, 1).values.max() >= _IN_DOUBT:
                turns += [1, 3]
        glimpses = [self._see(small, number) for number in turns]
        best = max(glimpses, key=lambda glimpse: glimpse.values.max(), default=None)
        return best if best is not None and best.values.max() >= _PROMISING else None

    def _see(self, small: np.ndarray, turns: int) -> _Glimpse:
        return _Glimpse(turns, np.rot90(self.network(turn_image(small, turns)[None])[0], turns))

    def _is_likely(self, image: np.ndarray, glimpse: _Glimpse) -> bool:
        """Tells whether what the small picture showed is a plate at the usual size, with its surroundings."""
        shares = _surroundings(glimpse.values)
        height, width = image.shape[:2]
        left, right = (int(share * width) for share in shares[:2])
        top, bottom = (int(share * height) for share in shares[2:])
        usual = working_size((height, width), self.long_side)
        size = (
            max(round(usual[0] * (bottom - top) / height), 1),
            max(round(usual[1] * (right - left) / width), 1),
        )
        window = resize_image(image[top:bottom, left:right], size)
        values = self.network(turn_image(window, glimpse.turns)[None])[0]
        probability_map = ProbabilityMap.over_box(values, (0, 0, values.shape[1], values.shape[0]))
        return bool(find_plates([probability_map], _LIKELY_THRESHOLD, 4, _LIKELY, fit_corners=False))


def _surroundings(values: np.ndarray) -> tuple[float, float, float, float]:
    """Half of a picture around its highest value, or twice the box of what is high there if that is more.

    Returns:
        tuple[float, float, float, float]: Left, right, top, bottom as shares of width and height.
    """
    labels, stats = label_components(values > _LIKELY_THRESHOLD)
    label = labels[np.unravel_index(values.argmax(), values.shape)]
    left, top, width, height, _ = stats[label - 1].tolist()
    shares = []
    for start, length, whole in ((left, width, values.shape[1]), (top, height, values.shape[0])):
        size = min(max(whole / 2, 2 * length), whole)
        first = min(max(start + length / 2 - size / 2, 0), whole - size)
        shares += [first / whole, (first + size) / whole]
    return tuple(shares)


def _highest(prediction: Prediction) -> float:
    """The highest probability of a picture; 1 with tiles alone, of which only what shows plates is kept."""
    return max((float(probability_map.values.max()) for probability_map in prediction.maps), default=1.0)
