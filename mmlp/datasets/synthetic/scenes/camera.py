"""A pinhole camera over a flat world, and the canvas that it draws on."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mmlp.plates.geometry import find_homography, map_points

from ..geometry import composite, exact_polygon_mask, layer_window, rect_corners

Colour = tuple[float, float, float]


@dataclass
class Camera:
    """Where the world is seen from: x right, y up, z ahead, in metres, the ground at y = 0.

    Attributes:
        size: Columns and rows of the picture.
        focal: Focal length in pixels.
        height: Height of the eye over the ground.
        pitch: How far it looks down, in radians.
        roll: How far it is tilted, in radians.
    """

    size: tuple[int, int]
    focal: float
    height: float
    pitch: float
    roll: float

    def view(self, points: np.ndarray) -> np.ndarray:
        """Points (N, 3) in the world as the eye has them: right, down, ahead, in metres."""
        x, y, z = np.asarray(points, np.float64).T
        y = y - self.height
        c, s = np.cos(self.pitch), np.sin(self.pitch)
        down, ahead = -(y * c + z * s), z * c - y * s
        c, s = np.cos(self.roll), np.sin(self.roll)
        return np.stack([x * c - down * s, x * s + down * c, ahead], 1)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixels (N, 2) of points (N, 3) in the world; what lies behind the eye is drawn as if 5 cm before
        it.
        """
        return self.pixels(self.view(points))

    def pixels(self, seen: np.ndarray) -> np.ndarray:
        """Pixels (N, 2) of points (N, 3) as the eye has them, see :meth:`project`."""
        depth = np.maximum(seen[:, 2:], 0.05)
        return seen[:, :2] * self.focal / depth + (np.array(self.size) - 1) / 2

    def depth(self, points: np.ndarray) -> np.ndarray:
        """Distance (N,) along the line of sight."""
        return self.view(points)[:, 2]

    @property
    def eye(self) -> np.ndarray:
        """Its place (3,) in the world."""
        return np.array([0.0, self.height, 0.0])

    def horizon(self) -> float:
        """Row of the horizon in the middle of the picture."""
        return float((self.size[1] - 1) / 2 - self.focal * np.tan(self.pitch))


