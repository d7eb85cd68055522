"""Where plates are on the ends of cars, vans, lorries, buses and trailers, when not in the middle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..plates.layouts import choose_layout
from ..plates.render import render_plate
from .bodies import Body
from .camera import Canvas
from .mounting import Place, mount_plate
from .scene_types import ScenePlate

_BENT = 0.06
_IN_WINDOW = 0.05  # chance of a plate behind the glass of an upright end
_HALF_PLATE = 0.26


@dataclass
class End:
    """The front or the rear of a vehicle.

    Attributes:
        body: The vehicle.
        front: Whether it is the front.
        width: Its width in metres.
        heights: Height in metres of its lower and of its upper edge.
        plate: Where the plate usually is: x and y in metres.
    """

    body: Body
    front: bool
    width: float
    heights: tuple[float, float]
    plate: tuple[float, float]


def mount_plates(rng: np.random.Generator, canvas: Canvas, place: Place, end: End) -> list[ScenePlate]:
    """Puts one plate, or several, onto an end of a vehicle."""
    found = []
    for x, y in _spots(rng, end):
        if y < end.heights[0] + 0.06:  # on a board that hangs under the vehicle
            board = np.array([(x - 0.3, end.heights[0] + 0.05), (x + 0.3, end.heights[0] + 0.05),
            (x + 0.29, y - 0.1),
                              (x - 0.29, y - 0.1)])  # fmt: skip
            canvas.polygon(place(board), (40, 39, 38))
        found.append(mount_plate(rng, canvas, place, (x, y), choose_layout(rng, two_wheeled=False), _BENT))
    if end.body.tall and rng.random() < _IN_WINDOW:
        low, top = end.heights
        sill = low + 0.56 * (top - low)
        found.append(_behind_glass(rng, canvas, place, (rng.uniform(-0.25, 0.25) * end.width, sill)))
    return [plate for plate in found if plate]


def plate_in_window(rng: np.random.Generator, canvas: Canvas, screen: np.ndarray) -> ScenePlate | None:
    """A plate behind the windscreen or the rear window of a car, with corners (4, 3) in the world."""
    across, down = screen[1] - screen[0], screen[3] - screen[0]
    wide, tall = float(np.linalg.norm(across)), float(np.linalg.norm(down))
    across, down = across / wide, down / tall
    normal = np.cross(across, down)
    normal *= np.sign(normal @ (canvas.camera.eye - screen.mean(0)))
    foot = (screen[2] + screen[3]) / 2

    def place(points: np.ndarray, lift: float = 0.03) -> np.ndarray:
        points = np.asarray(points, np.float64)
        return canvas.camera.project(foot + points[:, :1] * across - points[:, 1:] * down + lift * normal)

    return _behind_glass(rng, canvas, place, (rng.uniform(-0.3, 0.3) * wide, 0.03 * tall))


def _spots(rng: np.random.Generator, end: End) -> list[tuple[float, float]]:
    """Middles of plates, in metres."""
    x, y = end.plate
    name, (low, top) = end.body.name, end.heights
    room = end.width / 2 - _HALF_PLATE - 0.08
    x += rng.normal(0, 0.08) if rng.random() < 0.25 else 0.0
    y += rng.normal(0, 0.01)
    if name in ('truck', 'trailer') and not end.front:
        if rng.random() < 0.55:
            x = rng.uniform(-room, room)
        kind = rng.random()
        if kind < 0.25:
            y = low - rng.uniform(0.1, 0.22)
        elif kind < 0.4:
            y = rng.uniform(low + 0.35, low + 0.45 * (top - low))
        spots = [(x, y)]
        if rng.random() < 0.3:  # that of the tractor, or the number painted anew
            other = rng.uniform(-room, room), low + rng.uniform(0.4, 0.6 * (top - low))
            if abs(other[0] - x) > 0.6 or abs(other[1] - y) > 0.3:
                spots.append(other)
        return spots
    if name in ('bus', 'truck', 'van') and rng.random() < 0.3:
        return [(rng.uniform(-room, room) * 0.9, y + rng.uniform(-0.04, 0.1))]
    if rng.random() < 0.06:
        return [(rng.choice([-1, 1]) * rng.uniform(0.3, 0.9) * room, y)]
    return [(x, y)]


def _behind_glass(
    rng: np.random.Generator, canvas: Canvas, place: Place, foot: tuple[float, float]
) -> ScenePlate | None:
    """A plate that stands at the foot of a window, inside: darker, and paler than one outside."""
    layout = choose_layout(rng, two_wheeled=False)
    plate = render_plate(rng, layout, 0.7)
    share = rng.uniform(0.5, 0.8)
    plate = replace(plate, image=(plate.image * share + rng.uniform(15, 45)).astype(np.uint8))
    middle = foot[0], foot[1] + 1.2 * layout.size[1] / 2000 + rng.uniform(0, 0.04)
    return mount_plate(rng, canvas, place, middle, plate)
