"""What cameras and weather do to a picture: night, glow, blur, noise, colour, compression. Geometry stays."""

from __future__ import annotations

import cv2
import numpy as np

from ..paint import smooth_noise
from .scene_types import Lamp, ScenePlate


def darken(
    rng: np.random.Generator, image: np.ndarray, lamps: list[Lamp], plates: list[ScenePlate], own_lights: bool
) -> np.ndarray:
    """Night: little light of bluish or sodium colour, the pool of one's own head lamps, plates that shine
    back, lamps lit.

    Args:
        rng: Where randomness comes from.
        image: BGR uint8 (H, W, 3), seen by day.
        lamps: Lamps in the picture.
        plates: Plates with their masks.
        own_lights: Whether the camera's vehicle has its head lamps on.

    Returns:
        BGR uint8 (H, W, 3).
    """
    rows, cols = image.shape[:2]
    tint = np.array([[1.15, 1.0, 0.85], [0.7, 0.95, 1.25], [1.0, 1.0, 1.0], [1.2, 0.85, 1.2]])[
        rng.integers(4)
    ]
    level = rng.uniform(0.2, 0.42)
    light = np.full((rows, cols), level, np.float32)
    if own_lights:
        yy, xx = np.mgrid[0:rows, 0:cols].astype(np.float32)
        x, y = cols * rng.uniform(0.35, 0.65), rows * rng.uniform(0.6, 0.8)
        pool = np.exp(-(((xx - x) / (cols * 0.38)) ** 2) - ((yy - y) / (rows * 0.28)) ** 2)
        light += rng.uniform(0.35, 0.7) * pool
    for plate in plates:
        if plate.mask is not None and plate.mask.any():
            gain = rng.uniform(0.25, 0.75) if own_lights else rng.uniform(0.05, 0.45)
            light[plate.mask] = np.clip(light[plate.mask] + gain, 0, 1.15)
    out = image.astype(np.float32) * light[..., None] * tint.astype(np.float32)
    glow = np.zeros((rows // 4 + 1, cols // 4 + 1, 3), np.float32)
    for lamp in lamps:
        place = tuple(int(v / 4 * 16) for v in lamp.place)
        radius = int(np.clip(lamp.radius / 4 * rng.uniform(0.8, 1.6), 0.4, 14) * 16)
        cv2.circle(glow, place, radius, tuple(float(c) * 1.6 for c in lamp.colour), -1, cv2.LINE_8, 4)
    if lamps:
        size = float(np.median([lamp.radius for lamp in lamps])) / 4
        core = cv2.GaussianBlur(glow, (0, 0), max(size * 0.5, 0.6))
        halo = cv2.GaussianBlur(glow, (0, 0), max(size * rng.uniform(1.5, 3.5), 2.0))
        out += cv2.resize(core * 0.8 + halo * rng.uniform(0.5, 1.1), None, fx=4, fy=4)[:rows, :cols]
    return np.clip(out, 0, 255).astype(np.uint8)


def glow(
    image: np.ndarray, centre: tuple[float, float], reach: float, colour: np.ndarray, strength: float
) -> None:
    """Coloured light that falls on what is around a point, in place.

    Args:
        image: BGR uint8 (H, W, 3).
        centre: The point, x and y.
        reach: How far the light reaches, in pixels.
        colour: Its colour (BGR), float (3,), 1 for what leaves a channel as it is.
        strength: 0 for none, 1 for nothing but this light at the point.
    """
    rows, cols = image.shape[:2]
    x0, y0 = (max(int(v - 2.5 * reach), 0) for v in centre)
    x1, y1 = min(int(centre[0] + 2.5 * reach) + 1, cols), min(int(centre[1] + 2.5 * reach) + 1, rows)
    if x1 - x0 < 2 or y1 - y0 < 2:
        return
    across = np.exp(-(((np.arange(x0, x1, dtype=np.float32) - centre[0]) / reach) ** 2))
    down = np.exp(-(((np.arange(y0, y1, dtype=np.float32) - centre[1]) / reach) ** 2))
    share = strength * down[:, None] * across[None]
    window = image[y0:y1, x0:x1]
    window[:] = cv2.merge(
        [
            cv2.multiply(channel, 1 + share * (float(c) - 1), dtype=cv2.CV_8U)
            for channel, c in zip(cv2.split(window), colour)
        ]
    )


RED_LIGHT = np.array([0.4, 0.38, 1.45])
SODIUM_LIGHT = np.array([0.3, 0.72, 1.2])


def brake_light(rng: np.random.Generator, image: np.ndarray, lamps: list[Lamp], night: bool) -> None:
    """The light of braking vehicles on their rears, in place: it colours the plates between the lamps red."""
    strength = rng.uniform(0.5, 1.0) if night else rng.uniform(0.2, 0.6)
    for lamp in lamps:
        if lamp.colour[2] > 2 * lamp.colour[0]:
            glow(image, lamp.place, max(lamp.radius * rng.uniform(3, 9), 3), RED_LIGHT, strength)


def one_colour(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """The light of sodium lamps or of red ones, in which no other colour is left."""
    tint = np.array([SODIUM_LIGHT, SODIUM_LIGHT, [0.35, 0.3, 1.25], [0.75, 0.55, 1.2]])[rng.integers(4)]
    grey = cv2.merge([cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)] * 3)
    share = rng.uniform(0.4, 0.95)
    return np.clip((grey * share + image * (1 - share)) * tint, 0, 255).astype(np.uint8)


def glare(rng: np.random.Generator, image: np.ndarray) -> np.ndarray:
    """Sun or a lamp into the lens: a bright veil that fades away from a point."""
    rows, cols = image.shape[:2]
    yy, xx = np.mgrid[0:rows:8, 0:cols:8].astype(np.float32)
    x, y = rng.uniform(0, cols), rng.uniform(0, rows * 0.6)
    veil = np.exp(-np.hypot(xx - x, yy - y) / (cols * rng.uniform(0.08, 0.3))) * rng.uniform(90, 230)
    veil = cv2.resize(veil, (cols, rows))
    return cv2.add(image, cv2.merge([veil * c for c in (0.85, 0.97, 1.0)]), dtype=cv2.CV_8U)


def fog(rng: np.random.Generator, image: np.ndarray, horizon: float) -> np.ndarray:
    """Haze, densest at the horizon."""
    rows = image.shape[0]
    far = np.exp(-np.abs(np.arange(rows, dtype=np.float32) - horizon) / (rows * 0.3))[:, None, None]
    share = far * rng.uniform(0.25, 0.65)
    return (image * (1 - share) + rng.uniform(165, 215) * share).astype(np.uint8)


def cast_shadow(rng: np.random.Generator, image: np.ndarray, horizon: float) -> np.ndarray:
    """The shadow of a tree, a pole or a house across the picture."""
    rows, cols = image.shape[:2]
    if rng.random() < 0.5:  # leaves
        field = smooth_noise(rng, rows // 2, cols // 2, 60) + 1.5 * smooth_noise(rng, rows // 2, cols // 2, 7)
        shade = np.clip(field - 0.4, 0, 1)
    else:  # an edge
        shade = np.zeros((rows // 2, cols // 2), np.float32)
        x, lean, wide = rng.uniform(0, cols / 2), rng.uniform(-0.6, 0.6), rng.uniform(0.05, 0.5) * cols / 2
        points = np.array(
            [(x, 0), (x + wide, 0), (x + wide + lean * rows / 2, rows / 2), (x + lean * rows / 2, rows / 2)]
        )
        cv2.fillPoly(shade, [np.round(points).astype(np.int32)], 1.0)
        shade = cv2.GaussianBlur(shade, (0, 0), rng.uniform(1, 6))
    falls = np.clip((np.arange(rows, dtype=np.float32) - horizon) / (0.15 * rows) + 0.6, 0, 1)[
        :, None
    ]  # not on the sky
    shade = 1 - cv2.resize(shade.astype(np.float32), (cols, rows)) * falls * rng.uniform(0.25, 0.55)
    return cv2.multiply(image, cv2.merge([shade] * 3), dtype=cv2.CV_8U)


def motion_blur(image: np.ndarray, length: float, angle: float) -> np.ndarray:
    """Blur along a line of ``length`` pixels at ``angle`` (radians)."""
    size = int(np.ceil(length)) | 1
    kernel = np.zeros((size, size), np.float32)
    half = (length - 1) / 2 * np.array([np.cos(angle), np.sin(angle)])
    a, b = ((size // 2 + s * half) * 16 for s in (-1, 1))
    cv2.line(kernel, tuple(int(v) for v in a), tuple(int(v) for v in b), 1.0, 1, cv2.LINE_8, 4)
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def photograph(rng: np.random.Generator, image: np.ndarray, night: bool) -> np.ndarray:
    """Everything that the camera adds: exposure, colour cast, blur, noise, compression.

    Args:
        rng: Where randomness comes from.
        image: BGR uint8 (H, W, 3).
        night: Noise is stronger at night.

    Returns:
        BGR uint8 (H, W, 3).
    """
    out = image
    kind = rng.random()
    if kind < 0.12:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.8, 1.6))
    elif kind < 0.22:
        out = motion_blur(out, rng.uniform(2.5, 6), rng.normal(0, 0.4))
    gain, gamma = rng.uniform(0.85, 1.12), rng.uniform(0.8, 1.25)
    cast = rng.normal(1, 0.035, 3) * (np.array([1.12, 0.92, 1.1]) if rng.random() < 0.06 else 1)
    ramp = np.arange(256, dtype=np.float32)[:, None] / 255
    table = np.clip(255 * ramp**gamma * gain * cast, 0, 255).astype(np.uint8)
    out = cv2.LUT(out, table.reshape(1, 256, 3))
    if rng.random() < (0.2 if night else 0.07):  # infra-red and other grey cameras
        out = cv2.cvtColor(cv2.cvtColor(out, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    sigma = (
        rng.uniform(2, 9)
        if night
        else rng.choice([0, rng.uniform(0.5, 4), rng.uniform(3, 7)], p=[0.4, 0.45, 0.15])
    )
    if sigma:
        noise = rng.standard_normal(out.shape[:2], np.float32) * sigma
        out = cv2.add(out, cv2.merge([noise] * 3), dtype=cv2.CV_8U)
    if rng.random() < 0.35:
        _, packed = cv2.imencode('.jpg', out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(35, 85))])
        out = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return out
