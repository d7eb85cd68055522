"""Tiles of a large picture: small far plates are found without the whole picture in the network."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from .probability_maps import ProbabilityMap
from .resizing import resize_image


@dataclasses.dataclass(frozen=True)
class Tile:
    """A window of a picture, and the part of it whose probabilities are used.

    The network sees less around a pixel near the window's edge, and its own padding. So the probabilities of
    a quarter of the overlap are left out at each edge inside the picture (the overlap-tile strategy of
    Ronneberger et al., U-Net, MICCAI 2015); half of the overlap is still seen by both neighbours.

    Args:
        box (tuple[int, int, int, int]): Left, top, right, bottom in picture pixels.
        inner (tuple[int, int, int, int]): The used part, in pixels of the tile at the network's size.
    """

    box: tuple[int, int, int, int]
    inner: tuple[int, int, int, int]

    def cut_image(self, image: np.ndarray, size: int) -> np.ndarray:
        """Cuts the window out and brings its longer side to ``size``, uint8 (h, w, 3)."""
        left, top, right, bottom = self.box
        window = image[top:bottom, left:right]
        return resize_image(window, _tile_shape(window.shape[:2], size))

    def to_map(self, probability: np.ndarray) -> ProbabilityMap:
        """Lays the window's probabilities, float32 (h, w), over the picture."""
        return ProbabilityMap.over_box(probability, self.box).cut(*self.inner)


def iterate_tiles(shape: tuple[int, int], size: int, overlap: int, scale: float = 1.0) -> Iterator[Tile]:
    """Covers a picture with overlapping windows of one size, row by row.

    Args:
        shape (tuple[int, int]): Height and width of the picture in pixels.
        size (int): Side of a window at the network's size.
        overlap (int): Least overlap of neighbours at the network's size. A plate at most half as wide is seen
            whole by at least one window.
        scale (float): Network pixels a picture pixel, at most 1. Default: 1.0.

    Yields:
        Tile: The windows. Sides of the picture shorter than a window shorten all windows alike.
    """
    window, least_overlap = size / scale, overlap / scale
    columns, width = _spans(shape[1], window, least_overlap)
    rows, height = _spans(shape[0], window, least_overlap)
    inner_height, inner_width = _tile_shape((height, width), size)
    margin = overlap // 4
    for top in rows:
        for left in columns:
            box = (left, top, left + width, top + height)
            yield Tile(
                box,
                (
                    margin if left > 0 else 0,
                    margin if top > 0 else 0,
                    inner_width - (margin if box[2] < shape[1] else 0),
                    inner_height - (margin if box[3] < shape[0] else 0),
                ),
            )


def _spans(length: int, window: float, overlap: float) -> tuple[list[int], int]:
    """Starts of the windows along one axis, evenly spread, and their common length."""
    window = min(round(window), length)
    count = 1 + int(np.ceil((length - window) / max(window - overlap, 1)))
    return [round(start) for start in np.linspace(0, length - window, count)], window


def _tile_shape(window: tuple[int, int], size: int) -> tuple[int, int]:
    scale = min(size / max(window), 1.0)
    return max(round(window[0] * scale), 1), max(round(window[1] * scale), 1)
