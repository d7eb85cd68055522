"""A scooter: small wheels, a shell, a floor board and a leg shield."""

from __future__ import annotations

import numpy as np

from ..clutter import badge
from ..notices import brand
from .parts import CHROME, DARK, blinkers, handlebar, head_lamp, label_for, luggage, rider, tail_lamp, wheel
from .places import Places
from .solids import Assembly, mirrored

REAR_AXLE, FRONT_AXLE = 0.48, 1.68


def build_scooter(rng: np.random.Generator, bike: Assembly) -> Places:
    """Puts a scooter together; returns where its plates and lamps belong."""
    paint, radius = bike.pose.paint, rng.uniform(0.2, 0.25)
    trim = paint if rng.random() < 0.6 else DARK * 1.2
    seat = rng.uniform(0.72, 0.8)
    wheel(rng, bike, REAR_AXLE, radius, 0.1, False)
    wheel(rng, bike, FRONT_AXLE, radius, 0.09, False)
    half = rng.uniform(0.13, 0.19)
    end = rng.uniform(0.12, 0.2)
    bike.blob(mirrored((half, 0.45, 0.38, 0.08), (half, 0.42, 0.78, 0.07), (half * 0.6, seat - 0.1, end,
    0.06),
                       (half * 0.8, seat - 0.1, 0.8, 0.06)), paint, 0.5)  # fmt: skip
    bike.blob(
        mirrored((0.08, seat, 0.28, 0.05), (0.13, seat, 0.6, 0.06), (0.1, seat - 0.02, 0.85, 0.05)), DARK, 0.1
    )
    bike.blob(mirrored((0.16, 0.28, 0.8, 0.045), (0.16, 0.28, 1.25, 0.045)), DARK * 1.3, 0.1)
    shield = mirrored(
        (0.18, 0.36, 1.3, 0.045), (0.2, 0.7, 1.38, 0.05), (0.1, 0.92, 1.38, 0.05), (0.03, 0.55, 1.5, 0.07)
    )
    bike.blob(shield, paint, 0.5)
    bike.blob(
        mirrored((0.13, 0.45, 1.28, 0.03), (0.15, 0.7, 1.31, 0.03), (0.08, 0.86, 1.31, 0.03)), trim * 0.6, 0.1
    )
    bike.blob(mirrored((0.11, 1.0, 1.36, 0.055), (0.06, 1.02, 1.42, 0.06)), trim, 0.4)
    turn = np.linspace(0.0, 2.3, 7)
    reach = radius * 1.2
    bike.strip([(0, radius + reach * np.sin(a), FRONT_AXLE - reach * np.cos(a)) for a in turn], 0.075, paint)
    turn = np.linspace(0.1, 1.2, 4)
    bike.strip(
        [(0, radius + 1.25 * reach * np.sin(a), REAR_AXLE - 1.15 * reach * np.cos(a)) for a in turn],
        0.08,
        DARK,
    )
    bike.blob(mirrored((0.1, 0.26, 0.5, 0.09), (0.08, 0.28, 0.75, 0.08)), DARK * 1.6)
    bike.tube(
        [(0.17, 0.24, 0.85), (0.19, 0.32, 0.3)], 0.05, DARK * 1.4 if rng.random() < 0.6 else CHROME, 0.04
    )
    for side, towards in ((-1, 'left'), (1, 'right')):
        if rng.random() < 0.8:
            name = brand if rng.random() < 0.6 else badge
            bike.decal(
                rng, name, (side * (half + 0.09), rng.uniform(0.48, 0.58), 0.55), (0.32, 0.08), towards
            )
        if rng.random() < 0.3:
            bike.decal(rng, label_for, (side * (half + 0.085), 0.4, 0.75), (0.16, 0.06), towards)
    if rng.random() < 0.6:
        bike.decal(rng, brand, (0, rng.uniform(0.78, 0.88), 1.47), (0.16, 0.05), 'front')
    lamp_y = 1.02 if rng.random() < 0.6 else rng.uniform(0.72, 0.8)
    head_lamp(rng, bike, (0, lamp_y, 1.52 if lamp_y > 1 else 1.58), rng.uniform(0.06, 0.085), trim)
    handlebar(rng, bike, 1.05, 1.36, 0.33)
    tail_lamp(rng, bike, seat - 0.12, end - 0.07)
    blinkers(rng, bike, seat - 0.16, end - 0.02, rng.uniform(0.1, 0.17))
    blinkers(rng, bike, 0.8, 1.46, 0.14)
    if rng.random() < 0.55:
        rider(rng, bike, seat, rng.uniform(0.6, 0.75), (0.33, 1.06, 1.24), (0.13, 0.32, 1.12))
        if rng.random() < 0.25:
            rider(rng, bike, seat + 0.02, 0.32, (0.18, seat + 0.2, 0.6), (0.22, 0.32, 0.6))
    if rng.random() < 0.3:
        luggage(rng, bike, seat)
    return Places(
        (seat - 0.12, end - 0.07), (0.7 if lamp_y > 1 else 0.92, 1.55), REAR_AXLE, FRONT_AXLE, radius, half
    )
