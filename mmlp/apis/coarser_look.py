"""A coarser look at what is too large for the network to see as one plate."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np

from mmlp.plates.components import label_components

from .probability_layers import ProbabilityLayer
from .resizing import resize_picture


def look_coarser(
    picture: np.ndarray,
    layer: ProbabilityLayer,
    network: Callable[[np.ndarray], np.ndarray],
    floor: float,
    above: int,
) -> ProbabilityLayer:
    """Looks at a picture at half the size, and again, until nothing is too large any more.

    A network sees only so far around a pixel: in the middle of a plate that fills the picture there is
    nothing that tells a plate, and it comes in parts. At half the size it is a plate like others.

    Args:
        picture (np.ndarray): Uint8 (H, W, 3), BGR.
        layer (ProbabilityLayer): The first look, at the whole picture.
        network (Callable): Uint8 (N, h, w, 3) to probabilities float32 (N, h, w).
        floor (float): Probability in 0..1 above which there may be a plate.
        above (int): Width or height in values of a look from which on something is too large.

    Returns:
        ProbabilityLayer: The highest probability of all looks, at the size of the first.
    """
    merged = layer.values
    look = layer.values
    while _largest_extent(look, floor) >= above:
        height, width = look.shape
        size = (max(round(height / 2), 1), max(round(width / 2), 1))
        look = network(resize_picture(picture, size)[None])[0]
        merged = np.maximum(merged, cv2.resize(look, merged.shape[::-1], interpolation=cv2.INTER_LINEAR))
    return dataclasses.replace(layer, values=merged)


def _largest_extent(probability: np.ndarray, floor: float) -> int:
    """Longer side of the box around the largest component above the floor; 0 when there is none."""
    _, stats = label_components(probability > floor)
    return int(stats[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(initial=0))
