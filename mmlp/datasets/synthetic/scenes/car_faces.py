"""The tails and the noses of cars."""

from __future__ import annotations

import numpy as np

from .sheet import Colour, Face, Sheet
from .trim import emblem, grille, panel, small_print


def _mirrored(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    return [points, [(-x, y) for x, y in points]]


def _cap_outline(w: float, low: float, top: float) -> np.ndarray:
    """Half round at the corners, as the skin is."""
    t = np.linspace(0, np.pi / 2, 7)
    r = 0.07
    lower = np.stack([w - r + r * np.sin(t), low + r - r * np.cos(t)], 1)
    upper = np.stack([w - r + r * np.cos(t), top - r + r * np.sin(t)], 1)
    right = np.vstack([lower, upper])
    return np.vstack([right, right[::-1] * [-1, 1]])


def car_rear(
    rng: np.random.Generator, width: float, low: float, top: float, paint: Colour, scale: float
) -> Face:
    """The tail of a car up to the lid's edge, from ``low`` to ``top`` over the ground."""
    sheet = Sheet(width, low, top, scale)
    panel(sheet, paint)
    w, tall = width / 2, top - low
    seam = low + tall * rng.uniform(0.38, 0.5)  # upper edge of the bumper
    plastic = np.array([38, 37, 36]) * rng.uniform(0.6, 1.3)
    on_bumper = rng.random() < 0.35
    if rng.random() < 0.3:
        sheet.rounded((-w, low - 0.1, w, seam), 0.04, plastic, 0.3)
    else:
        sheet.rounded((-w, low - 0.1, w, seam), 0.03, paint * 0.95, 0.35)
        sheet.rounded((-w * 0.8, low - 0.1, w * 0.8, low + tall * 0.14), 0.05, plastic, 0.2)
    sheet.stroke([(-w, seam), (w, seam)], paint * 0.3, 0.012)
    sheet.stroke([(-w, seam - 0.016), (w, seam - 0.016)], np.minimum(paint * 1.35 + 25, 255), 0.012)
    # lamps
    kind = rng.integers(3)
    l0, l1 = seam + tall * rng.uniform(0.03, 0.1), top - tall * rng.uniform(0.06, 0.14)
    inner = w * rng.uniform(0.55, 0.75)
    red = np.array([30, 22, 165]) * rng.uniform(0.75, 1.2)
    shape = [
        (w * 1.02, l0),
        (w * 1.02, l1),
        (inner + 0.05, l1 - 0.01),
        (inner, l0 + 0.03 + (l1 - l0) * 0.2 * kind),
    ]
    for side, points in zip((1, -1), _mirrored(shape)):
        sheet.fill(points, red)
        sheet.stroke(points, red * 0.35, 0.012, True)
        ym = l0 + (l1 - l0) * rng.uniform(0.35, 0.6)
        sheet.rounded(
            (side * (inner + 0.05), ym, side * w * 0.97, ym + (l1 - l0) * 0.16),
            0.02,
            (200, 210, 215) if kind else (30, 120, 240),
        )
        sheet.stroke(
            [(side * (inner + 0.06), l1 - 0.03), (side * w * 0.96, l1 - 0.025)], red * 0.4 + 140, 0.01
        )
    # lid, recess, plate
    lid = inner * 0.97
    sheet.stroke([(-lid, seam), (-lid, top - 0.05), (lid, top - 0.05), (lid, seam)], paint * 0.42, 0.009)
    plate_y = low + (seam - low) * 0.6 if on_bumper else seam + (top - seam) * rng.uniform(0.3, 0.42)
    if rng.random() < 0.75:
        sheet.rounded(
            (-0.33, plate_y - 0.1, 0.33, plate_y + 0.105),
            0.03,
            paint * 0.55 if not on_bumper else plastic * 0.8,
            -0.4,
        )
    if rng.random() < 0.6 and not on_bumper:  # bar with the plate's lamps
        bar = (215, 215, 215) if rng.random() < 0.5 else paint * 0.7
        sheet.rounded((-0.36, plate_y + 0.105, 0.36, plate_y + 0.145), 0.012, bar, 0.5)
    emblem_y = min(top - 0.09, plate_y + 0.2) if not on_bumper else (seam + top) / 2
    emblem(rng, sheet, emblem_y, 0.11)
    small_print(rng, sheet, emblem_y - 0.01, w)
    for side in (-1, 1):
        if rng.random() < 0.7:
            sheet.rounded(
                (side * w * 0.62, low + tall * 0.2, side * w * 0.82, low + tall * 0.235), 0.01, (30, 25, 150)
            )
    if rng.random() < 0.7:
        x = rng.choice([-1, 1]) * w * rng.uniform(0.45, 0.65)
        for at in {x, -x if rng.random() < 0.3 else x}:
            sheet.rounded((at - 0.05, low + 0.0, at + 0.05, low + 0.07), 0.03, (165, 165, 165), 0.4)
            sheet.rounded((at - 0.035, low + 0.012, at + 0.035, low + 0.058), 0.02, (18, 18, 18))
    outline = _cap_outline(w, low, top)
    return Face(
        sheet.cut(outline),
        (0.0, plate_y),
        [(s * (inner + w) / 2, (l0 + l1) / 2, 0.1) for s in (-1, 1)],
        (l0, l1),
        tuple(red),
    )


def car_front(
    rng: np.random.Generator, width: float, low: float, top: float, paint: Colour, scale: float
) -> Face:
    """The nose of a car up to the bonnet's edge."""
    sheet = Sheet(width, low, top, scale)
    panel(sheet, paint)
    w, tall = width / 2, top - low
    seam = low + tall * rng.uniform(0.45, 0.55)
    plastic = np.array([36, 35, 34]) * rng.uniform(0.6, 1.3)
    if rng.random() < 0.2:
        sheet.rounded((-w, low - 0.1, w, seam), 0.04, plastic, 0.3)
    sheet.stroke([(-w, seam), (w, seam)], paint * 0.4, 0.01)
    sheet.stroke([(-w, seam - 0.016), (w, seam - 0.016)], np.minimum(paint * 1.3 + 25, 255), 0.012)
    chrome = rng.random() < 0.5
    gx = w * rng.uniform(0.3, 0.55)
    grille(rng, sheet, gx, seam + tall * 0.06, top - tall * rng.uniform(0.08, 0.16), chrome)
    intake = low + tall * rng.uniform(0.2, 0.27)
    sheet.rounded((-w * 0.68, low + 0.03, w * 0.68, intake), 0.05, plastic * 0.8, -0.2)
    for y in np.arange(low + 0.06, intake - 0.02, 0.04):
        sheet.stroke([(-w * 0.62, y), (w * 0.62, y)], plastic * 1.7, 0.007)
    # lamps
    l0, l1 = seam + tall * rng.uniform(0.06, 0.14), top - tall * rng.uniform(0.04, 0.1)
    inner = max(gx + 0.03, w * rng.uniform(0.52, 0.66))
    glass = np.array([205, 205, 198]) * rng.uniform(0.7, 1.1)
    shape = [
        (w * 1.02, l0 + (l1 - l0) * 0.25),
        (w * 1.02, l1),
        (inner + 0.03, l1 - 0.03),
        (inner, l0 + 0.02),
        (w * 0.85, l0),
    ]
    for side, points in zip((1, -1), _mirrored(shape)):
        sheet.fill(points, glass)
        sheet.stroke(points, (50, 50, 50), 0.013, True)
        middle, r = side * (inner + w) / 2, (l1 - l0) * 0.3
        sheet.rounded((middle - r, (l0 + l1) / 2 - r, middle + r, (l0 + l1) / 2 + r), r, glass * 0.45)
        sheet.rounded(
            (middle - r * 0.7, (l0 + l1) / 2 - r * 0.7, middle + r * 0.7, (l0 + l1) / 2 + r * 0.7),
            r,
            (250, 250, 245),
        )
        if rng.random() < 0.6:
            sheet.rounded((side * w * 0.9, l0 + 0.02, side * w, l1 - 0.03), 0.02, (30, 130, 235))
        if rng.random() < 0.7:
            fog = side * w * 0.76
            sheet.rounded((fog - 0.06, low + 0.08, fog + 0.06, low + 0.19), 0.05, plastic)
            sheet.rounded((fog - 0.04, low + 0.1, fog + 0.04, low + 0.17), 0.04, (210, 210, 200))
    emblem(rng, sheet, (seam + top) / 2 + tall * 0.03, 0.12)
    plate_y = seam - tall * rng.uniform(0.11, 0.2)
    if rng.random() < 0.4:
        sheet.rounded((-0.3, plate_y - 0.075, 0.3, plate_y + 0.075), 0.01, plastic)
    return Face(
        sheet.cut(_cap_outline(w, low, top)),
        (0.0, plate_y),
        [(s * (inner + w) / 2, (l0 + l1) / 2, 0.1) for s in (-1, 1)],
        (l0 + (l1 - l0) * 0.25, l1),
        tuple(glass),
    )
