"""A motorcycle: wheels, engine, exhaust, tank, seat, lamps."""

from __future__ import annotations

import numpy as np

from ..clutter import badge
from ..notices import brand
from .parts import (
    CHROME,
    DARK,
    RED,
    blinkers,
    handlebar,
    head_lamp,
    label_for,
    luggage,
    rider,
    tail_lamp,
    wheel,
)
from .places import Places
from .solids import Assembly, mirrored

REAR_AXLE, FRONT_AXLE = 0.52, 1.78


def build_motorcycle(rng: np.random.Generator, bike: Assembly) -> Places:
    """Puts a motorcycle together; returns where its plates and lamps belong."""
    paint = bike.pose.paint
    style = ('street', 'street', 'sport', 'cruiser', 'underbone')[rng.integers(5)]
    radius = rng.uniform(0.28, 0.32)
    wide = {'street': 0.12, 'sport': 0.17, 'cruiser': 0.16, 'underbone': 0.09}[style] * rng.uniform(
        0.85, 1.15
    )
    seat = {'street': 0.78, 'sport': 0.8, 'cruiser': 0.7, 'underbone': 0.75}[style]
    spoked = style in ('cruiser', 'underbone') and rng.random() < 0.7
    wheel(rng, bike, REAR_AXLE, radius, wide, spoked)
    wheel(rng, bike, FRONT_AXLE, radius, wide * 0.8, spoked)
    _chassis(rng, bike, radius, style)
    tail_y, tail_z = seat - rng.uniform(0.0, 0.08), rng.uniform(0.14, 0.24)
    body = mirrored(
        (0.05, tail_y + 0.02, tail_z, 0.045), (0.1, seat - 0.03, 0.55, 0.07), (0.09, seat - 0.14, 0.75, 0.07)
    )
    bike.blob(body, paint if style != 'cruiser' else DARK)
    bike.blob(
        mirrored((0.08, seat + 0.02, 0.35, 0.05), (0.11, seat, 0.7, 0.06), (0.07, seat, 1.0, 0.05)), DARK, 0.1
    )
    if style == 'underbone':
        bike.blob(
            mirrored((0.09, 0.5, 1.15, 0.09), (0.15, 0.45, 1.45, 0.05), (0.13, 0.78, 1.48, 0.05)), paint
        )
    else:
        tank = mirrored(
            (0.06, seat + 0.02, 0.98, 0.08), (0.1, seat + 0.1, 1.2, 0.09), (0.06, seat + 0.06, 1.42, 0.08)
        )
        bike.blob(tank, paint, 0.6)
    for side, towards in ((-1, 'left'), (1, 'right')):
        if rng.random() < 0.75:
            name = brand if rng.random() < 0.7 else badge
            spot = (side * 0.19, seat + 0.07, 1.2) if style != 'underbone' else (side * 0.17, 0.55, 1.4)
            bike.decal(rng, name, spot, (0.26, 0.08), towards)
        bike.blob(
            [(side * 0.13, seat - 0.2, 0.62, 0.06), (side * 0.13, seat - 0.22, 0.85, 0.07)], paint * 0.85
        )
        if rng.random() < 0.6:
            bike.decal(rng, label_for, (side * 0.2, seat - 0.2, 0.74), (0.22, 0.07), towards)
    lamp_y = rng.uniform(0.86, 0.95)
    if style == 'sport' or (style == 'street' and rng.random() < 0.35):
        bike.blob(
            mirrored(
                (0.12, lamp_y - 0.12, 1.55, 0.1), (0.06, lamp_y + 0.1, 1.5, 0.08), (0.08, lamp_y, 1.68, 0.06)
            ),
            paint,
            0.5,
        )
        bike.blob([(0, lamp_y + 0.22, 1.42, 0.1), (0, lamp_y + 0.12, 1.55, 0.08)], (120, 115, 105), 0.6)
        if style == 'sport':
            bike.blob(
                mirrored((0.16, 0.5, 1.2, 0.08), (0.15, 0.72, 1.45, 0.08), (0.12, 0.35, 1.3, 0.06)),
                paint,
                0.5,
            )
            for side, towards in ((-1, 'left'), (1, 'right')):
                bike.decal(rng, brand, (side * 0.25, 0.58, 1.3), (0.34, 0.12), towards)
    head_lamp(rng, bike, (0, lamp_y, 1.74), rng.uniform(0.075, 0.1), paint if rng.random() < 0.4 else DARK)
    bar = (0.36, 1.08 if style != 'sport' else 0.98, 1.28)
    handlebar(rng, bike, bar[1], 1.42, bar[0])
    for side in (-1, 1):
        bike.tube([(side * 0.09, 0.9, 1.54), (side * 0.07, bar[1], 1.42)], 0.024, CHROME)
    bike.blob(mirrored((0.05, bar[1] - 0.03, 1.5, 0.05)), DARK, 0.4)
    tail_lamp(rng, bike, tail_y, tail_z - 0.06)
    blinkers(rng, bike, tail_y - rng.uniform(0.05, 0.12), tail_z, rng.uniform(0.14, 0.22))
    blinkers(rng, bike, lamp_y - 0.06, 1.62, rng.uniform(0.16, 0.24))
    if rng.random() < 0.6:
        rider(rng, bike, seat, rng.uniform(0.7, 0.85), bar, (0.17, 0.3, 0.95))
        if rng.random() < 0.25:
            rider(rng, bike, seat + 0.04, 0.42, (0.2, seat + 0.2, 0.7), (0.2, 0.36, 0.6))
    elif rng.random() < 0.35:
        luggage(rng, bike, seat)
    return Places((tail_y, tail_z - 0.06), (lamp_y, 1.76), REAR_AXLE, FRONT_AXLE, radius, 0.2)


