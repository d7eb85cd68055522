"""Putting a plate onto something in a scene."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..geometry import rect_corners
from ..plates.plate_layout import PlateLayout
from ..plates.render import PlateImage, render_plate
from .camera import Canvas
from .scene_types import ScenePlate

SMALLEST = 12.0
"""Plates narrower than this, in pixels, are left away: nobody could tell them from nothing."""


def mount_plate(
    rng: np.random.Generator,
    canvas: Canvas,
    place: Callable[[np.ndarray], np.ndarray],
    middle: tuple[float, float],
    plate: PlateLayout | PlateImage,
) -> ScenePlate | None:
    """Draws a plate and lays it onto a plane of a scene.

    Args:
        rng: Where randomness comes from.
        canvas: What is drawn on.
        place: Takes points (N, 2) of the plane, in metres, x to the right and y up as it is seen, to pixels
            (N, 2).
        middle: Where the middle of the plate belongs on the plane.
        plate: What kind of plate, or a plate that is drawn already.

    Returns:
        The plate, or None when it would be too small to be seen.
    """
    layout = plate.layout if isinstance(plate, PlateImage) else plate
    width = layout.size[0] / 1000 * rng.uniform(1.0, 1.2)
    height = width / layout.aspect
    tilt = np.deg2rad(rng.normal(0, 1.2))
    turn = np.array([[np.cos(tilt), -np.sin(tilt)], [np.sin(tilt), np.cos(tilt)]])
    corners = rect_corners(-width / 2, height / 2, width / 2, -height / 2) @ turn.T
    quad = place(corners + np.asarray(middle)).astype(np.float32)
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    if sides[[0, 2]].max() < SMALLEST:
        return None
    if not isinstance(plate, PlateImage):
        plate = render_plate(rng, layout, float(np.clip(sides.max() * 2.5 / layout.size[0], 0.35, 1.6)))
    canvas.plate(plate.layer, plate.corners, quad)
    return ScenePlate(quad, plate.layout.name, plate.text)
