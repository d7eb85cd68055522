"""A drive along a street: a video from the same parts as the scenes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..plates.layouts import LAYOUTS
from ..plates.render import PlateImage, render_plate
from .bodies import BODIES, Pose
from .camera import Camera, Canvas
from .landscape import draw_ground, draw_road, draw_sky
from .scene_types import ScenePlate, Sunlight
from .street import draw_tree, draw_wall, facade
from .vehicles import draw_vehicle, random_paint

_DAY = Sunlight(np.array([0.45, 0.75, -0.5]), 0.85, np.array([225.0, 150, 80]), np.array([240.0, 224, 208]),
                np.full(3, 104.0))  # fmt: skip
_HALF_ROAD, _SETBACK, _SIGHT = 4.8, 2.6, 70.0
_BODIES = ('sedan', 'hatch', 'suv', 'city_car', 'old_sedan', 'van')
_LAYOUTS = ('eu', 'eu_yellow', 'uk_rear', 'eu', 'dark', 'eu_two_bands', 'us')


@dataclass
class _Mover:
    """A vehicle and how fast it drives, metres a second, away from the start."""

    pose: Pose
    speed: float
    plate: PlateImage


@dataclass
class _House:
    """The front of a house or, without a drawing, a tree beside the street."""

    side: int
    z0: float
    z1: float
    height: float
    art: np.ndarray | None


def render_drive(
    seed: int = 0,
    frames: int = 60,
    size: tuple[int, int] = (640, 360),
    fps: float = 12.0,
    speed: float = 4.0,
) -> Iterator[tuple[np.ndarray, list[ScenePlate]]]:
    """Draws a drive along a street by day, between parked cars, behind one car and towards others.

    Args:
        seed: Where all randomness comes from.
        frames: Number of frames.
        size: Columns and rows of the frames.
        fps: Frames a second.
        speed: Metres a second.

    Yields:
        A frame (BGR uint8 (H, W, 3)) and the plates of which something is seen, each with its own mask. A
        plate keeps its text through the frames.
    """
    rng = np.random.default_rng([seed, 0])
    way = speed * frames / fps
    houses = _houses(rng, way + _SIGHT)
    movers = _movers(rng, way, speed)
    for number in range(frames):
        time = number / fps
        yield _render(seed, speed * time, time, size, houses, movers)


def _houses(rng: np.random.Generator, end: float) -> list[_House]:
    found = []
    for side in (-1, 1):
        z = rng.uniform(2, 6)
        while z < end:
            far = z + rng.uniform(6, 12)
            art = facade(rng, False) if rng.random() < 0.75 else None
            height = rng.uniform(4, 7) if art is None else rng.uniform(6, 12)
            found.append(_House(side, z, far, height, art))
            z = far
    return sorted(found, key=lambda house: -house.z1)


def _movers(rng: np.random.Generator, way: float, speed: float) -> list[_Mover]:
    """Parked cars on both sides, one ahead, and two that come along."""
    places = []
    for side in (-1, 1):
        z = rng.uniform(9, 13)
        while z < way + 30:
            if rng.random() < 0.8:
                places.append((side * (_HALF_ROAD - 1.15), z, np.pi if side < 0 else 0.0, 0.0))
            z += rng.uniform(6.2, 8.5)
    places.append((1.15, 8.5, 0.0, speed * 1.06))
    places += [(-1.3, 22.0 + 24 * number, np.pi, -speed * 1.1) for number in range(2)]
    found = []
    for number, (x, z, yaw, drives) in enumerate(places):
        body = BODIES[_BODIES[rng.integers(len(_BODIES))]]
        lean = rng.normal(0, 0.03)
        plate = render_plate(rng, LAYOUTS[_LAYOUTS[number % len(_LAYOUTS)]], 0.8)
        found.append(_Mover(Pose(body, x, z + body.length / 2, yaw + lean, random_paint(rng)), drives, plate))
    return found


def _render(
    seed: int,
    gone: float,
    time: float,
    size: tuple[int, int],
    houses: list[_House],
    movers: list[_Mover],
) -> tuple[np.ndarray, list[ScenePlate]]:
    # Each part has a generator of its own, begun anew for every frame: it looks the same in all of them.
    def own(kind: int, number: int = 0) -> np.random.Generator:
        return np.random.default_rng([seed, kind, number])

    canvas = Canvas(Camera(size, size[0] * 1.05, 1.35, 0.07, 0.0))
    draw_sky(own(1), canvas, _DAY, 0.45)
    draw_ground(own(2), canvas, _DAY.ground, 0.45, gone)
    draw_road(own(3), canvas, _HALF_ROAD, np.array([150.0, 156, 160]), gone)
    for number, house in enumerate(houses):
        x, z0, z1 = house.side * (_HALF_ROAD + _SETBACK), house.z0 - gone, house.z1 - gone
        if z1 > _SIGHT:
            continue
        if house.art is None:
            draw_tree(own(4, number), canvas, x, z1, house.height)
        else:
            left, right = ((x, z1), (x, z0)) if house.side > 0 else ((x, z0), (x, z1))
            draw_wall(canvas, house.art, left, right, house.height, 0.8 if house.side > 0 else 1.0)
    plates: list[ScenePlate] = []
    shown = [(number, replace(mover.pose, z=mover.pose.z + mover.speed * time - gone), mover)
             for number, mover in enumerate(movers)]  # fmt: skip
    for number, pose, mover in sorted(shown, key=lambda entry: -entry[1].z):
        if pose.z < _SIGHT:
            plates += draw_vehicle(own(5, number), pose, canvas, _DAY, plate=mover.plate)[0]
    image, masks = canvas.finish()
    for plate, mask in zip(plates, masks):
        plate.mask = mask
    return image, [plate for plate in plates if plate.mask.any()]
