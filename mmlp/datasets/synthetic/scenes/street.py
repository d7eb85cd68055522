"""Houses, walls, fences, trees and road signs."""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from ..geometry import premultiply
from ..paint import smooth_noise
from .camera import Canvas
from .clutter import bars, house_number, road_sign, sign, street_name
from .flat_things import FlatThing

_WALLS = np.array(
    [
        [150, 170, 190],
        [120, 140, 180],
        [190, 195, 200],
        [90, 110, 150],
        [150, 190, 215],
        [170, 170, 165],
        [110, 125, 130],
    ]
)
_GREENS = np.array([[40, 90, 60], [35, 75, 45], [50, 110, 85], [60, 100, 95]])


def facade(rng: np.random.Generator, night: bool) -> np.ndarray:
    """The front of a house as premultiplied BGRA: storeys of windows, now and then a shop with its sign."""
    cols, rows = int(rng.uniform(260, 420)), int(rng.uniform(220, 420))
    wall = np.clip(_WALLS[rng.integers(len(_WALLS))] * rng.uniform(0.6, 1.15), 20, 240)
    image = np.empty((rows, cols, 3), np.uint8)
    image[:] = wall
    if rng.random() < 0.4:  # bricks or panels
        step = int(rng.uniform(6, 14))
        image[::step] = wall * 0.88
    image = cv2.add(image, cv2.merge([6 * smooth_noise(rng, rows, cols, 10)] * 3), dtype=cv2.CV_8U)
    storeys, axes = int(rng.integers(2, 5)), int(rng.integers(2, 6))
    shop = rng.random() < 0.5
    h, w = rows / storeys, cols / axes
    frame = tuple(float(v) for v in np.clip(wall * rng.choice([0.55, 1.3]), 0, 250))
    for i in range(storeys):
        for j in range(axes):
            if shop and i == storeys - 1:
                continue
            y0, y1, x0, x1 = int(h * (i + 0.2)), int(h * (i + 0.8)), int(w * (j + 0.22)), int(w * (j + 0.78))
            lit = night and rng.random() < 0.4
            glass = (
                (120, 205, 245)
                if lit
                else tuple(float(v) for v in np.array([95, 80, 66]) * rng.uniform(0.5, 1.4))
            )
            cv2.rectangle(image, (x0 - 3, y0 - 3), (x1 + 3, y1 + 3), frame, -1)
            cv2.rectangle(image, (x0, y0), (x1, y1), glass, -1)
            cv2.line(image, ((x0 + x1) // 2, y0), ((x0 + x1) // 2, y1), frame, 2)
            if not lit:
                cv2.fillConvexPoly(
                    image,
                    np.array([(x0, y1), (x0, y0 + (y1 - y0) // 2), (x1, y0), (x1, y0 + (y1 - y0) // 3)]),
                    tuple(float(v) * 1.25 for v in glass),
                )
    if shop:
        y0 = int(h * (storeys - 1))
        cv2.rectangle(
            image,
            (8, y0 + int(h * 0.34)),
            (cols - 8, rows - 4),
            (110, 200, 235) if night else (70, 62, 56),
            -1,
        )
        for x in np.linspace(8, cols - 8, 4).astype(int):
            cv2.line(image, (x, y0 + int(h * 0.34)), (x, rows), frame, 4)
        _stick(image, sign(rng), (12, y0 + int(h * 0.06), cols - 24, int(h * 0.24)))
    else:
        door = int(rng.uniform(0.1, 0.7) * cols)
        cv2.rectangle(
            image,
            (door, rows - int(h * 0.75)),
            (door + int(w * 0.4), rows),
            tuple(float(v) for v in wall * 0.35),
            -1,
        )
        box = (door + int(w * 0.46), rows - int(h * 0.7), int(w * 0.16) + 12, int(h * 0.14) + 8)
        _stick(image, house_number(rng), box)
    return premultiply(image, np.full((rows, cols), 255, np.uint8))


def _stick(image: np.ndarray, thing: FlatThing, box: tuple[int, int, int, int]) -> None:
    """Puts a thing into a box (left, top, width, height) of a drawing, as large as it fits."""
    x, y, width, height = box
    rows, cols = thing.alpha.shape
    factor = min(width / cols, height / rows)
    thing.put(image, x, y, (max(round(cols * factor), 1), max(round(rows * factor), 1)))


def draw_houses(rng: np.random.Generator, canvas: Canvas, setback: float, night: bool) -> None:
    """Two rows of houses along the road, and perhaps one across its end."""
    if rng.random() < 0.6:
        z = rng.uniform(35, 70)
        for x in np.arange(-40, 40, 13):
            draw_wall(canvas, facade(rng, night), (x, z), (x + 12.5, z), rng.uniform(6, 16))
    for side in (-1, 1):
        ends = [rng.uniform(2.5, 5)]
        while ends[-1] < 40:
            ends.append(ends[-1] + rng.uniform(6, 13))
        for z0, z1 in list(itertools.pairwise(ends))[::-1]:
            if rng.random() < 0.2:
                draw_tree(rng, canvas, side * setback, z1, rng.uniform(3, 7))
                continue
            x = side * setback
            near, far = ((x, z1), (x, z0)) if side > 0 else ((x, z0), (x, z1))
            draw_wall(canvas, facade(rng, night), near, far, rng.uniform(5, 13), 0.85 if side > 0 else 1.0)


def draw_wall(
    canvas: Canvas, art: np.ndarray, left: tuple, right: tuple, height: float, light: float = 1.0
) -> None:
    """Stands a drawing (premultiplied BGRA) upright between two places (x, z) on the ground; none of it when
    a part is behind the eye.
    """
    base = np.array(
        [
            (left[0], height, left[1]),
            (right[0], height, right[1]),
            (right[0], 0, right[1]),
            (left[0], 0, left[1]),
        ]
    )
    if canvas.camera.depth(base).min() < 0.6:
        return
    art = art.copy()
    if light != 1.0:
        art[..., :3] = (art[..., :3] * light).astype(np.uint8)
    canvas.lay(art, canvas.camera.project(base))


def draw_backdrop_wall(rng: np.random.Generator, canvas: Canvas, z: float) -> None:
    """A wall, a hedge or a fence across the picture, behind parked cars."""
    kind = rng.integers(3)
    height = rng.uniform(1.6, 3.5)
    if kind == 2:
        art = bars(rng)
        for x in np.arange(-24, 24, 4):
            draw_wall(
                canvas,
                premultiply(art.image, np.where(art.image[..., 0] > 80, 255, 60).astype(np.uint8)),
                (x, z),
                (x + 4, z),
                height,
            )
        return
    colour = _GREENS[rng.integers(len(_GREENS))] if kind else _WALLS[rng.integers(len(_WALLS))]
    rows, cols = 160, 900
    image = np.empty((rows, cols, 3), np.float32)
    image[:] = colour
    noise = smooth_noise(rng, rows, cols, 160) * (22 if kind else 5) + smooth_noise(rng, rows, cols, 20) * 8
    image += noise[..., None]
    if not kind and rng.random() < 0.7:
        image[::14] *= 0.8
    art = premultiply(np.clip(image, 0, 255).astype(np.uint8), np.full((rows, cols), 255, np.uint8))
    draw_wall(canvas, art, (-24, z), (24, z), height)
    if not kind and rng.random() < 0.7:
        board = sign(rng)
        x = rng.uniform(-5, 4)
        wide = rng.uniform(1.5, 4)
        tall = wide * board.alpha.shape[0] / board.alpha.shape[1]
        corners = np.array(
            [
                (x, height * 0.9, z),
                (x + wide, height * 0.9, z),
                (x + wide, height * 0.9 - tall, z),
                (x, height * 0.9 - tall, z),
            ]
        )
        canvas.lay(board.layer, canvas.camera.project(corners))


def draw_tree(rng: np.random.Generator, canvas: Canvas, x: float, z: float, height: float) -> None:
    """A trunk and a crown of leaves."""
    if z < 1.5:
        return
    trunk = np.array(
        [(x - 0.12, 0, z), (x + 0.12, 0, z), (x + 0.08, height * 0.5, z), (x - 0.08, height * 0.5, z)]
    )
    canvas.polygon(canvas.camera.project(trunk), (40, 55, 70))
    size = 128
    green = _GREENS[rng.integers(len(_GREENS))] * rng.uniform(0.8, 1.3)
    yy, xx = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32)
    edge = (
        np.hypot(xx, yy) + 0.16 * smooth_noise(rng, size, size, 9) + 0.12 * smooth_noise(rng, size, size, 24)
    )
    alpha = np.where(edge < 0.8, 255, 0).astype(np.uint8)
    shade = (
        1.0
        - 0.35 * yy
        - 0.15 * xx
        + 0.22 * smooth_noise(rng, size, size, 24)
        + 0.12 * smooth_noise(rng, size, size, 50)
    )
    art = premultiply(np.clip(green * shade[..., None], 0, 255).astype(np.uint8), alpha)
    r = height * 0.38
    crown = np.array(
        [
            (x - r, height * 1.1, z),
            (x + r, height * 1.1, z),
            (x + r, height * 0.28, z),
            (x - r, height * 0.28, z),
        ]
    )
    canvas.lay(art, canvas.camera.project(crown))


def draw_pole(rng: np.random.Generator, canvas: Canvas, x: float, z: float) -> None:
    """A pole with a road sign, a street's name or a lamp."""
    height = rng.uniform(2.2, 3.2)
    thick = 0.04
    pole = np.array([(x - thick, 0, z), (x + thick, 0, z), (x + thick, height, z), (x - thick, height, z)])
    canvas.polygon(canvas.camera.project(pole), (130, 130, 130))
    thing, wide = (road_sign(rng), 0.7) if rng.random() < 0.7 else (street_name(rng), 1.1)
    tall = wide * thing.alpha.shape[0] / thing.alpha.shape[1]
    corners = np.array(
        [
            (x - wide / 2, height, z),
            (x + wide / 2, height, z),
            (x + wide / 2, height - tall, z),
            (x - wide / 2, height - tall, z),
        ]
    )
    canvas.lay(thing.layer, canvas.camera.project(corners))
