"""Parts that motorcycles and scooters have in common: wheels, lamps, handlebars, boxes."""

from __future__ import annotations

import cv2
import numpy as np

from ..clutter import lettering, sign
from ..flat_things import FlatThing
from ..notices import brand, notice, taxi_sign, tyre
from .solids import Assembly, Spot, Tint, mirrored

DARK = np.array([34.0, 33, 32])
RUBBER = np.array([27.0, 26, 26])
CHROME = np.array([190.0, 190, 188])
RED, AMBER, GLASS = np.array([34.0, 26, 190]), np.array([30.0, 130, 235]), np.array([215.0, 222, 220])


def wheel(
    rng: np.random.Generator, bike: Assembly, z: float, radius: float, width: float, spoked: bool
) -> None:
    """A tyre with its rim, its brake and its spokes."""
    t = np.linspace(0, 2 * np.pi, 26, endpoint=False)

    def ring(r: float, x: float) -> np.ndarray:
        return np.stack([np.full_like(t, x), radius + r * np.sin(t), z + r * np.cos(t)], 1)

    side = 1 if bike.faces((0, radius, z), (1, 0, 0)) > 0 else -1
    x = side * width / 2
    tread = np.vstack([ring(radius * 0.93, -width / 2), ring(radius * 0.93, width / 2), ring(radius, 0)])
    bike.panel(_hull(bike, tread), RUBBER)
    # Seen along the axle, there is a hole with what is behind it.
    alloy = (CHROME if rng.random() < 0.4 else DARK * 1.6) * rng.uniform(0.7, 1.1)
    bike.panel(ring(radius * 0.78, x * 0.85), RUBBER * 1.5, 0.03)
    bike.panel(ring(radius * 0.72, x * 0.8), alloy, 0.035)
    bike.panel(ring(radius * 0.63, x * 0.7), np.array([70.0, 72, 74]) * rng.uniform(0.5, 1.3), 0.04)
    count = 12 if spoked else int(rng.integers(3, 7))
    for angle in np.arange(count) * 2 * np.pi / count + rng.uniform(0, 1):
        reach = np.array([0.0, np.sin(angle), np.cos(angle)]) * radius
        bike.tube([(x * 0.8, radius, z), tuple(np.array([x * 0.8, radius, z]) + reach * 0.66)],
                  0.004 if spoked else 0.018, alloy * 1.1, 0.05)  # fmt: skip
    bike.panel(ring(radius * 0.36, x), CHROME * 0.75, 0.055)
    bike.panel(ring(radius * 0.2, x * 1.05), DARK, 0.06)
    if rng.random() < 0.3 and bike.scale > 120:
        bike.decal(
            rng,
            tyre,
            (x * 1.02, radius * 1.78, z),
            (radius * 1.2, radius * 0.5),
            'right' if side > 0 else 'left',
        )
    for y in np.arange(0.08, 2 * radius - 0.04, 0.05):  # tread, seen from before or behind
        depth = np.sqrt(max(radius**2 - (y - radius) ** 2, 0))
        for end in (-1, 1):
            if bike.faces((0, radius, z), (0, 0, end)) > 0.5 and bike.scale > 60:
                spots = [(-width * 0.42, y, z + end * depth), (0, y + 0.02, z + end * depth * 1.02),
                         (width * 0.42, y, z + end * depth)]  # fmt: skip
                bike.tube(spots, 0.005, RUBBER * 2, 0.02)


def _hull(bike: Assembly, points: np.ndarray) -> np.ndarray:
    """Those of some points (N, 3) that make the outline in the picture, in order."""
    order = cv2.convexHull(bike.project(points).astype(np.float32), returnPoints=False)[:, 0]
    return points[order]


