"""Sky, ground and road."""

from __future__ import annotations

import cv2
import numpy as np

from ..paint import blend, smooth_noise
from .camera import Canvas, ground_map
from .scene_types import Sunlight


def _grow(canvas: Canvas, image: np.ndarray, mask: np.ndarray | None = None) -> None:
    """Fills the canvas with a picture of the final size; sky and ground are soft enough for that."""
    rows, cols = canvas.owner.shape
    large = cv2.resize(image, (cols, rows), interpolation=cv2.INTER_LINEAR)
    if mask is None:
        canvas.image[:] = large
    else:
        cv2.copyTo(large, mask, canvas.image)


def draw_sky(rng: np.random.Generator, canvas: Canvas, light: Sunlight, clouds: float) -> None:
    """Fills the canvas with sky, the lower half with haze; ``clouds`` from 0 to 1."""
    cols, rows = canvas.size
    horizon = float(np.clip(canvas.camera.horizon(), 1, rows * 3))
    t = np.clip(1 - np.arange(rows, dtype=np.float32) / horizon, 0, 1)[:, None]
    column = np.clip(light.haze + (light.sky - light.haze) * t**0.7, 0, 255).astype(np.uint8)
    image = np.ascontiguousarray(np.broadcast_to(column[:, None], (rows, cols, 3)))
    end = int(min(horizon, rows))
    if clouds > 0 and end > 10:
        shape = (end // 2 + 1, cols // 2)
        field = (
            smooth_noise(rng, *shape, 5)
            + 0.6 * smooth_noise(rng, *shape, 13)
            + 0.25 * smooth_noise(rng, *shape, 34)
        )
        cover = np.clip((field - 0.9 + clouds) * 130, 0, 200).astype(np.uint8)
        cover = cv2.resize(cover, (cols, end), interpolation=cv2.INTER_LINEAR)
        blend(image[:end], np.clip(light.haze * 0.6 + 105, 0, 250), cover)
    _grow(canvas, image)


def draw_ground(
    rng: np.random.Generator, canvas: Canvas, colour: np.ndarray, rough: float, gone: float = 0.0
) -> None:
    """The ground up to the horizon, with the grain of asphalt, gravel or grass of strength ``rough``, for an
    eye that has gone ahead by some metres.
    """
    cols, rows = canvas.size
    side, far = 768, 22.0  # pixels of the texture and how many metres they are, mirrored beyond
    texture = rng.integers(-34, 35, (side, side), np.int8).astype(np.float32)
    texture += 9 * smooth_noise(rng, side, side, 60) + 12 * smooth_noise(rng, side, side, 8)
    texture = np.clip(128 + rough * texture, 0, 255).astype(np.uint8)
    to_ground = np.array([[far / side, 0, -far / 2], [0, far / side, 0.4 - gone % (2 * far)], [0, 0, 1]])
    matrix = ground_map(canvas.camera) @ to_ground
    grain = cv2.warpPerspective(
        texture, matrix, (cols, rows), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    edge = canvas.camera.project(
        np.array([[-4000.0, 0, 4000], [4000, 0, 4000]])
    )  # the horizon, which may be tilted
    start = float(edge[:, 1].mean())
    depth = np.clip((np.arange(rows, dtype=np.float32) - start) / max(rows - start, 60), 0, 1)[:, None]
    # The grain of far ground is finer than a pixel: it fades to its mean, a little brighter.
    grey = (grain.astype(np.float32) - 128) * np.clip(0.25 + depth * 1.6, 0, 1) / 128 + 1.14 - 0.14 * depth
    image = cv2.merge([np.clip(grey * float(c), 0, 255).astype(np.uint8) for c in colour])
    mask = np.zeros(canvas.owner.shape, np.uint8)
    bottom = max(canvas.owner.shape) * 3
    region = np.vstack([canvas.to_canvas(edge), [[bottom, bottom], [-bottom, bottom]]])
    cv2.fillPoly(mask, [np.round(np.clip(region, -15000, 15000)).astype(np.int32)], 255)
    _grow(canvas, image, mask)


def _strip(canvas: Canvas, x0: float, x1: float, z0: float, z1: float, colour: np.ndarray | tuple) -> None:
    z = np.array([z0, z0 + (z1 - z0) * 0.3, z1])
    left = np.stack([np.full(3, x0), np.zeros(3), z], 1)
    right = np.stack([np.full(3, x1), np.zeros(3), z[::-1]], 1)
    points = np.vstack([left, right])
    if canvas.camera.depth(points).min() > 0.2:
        canvas.polygon(canvas.camera.project(points), colour)


def draw_road(
    rng: np.random.Generator, canvas: Canvas, half_width: float, walk: np.ndarray, gone: float = 0.0
) -> None:
    """Pavements beside a road that leads away from the eye, and the lines on it, for an eye that has gone
    ahead by some metres.
    """
    near = 0.6 + 0.6 * canvas.camera.height
    for side in (-1, 1):
        _strip(canvas, side * half_width, side * 60, near, 400, walk)
        _strip(canvas, side * half_width, side * (half_width + 0.25), near, 400, walk * 0.75)
    paint = np.array([215, 218, 220]) if rng.random() < 0.8 else np.array([60, 180, 225])
    paint = paint * rng.uniform(0.75, 1)
    lanes = rng.integers(1, 4)
    for i in range(1, lanes + 1):
        x = -half_width + 2 * half_width * i / (lanes + 1)
        start = rng.uniform(0, 4)
        for z in np.arange(near + start - gone % 7.5, 90, 7.5):
            if z + 3 > near:
                _strip(canvas, x - 0.07, x + 0.07, max(z, near), z + 3, paint)
    if rng.random() < 0.6:
        for side in (-1, 1):
            _strip(canvas, side * (half_width - 0.35), side * (half_width - 0.5), near, 300, paint)
    if rng.random() < 0.2:
        z = max(rng.uniform(4, 12), near) - gone
        for x in np.arange(-half_width + 0.4, half_width - 0.4, 1.0):
            if z + 2.5 > near:
                _strip(canvas, x, x + 0.5, max(z, near), z + 2.5, paint)


def draw_lot(rng: np.random.Generator, canvas: Canvas) -> None:
    """The lines of a car park."""
    paint = np.array([215, 218, 220]) * rng.uniform(0.7, 1)
    near = 0.6 + 0.6 * canvas.camera.height
    for x in np.arange(-14, 15, 2.5) + rng.uniform(0, 2.5):
        _strip(canvas, x - 0.06, x + 0.06, max(rng.uniform(2, 4), near), 14, paint)
    _strip(canvas, -40, 40, 14, 14.15, paint)
