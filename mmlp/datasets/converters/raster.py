"""Filling outlines: a pixel belongs to an outline when its centre lies inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass
class Region:
    """Pixels of one shape, kept as the window around them.

    Attributes:
        left: Column of the window's first pixel.
        top: Row of the window's first pixel.
        mask: bool array of the window's shape; may be empty.
    """

    left: int
    top: int
    mask: np.ndarray

    def paint(self, canvas: np.ndarray, value: int) -> None:
        """Sets the pixels of the region in ``canvas`` (H, W) to ``value``."""
        height, width = self.mask.shape
        window = canvas[self.top : self.top + height, self.left : self.left + width]
        window[self.mask] = value

    def count(self) -> int:
        """Number of pixels."""
        return int(np.count_nonzero(self.mask))


def fill(parts: Sequence[np.ndarray], width: int, height: int) -> Region:
    """Fills outlines and unites them.

    Exact for the rule that a pixel counts when its centre (x + 0.5, y + 0.5) lies inside by the even-odd
    rule. pycocotools differs for centres within 0.2 pixels of the outline, Pillow, which rounds points to
    whole pixels and draws the outline itself, within 1.5.

    Args:
        parts: Outlines, each float of shape (N, 2), x then y in pixels; may reach over the picture.
        width: Width of the picture in pixels.
        height: Height of the picture in pixels.

    Returns:
        The filled pixels that lie in the picture.
    """
    points = np.concatenate([np.asarray(part, dtype=np.float64) for part in parts])
    left, top = np.clip(np.floor(points.min(axis=0)), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(points.max(axis=0)), 0, (width, height)).astype(int)
    mask = np.zeros((max(bottom - top, 0), max(right - left, 0)), dtype=bool)
    if mask.size:
        for part in parts:
            mask |= _fill_one(np.asarray(part, dtype=np.float64), left, top, mask.shape)
    return Region(int(left), int(top), mask)


def _fill_one(points: np.ndarray, left: int, top: int, shape: tuple[int, int]) -> np.ndarray:
    """Marks where each row crosses the outline and flips from crossing to crossing."""
    height, width = shape
    flips = np.zeros((height, width + 1), dtype=bool)
    for (x0, y0), (x1, y1) in zip(points, np.roll(points, -1, axis=0)):
        if y0 == y1:
            continue
        if y0 > y1:
            x0, y0, x1, y1 = x1, y1, x0, y0
        # Rows whose centre lies in [y0, y1); half-open, so that a shared corner counts once.
        first = max(int(np.ceil(y0 - top - 0.5)), 0)
        last = min(int(np.ceil(y1 - top - 0.5)), height)
        if first >= last:
            continue
        rows = np.arange(first, last)
        crossings = x0 + (rows + top + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
        columns = np.clip(np.ceil(crossings - left - 0.5), 0, width).astype(int)
        flips[rows, columns] ^= True
    return np.logical_xor.accumulate(flips, axis=1)[:, :width]


def clip_to_picture(points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Cuts an outline at the edges of the picture (Sutherland and Hodgman, 1974).

    Returns:
        float64 array of shape (M, 2); M is 0 when nothing of the outline lies in the picture.
    """
    for axis, bound, keep_above in ((0, 0, True), (0, width, False), (1, 0, True), (1, height, False)):
        if not len(points):
            break
        inside = points[:, axis] >= bound if keep_above else points[:, axis] <= bound
        if inside.all():
            continue
        kept = []
        for here, there, here_in, there_in in zip(
            points, np.roll(points, -1, axis=0), inside, np.roll(inside, -1)
        ):
            if here_in:
                kept.append(here)
            if here_in != there_in:
                kept.append(here + (there - here) * ((bound - here[axis]) / (there[axis] - here[axis])))
        points = np.array(kept).reshape(-1, 2)
    return points
