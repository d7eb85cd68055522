"""Solids of which two-wheelers are put together, drawn from the farthest to the nearest."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ..bodies import Pose
from ..camera import Canvas
from ..flat_things import FlatThing

Ball = tuple[float, float, float, float]  # x, y, z and radius in metres
Spot = tuple[float, float, float]
Tint = np.ndarray | tuple[float, float, float]
_CIRCLE = np.stack([np.cos(np.arange(14) * 2 * np.pi / 14), np.sin(np.arange(14) * 2 * np.pi / 14)], 1)


def mirrored(*balls: Ball) -> list[Ball]:
    """Balls and their mirror images on the other side."""
    return [*balls, *((-x, y, z, r) for x, y, z, r in balls if x)]


class Assembly:
    """A vehicle under way: solids in metres, x across, y up, z from the rear end, kept until it is drawn.

    Args:
        pose: Where it stands.
        canvas: What it is drawn on.
        lit: How bright it is, from its own colours.
    """

    def __init__(self, pose: Pose, canvas: Canvas, lit: float = 1.0) -> None:
        self.pose, self.canvas, self.lit = pose, canvas, lit
        # Where the eye has the vehicle's origin and axes: both are one rigid motion apart.
        self._origin, *axes = canvas.camera.view(pose.world(np.vstack([np.zeros(3), np.eye(3)])))
        self._axes = np.array(axes) - self._origin
        self._eye = -self._axes @ self._origin
        self.scale = canvas.camera.focal / max(
            float((self._origin + [0, 0.6, pose.body.length / 2] @ self._axes)[2]), 0.3
        )
        """Pixels a metre at its middle."""
        self._parts: list[tuple[float, Callable[[], None]]] = []

    def project(self, points: np.ndarray | Sequence[Spot]) -> np.ndarray:
        """Points (N, 3) of the vehicle as pixels (N, 2)."""
        return self.canvas.camera.pixels(np.asarray(points, np.float64) @ self._axes + self._origin)

    def distance(self, points: np.ndarray | Sequence[Spot]) -> float:
        """How far the mean of points (N, 3) is from the eye, in metres."""
        x, y, z = np.asarray(points, np.float64).sum(0) / len(points) - self._eye
        return float(np.sqrt(x * x + y * y + z * z))

    def faces(self, spot: Spot, normal: Spot) -> float:
        """Cosine of the angle at which a plane is seen; negative from behind."""
        x, y, z = self._eye - spot
        return float(
            (x * normal[0] + y * normal[1] + z * normal[2]) / max(np.sqrt(x * x + y * y + z * z), 1e-6)
        )

    def add(self, distance: float, draw: Callable[[], None]) -> None:
        """Keeps something to be drawn at a distance from the eye."""
        self._parts.append((distance, draw))

    def draw(self) -> None:
        """Draws all of it."""
        for _, part in sorted(self._parts, key=lambda part: -part[0]):
            part()

    def blob(self, balls: Sequence[Ball], tint: Tint, gloss: float = 0.3, nearer: float = 0.0) -> None:
        """The convex hull of some balls, rounded by light from above."""
        balls = np.asarray(balls, np.float64)
        middle, radius = self.project(balls[:, :3]), balls[:, 3] * self.scale
        tint = np.asarray(tint, np.float64) * self.lit
        size = float(np.ptp(middle, axis=0).max() + 2 * radius.max())
        # Each layer is smaller, higher and brighter than the one before; large solids have more of them.
        share = np.linspace(1, 0.3, int(np.clip(size / 14, 1, 7)) + (size > 14)) if size > 8 else np.ones(1)
        layers = [
            (v, 0.7 * (1 - v), float(np.interp(v, [0.3, 0.62, 1], [1.1 + gloss, 1.02, 0.62]))) for v in share
        ]

        def paint() -> None:
            centre = middle.mean(0)
            for share, lift, light in layers if len(layers) > 1 else [(1.0, 0.0, 0.85)]:
                at = centre + (middle - centre) * (0.4 + 0.6 * share) - [0, 1] * (radius * lift)[:, None]
                rim = at[:, None] + _CIRCLE * (radius * share)[:, None, None]
                hull = cv2.convexHull(rim.reshape(-1, 2).astype(np.float32))[:, 0]
                self.canvas.polygon(hull, np.clip(tint * light + 12 * gloss * (light > 1), 0, 252))

        self.add(self.distance(balls[:, :3]) - nearer, paint)

    def tube(self, spots: Sequence[Spot], radius: float, tint: Tint, nearer: float = 0.0) -> None:
        """A bar or a pipe along some points."""
        line, wide = self.project(spots), max(2 * radius * self.scale, 0.6)
        tint = np.asarray(tint, np.float64) * self.lit

        def paint() -> None:
            self.canvas.line(line, np.clip(tint * 0.65, 0, 252), wide)
            if wide > 2.5:
                self.canvas.line(line - [wide * 0.1, wide * 0.14], np.clip(tint, 0, 252), wide * 0.55)
                self.canvas.line(
                    line - [wide * 0.15, wide * 0.22], np.clip(tint * 1.3 + 15, 0, 252), wide * 0.18
                )

        self.add(self.distance(spots) - nearer, paint)

    def panel(self, spots: Sequence[Spot], tint: Tint, nearer: float = 0.0) -> None:
        """A flat polygon, seen from both sides."""
        flat, colour = self.project(spots), np.clip(np.asarray(tint, np.float64) * self.lit, 0, 252)
        self.add(self.distance(spots) - nearer, lambda: self.canvas.polygon(flat, colour))

    def strip(self, spots: Sequence[Spot], half: float, tint: Tint) -> None:
        """A mudguard: a sheet ``2 * half`` metres wide that follows some points."""
        for a, b in itertools.pairwise(spots):
            slope = abs(b[1] - a[1]) / max(np.hypot(b[1] - a[1], b[2] - a[2]), 1e-6)
            quad = [(-half, *a[1:]), (half, *a[1:]), (half, *b[1:]), (-half, *b[1:])]
            self.panel(quad, np.asarray(tint) * (1.15 - 0.45 * slope), 0.02)

    def disc(self, spot: Spot, radius: float, tint: Tint, axis: str = 'z', nearer: float = 0.0) -> None:
        """A flat disc whose axis is that of ``'x'`` or of ``'z'``."""
        t = np.linspace(0, 2 * np.pi, 22, endpoint=False)
        zero = np.zeros_like(t)
        ring = (np.sin(t), np.cos(t), zero) if axis == 'z' else (zero, np.sin(t), np.cos(t))
        self.panel(np.array(spot) + radius * np.stack(ring, 1), tint, nearer)

    def box(self, low: Spot, high: Spot, tint: Tint) -> None:
        """A box with upright sides, of which those that are seen are drawn."""
        (x0, y0, z0), (x1, y1, z1) = low, high
        sides = (
            ((0, 1, 0), [(x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1)], 1.15),
            ((0, 0, -1), [(x0, y1, z0), (x1, y1, z0), (x1, y0, z0), (x0, y0, z0)], 0.9),
            ((0, 0, 1), [(x0, y1, z1), (x1, y1, z1), (x1, y0, z1), (x0, y0, z1)], 0.9),
            ((1, 0, 0), [(x1, y1, z0), (x1, y1, z1), (x1, y0, z1), (x1, y0, z0)], 0.72),
            ((-1, 0, 0), [(x0, y1, z0), (x0, y1, z1), (x0, y0, z1), (x0, y0, z0)], 0.72),
        )
        for normal, corners, light in sides:
            if self.faces(tuple(np.mean(corners, axis=0)), normal) > 0:
                self.panel(corners, np.asarray(tint) * light)

    def decal(
        self,
        rng: np.random.Generator,
        kind: Callable[[np.random.Generator], FlatThing],
        middle: Spot,
        size: tuple[float, float],
        towards: str,
        nearer: float = 0.12,
    ) -> None:
        """Lettering on a side, at most ``size`` (width and height in metres) large, where that side is seen.

        ``towards`` is ``'left'``, ``'right'``, ``'rear'`` or ``'front'``.
        """
        right, normal = {
            'rear': ((1, 0, 0), (0, 0, -1)),
            'front': ((-1, 0, 0), (0, 0, 1)),
            'right': ((0, 0, 1), (1, 0, 0)),
            'left': ((0, 0, -1), (-1, 0, 0)),
        }[towards]
        if self.faces(middle, normal) < 0.15 or size[0] * self.scale < 5:
            return
        thing = kind(rng)
        rows, cols = thing.alpha.shape
        factor = min(size[0] / cols, size[1] / rows)
        across = np.array(right) * factor * cols / 2
        up = np.array([0, factor * rows / 2, 0])
        quad = np.array(middle) + np.array([up - across, up + across, across - up, -up - across])
        if factor * rows * self.scale > 2:
            self.add(self.distance(quad) - nearer, lambda: self.canvas.lay(thing.layer, self.project(quad)))
