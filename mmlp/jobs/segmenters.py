"""What finds the plates in jobs, and how it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from mmlp.apis.views import View
from mmlp.plates import Plate

#: What reports say of files that were not looked at as they are.
TURNED_NOTE = 'plates stand turned: looked at turned by quarter turns'
PANORAMA_NOTE = 'taken for a view of all directions: looked at in perspective views'
#: Settings of :class:`~mmlp.apis.PlateSegmenter`, and parts of them, on which no answer depends: how fast it
#: comes, and what a checkpoint may ask for.
_WITHOUT_EFFECT = {'runtime': {'num_threads', 'batch_size'}, 'trust': {'allow_imports', 'max_parameters'}}


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


def describe_segmenter(segmenter: Segmenter) -> str:
    """Describes what finds the plates in a line for a log."""
    describe = getattr(segmenter, 'describe', None)
    return describe() if describe is not None else type(segmenter).__name__


def settings_of(segmenter: Segmenter) -> dict[str, Any]:
    """Tells all that the answers of a segmenter depend on, in plain values for JSON.

    Args:
        segmenter (Segmenter): Has ``settings``, as :class:`~mmlp.apis.PlateSegmenter` has, or is known by its
            description alone.

    Returns:
        dict[str, Any]: By name; settings that belong together are a dict of their own.
    """
    settings = getattr(segmenter, 'settings', None)
    if settings is None:
        return {'description': describe_segmenter(segmenter)}
    settings = dict(settings)
    for name, parts in _WITHOUT_EFFECT.items():
        if name in settings:
            settings[name] = {part: value for part, value in settings[name].items() if part not in parts}
    return {name: value for name, value in settings.items() if value != {}}


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
