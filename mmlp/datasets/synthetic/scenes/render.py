"""Scenes: a camera, a place, vehicles with plates, and things with letters that are none."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from . import effects
from .camera import Camera, Canvas
from .clutter import overlay_text
from .landscape import draw_ground, draw_lot, draw_road, draw_sky
from .scene_types import Lamp, ScenePlate, Sunlight
from .street import draw_backdrop_wall, draw_houses, draw_pole, draw_tree
from .traffic import main_vehicle, other_vehicles
from .vehicles import draw_vehicle
from .walls import draw_notices


def _sunlight(rng: np.random.Generator) -> tuple[Sunlight, float]:
    """The light of a day and how cloudy it is."""
    azimuth, height = rng.uniform(0, 2 * np.pi), rng.uniform(0.35, 1.2)
    direction = np.array([np.cos(height) * np.sin(azimuth), np.sin(height), np.cos(height) * np.cos(azimuth)])
    kind = rng.choice(4, p=[0.4, 0.25, 0.25, 0.1])
    skies = np.array([[225, 150, 80], [205, 200, 195], [215, 175, 130], [150, 140, 165]])
    hazes = np.array([[240, 222, 205], [222, 222, 220], [235, 232, 225], [150, 190, 240]])
    sun = (0.95, 0.25, 0.7, 0.6)[kind]
    ground = np.array([105, 105, 108]) * rng.uniform(0.65, 1.15)
    sky, haze = skies[kind] * rng.uniform(0.85, 1.05), hazes[kind] * rng.uniform(0.92, 1.02)
    return Sunlight(direction, sun, sky, haze, ground), (0.4, 0.0, 0.9, 0.6)[kind]


def _camera(rng: np.random.Generator, size: tuple[int, int]) -> Camera:
    focal = size[0] * rng.uniform(0.9, 1.7)
    high = rng.random() < 0.3
    height = rng.uniform(2.4, 4.5) if high else rng.uniform(0.9, 1.7)
    pitch = rng.uniform(0.15, 0.32) if high else rng.uniform(-0.02, 0.12)
    return Camera(size, focal, height, pitch, float(np.clip(rng.normal(0, 0.025), -0.09, 0.09)))


def _occlude(rng: np.random.Generator, canvas: Canvas, plate: ScenePlate) -> None:
    """A tow ball, a bar, a chain or a leaf in front of a plate."""
    quad = plate.corners.astype(np.float64)
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    high = float(np.linalg.norm(down))
    kind = rng.integers(3)
    if kind == 0:
        foot = quad[3] + across * rng.uniform(0.3, 0.7)
        ball = foot - down * rng.uniform(0.1, 0.4)
        r = high * rng.uniform(0.12, 0.2)
        canvas.line(np.array([foot + down * 0.7, ball]), (30, 30, 30), max(high * 0.12, 1))
        t = np.linspace(0, 2 * np.pi, 24)
        ring = np.stack([np.cos(t), np.sin(t)], 1)
        canvas.polygon(ball + ring * r, (38, 38, 40))
        canvas.polygon(ball + ring * r * 0.4 - r * 0.3, (120, 120, 124))
    elif kind == 1:
        x = rng.uniform(0.05, 0.95)
        a, b = quad[0] + across * x - down * 0.8, quad[3] + across * (x + rng.normal(0, 0.08)) + down * 0.8
        tone = rng.uniform(30, 170)
        canvas.line(np.array([a, b]), (tone,) * 3, max(high * rng.uniform(0.06, 0.18), 1))
    else:
        edge = rng.uniform(0.05, 0.2)
        side = np.array(
            [
                quad[0] - across * 0.1 - down * 0.4,
                quad[0] + across * edge - down * 0.3,
                quad[3] + across * edge * rng.uniform(0.3, 1.4) + down * 0.4,
                quad[3] - across * 0.1 + down * 0.5,
            ]
        )
        canvas.polygon(side, np.array([45, 85, 60]) * rng.uniform(0.4, 1.3))


def render_scene(
    rng: np.random.Generator,
    size: tuple[int, int] = (640, 480),
    with_plates: bool = True,
    vehicles: Sequence[str] | None = None,
) -> tuple[np.ndarray, np.ndarray, list[ScenePlate]]:
    """Draws a scene.

    Args:
        rng: Where all randomness comes from; nothing else is random.
        size: Columns and rows of the picture.
        with_plates: False for a picture without any plate.
        vehicles: Which kinds of vehicles to draw, keys of :data:`BODIES`; None for all. When it is
            empty, places without vehicles are drawn: streets, and walls with notices.

    Returns:
        The picture (BGR uint8 (H, W, 3)), the mask (uint8 (H, W), 0 background and 1 plate) and the plates of
        which something is seen, each with its own mask.
    """
    canvas = Canvas(_camera(rng, size))
    light, clouds = _sunlight(rng)
    night = rng.random() < 0.2
    lot = rng.random() < 0.35
    none = vehicles is not None and not len(vehicles)
    main = main_vehicle(rng, canvas.camera, vehicles) if not none and rng.random() < 0.95 else None
    draw_sky(rng, canvas, light, clouds)
    rough = rng.uniform(0.3, 0.9)
    draw_ground(rng, canvas, light.ground, rough)
    if lot:
        draw_lot(rng, canvas)
        draw_backdrop_wall(rng, canvas, rng.uniform(15, 24))
        for _ in range(rng.integers(0, 5)):
            draw_tree(rng, canvas, rng.uniform(-14, 14), rng.uniform(24, 30), rng.uniform(4, 8))
    else:
        half = rng.uniform(3.5, 7)
        walk = np.array([140, 145, 148]) if rng.random() < 0.6 else np.array([60, 110, 90])
        draw_road(rng, canvas, half, walk * rng.uniform(0.8, 1.1))
        if rng.random() < 0.7:
            draw_houses(rng, canvas, half + rng.uniform(2.5, 6), night)
        else:
            for _ in range(rng.integers(4, 14)):
                draw_tree(
                    rng,
                    canvas,
                    rng.choice([-1, 1]) * (half + rng.uniform(2, 14)),
                    rng.uniform(9, 45),
                    rng.uniform(3, 8),
                )
    for _ in range(rng.integers(0, 4)):
        draw_pole(rng, canvas, rng.choice([-1, 1]) * rng.uniform(2.5, 7), rng.uniform(7, 22))
    if main is None and rng.random() < (0.75 if none else 0.5):
        draw_notices(rng, canvas)
        none = True
    count = 0 if none else int(rng.integers(0, 5))
    shown = other_vehicles(rng, main, count, not lot and rng.random() < 0.5, vehicles)
    poses = sorted([*shown, *([main] if main else [])], key=lambda v: -np.hypot(v.x, v.z))
    plates: list[ScenePlate] = []
    lamps: list[Lamp] = []
    for pose in poses:
        shown, lit = draw_vehicle(rng, pose, canvas, light, with_plates and rng.random() < 0.97, adorned=True)
        outline = pose.silhouette(canvas.camera)
        lamps = [lamp for lamp in lamps if cv2.pointPolygonTest(outline, lamp.place, False) < 0]
        plates += shown
        lamps += lit if rng.random() < 0.8 else []
        if shown and rng.random() < 0.12:
            _occlude(rng, canvas, shown[0])
    image, masks = canvas.finish()
    for plate, mask in zip(plates, masks):
        plate.mask = mask
    image = _develop(rng, image, canvas.camera.horizon(), plates, lamps, night, light)
    mask = np.zeros(image.shape[:2], np.uint8)
    for plate in plates:
        mask[plate.mask] = 1
    if rng.random() < 0.12:
        overlay_text(rng, image, mask == 0)
    return image, mask, [plate for plate in plates if plate.mask.any()]


def _develop(
    rng: np.random.Generator,
    image: np.ndarray,
    horizon: float,
    plates: list[ScenePlate],
    lamps: list[Lamp],
    night: bool,
    light: Sunlight,
) -> np.ndarray:
    """Light and weather, then the camera."""
    if night:
        if rng.random() < 0.35:
            effects.brake_light(rng, image, lamps, night)
        image = effects.darken(rng, image, lamps, plates, bool(rng.random() < 0.75))
        if rng.random() < 0.3:
            image = effects.one_colour(rng, image)
    else:
        if rng.random() < 0.1:
            effects.brake_light(rng, image, lamps, night)
        if light.sun > 0.5 and rng.random() < 0.25:
            image = effects.cast_shadow(rng, image, horizon)
        if rng.random() < 0.12:
            image = effects.fog(rng, image, horizon)
        if rng.random() < 0.15:
            image = effects.glare(rng, image)
    return effects.photograph(rng, image, night)
