"""Plates that are not flat: around a mudguard, with a folded corner, dented."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from .render import PlateImage

_STEPS = 129  # samples of a profile
_UPRIGHT, _LYING = 0.0, np.pi / 2  # directions in which a bend runs: across the plate, down it


@dataclass(frozen=True)
class Bend:
    """How a sheet is bent along one direction; across it, it stays straight, as sheet metal does.

    Attributes:
        direction: Direction in the plane of the plate along which it curves, in radians: 0 from left to
            right, pi / 2 from top to bottom.
        angles: float (N,) slope of the sheet away from the eye, in radians, from one end of it to the other.
        view: Where the eye is, as x and y (right and down) it is off the middle of the plate for each unit of
            distance in front of it.
    """

    direction: float
    angles: np.ndarray
    view: tuple[float, float] = (0.0, 0.0)

    def tamed(self) -> Bend:
        """The same bend, weak enough that no part of the sheet hides another from the eye."""
        along = np.cos(self.direction) * self.view[0] + np.sin(self.direction) * self.view[1]
        bend = self
        while (np.cos(bend.angles) + along * np.sin(bend.angles)).min() < 0.2:
            bend = replace(bend, angles=bend.angles * 0.7)
        return bend


def random_bend(rng: np.random.Generator, view: tuple[float, float] = (0.0, 0.0)) -> Bend:
    """Draws a bend as plates have it: round a mudguard, a folded end or corner, waves of a dented sheet."""
    s = np.linspace(-1, 1, _STEPS)
    kind = rng.random()
    if kind < 0.3:  # round an upright axis
        direction, angles = _UPRIGHT, rng.uniform(0.15, 0.8) * s
    elif kind < 0.55:  # round a lying one, as on top of a mudguard
        direction, angles = _LYING, rng.uniform(0.15, 0.8) * s
    elif kind < 0.8:  # an end or a corner folded back or up
        direction = rng.choice([0.0, np.pi]) + rng.choice(
            [0.0, np.pi / 2, rng.uniform(0.4, 1.2), -rng.uniform(0.4, 1.2)]
        )
        start = rng.uniform(0.2, 0.6)
        fold = np.clip((s - start) / rng.uniform(0.08, 0.35), 0, 1)
        angles = fold * fold * (3 - 2 * fold) * rng.uniform(0.3, 1.0) * rng.choice([1, 1, -1])
    else:
        direction = rng.uniform(0, np.pi)
        angles = rng.uniform(0.1, 0.35) * np.sin(s * rng.uniform(1.5, 6) + rng.uniform(0, 2 * np.pi))
    if kind < 0.55 and rng.random() < 0.2:
        angles = -angles
    return Bend(float(direction), angles, view).tamed()


def bend_plate(plate: PlateImage, bend: Bend) -> PlateImage:
    """Bends a flat plate.

    Args:
        plate: The plate.
        bend: How.

    Returns:
        A plate whose drawing shows it as it is seen when its middle lies in the plane of :attr:`flat`, with
        the exact outline of the bent sheet.
    """
    centre = plate.flat.mean(0)
    c, s = np.cos(bend.direction), np.sin(bend.direction)
    turn = np.array([[c, s], [-s, c]])  # rows: along the bend, across it
    half = max(float(np.abs((plate.flat - centre) @ turn[0]).max()), 1.0)
    rows, cols = plate.alpha.shape
    sheet = np.array([[-0.5, -0.5], [cols - 0.5, -0.5], [cols - 0.5, rows - 0.5], [-0.5, rows - 0.5]])
    reach = float(np.abs((sheet - centre) @ turn[0]).max()) + 2
    # How far along the eye sees what lies so far along the sheet, and how deep it lies.
    length = np.linspace(-reach, reach, 2 * _STEPS)
    angle = np.interp(length / half, np.linspace(-1, 1, len(bend.angles)), bend.angles)
    view = turn @ np.asarray(bend.view)
    seen = _integral(length, np.cos(angle) + view[0] * np.sin(angle))
    depth = _integral(length, np.sin(angle))

    def forward(points: np.ndarray) -> np.ndarray:
        along, across = ((points - centre) @ turn.T).T
        bent = np.stack(
            [np.interp(along, length, seen), across + view[1] * np.interp(along, length, depth)], 1
        )
        return bent @ turn + centre

    outline, reached = forward(subdivide(plate.outline)), forward(subdivide(sheet))
    low, high = np.floor(reached.min(0)) - 1, np.ceil(reached.max(0)) + 2
    xs, ys = np.arange(low[0], high[0]), np.arange(low[1], high[1])
    x, y = np.meshgrid(xs - centre[0], ys - centre[1])
    along = np.interp(x * c + y * s, seen, length)
    across = -x * s + y * c - view[1] * np.interp(along, length, depth)
    maps = (
        (along * c - across * s + centre[0]).astype(np.float32),
        (along * s + across * c + centre[1]).astype(np.float32),
    )
    image = cv2.remap(plate.image, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.remap(plate.alpha, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    # What is turned towards the light from above is brighter.
    light = 1 - np.interp(along, length, np.sin(angle)).astype(np.float32) * (0.35 * s + 0.2 * c)
    image = cv2.multiply(image, cv2.merge([light] * 3), dtype=cv2.CV_8U)
    return replace(
        plate,
        image=image,
        alpha=alpha,
        corners=(forward(plate.corners) - low).astype(np.float32),
        outline=(outline - low).astype(np.float32),
        flat=(plate.flat - low).astype(np.float32),
    )


def _integral(length: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """The integral of ``rate`` over ``length`` from its middle."""
    steps = np.concatenate([[0], np.cumsum((rate[1:] + rate[:-1]) / 2 * np.diff(length))])
    return steps - np.interp(0, length, steps)


def subdivide(polygon: np.ndarray, parts: int = 16) -> np.ndarray:
    """Puts points onto the sides of a polygon (N, 2), ``parts`` for a side as long as the longest."""
    following = np.roll(polygon, -1, axis=0)
    sides = np.linalg.norm(following - polygon, axis=1)
    pieces = []
    for a, b, side in zip(polygon, following, sides):
        t = np.arange(max(round(parts * side / sides.max()), 1))[:, None] / max(
            round(parts * side / sides.max()), 1
        )
        pieces.append(a + (b - a) * t)
    return np.vstack(pieces)