def handlebar(rng: np.random.Generator, bike: Assembly, y: float, z: float, wide: float) -> None:
    """Bar, grips, levers and mirrors."""
    metal = CHROME * 0.8 if rng.random() < 0.5 else DARK
    rise = rng.uniform(-0.02, 0.1)
    bike.tube([(-wide, y + rise, z - 0.12), (-wide * 0.5, y + rise, z), (0, y, z + 0.02), (wide * 0.5,
    y + rise, z),
               (wide, y + rise, z - 0.12)], 0.013, metal)  # fmt: skip
    mirrors = rng.random() < 0.85
    tall = rng.uniform(0.12, 0.22)
    for side in (-1, 1):
        bike.tube([(side * wide, y + rise, z - 0.12), (side * wide * 0.72, y + rise, z - 0.05)], 0.02, DARK)
        if mirrors:
            x = side * wide * rng.uniform(0.85, 1.1)
            bike.tube([(side * wide * 0.65, y + rise, z), (x, y + rise + tall, z)], 0.006, DARK)
            bike.blob(
                [(x - 0.04, y + rise + tall, z, 0.035), (x + 0.04, y + rise + tall, z, 0.035)], DARK * 1.2
            )


def head_lamp(rng: np.random.Generator, bike: Assembly, spot: Spot, radius: float, shell: Tint) -> None:
    """A lamp that looks ahead: round, wide or a pair."""
    x, y, z = spot
    kind = rng.integers(3)
    bike.blob([(x - 0.4 * radius, y, z - 0.05, radius), (x + 0.4 * radius, y, z - 0.05, radius)], shell)
    if bike.faces(spot, (0, 0, 1)) < 0.1:
        return
    if kind == 0:
        bike.disc((x, y, z), radius * 1.02, CHROME, nearer=0.1)
        bike.disc((x, y, z + 0.01), radius * 0.9, GLASS, nearer=0.12)
        bike.disc((x, y, z + 0.015), radius * 0.35, GLASS * 1.15, nearer=0.14)
    else:
        for side in (-1, 1) if kind == 1 else (0,):
            wide = radius * (0.5 if kind == 1 else 1.1)
            middle = x + side * radius * 0.75
            shape = [
                (middle - wide, y - radius * 0.3, z),
                (middle + wide, y - radius * 0.3, z),
                (middle + wide * 0.8, y + radius * 0.55, z - 0.02),
                (middle - wide * 0.8, y + radius * 0.55, z - 0.02),
            ]
            bike.panel(shape, GLASS, 0.1)  # fmt: skip
            bike.disc((middle, y, z + 0.01), radius * 0.3, GLASS * 1.15, nearer=0.12)


def blinkers(rng: np.random.Generator, bike: Assembly, y: float, z: float, reach: float) -> None:
    """A pair of amber lamps on stalks."""
    glass = AMBER if rng.random() < 0.75 else GLASS * 0.9
    for side in (-1, 1):
        bike.tube([(side * 0.05, y, z), (side * reach, y, z)], 0.008, DARK)
        bike.blob(
            [(side * (reach - 0.01), y, z, 0.028), (side * (reach + 0.035), y, z, 0.026)], glass, 0.4, 0.03
        )


def tail_lamp(rng: np.random.Generator, bike: Assembly, y: float, z: float) -> None:
    """The rear lamp, with a reflector under it now and then."""
    wide, tall = rng.uniform(0.03, 0.1), rng.uniform(0.025, 0.05)
    bike.blob([(-wide, y, z + 0.03, tall * 1.15), (wide, y, z + 0.03, tall * 1.15)], DARK)
    bike.blob([(-wide, y, z, tall), (wide, y, z, tall)], RED, 0.5, 0.04)


