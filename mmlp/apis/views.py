"""How pictures are to be looked at, where their pixels alone do not tell."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Optional

import numpy as np

from mmlp.media import Panorama

from .overlaps import drop_repeated
from .panorama_look import Look, look_around
from .prediction import Prediction
from .quarter_turns import turn_back, turn_picture
from .turned_look import TurnedLook


@dataclasses.dataclass(frozen=True)
class View:
    """How a picture is to be looked at.

    Args:
        turns (int, optional): Quarter turns clockwise that bring the picture upright, 0 to 3. Default: None,
            it is taken as it is, and turned where that suggests itself, if the segmenter does so.
        panorama (Panorama, optional): How the picture lies on the sphere around the camera. Default: None, it
            is an ordinary picture.

    Raises:
        ValueError: ``turns`` is something else.
    """

    turns: Optional[int] = None
    panorama: Optional[Panorama] = None

    def __post_init__(self) -> None:
        if self.turns not in (None, 0, 1, 2, 3):
            raise ValueError(f'turns counts quarter turns, 0 to 3, got {self.turns}')


def look_at_views(
    look: Look, look_turned: Optional[TurnedLook], pictures: Sequence[np.ndarray], views: Sequence[View]
) -> list[Prediction]:
    """Looks at pictures as is asked for.

    Args:
        look (Look): Finds the plates of ordinary upright pictures.
        look_turned (TurnedLook, optional): Looks again at those that may be turned; None for no such look.
        pictures (Sequence[np.ndarray]): Pictures, each uint8 (H, W, 3) BGR.
        views (Sequence[View]): How to look at each.

    Returns:
        list[Prediction]: In the order of the pictures, in pixels of them as they are. Of a panorama, the
        probabilities are those of a look at the whole, if there was one.
    """
    predictions: dict[int, Prediction] = {}
    # What a file says to be a panorama is not looked at as an ordinary picture.
    ordinary = [index for index, view in enumerate(views) if not (view.panorama and view.panorama.is_tagged)]
    upright = [turn_picture(pictures[index], views[index].turns or 0) for index in ordinary]
    for index, picture, found in zip(ordinary, upright, look(upright) if upright else []):
        view = views[index]
        if view.turns:
            found = turn_back(found, view.turns)
        elif look_turned is not None and view.turns is None and view.panorama is None:
            found = look_turned(picture, found)
        predictions[index] = found
    for index, view in enumerate(views):
        if view.panorama is not None:
            predictions[index] = _look_around(look, pictures[index], view.panorama, predictions.get(index))
    return [predictions[index] for index in range(len(pictures))]


def _look_around(
    look: Look, picture: np.ndarray, panorama: Panorama, whole: Optional[Prediction]
) -> Prediction:
    """Adds what is found all around to what a look at the whole found."""
    plates = look_around(look, picture, panorama)
    if whole is None:
        return Prediction(picture.shape[:2], plates, [])
    plates = drop_repeated([*plates, *whole.plates])
    return Prediction(whole.shape, plates, whole.layers, whole.patches, whole.threshold)
