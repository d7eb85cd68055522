"""Putting a plate onto something in a scene."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mmlp.plates.geometry import find_homography, map_points

from ..geometry import rect_corners
from ..plates.bend import bend_plate, random_bend
from ..plates.plate_layout import PlateLayout
from ..plates.render import WHOLE, PlateImage, render_plate
from .camera import Canvas
from .scene_types import ScenePlate

SMALLEST = 12.0
"""Plates narrower than this, in pixels, are left away: nobody could tell them from nothing."""


Place = Callable[..., np.ndarray]
"""Takes points (N, 2) of a plane, in metres, x to the right and y up as it is seen, and how many metres they
lie before it, to pixels (N, 2)."""


def mount_plate(
    rng: np.random.Generator,
    canvas: Canvas,
    place: Place,
    middle: tuple[float, float],
    plate: PlateLayout | PlateImage,
    bent: float = 0.0,
) -> ScenePlate | None:
    """Draws a plate and lays it onto a plane of a scene.

    Args:
        rng: Where randomness comes from.
        canvas: What is drawn on.
        place: The plane.
        middle: Where the middle of the plate belongs on the plane.
        plate: What kind of plate, or a plate that is drawn already.
        bent: Chance that it is bent.

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
    if sides[[0, 2] if width > height else [1, 3]].max() < SMALLEST:
        return None
    if not isinstance(plate, PlateImage):
        plate = render_plate(rng, layout, float(np.clip(sides.max() * 2.5 / max(layout.size), 0.35, 1.6)))
    x0, y0, x1, y1 = plate.share
    if plate.share != WHOLE:
        shown = rect_corners((x0 - 0.5) * width, (0.5 - y0) * height, (x1 - 0.5) * width, (0.5 - y1) * height)
        quad = place(shown @ turn.T + np.asarray(middle)).astype(np.float32)
    if bent and rng.random() < bent:
        plate = bend_plate(plate, random_bend(rng, _view(place, middle)))
    if len(plate.outline) == len(quad):
        return ScenePlate(canvas.plate(plate.layer, plate.flat, quad), plate.layout.name, plate.text)
    outline = canvas.plate(plate.layer, plate.flat, quad, plate.outline)
    tips = map_points(find_homography(plate.flat, quad), plate.corners).astype(np.float32)
    return ScenePlate(tips, plate.layout.name, plate.text, outline=outline)


def _view(place: Place, middle: tuple[float, float]) -> tuple[float, float]:
    """How far the eye is off the plane's normal at a place, right and down, for each metre before it."""
    step = 0.01
    spot, right, up, before = (
        place(np.array([middle]) + np.array([shift]), 0.03 + lift)[0]
        for shift, lift in (((0, 0), 0), ((step, 0), 0), ((0, step), 0), ((0, 0), step))
    )
    # What lies before the plane appears shifted against it, away from the side on which the eye is.
    x, y = np.linalg.lstsq(np.stack([right - spot, up - spot], 1), before - spot, rcond=None)[0]
    return -float(x), float(y)