def luggage(rng: np.random.Generator, bike: Assembly, seat: float) -> None:
    """A box behind the rider: a top case, a deliverer's box, a crate; with lettering on its sides."""
    big = rng.random() < 0.5
    half, tall, deep = (rng.uniform(0.2, 0.28), rng.uniform(0.38, 0.5), 0.45) if big else (0.2, 0.27, 0.36)
    z0, y0 = rng.uniform(0.0, 0.08), seat + 0.08
    tints = np.array(
        [[40, 40, 200], [70, 180, 60], [30, 160, 245], [35, 35, 35], [230, 230, 230], [190, 170, 40]]
    )
    tint = tints[rng.integers(len(tints))].astype(float)
    bike.box((-half, y0, z0), (half, y0 + tall, z0 + deep), tint)
    for towards, spot, wide in (
        ('rear', (0.0, y0 + tall * 0.5, z0 - 0.005), 2 * half),
        ('left', (-half - 0.005, y0 + tall * 0.5, z0 + deep / 2), deep),
        ('right', (half + 0.005, y0 + tall * 0.5, z0 + deep / 2), deep),
    ):
        bike.decal(rng, label_for, spot, (wide * 0.85, tall * rng.uniform(0.25, 0.7)), towards)


def label_for(rng: np.random.Generator) -> FlatThing:
    """Lettering that somebody puts on a box, a jacket or a panel."""
    kinds = (brand, brand, lettering, sign, notice, taxi_sign)
    return kinds[rng.integers(len(kinds))](rng)


def rider(rng: np.random.Generator, bike: Assembly, seat: float, z: float, bar: Spot, foot: Spot) -> None:
    """Somebody who sits at ``z``, with hands at ``bar`` and feet at ``foot`` (on the right side)."""
    cloths = np.array([[40, 38, 36], [60, 45, 140], [140, 80, 30], [50, 100, 60], [90, 90, 92], [210, 210,
    210],
                       [40, 130, 220], [30, 30, 170]])  # fmt: skip
    jacket, trousers = (cloths[rng.integers(len(cloths))] * rng.uniform(0.6, 1.1) for _ in range(2))
    lean, size = rng.uniform(0.05, 0.28), rng.uniform(0.92, 1.06)
    hip, neck = seat + 0.1, seat + 0.1 + 0.5 * size
    bike.blob(
        mirrored((0.12, hip, z, 0.11), (0.17, neck - 0.06, z + lean, 0.08), (0, neck, z + lean, 0.08)),
        jacket,
        0.1,
    )
    for side in (-1, 1):
        knee = (side * 0.2, hip - 0.02, z + 0.42)
        bike.blob([(side * 0.11, hip - 0.02, z, 0.1), (*knee, 0.07)], trousers, 0.1)
        bike.blob([(*knee, 0.065), (side * foot[0], foot[1] + 0.1, foot[2], 0.045)], trousers * 0.9, 0.1)
        bike.blob(
            [
                (side * foot[0], foot[1] + 0.03, foot[2] - 0.04, 0.045),
                (side * foot[0], foot[1] + 0.02, foot[2] + 0.14, 0.035),
            ],
            DARK,
        )
        elbow = (side * 0.3, (neck + bar[1]) / 2 - 0.06, (z + lean + bar[2]) / 2)
        bike.blob([(side * 0.2, neck - 0.05, z + lean, 0.065), (*elbow, 0.055)], jacket * 0.95, 0.1)
        bike.blob([(*elbow, 0.05), (side * bar[0], bar[1], bar[2], 0.04)], jacket * 0.9, 0.1)
    head = (0.0, neck + 0.2 * size, z + lean + 0.05)
    if rng.random() < 0.8:
        helmet = cloths[rng.integers(len(cloths))] * 1.1
        bike.blob([(*head, 0.135)], helmet, 0.6)
        if bike.faces(head, (0, 0, 1)) > -0.2:
            bike.blob(
                [(-0.06, head[1] - 0.01, head[2] + 0.09, 0.05), (0.06, head[1] - 0.01, head[2] + 0.09, 0.05)],
                DARK,
                0.6,
                0.1,
            )
    else:
        bike.blob([(*head, 0.1)], (95, 130, 180), 0.1)
        bike.blob([(0, head[1] + 0.04, head[2] - 0.02, 0.1)], (30, 35, 45), 0.2)
    if rng.random() < 0.4:
        bike.decal(
            rng,
            label_for,
            (0, (hip + neck) / 2 + 0.06, z + lean / 2 - 0.13),
            (0.3, rng.uniform(0.08, 0.2)),
            'rear',
            0.2,
        )
