"""Which vehicles stand where in a scene."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .bodies import BODIES, Body, Pose
from .camera import Camera
from .two_wheelers.draw import TWO_WHEELERS
from .vehicles import random_body, random_paint


def _paint(rng: np.random.Generator, body: Body) -> np.ndarray:
    """Its colour: half of the lorries and trailers are white."""
    if body.name in ('truck', 'trailer') and rng.random() < 0.5:
        return np.clip(np.full(3, 238.0) * rng.uniform(0.88, 1.0) + rng.normal(0, 3, 3), 0, 245)
    return random_paint(rng)


def _heading(rng: np.random.Generator, body: Body, turn: float) -> float:
    """Away from the eye or towards it; of trailers, the rear is what is seen."""
    return turn + (np.pi if body.name != 'trailer' and rng.random() < 0.5 else 0)


def main_vehicle(rng: np.random.Generator, camera: Camera, among: Sequence[str] | None = None) -> Pose:
    """The vehicle that the picture is of; the camera is pitched so that its plate is in view.

    Args:
        rng: Where randomness comes from.
        camera: Who looks; its pitch is set, and for close two-wheelers its height.
        among: Kinds of vehicles, keys of :data:`BODIES`; None for all.
    """
    body = random_body(rng, among)
    if body.name in TWO_WHEELERS:
        wide = float(np.exp(rng.uniform(np.log(34), np.log(230)))) * camera.size[0] / 640
        distance = max(camera.focal * 0.2 / wide, 0.85)
        camera.height = min(camera.height, rng.uniform(0.7, 1.2) + 0.5 * distance)
        turn = np.clip(rng.normal(0, 30), -62, 62)
        if rng.random() < 0.12:  # from the side
            turn = rng.choice([-1, 1]) * rng.uniform(60, 100)
    else:
        wide = float(np.exp(rng.uniform(np.log(56), np.log(250)))) * camera.size[0] / 640
        distance = max(camera.focal * 0.5 / wide, 1.6 + 0.8 * camera.height)
        turn = np.clip(rng.normal(0, 22), -52, 52)
    yaw = _heading(rng, body, np.deg2rad(turn))
    column, row = rng.uniform(0.22, 0.78) * camera.size[0], rng.uniform(0.4, 0.8) * camera.size[1]
    x = (column - camera.size[0] / 2) / camera.focal * distance
    # Looking down by the angle to the plate would bring it to the middle; it belongs to a row under that.
    camera.pitch = float(
        np.arctan2(camera.height - 0.6, distance) - np.arctan((row - camera.size[1] / 2) / camera.focal)
    )
    facing = np.array([np.sin(yaw), np.cos(yaw)]) * (1 if np.cos(yaw) > 0 else -1)
    reach = body.length / 2
    return Pose(body, x + facing[0] * reach, distance + facing[1] * reach, yaw, _paint(rng, body))


def _beside(rng: np.random.Generator, main: Pose, among: Sequence[str]) -> list[Pose]:
    """More two-wheelers in a row with one."""
    found = []
    across = np.array([np.cos(main.yaw), -np.sin(main.yaw)])
    for side in rng.choice([-1, 1]) * np.arange(1, rng.integers(2, 5)) * rng.choice([1, -1]):
        shift = across * side * rng.uniform(0.75, 1.0)
        yaw = main.yaw + rng.normal(0, 0.12)
        body = random_body(rng, among)
        found.append(
            Pose(body, main.x + shift[0], main.z + shift[1] + rng.normal(0, 0.15), yaw, random_paint(rng))
        )
    return [pose for pose in found if pose.z > pose.body.length / 2 + 0.4]


def _tractor(rng: np.random.Generator, trailer: Pose) -> Pose:
    """What pulls a trailer."""
    body = BODIES[('suv', 'van', 'sedan')[rng.integers(3)]]
    yaw = trailer.yaw + rng.normal(0, 0.12)
    reach = (trailer.body.length + body.length) / 2 + 0.5
    x, z = trailer.x + reach * np.sin(trailer.yaw), trailer.z + reach * np.cos(trailer.yaw)
    return Pose(body, x, z, yaw, random_paint(rng))


def other_vehicles(
    rng: np.random.Generator, main: Pose | None, count: int, parked: bool, among: Sequence[str] | None = None
) -> list[Pose]:
    """More vehicles, where there is room: parked along the road, in front of the eye, beside or before
    ``main``.
    """
    found: list[Pose] = []
    two_wheeled = [name for name in among or TWO_WHEELERS if name in TWO_WHEELERS]
    if main and main.body.name in TWO_WHEELERS and rng.random() < 0.35:
        found += _beside(rng, main, two_wheeled)
    if main and main.body.name == 'trailer' and (among is None or rng.random() < 0.7):
        found.append(_tractor(rng, main))
    wanted = len(found) + count
    for _ in range(count * 3):
        if len(found) == wanted:
            break
        body = random_body(rng, among)
        z = rng.uniform(6, 13 if rng.random() < 0.5 else 34)
        if parked:
            x, yaw = rng.choice([-1, 1]) * rng.uniform(3.2, 4.2), _heading(rng, body, rng.normal(0, 0.05))
        else:
            x, yaw = rng.uniform(-0.5, 0.5) * z, _heading(rng, body, rng.normal(0, 0.25))
        near = [v for v in [main, *found] if v is not None]
        if all(
            np.hypot((v.x - x) * 1.6, v.z - z) > (v.body.length + body.length) / 2 + 0.6 or abs(v.x - x) > 2.6
            for v in near
        ):
            found.append(Pose(body, x, z, yaw, _paint(rng, body)))
    return found
