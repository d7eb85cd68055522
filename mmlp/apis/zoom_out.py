"""Zooming out from what is too large for the network to see as one plate."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np

from mmlp.plates.components import label_components

from .probability_maps import ProbabilityMap
from .settings import Search


def zoom_out(
    image: np.ndarray,
    probability_map: ProbabilityMap,
    network: Callable[[np.ndarray, tuple[int, int]], np.ndarray],
    search: Search,
) -> ProbabilityMap:
    """Shows the network a picture at half the size, and again, until nothing is too large any more.

    A network sees only so far around a pixel: in the middle of a plate that fills the picture there is
    nothing that tells a plate, and it comes in parts. At half the size it is a plate like others.

    Args:
        image (np.ndarray): Uint8 (H, W, 3), BGR.
        probability_map (ProbabilityMap): The detection's map of the whole picture.
        network (Callable): Sees the picture at a size (height, width): probabilities, float32 of that size.
        search (Search): Has ``candidate_threshold`` and ``zoom_out_above``.

    Returns:
        ProbabilityMap: The highest probability of all sizes, at the first.
    """
    merged = probability_map.values
    seen = probability_map.values
    while _largest_extent(seen, search.candidate_threshold) >= search.zoom_out_above:
        height, width = seen.shape
        seen = network(image, (max(round(height / 2), 1), max(round(width / 2), 1)))
        merged = np.maximum(merged, cv2.resize(seen, merged.shape[::-1], interpolation=cv2.INTER_LINEAR))
    return dataclasses.replace(probability_map, values=merged)


def _largest_extent(probability: np.ndarray, floor: float) -> int:
    """Longer side of the box around the largest component above the floor; 0 when there is none."""
    _, stats = label_components(probability > floor)
    return int(stats[:, cv2.CC_STAT_WIDTH : cv2.CC_STAT_HEIGHT + 1].max(initial=0))
