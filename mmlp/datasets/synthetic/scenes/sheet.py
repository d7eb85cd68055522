"""Drawing board for the ends of vehicles, in metres."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from ..geometry import premultiply
from ..paint import blend, rounded_rect
from .flat_things import FlatThing

Colour = np.ndarray


@dataclass
class Face:
    """The drawing of an end of a vehicle, and what else has to be known of it.

    Attributes:
        layer: Premultiplied BGRA uint8.
        plate: Where the middle of the plate belongs: x from the middle, y over the ground, in metres.
        lamps: Places of the lamps: x, y and radius in metres.
        band: Lower and upper height in metres of the lamps, which go on around the corner.
        lamp_colour: Their colour (BGR).
    """

    layer: np.ndarray
    plate: tuple[float, float]
    lamps: list[tuple[float, float, float]] = field(default_factory=list)
    band: tuple[float, float] = (0.0, 0.0)
    lamp_colour: tuple[float, float, float] = (0, 0, 0)


class Sheet:
    """Paper with metres on it: x from the middle, y over the ground.

    Args:
        width: Width in metres.
        low: Height of the lower edge.
        high: Height of the upper edge.
        scale: Pixels a metre.
    """

    def __init__(self, width: float, low: float, high: float, scale: float) -> None:
        self.width, self.low, self.high, self.scale = width, low, high, scale
        self.image = np.zeros(
            (max(round((high - low) * scale), 4), max(round(width * scale), 4), 3), np.uint8
        )

    def at(self, points: np.ndarray | list) -> np.ndarray:
        """Metres (N, 2) to pixels of the sheet with 4 fractional bits, (N, 1, 2)."""
        points = np.asarray(points, np.float64)
        pixels = (
            np.stack(
                [(points[:, 0] + self.width / 2) * self.scale, (self.high - points[:, 1]) * self.scale], 1
            )
            - 0.5
        )
        return np.round(pixels * 16).astype(np.int32)[:, None]

    def fill(self, points: np.ndarray | list, colour: Colour | tuple) -> None:
        """Fills a polygon."""
        cv2.fillPoly(self.image, [self.at(points)], tuple(float(c) for c in colour), cv2.LINE_AA, 4)

    def stroke(
        self, points: np.ndarray | list, colour: Colour | tuple, width: float, closed: bool = False
    ) -> None:
        """Draws a line, ``width`` metres wide."""
        thick = max(round(width * self.scale), 1)
        cv2.polylines(
            self.image, [self.at(points)], closed, tuple(float(c) for c in colour), thick, cv2.LINE_AA, 4
        )

    def rounded(
        self, box: tuple[float, float, float, float], radius: float, colour: Colour | tuple, fade: float = 0
    ) -> None:
        """Fills a rectangle with round corners.

        Args:
            box: x and y of two opposite corners, the lower one first.
            radius: Radius of the corners.
            colour: BGR.
            fade: Share by which it gets darker towards its lower edge; negative for brighter.
        """
        (x0, x1), y0, y1 = sorted((box[0], box[2])), box[1], box[3]
        rows, cols = self.image.shape[:2]
        left, right = (round((x + self.width / 2) * self.scale) for x in (x0, x1))
        top, bottom = (round((self.high - y) * self.scale) for y in (y1, y0))
        if right - left < 2 or bottom - top < 2:
            return
        mask = rounded_rect(bottom - top, right - left, radius * self.scale)
        cut_x, cut_y = max(-left, 0), max(-top, 0)
        mask = mask[cut_y : rows - top, cut_x : cols - left]
        window = self.image[max(top, 0) : bottom, max(left, 0) : right]
        if not window.size:
            return
        if fade:
            ramp = np.linspace(1 + fade / 2, 1 - fade, mask.shape[0], dtype=np.float32)[:, None, None]
            paint = np.clip(np.asarray(colour, np.float32) * ramp, 0, 255)
            alpha = mask[..., None].astype(np.float32) / 255
            window[:] = (window * (1 - alpha) + paint * alpha).astype(np.uint8)
        else:
            blend(window, colour, np.ascontiguousarray(mask))

    def thing(self, thing: FlatThing, middle: tuple[float, float], width: float, height: float) -> None:
        """Puts a flat thing, at most ``width`` and ``height`` metres large, with its middle at ``middle``."""
        x, y = middle
        rows, cols = thing.alpha.shape
        factor = min(width * self.scale / cols, height * self.scale / rows)
        size = (round(cols * factor), round(rows * factor))
        if min(size) >= 3:
            left = round((x + self.width / 2) * self.scale - size[0] / 2)
            top = round((self.high - y) * self.scale - size[1] / 2)
            thing.put(self.image, left, top, size)

    def cut(self, outline: np.ndarray | list) -> np.ndarray:
        """The sheet cut out along a polygon, as premultiplied BGRA."""
        alpha = np.zeros(self.image.shape[:2], np.uint8)
        cv2.fillPoly(alpha, [self.at(outline)], 255, cv2.LINE_AA, 4)
        return premultiply(self.image, alpha)
