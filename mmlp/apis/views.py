"""How pictures are to be searched, where their pixels alone do not tell."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from mmlp.media import Panorama

from .overlaps import drop_repeated
from .panoramas import Detector, find_plates_around
from .prediction import Prediction
from .quarter_turns import turn_back, turn_image
from .turned_images import TurnedDetector


@dataclasses.dataclass(frozen=True)
class View:
    """How a picture is to be searched.

    Args:
        turns (int, optional): Quarter turns clockwise that bring the picture upright, 0 to 3. Default: None,
            it is taken as it is, and turned where that suggests itself, if the segmenter does so.
        panorama (Panorama, optional): How the picture lies on the sphere around the camera. Default: None, it
            is an ordinary picture.

    Raises:
        ValueError: ``turns`` is something else.
    """

    turns: int | None = None
    panorama: Panorama | None = None

    def __post_init__(self) -> None:
        if self.turns not in (None, 0, 1, 2, 3):
            raise ValueError(f'turns counts quarter turns, 0 to 3, got {self.turns}')


def detect_in_views(
    detect: Detector,
    detect_turned: TurnedDetector | None,
    images: Sequence[np.ndarray],
    views: Sequence[View],
) -> list[Prediction]:
    """Finds the plates of pictures in the way that is asked for.

    Args:
        detect (Detector): Finds the plates of ordinary upright pictures.
        detect_turned (TurnedDetector, optional): Searches those again that may be turned; None: nothing does.
        images (Sequence[np.ndarray]): Pictures, each uint8 (H, W, 3) BGR.
        views (Sequence[View]): How to search each.

    Returns:
        list[Prediction]: In the order of the pictures, in pixels of them as they are. Of a panorama, the
        probabilities are those of the whole, if it was searched.
    """
    predictions: dict[int, Prediction] = {}
    # What a file says to be a panorama is not searched as an ordinary picture.
    ordinary = [index for index, view in enumerate(views) if not (view.panorama and view.panorama.is_tagged)]
    upright = [turn_image(images[index], views[index].turns or 0) for index in ordinary]
    for index, image, found in zip(ordinary, upright, detect(upright) if upright else []):
        view = views[index]
        if view.turns:
            found = turn_back(found, view.turns)
        elif detect_turned is not None and view.turns is None and view.panorama is None:
            found = detect_turned(image, found)
        predictions[index] = found
    for index, view in enumerate(views):
        if view.panorama is not None:
            predictions[index] = _search_around(detect, images[index], view.panorama, predictions.get(index))
    return [predictions[index] for index in range(len(images))]


def _search_around(
    detect: Detector, image: np.ndarray, panorama: Panorama, whole: Prediction | None
) -> Prediction:
    """Adds what is found all around to what was found in the whole."""
    plates = find_plates_around(detect, image, panorama)
    if whole is None:
        return Prediction(image.shape[:2], plates, [])
    plates = drop_repeated([*plates, *whole.plates])
    return Prediction(whole.shape, plates, whole.maps, whole.patches, whole.threshold)
