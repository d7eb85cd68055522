"""Walls with notices, seen from near: pictures in which there is much to read, and no plate."""

from __future__ import annotations

import numpy as np

from ..geometry import premultiply
from ..paint import smooth_noise
from .camera import Canvas
from .clutter import render_clutter
from .street import draw_wall

_WALLS = np.array(
    [
        [215, 220, 222],
        [190, 205, 215],
        [150, 170, 190],
        [90, 110, 150],
        [120, 125, 125],
        [60, 80, 110],
        [170, 190, 160],
    ]
)
_REACH = 7.0


def draw_notices(rng: np.random.Generator, canvas: Canvas) -> None:
    """A wall across the picture, plain, tiled or of bricks, with signs, buttons and notices on it."""
    z = rng.uniform(1.5, 5)
    lean = rng.normal(0, 0.25)
    left, right = (-_REACH, z + lean * -_REACH), (_REACH, z + lean * _REACH)
    near = min(left[1], right[1])
    if near < 1:  # the wall may not reach behind the eye
        left, right = (left[0], left[1] + 1 - near), (right[0], right[1] + 1 - near)
    draw_wall(canvas, _surface(rng), left, right, 4.5)
    middle = (left[1] + right[1]) / 2
    room = 0.5 * canvas.size[0] / canvas.camera.focal * middle
    for _ in range(rng.integers(2, 11)):
        thing = render_clutter(rng)
        rows, cols = thing.alpha.shape
        wide = np.exp(rng.uniform(np.log(0.12), np.log(1.1)))
        tall = wide * rows / cols
        x, y = rng.uniform(-room, room), canvas.camera.height + rng.uniform(-0.7, 0.7) * room
        corners = [(x + dx * wide / 2, y + dy * tall / 2) for dx, dy in ((-1, 1), (1, 1), (1, -1), (-1, -1))]
        world = np.array(
            [(cx, cy, middle + (right[1] - left[1]) / (2 * _REACH) * cx - 0.01) for cx, cy in corners]
        )
        if canvas.camera.depth(world).min() > 0.3:
            canvas.lay(thing.layer, canvas.camera.project(world))


def _surface(rng: np.random.Generator) -> np.ndarray:
    """The wall as premultiplied BGRA uint8."""
    rows, cols = 360, 1120
    image = np.empty((rows, cols, 3), np.float32)
    image[:] = _WALLS[rng.integers(len(_WALLS))] * rng.uniform(0.6, 1.1)
    image += (5 * smooth_noise(rng, rows, cols, 160) + 8 * smooth_noise(rng, rows, cols, 12))[..., None]
    kind = rng.integers(4)
    step = int(rng.uniform(10, 60))
    if kind > 0:
        image[::step] *= 0.82
    if kind == 1:
        image[:, ::step] *= 0.82
    elif kind == 2:  # bricks
        for i, y in enumerate(range(0, rows, step)):
            image[y : y + step, (i % 2) * step :: 2 * step] *= 0.85
    return premultiply(np.clip(image, 0, 250).astype(np.uint8), np.full((rows, cols), 255, np.uint8))
