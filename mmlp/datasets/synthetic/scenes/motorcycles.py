"""Motorcycles, seen from behind, with and without a rider."""

from __future__ import annotations

import numpy as np

from ..plates.layouts import choose_layout
from .bodies import Pose
from .camera import Canvas
from .mounting import mount_plate
from .scene_types import Lamp, ScenePlate
from .sheet import Sheet

_WIDTH, _HEIGHT = 0.9, 1.75


def _drawing(rng: np.random.Generator, paint: np.ndarray, scale: float) -> tuple[np.ndarray, float]:
    """The motorcycle (premultiplied BGRA) and the height of its plate over the ground."""
    sheet = Sheet(_WIDTH, 0.0, _HEIGHT, scale)
    cover = Sheet(_WIDTH, 0.0, _HEIGHT, scale)  # the same shapes in white: what is not transparent
    both = (sheet, cover)

    def fill(points: list, colour: np.ndarray | tuple) -> None:
        sheet.fill(points, colour)
        cover.fill(points, (255, 255, 255))

    def rounded(box: tuple, r: float, colour: np.ndarray | tuple, fade: float = 0.0) -> None:
        sheet.rounded(box, r, colour, fade)
        cover.rounded(box, r, (255, 255, 255))

    rider = rng.random() < 0.6
    dark = (30, 29, 28)
    plate_y = rng.uniform(0.52, 0.66)
    rounded((-0.09, 0.0, 0.09, 0.62), 0.08, (26, 25, 25), -0.3)
    for y in np.arange(0.06, 0.5, 0.06):
        sheet.stroke([(-0.07, y), (0.07, y)], (48, 47, 46), 0.012)
    side = rng.choice([-1, 1])
    rounded((side * 0.13, 0.26, side * 0.24, 0.4), 0.05, (170, 170, 170), 0.5)
    rounded((side * 0.155, 0.295, side * 0.215, 0.36), 0.03, (20, 20, 20))
    for x in (-1, 1):  # handlebar with mirrors
        for part, colour in zip(both, (dark, (255, 255, 255))):
            part.stroke([(0, 1.02), (x * 0.36, 1.06)], colour, 0.035)
            part.stroke([(x * 0.27, 1.05), (x * 0.33, 1.22)], colour, 0.015)
        rounded((x * 0.33 - 0.06, 1.19, x * 0.33 + 0.06, 1.28), 0.03, dark)
    if rider:
        jacket = np.array([[40, 38, 36], [60, 45, 120], [120, 70, 30], [50, 90, 60], [90, 90, 92]])[
            rng.integers(5)
        ].astype(float)
        fill([(-0.2, 0.55), (-0.28, 0.8), (-0.2, 0.95), (0.2, 0.95), (0.28, 0.8), (0.2, 0.55)], (52, 46, 44))
        fill([(-0.2, 0.88), (-0.26, 1.3), (-0.19, 1.42), (0.19, 1.42), (0.26, 1.3), (0.2, 0.88)], jacket)
        for x in (-1, 1):
            for part, colour in zip(both, (jacket * 0.8, (255, 255, 255))):
                part.stroke([(x * 0.23, 1.34), (x * 0.38, 1.14), (x * 0.3, 1.05)], colour, 0.1)
        rounded((-0.13, 1.38, 0.13, 1.68), 0.13, np.clip(paint * 1.1, 0, 255), 0.4)
        sheet.rounded((-0.13, 1.44, 0.13, 1.47), 0.01, dark)
    fill([(-0.1, 0.62), (-0.19, 0.9), (-0.13, 1.0), (0.13, 1.0), (0.19, 0.9), (0.1, 0.62)], paint)
    sheet.fill([(-0.05, 0.62), (-0.1, 0.92), (0.1, 0.92), (0.05, 0.62)], paint * 0.6)
    rounded((-0.08, 0.78, 0.08, 0.87), 0.03, (34, 26, 190), 0.3)
    for x in (-1, 1):
        rounded((x * 0.22 - 0.035, 0.76, x * 0.22 + 0.035, 0.81), 0.02, (30, 130, 235))
    rounded((-0.06, plate_y - 0.16, 0.06, 0.8), 0.02, (35, 34, 34))
    alpha = cover.image[..., 0]
    return np.dstack([(sheet.image * (alpha[..., None] / 255.0)).astype(np.uint8), alpha]), plate_y


def draw_motorcycle(
    rng: np.random.Generator, pose: Pose, canvas: Canvas, with_plate: bool
) -> tuple[list[ScenePlate], list[Lamp]]:
    """Draws a motorcycle that drives away; see :func:`mmlp.datasets.synthetic.vehicles.draw_vehicle`."""
    turn = (pose.yaw + np.pi / 2) % np.pi - np.pi / 2  # it is only known from behind

    def place(points: np.ndarray, lift: float = 0.03) -> np.ndarray:
        x, y = np.asarray(points, np.float64).T
        c, s = np.cos(turn), np.sin(turn)
        world = np.stack([pose.x + x * c - lift * s, y, pose.z - x * s - lift * c], 1)
        return canvas.camera.project(world)

    corners = [(-_WIDTH / 2, _HEIGHT), (_WIDTH / 2, _HEIGHT), (_WIDTH / 2, 0), (-_WIDTH / 2, 0)]
    size = float(np.ptp(place(corners), axis=0).max())
    art, plate_y = _drawing(rng, pose.paint, float(np.clip(size / _HEIGHT * 2, 30, 420)))
    canvas.lay(art, place(corners, 0.0))
    spot, edge = place([(0, 0.82), (0.08, 0.82)])
    lamp = Lamp((float(spot[0]), float(spot[1])), float(np.hypot(*(edge - spot))), (40.0, 40.0, 255.0))
    layout = choose_layout(rng, aspect=rng.choice([0.95, 1.5]), spread=0.3)
    plate = mount_plate(rng, canvas, place, (0.0, plate_y), layout) if with_plate else None
    return [plate] if plate else [], [lamp]
