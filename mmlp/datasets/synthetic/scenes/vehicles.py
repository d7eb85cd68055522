"""Drawing a vehicle into a scene: its shadow, its body, the end that is seen, its plate."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ..plates.layouts import choose_layout
from ..plates.render import PlateImage
from .bodies import BODIES, Body, Pose
from .camera import Canvas
from .car_faces import car_front, car_rear
from .coachwork import draw_glass, draw_sides, draw_skin, draw_tyres, seen_screens
from .livery import draw_livery
from .mounting import mount_plate
from .plate_spots import End, mount_plates, plate_in_window
from .scene_types import Lamp, ScenePlate, Sunlight
from .sheet import Face
from .tall_faces import tall_end
from .two_wheelers.draw import TWO_WHEELERS, draw_two_wheeler

_PAINTS = np.array(
    [
        [235, 238, 240],
        [225, 225, 225],
        [32, 30, 30],
        [48, 46, 44],
        [110, 108, 106],
        [165, 166, 168],
        [190, 192, 194],
        [52, 34, 140],
        [40, 36, 190],
        [130, 70, 30],
        [170, 110, 40],
        [88, 50, 28],
        [60, 90, 40],
        [90, 120, 100],
        [40, 170, 230],
        [60, 120, 210],
        [110, 140, 170],
        [30, 60, 100],
        [140, 60, 100],
    ],
    np.float64,
)
_IN_WINDOW = 0.05  # chance of a plate behind the windscreen or the rear window
_OFTEN = {'van': 0.9, 'bus': 0.6, 'truck': 0.8, 'trailer': 0.4, 'motorcycle': 1.8, 'scooter': 1.2}


def random_body(rng: np.random.Generator, among: Sequence[str] | None = None) -> Body:
    """Draws a shape, mostly a car, from some or from all of :data:`BODIES`."""
    names = list(among or BODIES)
    weights = np.array([_OFTEN.get(name, 1.3) for name in names])
    return BODIES[names[rng.choice(len(names), p=weights / weights.sum())]]


def random_paint(rng: np.random.Generator) -> np.ndarray:
    """Draws a colour (BGR), float64 (3,): white, black and grey more often than others."""
    paint = _PAINTS[rng.integers(len(_PAINTS))] * rng.uniform(0.8, 1.1) + rng.normal(0, 6, 3)
    return np.clip(paint, 18, 245)


def draw_vehicle(
    rng: np.random.Generator,
    pose: Pose,
    canvas: Canvas,
    light: Sunlight,
    with_plate: bool = True,
    plate: PlateImage | None = None,
    adorned: bool = False,
) -> tuple[list[ScenePlate], list[Lamp]]:
    """Draws a vehicle.

    Args:
        rng: Where randomness comes from.
        pose: The vehicle.
        canvas: What is drawn on.
        light: Light of the scene.
        with_plate: Whether it has a plate.
        plate: Its plate; None draws one. Two-wheelers have their own.
        adorned: Whether it may be lettered, and have its plates elsewhere than in the middle, or several.

    Returns:
        Its plates, without masks, and its lamps; both empty when no end of it is seen.
    """
    body, w = pose.body, pose.body.width / 2
    if body.name in TWO_WHEELERS:
        w *= 0.4  # their shadow is narrow
    foot = [(-w, 0, -0.1), (w, 0, -0.1), (w, 0, body.length + 0.1), (-w, 0, body.length + 0.1)]
    foot = pose.world(np.array(foot))
    tall, near = (1.1, 0.3) if body.name in TWO_WHEELERS else (body.stations[1].roof + 0.5, 0.5)
    box = np.vstack([foot, foot + np.array([0, tall, 0])])
    if canvas.camera.depth(box).min() < near:  # beside or behind the eye
        return [], []
    size = float(np.ptp(canvas.camera.project(foot)[:, 0]))
    if light.sun > 0.4:
        reach = light.direction[[0, 2]] / max(light.direction[1], 0.3) * 0.7 * light.sun
        cast = np.vstack([foot, foot - [reach[0], 0, reach[1]]])
        hull = cv2.convexHull(canvas.camera.project(cast).astype(np.float32))[:, 0]
        canvas.shade(hull, 0.42, max(size * 0.006, 0.6))
    canvas.shade(
        canvas.camera.project(foot), 0.5 if body.name in TWO_WHEELERS else 0.8, max(size * 0.025, 1.0)
    )
    if body.name in TWO_WHEELERS:
        return draw_two_wheeler(rng, pose, canvas, light, with_plate)
    draw_tyres(pose, canvas)
    draw_skin(pose, canvas, light, size)
    draw_glass(rng, pose, canvas, light)
    draw_sides(rng, pose, canvas, size)
    inside = []
    if adorned:
        draw_livery(rng, pose, canvas)
        if with_plate and rng.random() < _IN_WINDOW:
            inside = [plate_in_window(rng, canvas, screen) for screen in seen_screens(pose, canvas)[:1]]
    plates, lamps = _draw_end(rng, pose, canvas, light, size, with_plate, plate, adorned)
    return [*filter(None, inside), *plates], lamps


def _draw_end(
    rng: np.random.Generator,
    pose: Pose,
    canvas: Canvas,
    light: Sunlight,
    size: float,
    with_plate: bool,
    given: PlateImage | None,
    adorned: bool,
) -> tuple[list[ScenePlate], list[Lamp]]:
    """The front or the rear, whichever is seen."""
    body = pose.body
    rear, nose = pose.world(np.array([[0, 0.7, 0], [0, 0.7, body.length]]))
    ahead = (nose - rear) / body.length
    front = bool(np.dot(canvas.camera.eye - nose, ahead) > 0)
    if not front and np.dot(canvas.camera.eye - rear, ahead) >= 0:
        return [], []
    station = body.stations[-1 if front else 0]
    upright = body.tall and station.roof > 1.5
    width, top, low = (
        body.width * station.width,
        station.roof + 0.04 if upright else station.belt + 0.03,
        body.clearance,
    )
    lit = 0.62 + 0.5 * light.sun * max(float(np.dot(ahead if front else -ahead, light.direction)), 0)
    scale = float(np.clip(size * 0.9 / width, 30, 420))
    if upright:
        face = tall_end(rng, body.name, front, width, (low, top), pose.paint * lit, scale)
    else:
        face = (car_front if front else car_rear)(rng, width, low, top, pose.paint * lit, scale)
    z, flip, out = (body.length, -1, 1) if front else (0.0, 1, -1)

    def place(points: np.ndarray, lift: float = 0.03) -> np.ndarray:
        return canvas.camera.project(pose.world(np.array([(flip * x, y, z + out * lift) for x, y in points])))

    corners = [(-width / 2, top), (width / 2, top), (width / 2, low), (-width / 2, low)]
    canvas.lay(face.layer, place(corners, 0.02))
    _wrap_lamps(pose, canvas, face, front)
    lamps = _lamps(face, place, front)
    if not with_plate:
        return [], lamps
    if adorned:
        end = End(body, front, width, (low, top), face.plate)
        return mount_plates(rng, canvas, place, end), lamps
    shift = rng.normal(0, 0.08) if rng.random() < 0.25 else 0.0
    middle = (face.plate[0] + shift, face.plate[1] + rng.normal(0, 0.01))
    plate = mount_plate(rng, canvas, place, middle, given or choose_layout(rng, two_wheeled=False))
    return [plate] if plate else [], lamps


def _lamps(face: Face, place: Callable[[np.ndarray], np.ndarray], front: bool) -> list[Lamp]:
    colour = (225.0, 240.0, 255.0) if front else (40.0, 40.0, 255.0)
    found = []
    for x, y, r in face.lamps:
        spot, edge = place(np.array([(x, y), (x + r, y)]))
        found.append(Lamp((float(spot[0]), float(spot[1])), float(np.hypot(*(edge - spot))), colour))
    return found


def _wrap_lamps(pose: Pose, canvas: Canvas, face: Face, front: bool) -> None:
    """The lamps go on around the corners of the body."""
    low, high = face.band
    if high <= low:
        return
    body = pose.body
    stations = body.stations[-4:][::-1] if front else body.stations[:3]
    for side in (-1, 1):
        edge = np.array([(side * body.width / 2 * s.width, high, s.z * body.length) for s in stations])
        lower = edge * [1, 0, 1] + [0, low, 0]
        lower[-1, 1] = high - (high - low) * 0.4
        strip = pose.world(np.vstack([edge, lower[::-1]]))
        outward = np.diff(pose.world(np.array([[0, 0, 0], [side, 0, 0]])), axis=0)[0]
        if np.dot(outward, canvas.camera.eye - strip.mean(0)) > 0:
            canvas.polygon(canvas.camera.project(strip), np.array(face.lamp_colour) * 0.85)
