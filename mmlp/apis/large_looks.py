"""Looks that are too large for the network at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .probability_layers import sample_layers
from .resizing import resize_picture
from .tiling import iterate_tiles

#: Pixels that the network gets at once, and the tiles that larger looks are taken in: side and overlap.
MAX_PIXELS, _TILE, _OVERLAP = 1 << 21, 1280, 256


def look_in_parts(
    picture: np.ndarray, size: tuple[int, int], network: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Looks at a picture of any size in tiles, so that memory does not grow with it.

    Args:
        picture (np.ndarray): Uint8 (H, W, 3), BGR.
        size (tuple[int, int]): Height and width at which to look at it.
        network (Callable): Uint8 (N, h, w, 3) to probabilities float32 (N, h, w).

    Returns:
        np.ndarray: Float32 of the given size, 0..1; the higher one where tiles overlap.
    """
    if size[0] * size[1] <= MAX_PIXELS:
        return network(resize_picture(picture, size)[None])[0]
    shape = picture.shape[:2]
    if max(size) > max(shape):
        picture = resize_picture(picture, size)
        shape = size
    layers = []
    for tile in iterate_tiles(shape, _TILE, _OVERLAP, max(size) / max(shape)):
        layers.append(tile.layer(network(tile.cut_picture(picture, _TILE)[None])[0]))
    ys, xs = ((np.arange(n) + 0.5) * length / n - 0.5 for n, length in zip(size, shape))
    return sample_layers(layers, xs, ys)
