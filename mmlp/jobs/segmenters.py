"""What finds the plates in jobs, and how it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from mmlp.apis.views import View
from mmlp.plates import Plate

#: What reports say of files that were not looked at as they are.
TURNED_NOTE = 'plates stand turned: looked at turned by quarter turns'
PANORAMA_NOTE = 'taken for a view of all directions: looked at in perspective views'


class PlatePrediction(Protocol):
    """What a segmenter says about one picture."""

    plates: list[Plate]


class Segmenter(Protocol):
    """What finds the plates: :class:`~mmlp.apis.PlateSegmenter`, or anything that answers like it."""

    def predict_batch(self, images: Sequence[np.ndarray]) -> Sequence[PlatePrediction]:
        """Finds the plates in pictures, each (H, W, 3) uint8 BGR."""


@runtime_checkable
class ViewSegmenter(Protocol):
    """A segmenter that can be told how to look, as :class:`~mmlp.apis.PlateSegmenter` can."""

    #: Score from which on a plate is one for sure, 0..1.
    sure_score: float
    #: Whether it looks at turned pictures, too.
    turned: bool
    #: Whether it looks all around in panoramas.
    panoramas: bool

    def predict_views(self, images: Sequence[np.ndarray], views: Sequence[View]) -> Sequence[PlatePrediction]:
        """Finds the plates in pictures that are to be looked at in a certain way."""


def predict(
    segmenter: Segmenter | ViewSegmenter, images: Sequence[np.ndarray], views: Sequence[View]
) -> Sequence[PlatePrediction]:
    """Finds the plates in pictures; a segmenter that cannot be told how to look sees them as they are.

    Args:
        segmenter (Segmenter | ViewSegmenter): Finds the plates.
        images (Sequence[np.ndarray]): Pictures, each (H, W, 3) uint8 BGR.
        views (Sequence[View]): How to look at each.

    Returns:
        Sequence[PlatePrediction]: In the order of the pictures.
    """
    if isinstance(segmenter, ViewSegmenter):
        return segmenter.predict_views(images, views)
    return segmenter.predict_batch(images)


def note_view(segmenter: Segmenter, view: View, turns: int) -> list[str]:
    """Says for a report how a picture was looked at, where that was not as it is.

    Args:
        segmenter (Segmenter): Has found the plates.
        view (View): How it was asked to look.
        turns (int): Quarter turns after which it found them.

    Returns:
        list[str]: Notes as of :class:`~mmlp.jobs.FileResult`.
    """
    is_around = view.panorama is not None and getattr(segmenter, 'panoramas', False)
    return [PANORAMA_NOTE] * is_around + [TURNED_NOTE] * bool(turns)