def _chassis(rng: np.random.Generator, bike: Assembly, radius: float, style: str) -> None:
    """Swing arm, engine, exhaust, fork and mudguards."""
    metal = (CHROME * 0.75 if rng.random() < 0.6 else DARK * 1.5) * rng.uniform(0.7, 1.1)
    for side in (-1, 1):
        bike.tube([(side * 0.1, radius, REAR_AXLE), (side * 0.1, 0.38, 1.0)], 0.025, DARK * 1.3)
        bike.tube(
            [(side * 0.13, 0.36, 0.62), (side * 0.13, 0.68, 0.72)],
            0.03,
            CHROME if rng.random() < 0.5 else RED,
        )
        bike.tube([(side * 0.09, radius, FRONT_AXLE), (side * 0.09, 0.95, 1.52)], 0.026, CHROME)
    bike.blob(mirrored((0.1, 0.33, 1.0, 0.13), (0.09, 0.4, 1.25, 0.12)), metal)
    bike.blob(mirrored((0.05, 0.55, 1.25, 0.09), (0.05, 0.6, 1.3, 0.08)), metal * 0.8)
    for y in np.arange(0.46, 0.66, 0.03):  # cooling fins
        bike.tube(
            [(-0.13, y, 1.2), (-0.13, y, 1.36), (0.13, y, 1.36), (0.13, y, 1.2)], 0.006, metal * 1.2, 0.04
        )
    for side, towards in ((-1, 'left'), (1, 'right')):
        bike.disc((side * 0.24, 0.36, 1.05), 0.1, metal * 1.1, 'x', 0.06)
        if rng.random() < 0.5:
            bike.decal(rng, brand, (side * 0.25, 0.36, 1.05), (0.15, 0.05), towards)
    side = 1 if rng.random() < 0.8 else -1
    shine = CHROME if rng.random() < 0.6 else DARK * 1.3
    rise = rng.uniform(0.3, 0.5) if style != 'cruiser' else 0.28
    bike.tube([(side * 0.1, 0.5, 1.38), (side * 0.14, 0.28, 1.3), (side * 0.17, 0.25, 0.95)], 0.022, shine)
    bike.tube([(side * 0.18, 0.26, 0.95), (side * 0.2, rise, 0.3)], 0.05, shine, 0.05)
    bike.disc((side * 0.2, rise, 0.29), 0.045, DARK * 0.5, nearer=0.06)
    if rng.random() < 0.5:
        bike.decal(
            rng, brand, (side * 0.26, (0.26 + rise) / 2, 0.6), (0.22, 0.05), 'right' if side > 0 else 'left'
        )
    tint = bike.pose.paint if rng.random() < 0.6 else (CHROME if rng.random() < 0.3 else DARK)
    turn = np.linspace(0.35 if style != 'underbone' else -0.1, 2.2, 7)
    reach = radius * 1.12
    bike.strip([(0, radius + reach * np.sin(a), FRONT_AXLE - reach * np.cos(a)) for a in turn], 0.065, tint)
    turn = np.linspace(0.15 if style == 'cruiser' else 0.5, 2.0, 6)
    bike.strip([(0, radius + 1.15 * reach * np.sin(a), REAR_AXLE - 1.1 * reach * np.cos(a)) for a in turn],
    0.085,
               tint if style == 'cruiser' else DARK)  # fmt: skip
