"""Pictures at sizes that are too large for the network at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from .probability_maps import ProbabilityMap, sample_maps
from .resizing import resize_image
from .tiling import iterate_tiles

#: Pixels that the network gets at once, and the tiles that larger inputs are cut into: side and overlap.
MAX_PIXELS, _TILE, _OVERLAP = 1 << 21, 1280, 256
#: Still larger ones stay tiles, of which only what may show plates is kept.
MAX_MAP_PIXELS = 1 << 26


def run_in_tiles(
    image: np.ndarray, size: tuple[int, int], network: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Runs the network on a picture of any size in tiles, so that memory does not grow with it.

    Args:
        image (np.ndarray): Uint8 (H, W, 3), BGR.
        size (tuple[int, int]): Height and width at which the network sees it.
        network (Callable): Uint8 (N, h, w, 3) to probabilities float32 (N, h, w).

    Returns:
        np.ndarray: Float32 of the given size, 0..1; the higher one where tiles overlap.
    """
    if size[0] * size[1] <= MAX_PIXELS:
        return network(resize_image(image, size)[None])[0]
    if max(size) > max(image.shape[:2]):
        image = resize_image(image, size)
    shape = image.shape[:2]
    maps = list(_run_on_tiles(image, size, network))
    ys, xs = ((np.arange(n) + 0.5) * length / n - 0.5 for n, length in zip(size, shape))
    return sample_maps(maps, xs, ys)


def find_traces(
    image: np.ndarray,
    box: tuple[int, int, int, int],
    size: tuple[int, int],
    network: Callable[[np.ndarray], np.ndarray],
    floor: float,
) -> Iterator[ProbabilityMap]:
    """Runs the network on a part of a picture in tiles, and keeps only what may show plates.

    Args:
        image (np.ndarray): Uint8 (H, W, 3), BGR.
        box (tuple[int, int, int, int]): The part: left, top, right, bottom in pixels.
        size (tuple[int, int]): Height and width at which the network sees it, not larger than it is.
        network (Callable): Uint8 (N, h, w, 3) to probabilities float32 (N, h, w).
        floor (float): Lowest probability that is worth keeping.

    Yields:
        ProbabilityMap: Maps over the picture.
    """
    left, top, right, bottom = box
    for probability_map in _run_on_tiles(image[top:bottom, left:right], size, network):
        traces = probability_map.trim(floor)
        if traces is not None:
            yield dataclasses.replace(traces, left=traces.left + left, top=traces.top + top)


def _run_on_tiles(
    image: np.ndarray, size: tuple[int, int], network: Callable[[np.ndarray], np.ndarray]
) -> Iterator[ProbabilityMap]:
    for tile in iterate_tiles(image.shape[:2], _TILE, _OVERLAP, max(size) / max(image.shape[:2])):
        pixels = tile.cut_image(image, _TILE)
        if (pixels == pixels[0, 0]).all():  # One colour shows no plate; large drawings are full of it.
            values = np.zeros(pixels.shape[:2], np.float32)
        else:
            values = network(pixels[None])[0]
        yield tile.to_map(values)
