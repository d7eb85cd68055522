"""Parts that the ends of all vehicles have: paint, emblems, badges, grilles, windows."""

from __future__ import annotations

import numpy as np

from .clutter import badge, sticker
from .sheet import Colour, Sheet


def panel(sheet: Sheet, paint: Colour) -> None:
    """Paint with the light of the sky on it."""
    rows = sheet.image.shape[0]
    t = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    light = (
        1.12
        - 0.55 * t
        + 0.22 * np.exp(-(((t - 0.18) / 0.08) ** 2))
        + 0.1 * np.exp(-(((t - 0.62) / 0.05) ** 2))
    )
    shine = 26 * np.exp(-(((t - 0.18) / 0.1) ** 2))
    sheet.image[:] = np.clip(paint[None] * light + shine, 0, 255)[:, None]


def emblem(rng: np.random.Generator, sheet: Sheet, y: float, size: float) -> None:
    """A maker's emblem of no maker: a ring, a disc, a diamond, wings or a bar, in chrome."""
    tone = (float(rng.uniform(170, 240)),) * 3
    dark = (rng.uniform(20, 150), 30, rng.uniform(20, 90))
    r, middle = size / 2, np.array([0, y])
    t = np.linspace(0, 2 * np.pi, 25)
    round_shape = np.stack([np.cos(t) * r, np.sin(t) * r * rng.uniform(0.6, 1.0)], 1)
    kind = rng.integers(5)
    if kind == 0:
        sheet.stroke(round_shape + middle, tone, size * 0.12, True)
        sheet.stroke([(-r * 0.6, y - r * 0.3), (0, y + r * 0.6), (r * 0.6, y - r * 0.3)], tone, size * 0.1)
    elif kind == 1:
        sheet.fill(round_shape + middle, tone)
        sheet.fill(round_shape * 0.78 + middle, dark)
        sheet.stroke([(-r * 0.4, y), (r * 0.4, y)], tone, size * 0.12)
    elif kind == 2:
        diamond = np.array([(0, r), (r * 0.7, 0), (0, -r), (-r * 0.7, 0)]) + middle
        sheet.stroke(diamond, tone, size * 0.16, True)
    elif kind == 3:
        sheet.fill(
            [(-r * 1.7, y + r * 0.4), (0, y + r * 0.15), (r * 1.7, y + r * 0.4), (0, y - r * 0.5)], tone
        )
        sheet.fill(round_shape * 0.4 + middle, dark)
    else:
        for x in (-0.6, 0.0, 0.6):
            sheet.stroke(round_shape * 0.5 + middle + np.array([x * r, 0]), tone, size * 0.08, True)


def small_print(rng: np.random.Generator, sheet: Sheet, y: float, reach: float) -> None:
    """Model name and badges beside the emblem."""
    for side in (-1, 1):
        if rng.random() < 0.6:
            thing = badge(rng)
            sheet.thing(thing, (side * reach * rng.uniform(0.55, 0.8), y), 0.28, 0.055)
    if rng.random() < 0.15:
        thing = sticker(rng)
        sheet.thing(thing, (rng.uniform(-0.6, 0.6) * reach, y - 0.12), 0.14, 0.1)


def grille(rng: np.random.Generator, sheet: Sheet, x: float, y0: float, y1: float, chrome: bool) -> None:
    """A dark opening with bars or a net, framed in chrome or not."""
    if chrome:
        sheet.rounded((-x - 0.02, y0 - 0.02, x + 0.02, y1 + 0.02), 0.05, (205, 205, 205), 0.5)
    sheet.rounded((-x, y0, x, y1), 0.04, (24, 24, 24), -0.3)
    tone = (150, 150, 150) if chrome else (62, 62, 62)
    kind = rng.integers(3)
    if kind < 2:
        for y in np.arange(y0 + 0.025, y1 - 0.01, rng.uniform(0.025, 0.05)):
            sheet.stroke([(-x + 0.02, y), (x - 0.02, y)], tone, 0.008)
    if kind > 0:
        for at in np.arange(-x + 0.03, x - 0.01, rng.uniform(0.03, 0.07)):
            sheet.stroke([(at, y0 + 0.015), (at, y1 - 0.015)], tone, 0.007)


def window(sheet: Sheet, x0: float, y0: float, x1: float, y1: float) -> None:
    """A dark window with a streak of light; x0, y0 is its lower left corner."""
    sheet.rounded((x0 - 0.02, y0 - 0.02, x1 + 0.02, y1 + 0.02), 0.06, (25, 25, 25))
    sheet.rounded((x0, y0, x1, y1), 0.05, (92, 80, 68), 0.75)
    lean = (y1 - y0) * 0.45
    sheet.fill(
        [
            (x0 + 0.25 * (x1 - x0), y0 + 0.03),
            (x0 + 0.42 * (x1 - x0), y0 + 0.03),
            (x0 + 0.42 * (x1 - x0) + lean, y1 - 0.03),
            (x0 + 0.25 * (x1 - x0) + lean, y1 - 0.03),
        ],
        (112, 100, 88),
    )
