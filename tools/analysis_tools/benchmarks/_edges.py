"""Where the edges of a plate run, by the picture alone."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np

from mmlp.plates import side_lengths
from mmlp.plates.geometry import find_homography, map_points

#: Height of the straightened plate that edges are looked for on, in pixels, and what is shown around it.
_HEIGHT, _AROUND = 64, 24
#: How far either end of a side is moved to both sides, and by which steps, in these pixels.
_REACH, _STEP = 10.0, 0.5
#: Share of a side, at its ends, that is left out: plates have round corners.
_CORNERS = 0.08
#: An edge is as strong as this percentile of the gradient along it: one of letters or screws has gaps.
_PERCENTILE = 30


class EdgeFit(NamedTuple):
    """A plate's edges."""

    #: Corners, float64 (4, 2), x and y in picture pixels, whose centres are whole numbers.
    corners: np.ndarray
    #: Mean strength of the four edges in grey levels a pixel of the straightened plate.
    strength: float


def width_and_height(corners: np.ndarray) -> np.ndarray:
    """Means of top and bottom, and of left and right side, of corners (4, 2); float64 (2,), pixels."""
    return side_lengths(corners).reshape(2, 2).mean(axis=0)


def fit_to_edges(image: np.ndarray, corners: np.ndarray) -> EdgeFit:
    """Moves each side of an outline to the strongest straight edge near it.

    The plate is straightened; either end of each side is moved by up to 0.16 of the plate's height in or out,
    and the line counts along which the picture changes most across it.

    Args:
        image: Uint8 (H, W, 3).
        corners: Float (4, 2), top-left, top-right, bottom-right, bottom-left of the outline to begin with.

    Returns:
        The edges.
    """
    wide, high = width_and_height(corners)
    width = int(np.clip(round(_HEIGHT * wide / high), _HEIGHT / 2, 8 * _HEIGHT))
    box = np.array([(0, 0), (width, 0), (width, _HEIGHT), (0, _HEIGHT)], np.float32) + _AROUND
    matrix = find_homography(corners, box)
    size = (width + 2 * _AROUND, _HEIGHT + 2 * _AROUND)
    flat = cv2.warpPerspective(
        image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)
    flat = cv2.GaussianBlur(flat, (0, 0), 1.0)
    across = np.abs(cv2.Sobel(flat, cv2.CV_32F, 1, 0, scale=1 / 8)).max(axis=2)
    down = np.abs(cv2.Sobel(flat, cv2.CV_32F, 0, 1, scale=1 / 8)).max(axis=2)
    lines, strengths = [], []
    for gradient, turned, start, length in (
        (down, False, _AROUND, width),
        (across.T, True, _AROUND + width, _HEIGHT),
        (down, False, _AROUND + _HEIGHT, width),
        (across.T, True, _AROUND, _HEIGHT),
    ):
        ends, strength = _strongest_line(np.ascontiguousarray(gradient), start, length)
        lines.append(np.cross(*(np.append(end[::-1] if turned else end, 1.0) for end in ends)))
        strengths.append(strength)
    # Top and right side meet in the second corner, and so on.
    meets = [np.cross(lines[index - 1], lines[index]) for index in range(4)]
    points = np.array([meet[:2] / meet[2] for meet in meets])
    return EdgeFit(map_points(np.linalg.inv(matrix), points), float(np.mean(strengths)))


def _strongest_line(gradient: np.ndarray, start: float, length: float) -> tuple[np.ndarray, float]:
    """Ends (2, 2), x and y, of the strongest line near the row ``start``, and how strong it is."""
    offsets = np.arange(-_REACH, _REACH + _STEP, _STEP)
    first, last = (side.ravel() for side in np.meshgrid(offsets, offsets))
    share = np.linspace(_CORNERS, 1 - _CORNERS, 64)
    ys = start + first[:, None] * (1 - share) + last[:, None] * share
    xs = np.broadcast_to(_AROUND + length * share, ys.shape)
    along = cv2.remap(gradient, xs.astype(np.float32), ys.astype(np.float32), cv2.INTER_LINEAR)
    strengths = np.percentile(along, _PERCENTILE, axis=1)
    best = int(np.argmax(strengths))
    ends = np.array([(_AROUND, start + first[best]), (_AROUND + length, start + last[best])])
    return ends, float(strengths[best])
