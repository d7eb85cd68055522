"""Drawing a two-wheeler into a scene."""

from __future__ import annotations

import numpy as np

from ..bodies import Pose
from ..camera import Canvas
from ..scene_types import Lamp, ScenePlate, Sunlight
from .motorcycle import build_motorcycle
from .places import front_plate, rear_plate
from .scooter import build_scooter
from .solids import Assembly

TWO_WHEELERS = ('motorcycle', 'scooter')


def draw_two_wheeler(
    rng: np.random.Generator, pose: Pose, canvas: Canvas, light: Sunlight, with_plate: bool
) -> tuple[list[ScenePlate], list[Lamp]]:
    """Draws a two-wheeler; see :func:`mmlp.datasets.synthetic.scenes.vehicles.draw_vehicle`."""
    bike = Assembly(pose, canvas, 0.75 + 0.35 * light.sun)
    places = (build_motorcycle if pose.body.name == 'motorcycle' else build_scooter)(rng, bike)
    plates: list[ScenePlate] = []
    if with_plate:
        rear_plate(rng, bike, places, plates)
        if rng.random() < 0.6:
            front_plate(rng, bike, places, plates)
    bike.draw()
    lamps = []
    for (y, z), normal, colour in (
        (places.tail, (0, 0, -1), (40.0, 40.0, 255.0)),
        (places.head, (0, 0, 1), (225.0, 240.0, 255.0)),
    ):
        if bike.faces((0, y, z), normal) > 0.1:
            spot, edge = bike.project([(0, y, z), (0.07, y, z)])
            lamps.append(Lamp((float(spot[0]), float(spot[1])), float(np.hypot(*(edge - spot))), colour))
    return plates, lamps
