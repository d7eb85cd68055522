"""Pictures turned by quarter turns, and what was found in them brought back."""

from __future__ import annotations

import dataclasses

import numpy as np

from mmlp.plates import Plate

from .prediction import Prediction
from .probability_maps import Patch, ProbabilityMap


def turn_image(image: np.ndarray, turns: int) -> np.ndarray:
    """Turns a picture clockwise.

    Args:
        image (np.ndarray): Of shape (H, W, ...).
        turns (int): Quarter turns.

    Returns:
        np.ndarray: The turned picture, contiguous; the picture itself for no turn.
    """
    return np.ascontiguousarray(np.rot90(image, -turns)) if turns % 4 else image


def turn_back(prediction: Prediction, turns: int) -> Prediction:
    """Brings what was found in a turned picture back to the picture as it was.

    Args:
        prediction (Prediction): Of the picture after ``turns`` quarter turns clockwise.
        turns (int): The quarter turns.

    Returns:
        Prediction: In pixels of the picture before; ``turns`` is noted in it. Corners keep their order, which
        is that of the plate.
    """
    back = prediction
    for _ in range(turns % 4):
        back = _turn_once_back(back)
    back.turns = turns % 4
    return back


def _turn_once_back(prediction: Prediction) -> Prediction:
    """Turns by 90 degrees counter-clockwise: what was at (x, y) comes to (y, W - 1 - x)."""
    height, width = prediction.shape

    def points(values: np.ndarray) -> np.ndarray:
        return np.stack([values[:, 1], width - 1 - values[:, 0]], axis=1)

    def turned_map(values: ProbabilityMap) -> ProbabilityMap:
        turned = np.ascontiguousarray(np.rot90(values.values))
        return ProbabilityMap(turned, values.top, width - 1 - values.right, values.step_y, values.step_x)

    def patch(values: Patch) -> Patch:
        left, top, right, bottom = values.box
        return Patch(turned_map(values.probability_map), (top, width - 1 - right, bottom, width - 1 - left))

    def plate(values: Plate) -> Plate:
        return dataclasses.replace(values, polygon=points(values.polygon), corners=points(values.corners))

    return Prediction(
        (width, height),
        [plate(each) for each in prediction.plates],
        [turned_map(each) for each in prediction.maps],
        [patch(each) for each in prediction.patches],
        prediction.threshold,
    )
