"""Filling outlines: a pixel belongs to an outline when its centre lies inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Crossings of rows that are worked out at a time, and what one costs in pixels.
_BLOCK = 1 << 20
_CROSSING = 20


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
    windows = [_fill_one(np.asarray(part, dtype=np.float64), width, height) for part in parts]
    if len(windows) == 1:
        return windows[0]
    windows = [window for window in windows if window.mask.size] or windows[:1]
    left, top = (min(getattr(window, side) for window in windows) for side in ('left', 'top'))
    right = max(window.left + window.mask.shape[1] for window in windows)
    bottom = max(window.top + window.mask.shape[0] for window in windows)
    mask = np.zeros((bottom - top, right - left), dtype=bool)
    for window in windows:
        Region(window.left - left, window.top - top, window.mask).paint(mask, True)
    return Region(left, top, mask)


def fill_cost(points: np.ndarray, width: int, height: int) -> int:
    """What :func:`fill` takes for an outline, (N, 2), in the time that it takes for a pixel of its window.

    An outline drawn along a plate takes little more than its window; points strewn at random cross each row
    as often as they are many.
    """
    left, top, right, bottom = _window(points, width, height)
    rows = np.clip(points[:, 1], top, bottom)
    return int((right - left) * (bottom - top) + _CROSSING * np.abs(np.diff(rows, append=rows[0])).sum())


def _window(points: np.ndarray, width: int, height: int) -> tuple[int, int, int, int]:
    left, top = np.clip(np.floor(points.min(axis=0)), 0, (width, height)).astype(int).tolist()
    right, bottom = np.clip(np.ceil(points.max(axis=0)), 0, (width, height)).astype(int).tolist()
    return left, top, max(right, left), max(bottom, top)


def _fill_one(points: np.ndarray, width: int, height: int) -> Region:
    """Marks where each row crosses the outline and flips from crossing to crossing."""
    left, top, right, bottom = _window(points, width, height)
    height, width = bottom - top, right - left
    flips = np.zeros((height, width + 1), dtype=bool)
    if not flips.size or not width:
        return Region(left, top, flips[:, :width])
    ends = np.stack([points, np.roll(points, -1, axis=0)])
    ends = ends[:, ends[0, :, 1] != ends[1, :, 1]]
    is_upward = ends[0, :, 1] > ends[1, :, 1]
    ends[:, is_upward] = ends[::-1, is_upward]
    # Rows whose centre lies in [y0, y1); half-open, so that a shared corner counts once.
    first, last = np.clip(np.ceil(ends[..., 1] - top - 0.5), 0, height).astype(int)
    (x0, y0), (x1, y1) = ends.transpose(0, 2, 1)
    slopes = (x1 - x0) / (y1 - y0)
    counts = np.maximum(last - first, 0)
    bounds = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        # As many edges at a time as memory takes lightly.
        end = max(np.searchsorted(bounds, bounds[begin] - counts[begin] + _BLOCK, 'right'), begin + 1)
        edges = np.repeat(np.arange(begin, end), counts[begin:end])
        steps = np.arange(len(edges)) - np.repeat(bounds[begin:end] - counts[begin:end], counts[begin:end])
        rows = first[edges] + steps + (bounds[begin] - counts[begin])
        crossings = x0[edges] + (rows + top + 0.5 - y0[edges]) * slopes[edges]
        columns = np.clip(np.ceil(crossings - left - 0.5), 0, width).astype(int)
        np.logical_xor.at(flips, (rows, columns), True)
        begin = end
    np.logical_xor.accumulate(flips, axis=1, out=flips)
    return Region(left, top, flips[:, :width])


def clip_to_image(points: np.ndarray, width: int, height: int) -> np.ndarray:
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
        following, following_inside = np.roll(points, -1, axis=0), np.roll(inside, -1)
        is_crossing = inside != following_inside
        # Each point that lies inside, then where the edge that begins there crosses the bound.
        kept = np.repeat(points, 2, axis=0)
        here, there = points[is_crossing], following[is_crossing]
        share = (bound - here[:, axis]) / (there[:, axis] - here[:, axis])
        kept[1::2][is_crossing] = here + (there - here) * share[:, None]
        points = kept[np.stack([inside, is_crossing], axis=1).ravel()]
    return points
