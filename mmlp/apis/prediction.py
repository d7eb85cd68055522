"""What a segmenter says about one picture."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from mmlp.plates import Plate, paint_polygon

from .probability_maps import Patch, ProbabilityMap, sample_maps


class Prediction:
    """Plates and probabilities of one picture.

    Args:
        shape (tuple[int, int]): Height and width of the picture in pixels.
        plates (Sequence[Plate]): Plates in picture pixels, best score first.
        maps (Sequence[ProbabilityMap]): What the network saw, at its size: the whole picture, tiles.
        patches (Sequence[Patch]): Refined plates, whose maps replace the maps where they lie.
        threshold (float): Probability in 0..1 at which the plates were cut out.

    Attributes:
        turns (int): Quarter turns clockwise after which the picture was searched to find them, 0 to 3.
    """

    def __init__(
        self,
        shape: tuple[int, int],
        plates: Sequence[Plate],
        maps: Sequence[ProbabilityMap],
        patches: Sequence[Patch] = (),
        threshold: float = 0.5,
    ) -> None:
        self.shape = shape
        self.plates = list(plates)
        self.threshold = threshold
        self.turns = 0
        self._maps = tuple(maps)
        self._patches = tuple(patches)

    @property
    def maps(self) -> tuple[ProbabilityMap, ...]:
        """What the network saw, at its size."""
        return self._maps

    @property
    def patches(self) -> tuple[Patch, ...]:
        """Maps of refined plates."""
        return self._patches

    @functools.cached_property
    def probability(self) -> np.ndarray:
        """Probability of plate, float32 (H, W), 0..1, at the picture's size.

        Computed when it is first asked for: 4 bytes a pixel. Where the plates lie, :meth:`crop_probability`
        is enough.
        """
        height, width = self.shape
        return self.crop_probability(0, 0, width, height)

    @property
    def mask(self) -> np.ndarray:
        """The plates as a mask, uint8 (H, W) of 0 and 1: their outlines filled, what was dropped left out."""
        mask = np.zeros(self.shape, np.uint8)
        for plate in self.plates:
            paint_polygon(mask, plate.polygon, 1)
        return mask

    def crop_probability(self, left: int, top: int, right: int, bottom: int) -> np.ndarray:
        """Computes a part of :attr:`probability`.

        Args:
            left (int): First column, >= 0.
            top (int): First row, >= 0.
            right (int): Column after the last, <= W.
            bottom (int): Row after the last, <= H.

        Returns:
            np.ndarray: Float32 (bottom - top, right - left), 0..1.

        Raises:
            ValueError: The box is empty or not inside the picture.
        """
        height, width = self.shape
        if not (0 <= left < right <= width and 0 <= top < bottom <= height):
            raise ValueError(
                f'the box must lie inside the picture of {width} x {height} pixels, '
                f'0 <= left < right <= {width} and 0 <= top < bottom <= {height}; '
                f'got left={left}, top={top}, right={right}, bottom={bottom}'
            )
        xs, ys = np.arange(left, right, dtype=np.float64), np.arange(top, bottom, dtype=np.float64)
        return sample_maps(self._maps, xs, ys, self._patches)

    def __repr__(self) -> str:
        height, width = self.shape
        return f'Prediction({len(self.plates)} plates in {width} x {height} pixels)'
