"""One segmenter at several thresholds: the networks are loaded once, and asked the same once."""

from __future__ import annotations

import copy
import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from .backends import Backend
from .ranges import check_min_score, check_thresholds

if TYPE_CHECKING:
    from .plate_segmenter import PlateSegmenter

#: Probabilities that are remembered at most, 4 bytes each; what a large picture has more is computed anew.
_MOST_REMEMBERED = 1 << 26


def usual_min_score(threshold: float, is_refined: bool) -> float:
    """Lowest score of plates where none is asked for: what is seen magnified is more certain."""
    return min(threshold + 0.2, 0.73) + (0.07 if is_refined else 0.0)


def with_thresholds(
    segmenter: PlateSegmenter, threshold: float | None = None, min_score: float | None = None
) -> PlateSegmenter:
    """Makes a segmenter of the same networks and options but for its thresholds.

    Args:
        segmenter (PlateSegmenter): Stays as it is.
        threshold (float | None): Probability in (0, 1) above which a pixel is plate; None for the same.
        min_score (float | None): Lowest score of plates, 0..1; None for the usual one of the threshold.

    Returns:
        PlateSegmenter: One that finds what a new ``PlateSegmenter`` with these arguments would.

    Raises:
        ValueError: One is out of its range.
    """
    check_thresholds(threshold=threshold)
    check_min_score(min_score)
    other = copy.copy(segmenter)
    other.threshold = segmenter.threshold if threshold is None else threshold
    other.min_score = min_score
    if min_score is None:
        other.min_score = usual_min_score(other.threshold, other.refinement is not None)
    return other


class RememberingBackend:
    """A backend that remembers its answers, so that what is the same at every threshold costs once.

    Args:
        backend (Backend): Computes them; all else is its own as well.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._answers: dict[tuple, np.ndarray] = {}
        self._size = 0

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """Computes or remembers what :class:`~mmlp.apis.backends.Backend` answers, read-only."""
        images = np.ascontiguousarray(images)
        key = (images.shape, hashlib.blake2b(images.data, digest_size=16).digest())
        answer = self._answers.get(key)
        if answer is None:
            answer = self._backend(images)
            if self._size + answer.size <= _MOST_REMEMBERED:
                self._answers[key] = answer
                self._size += answer.size
                answer.setflags(write=False)
        return answer

    def forget(self) -> None:
        """Forgets all answers: the next picture is another."""
        self._answers.clear()
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)
