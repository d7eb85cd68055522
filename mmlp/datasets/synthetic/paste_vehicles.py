"""Two-wheelers of the generator in real pictures."""

from __future__ import annotations

import cv2
import numpy as np

from .geometry import rect_corners
from .light import measure_light
from .scenes.bodies import BODIES, Pose
from .scenes.camera import Camera, Canvas
from .scenes.scene_types import Sunlight
from .scenes.two_wheelers.draw import TWO_WHEELERS, draw_two_wheeler
from .scenes.vehicles import random_paint

_TALL = 1.7  # metres that a window as high as a two-wheeler shows
_SMALLEST = 64  # pixels: nothing is seen of a plate on a smaller one
_PLAIN = Sunlight(np.array([0.3, 0.85, -0.4]), 0.6, np.full(3, 200.0), np.full(3, 220.0), np.full(3, 100.0))


def paste_two_wheeler(rng: np.random.Generator, image: np.ndarray, mask: np.ndarray, tries: int = 4) -> None:
    """Draws a motorcycle or a scooter into a picture, in its light, and its plates into the mask; in place.

    What it hides of other plates is background then.

    Args:
        rng: Where randomness comes from.
        image: BGR uint8 (H, W, 3).
        mask: uint8 (H, W): 0 background, 1 plate, 255 ignore.
        tries: Of so many places, that is taken where the fewest pixels are plate or ignored.
    """
    rows, cols = mask.shape
    if min(rows, cols) < _SMALLEST:
        return
    places = []
    for _ in range(tries):
        high = np.exp(rng.uniform(np.log(max(0.35 * min(rows, cols), _SMALLEST)), np.log(rows)))
        high = int(np.clip(high, _SMALLEST, rows))
        wide = int(np.clip(high * rng.uniform(0.8, 1.2), _SMALLEST, cols))
        top, left = int(rng.integers(0, rows - high + 1)), int(rng.integers(0, cols - wide + 1))
        places.append(np.s_[top : top + high, left : left + wide])
    window = min(places, key=lambda place: np.count_nonzero(mask[place]) / mask[place].size)
    _draw(rng, image[window], mask[window])


def _draw(rng: np.random.Generator, ground: np.ndarray, mask: np.ndarray) -> None:
    rows, cols = mask.shape
    distance, fill = rng.uniform(1.6, 6), np.exp(rng.uniform(np.log(0.85), np.log(2.2)))
    height = rng.uniform(0.8, 1.6)
    camera = Camera(
        (cols, rows), rows / _TALL * distance * fill, height, np.arctan((height - 0.7) / distance), 0.0
    )
    body = BODIES[TWO_WHEELERS[rng.integers(len(TWO_WHEELERS))]]
    yaw = np.deg2rad(rng.normal(0, 35)) + (np.pi if rng.random() < 0.4 else 0)
    reach = body.length / 2 * abs(np.cos(yaw))
    pose = Pose(body, rng.normal(0, 0.12), distance + reach, yaw, random_paint(rng))
    canvas = Canvas(camera)
    canvas.image[:] = cv2.resize(
        ground, (cols * Canvas.FACTOR, rows * Canvas.FACTOR), interpolation=cv2.INTER_LINEAR
    )
    foot = [(-0.15, 0, 0), (0.15, 0, 0), (0.15, 0, body.length), (-0.15, 0, body.length)]
    canvas.shade(camera.project(pose.world(np.array(foot))), 0.6, max(0.02 * rows, 1.0))
    shaded = canvas.image.copy()
    draw_two_wheeler(rng, pose, canvas, _PLAIN, True)
    drawn = np.where((canvas.image != shaded).any(2), 255, 0).astype(np.uint8)
    share = cv2.resize(drawn, (cols, rows), interpolation=cv2.INTER_AREA)
    image, shown = canvas.finish()
    below = cv2.resize(shaded, (cols, rows), interpolation=cv2.INTER_AREA)
    light = measure_light(ground, rect_corners(0, 0, cols, rows), rng, on_plate=False)
    lit = light.apply(image)
    if light.sigma > 0.4:
        lit = cv2.GaussianBlur(lit, (0, 0), light.sigma)
        share = cv2.GaussianBlur(share, (0, 0), light.sigma)
    if light.grain > 0.5:
        noise = rng.standard_normal((rows, cols), np.float32) * light.grain
        lit = cv2.add(lit, cv2.merge([noise] * 3), dtype=cv2.CV_8U)
    keep = cv2.merge([share] * 3)
    ground[:] = cv2.add(
        cv2.multiply(lit, keep, scale=1 / 255), cv2.multiply(below, 255 - keep, scale=1 / 255)
    )
    mask[share > 127] = 0
    for seen in shown:
        mask[seen] = 1
