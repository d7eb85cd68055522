"""Perspective views cut out of a panorama: what an ordinary camera would have shown in a direction."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from mmlp.media.panorama import Panorama

#: Width and height of a view in degrees.
FIELD_OF_VIEW = 90.0
#: Elevation of each ring of views in degrees, and the number of views in it: with 90 degrees a view, what is
#: up to 20 degrees wide is seen whole by at least one.
RINGS = ((0.0, 6), (-55.0, 4), (55.0, 4))
#: Points a side at which it is tested whether a view shows the picture at all, and the least share that must.
_PROBES, _LEAST_SHARE = 16, 0.02


@dataclasses.dataclass(frozen=True)
class SphereView:
    """What a camera without distortion sees in a direction of a panorama, upright.

    Args:
        panorama (Panorama): Where the pixels come from.
        longitude (float): Direction in radians, to the right of the panorama's centre.
        latitude (float): Direction in radians above the horizon.
        side (int): Width and height of the view in pixels.
    """

    panorama: Panorama
    longitude: float
    latitude: float
    side: int

    def to_image(self, points: np.ndarray) -> np.ndarray:
        """Maps points of the view into the panorama.

        Args:
            points (np.ndarray): Float (..., 2), x and y in pixels of the view.

        Returns:
            np.ndarray: Float64 (..., 2), pixels of the panorama; x goes on beyond its edges, without a jump.
        """
        centre = (self.side - 1) / 2
        focal = self.side / 2 / math.tan(math.radians(FIELD_OF_VIEW) / 2)
        x, y = (np.moveaxis(np.asarray(points, np.float64), -1, 0) - centre) / focal
        sine, cosine = math.sin(self.latitude), math.cos(self.latitude)
        down, forward = y * cosine - sine, y * sine + cosine
        latitude = np.arctan2(-down, np.hypot(x, forward))
        columns, rows = self.panorama.to_pixels(self.longitude + np.arctan2(x, forward), latitude)
        return np.stack([columns, rows], axis=-1)

    def cut(self, image: np.ndarray) -> np.ndarray:
        """Cuts the view out.

        Args:
            image (np.ndarray): The panorama, uint8 (H, W, 3).

        Returns:
            np.ndarray: Uint8 (side, side, 3), black where the panorama does not reach.
        """
        columns, rows = _grid_in_image(dataclasses.replace(self, longitude=0.0))
        columns = columns + np.float32(self.longitude * self.panorama.pixels_a_radian)
        columns = (columns + np.float32(0.5)) % np.float32(self.panorama.period) - np.float32(0.5)
        border = cv2.BORDER_WRAP if self.panorama.wraps else cv2.BORDER_CONSTANT
        return cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=border)

    def shows_image(self) -> bool:
        """Tells whether the view shows enough of the panorama to be worth searching."""
        steps = np.linspace(0, self.side - 1, _PROBES)
        columns, rows = np.moveaxis(self.to_image(np.stack(np.meshgrid(steps, steps), axis=-1)), -1, 0)
        inside = (rows >= 0) & (rows < self.panorama.height)
        inside &= (columns + 0.5) % self.panorama.period < self.panorama.width
        return bool(inside.mean() >= _LEAST_SHARE)


@functools.lru_cache(maxsize=len(RINGS))
def _grid_in_image(view: SphereView) -> tuple[np.ndarray, np.ndarray]:
    """Columns and rows of a view's pixels in the panorama, float32; the same for all views of a ring."""
    grid = np.stack(np.meshgrid(np.arange(view.side), np.arange(view.side)), axis=-1)
    columns, rows = np.moveaxis(view.to_image(grid).astype(np.float32), -1, 0)
    return np.ascontiguousarray(columns), np.ascontiguousarray(rows)


def plan_views(
    panorama: Panorama, rings: Sequence[tuple[float, int]] = RINGS, most_pixels: int = 2560
) -> Iterator[SphereView]:
    """Lays views all around, as fine as the panorama is at its horizon.

    Args:
        panorama (Panorama): The panorama.
        rings (Sequence[tuple[float, int]]): Elevation in degrees and number of views of each ring.
        most_pixels (int): Greatest side of a view in pixels.

    Yields:
        SphereView: Those that show the picture.
    """
    side = 2 * panorama.pixels_a_radian * math.tan(math.radians(FIELD_OF_VIEW) / 2)
    side = max(min(round(side), most_pixels), 1)
    for elevation, count in rings:
        for number in range(count):
            view = SphereView(panorama, 2 * math.pi * number / count, math.radians(elevation), side)
            if view.shows_image():
                yield view
