"""What is written on vehicles: firms on vans and lorries, taxis, police, cars of firms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bodies import Pose
from .camera import Canvas
from .clutter import badge, lettering, sign
from .flat_things import FlatThing
from .notices import brand, taxi_sign

_CHANCE = {'van': 0.6, 'bus': 0.7, 'truck': 0.7, 'trailer': 0.6}
_BANDS = np.array([[170, 70, 20], [40, 210, 240], [60, 60, 220], [60, 180, 60], [30, 30, 30]])


def draw_livery(rng: np.random.Generator, pose: Pose, canvas: Canvas) -> None:
    """Letters the sides of a vehicle that are seen, and puts a sign onto the roof of a taxi."""
    name = pose.body.name
    kind = rng.random()
    if name in _CHANCE:
        if kind < _CHANCE[name]:
            for side in _sides(pose, canvas):
                _side_lettering(rng, pose, canvas, side)
        return
    if kind < 0.06:  # a taxi
        _roof_sign(rng, pose, canvas)
        _door_lettering(rng, pose, canvas, taxi_sign)
    elif kind < 0.11:  # police and other services
        _band(rng, pose, canvas)
        _door_lettering(rng, pose, canvas, taxi_sign if rng.random() < 0.6 else lettering)
    elif kind < 0.2:  # a firm's car
        kinds = (lettering, sign, brand, badge)
        _door_lettering(rng, pose, canvas, kinds[rng.integers(len(kinds))])


def _sides(pose: Pose, canvas: Canvas) -> list[int]:
    """The sides that are seen: -1 for the left, 1 for the right one."""
    half, middle = pose.body.width / 2, pose.body.length / 2
    found = []
    for side in (-1, 1):
        wall, outside = pose.world(np.array([[side * half, 0.6, middle], [side * (half + 1), 0.6, middle]]))
        if np.dot(outside - wall, canvas.camera.eye - wall) > 0:
            found.append(side)
    return found


def _lay_on_side(pose: Pose, canvas: Canvas, thing: FlatThing, side: int, box: tuple[float, ...]) -> None:
    """Lays a thing onto a side: z of its two ends, its upper and its lower edge."""
    z0, z1, top, low = box
    # As read from outside: it runs forward on the right side and backward on the left.
    near, far = (z0, z1) if side > 0 else (z1, z0)
    x = side * (pose.body.width / 2 + 0.01)
    corners = pose.world(np.array([(x, top, near), (x, top, far), (x, low, far), (x, low, near)]))
    if canvas.camera.depth(corners).min() > 0.5:
        canvas.lay(thing.layer, canvas.camera.project(corners))


def _door_lettering(
    rng: np.random.Generator,
    pose: Pose,
    canvas: Canvas,
    kind: Callable[[np.random.Generator], FlatThing],
) -> None:
    """Lettering on the doors of a car."""
    length = pose.body.length
    for side in _sides(pose, canvas):
        thing = kind(rng)
        rows, cols = thing.alpha.shape
        tall = min(rng.uniform(0.12, 0.26), 0.32 * length * rows / cols)
        z0, top = rng.uniform(0.3, 0.4) * length, rng.uniform(0.74, 0.84)
        _lay_on_side(pose, canvas, thing, side, (z0, z0 + tall * cols / rows, top, top - tall))


def _band(rng: np.random.Generator, pose: Pose, canvas: Canvas) -> None:
    """A coloured or chequered band along the sides."""
    first, second = _BANDS[rng.permutation(len(_BANDS))[:2]]
    count = int(rng.integers(1, 24))
    image = np.empty((20, 480, 3), np.uint8)
    image[:] = first
    if count > 4:
        step = 480 // count
        for i, x in enumerate(range(0, 480, step)):
            image[(i % 2) * 10 : (i % 2) * 10 + 10, x : x + step] = second
            image[10 - (i % 2) * 10 : 20 - (i % 2) * 10, x : x + step] = 240
    thing = FlatThing(image, np.full((20, 480), 255, np.uint8))
    low = rng.uniform(0.5, 0.6)
    for side in _sides(pose, canvas):
        _lay_on_side(
            pose, canvas, thing, side, (0.08 * pose.body.length, 0.86 * pose.body.length, low + 0.14, low)
        )


def _roof_sign(rng: np.random.Generator, pose: Pose, canvas: Canvas) -> None:
    """The lit sign on a taxi's roof, lettered before and behind."""
    roof = max(station.roof for station in pose.body.stations)
    z, half, tall = 0.46 * pose.body.length, rng.uniform(0.16, 0.32), rng.uniform(0.1, 0.17)
    ahead = pose.world(np.array([[0, roof, z], [0, roof, z + 1]]))
    side = 1 if np.dot(ahead[1] - ahead[0], canvas.camera.eye - ahead[0]) < 0 else -1
    thing = taxi_sign(rng)
    low, high = roof + 0.02, roof + 0.02 + tall
    corners = [(-side * half, high, z), (side * half, high, z), (side * half, low, z), (-side * half, low, z)]
    back = np.array(corners)
    back[:, 2] += side * 0.12
    canvas.polygon(canvas.camera.project(pose.world(back)), thing.image[4, 4].astype(float) * 0.6)
    canvas.lay(thing.layer, canvas.camera.project(pose.world(np.array(corners))))


def _side_lettering(rng: np.random.Generator, pose: Pose, canvas: Canvas, side: int) -> None:
    """A firm's name and its telephone number on the side of a van, a bus or a lorry."""
    body = pose.body
    roof = body.stations[2].roof
    top = roof * rng.uniform(0.55, 0.8) if not body.windows or body.name == 'van' else roof * 0.3
    start, end = (0.12, 0.58) if body.name == 'van' else (0.1, 0.7)
    for _ in range(rng.integers(1, 3)):
        thing = lettering(rng)
        rows, cols = thing.alpha.shape
        length = min((end - start) * body.length, rng.uniform(0.12, 0.3) * roof * cols / rows)
        tall = length * rows / cols
        z0 = start * body.length
        _lay_on_side(pose, canvas, thing, side, (z0, z0 + length, top, top - tall))
        top -= tall * 1.2
