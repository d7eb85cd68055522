"""Probability maps at sizes of their own, laid over a picture and sampled where they are needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from mmlp.plates.components import occupied_window


@dataclasses.dataclass(frozen=True, eq=False)
class ProbabilityMap:
    """A map of probabilities that covers a box of a picture, at a size of its own.

    Args:
        values (np.ndarray): Probabilities 0..1, float16 or float32 (h, w).
        left (float): Left edge of the box; the first pixel column of the picture begins at -0.5.
        top (float): Upper edge of the box.
        step_x (float): Picture pixels a column of ``values``.
        step_y (float): Picture pixels a row of ``values``.
    """

    values: np.ndarray
    left: float
    top: float
    step_x: float
    step_y: float

    @classmethod
    def over_box(cls, values: np.ndarray, box: tuple[int, int, int, int]) -> ProbabilityMap:
        """Lays a map over whole pixels: the columns left to right - 1 and the rows top to bottom - 1."""
        left, top, right, bottom = box
        height, width = values.shape
        return cls(values, left - 0.5, top - 0.5, (right - left) / width, (bottom - top) / height)

    @property
    def right(self) -> float:
        """Right edge of the box in picture pixels."""
        return self.left + self.values.shape[1] * self.step_x

    @property
    def bottom(self) -> float:
        """Lower edge of the box in picture pixels."""
        return self.top + self.values.shape[0] * self.step_y

    def cut(self, left: int, top: int, right: int, bottom: int) -> ProbabilityMap:
        """Returns a part, in columns and rows of ``values``."""
        return ProbabilityMap(
            self.values[top:bottom, left:right],
            self.left + left * self.step_x,
            self.top + top * self.step_y,
            self.step_x,
            self.step_y,
        )

    def trim(self, floor: float) -> ProbabilityMap | None:
        """Returns the smallest part with all values of at least ``floor``, stored in half precision.

        Returns:
            The part, one value wider on each side where there is one; None when nothing reaches the floor.
        """
        reached = self.values >= floor
        if not reached.any():
            return None
        rows, columns = occupied_window(reached.view(np.uint8))
        part = self.cut(columns.start, rows.start, columns.stop, rows.stop)
        return dataclasses.replace(part, values=part.values.astype(np.float16))

    def sample(self, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
        """Interpolates bilinearly on a grid; the outermost values reach half a step beyond their centres.

        Args:
            xs (np.ndarray): Picture coordinates of the columns, float (m,), ascending.
            ys (np.ndarray): Picture coordinates of the rows, float (n,), ascending.

        Returns:
            np.ndarray: Float32 (n, m).
        """
        height, width = self.values.shape
        column, column_share = _neighbours((xs - self.left) / self.step_x - 0.5, width)
        row, row_share = _neighbours((ys - self.top) / self.step_y - 0.5, height)
        # Along the axis first that leaves fewer values for the other.
        first_column, last_column = column[0], min(column[-1] + 2, width)
        part = self.values[:, first_column:last_column].astype(np.float32)
        part = _interpolate(part, row, row_share[:, None], axis=0)
        return _interpolate(part, column - first_column, column_share[None, :], axis=1)


@dataclasses.dataclass(frozen=True, eq=False)
class Patch:
    """What the refinement saw of a plate: within a box its map replaces what was there.

    Args:
        probability_map (ProbabilityMap): The refinement's map, which covers the box.
        box (tuple[float, float, float, float]): Left, top, right, bottom in picture coordinates.
    """

    probability_map: ProbabilityMap
    box: tuple[float, float, float, float]


def sample_maps(
    maps: Sequence[ProbabilityMap], xs: np.ndarray, ys: np.ndarray, patches: Sequence[Patch] = ()
) -> np.ndarray:
    """Takes the highest probability of all maps on a grid, and lays the patches over it.

    Args:
        maps (Sequence[ProbabilityMap]): Maps; where none lies the probability is 0.
        xs (np.ndarray): Picture coordinates of the columns, float (m,), ascending.
        ys (np.ndarray): Picture coordinates of the rows, float (n,), ascending.
        patches (Sequence[Patch]): Later ones lie over earlier ones.

    Returns:
        np.ndarray: Float32 (n, m), 0..1.
    """
    result = np.zeros((len(ys), len(xs)), np.float32)
    for probability_map in maps:
        columns = _between(xs, probability_map.left, probability_map.right)
        rows = _between(ys, probability_map.top, probability_map.bottom)
        if columns.start < columns.stop and rows.start < rows.stop:
            part = result[rows, columns]
            np.maximum(part, probability_map.sample(xs[columns], ys[rows]), out=part)
    for patch in patches:
        left, top, right, bottom = patch.box
        columns, rows = _between(xs, left, right), _between(ys, top, bottom)
        if columns.start < columns.stop and rows.start < rows.stop:
            result[rows, columns] = patch.probability_map.sample(xs[columns], ys[rows])
    # Interpolation in single precision may overshoot by the last digit.
    return np.clip(result, 0.0, 1.0, out=result)


def _between(coordinates: np.ndarray, low: float, high: float) -> slice:
    return slice(*np.searchsorted(coordinates, (low, high)).tolist())


def _neighbours(positions: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Index of the lower neighbour of each position, and the upper neighbour's share."""
    positions = np.clip(positions, 0, size - 1)
    lower = np.minimum(positions.astype(np.intp), max(size - 2, 0))
    return lower, (positions - lower).astype(np.float32)


def _interpolate(values: np.ndarray, lower: np.ndarray, share: np.ndarray, axis: int) -> np.ndarray:
    upper = np.minimum(lower + 1, values.shape[axis] - 1)
    first = np.take(values, lower, axis)
    return first + (np.take(values, upper, axis) - first) * share