class Canvas:
    """A picture under way, twice as large as it will be, that remembers which plate each pixel shows.

    Points are given in pixels of the final picture. Whatever is painted over a plate hides it.

    Args:
        camera: Who looks; the picture is of its size.

    Attributes:
        camera: The same.
        size: Columns and rows of the final picture.
        image: BGR uint8, FACTOR times as large.
        owner: uint8, of the size of ``image``: which plate a pixel shows, from 1, or 0 for none.
        outlines: Outlines (N, 2) of the plates in the final picture.
    """

    FACTOR = 2

    def __init__(self, camera: Camera) -> None:
        cols, rows = self.size = camera.size
        self.camera = camera
        self.image = np.zeros((rows * self.FACTOR, cols * self.FACTOR, 3), np.uint8)
        self.owner = np.zeros(self.image.shape[:2], np.uint8)
        self.outlines: list[np.ndarray] = []

    def to_canvas(self, points: np.ndarray) -> np.ndarray:
        """Pixels of the final picture to pixels of the canvas."""
        return np.asarray(points, np.float64) * self.FACTOR + (self.FACTOR - 1) / 2

    def _fixed(self, points: np.ndarray) -> np.ndarray:
        # 4 fractional bits; far away points are brought near, OpenCV overflows beyond 2 ** 15 pixels
        return np.round(np.clip(self.to_canvas(points), -8000, 8000) * 16).astype(np.int32)

    def polygon(self, points: np.ndarray, colour: Colour | np.ndarray) -> None:
        """Fills a polygon (N, 2)."""
        fixed = [self._fixed(points)[:, None]]
        cv2.fillPoly(self.image, fixed, tuple(float(c) for c in colour), cv2.LINE_8, 4)
        if self.outlines:
            cv2.fillPoly(self.owner, fixed, 0, cv2.LINE_8, 4)

    def line(
        self, points: np.ndarray, colour: Colour | np.ndarray, width: float, closed: bool = False
    ) -> None:
        """Draws a line through points (N, 2), ``width`` pixels wide."""
        thick = max(round(width * self.FACTOR), 1)
        fixed = [self._fixed(points)[:, None]]
        cv2.polylines(self.image, fixed, closed, tuple(float(c) for c in colour), thick, cv2.LINE_8, 4)
        if self.outlines:
            cv2.polylines(self.owner, fixed, closed, 0, thick, cv2.LINE_8, 4)

    def shade(self, points: np.ndarray, strength: float, sigma: float) -> None:
        """Darkens a polygon with soft edges: a shadow, which hides nothing."""
        points = self.to_canvas(points)
        pad = 3 * sigma * self.FACTOR + 2
        rows, cols = self.owner.shape
        x0, y0 = np.clip(np.floor(points.min(0) - pad), 0, [cols, rows]).astype(int)
        x1, y1 = np.clip(np.ceil(points.max(0) + pad), 0, [cols, rows]).astype(int)
        if x1 <= x0 or y1 <= y0:
            return
        small = 4  # shadows are soft: a quarter of the size is enough
        mask = np.zeros(((y1 - y0) // small + 2, (x1 - x0) // small + 2), np.float32)
        fixed = np.round(np.clip((points - [x0, y0]) / small, -2000, 2000) * 16).astype(np.int32)
        cv2.fillPoly(mask, [fixed[:, None]], float(strength), cv2.LINE_8, 4)
        mask = cv2.GaussianBlur(mask, (0, 0), max(sigma * self.FACTOR / small, 0.5))
        mask = (
            1
            - cv2.resize(mask, None, fx=small, fy=small, interpolation=cv2.INTER_LINEAR)[: y1 - y0, : x1 - x0]
        )
        window = self.image[y0:y1, x0:x1]
        window[:] = cv2.multiply(window, cv2.merge([mask] * 3), dtype=cv2.CV_8U)

    def lay(self, layer: np.ndarray, corners: np.ndarray) -> None:
        """Lays a premultiplied BGRA drawing so that its outer corners fall on ``corners`` (4, 2)."""
        rows, cols = layer.shape[:2]
        self.lay_mapped(layer, find_homography(rect_corners(-0.5, -0.5, cols - 0.5, rows - 0.5), corners))

    def lay_mapped(self, layer: np.ndarray, matrix: np.ndarray) -> None:
        """Lays a premultiplied BGRA drawing through a map from its pixels to those of the final picture."""
        half = (self.FACTOR - 1) / 2
        matrix = np.array([[self.FACTOR, 0, half], [0, self.FACTOR, half], [0, 0, 1.0]]) @ matrix
        if self.outlines:
            box = layer_window(matrix, layer.shape, self.owner.shape)
            if box is not None:
                x0, y0, x1, y1 = box
                shift = np.array([[1, 0, -x0], [0, 1, -y0], [0, 0, 1.0]])
                solid = cv2.warpPerspective(
                    np.ascontiguousarray(layer[..., 3]), shift @ matrix, (x1 - x0, y1 - y0)
                )
                self.owner[y0:y1, x0:x1][solid >= 128] = 0
        composite(self.image, layer, matrix, quality=2)

    def plate(
        self, layer: np.ndarray, corners: np.ndarray, quad: np.ndarray, outline: np.ndarray | None = None
    ) -> np.ndarray:
        """Lays a plate.

        Args:
            layer: Premultiplied BGRA drawing.
            corners: (4, 2) points of the drawing that belong on ``quad``.
            quad: (4, 2) pixels.
            outline: (N, 2) outline in the drawing; None when it is ``corners``.

        Returns:
            float32 (N, 2) outline in the picture.
        """
        matrix = find_homography(corners, quad)
        self.lay_mapped(layer, matrix)
        seen = np.asarray(quad if outline is None else map_points(matrix, outline), np.float32)
        self.outlines.append(seen)
        number = len(self.outlines)
        # A little more than the outline: what ends at the edge of the plate must not eat into it.
        grown = self._fixed(seen)
        cv2.fillPoly(self.owner, [grown[:, None]], number, cv2.LINE_8, 4)
        cv2.polylines(self.owner, [grown[:, None]], True, number, 3, cv2.LINE_8, 4)
        return seen

    def finish(self) -> tuple[np.ndarray, list[np.ndarray]]:
        """The picture (BGR uint8) in its final size, and for each plate the bool mask (H, W) of what is seen
        of it.
        """
        cols, rows = self.size
        image = cv2.resize(self.image, self.size, interpolation=cv2.INTER_AREA)
        masks = []
        for number, outline in enumerate(self.outlines, 1):
            seen = cv2.resize(
                (self.owner == number).astype(np.uint8) * 255, self.size, interpolation=cv2.INTER_AREA
            )
            masks.append(exact_polygon_mask(outline, (rows, cols)) & (seen >= 127))
        return image, masks


def ground_map(camera: Camera) -> np.ndarray:
    """The 3 x 3 map from places on the ground (x, z in metres) to pixels."""
    z = 2.0 + camera.height
    square = np.array([[-1, 0, z], [1, 0, z], [1, 0, z + 4], [-1, 0, z + 4]], np.float64)
    return find_homography(square[:, [0, 2]], camera.project(square))
