"""The upright ends of vans, buses and lorries."""

from __future__ import annotations

import numpy as np

from ..paint import blend
from ..plates.lettering import fit_into, text_line
from .clutter import lettering
from .flat_things import FlatThing
from .sheet import Colour, Face, Sheet
from .trim import emblem, grille, panel, window

_RED, _AMBER, _WHITE = (34, 26, 175), (30, 130, 235), (225, 225, 218)
_PLASTIC = np.array([40.0, 39.0, 38.0])


def tall_end(
    rng: np.random.Generator,
    name: str,
    front: bool,
    width: float,
    heights: tuple[float, float],
    paint: Colour,
    scale: float,
) -> Face:
    """Draws the upright end of a van, a bus or a lorry.

    Args:
        rng: Where randomness comes from.
        name: ``'van'``, ``'bus'``, ``'truck'`` or ``'trailer'``.
        front: Whether it is the front.
        width: Width in metres.
        heights: Height in metres of its lower edge and of the roof.
        paint: Colour (BGR).
        scale: Pixels a metre.

    Returns:
        The drawing.
    """
    low, top = heights
    sheet = Sheet(width, low, top, scale)
    panel(sheet, paint)
    w, tall = width / 2, top - low
    if name in ('truck', 'trailer') and not front:
        lamp_y, lamp_h, plate_y = _doors(rng, sheet, paint)
    else:
        lamp_y, lamp_h, plate_y = _coach_end(rng, sheet, name, front, paint)
    for side in (-1, 1):
        inner, outer = (0.88, 1.0) if name == 'van' and not front else (0.74, 0.95)
        box = (side * inner * w, lamp_y - lamp_h / 2, side * outer * w, lamp_y + lamp_h / 2)
        if front:
            rim = (side * (inner * w - 0.02), box[1] - 0.02, side * (outer * w + 0.02), box[3] + 0.02)
            sheet.rounded(rim, 0.05, (60, 60, 60))
            sheet.rounded(box, 0.05, _WHITE, 0.3)
        else:
            sheet.rounded(box, 0.02, _RED, 0.3)
            sheet.rounded((box[0], lamp_y, box[2], lamp_y + lamp_h * 0.28), 0.02, _AMBER)
    if not front and rng.random() < 0.65:
        _firm(rng, sheet, name)
    if name == 'bus' and rng.random() < 0.7:
        _route(rng, sheet)
    outline = [(-w, low), (w, low), (w, top - 0.12), (w - 0.1, top), (-w + 0.1, top), (-w, top - 0.12)]
    lamps = [(side * w * 0.84, lamp_y, 0.04 * tall + 0.03) for side in (-1, 1)]
    return Face(sheet.cut(outline), (0.0, plate_y), lamps)


def _doors(rng: np.random.Generator, sheet: Sheet, paint: Colour) -> tuple[float, float, float]:
    """The ribbed doors of a lorry's box; returns height and size of the lamps and the height of the plate."""
    w, low, top = sheet.width / 2, sheet.low, sheet.high
    for x in np.arange(-w, w, w / 8):
        sheet.stroke([(x, low), (x, top)], paint * 0.8, 0.012)
    sheet.stroke([(0, low), (0, top)], paint * 0.3, 0.025)
    for x in (-0.3, 0.3):
        sheet.stroke([(x, low + 0.1), (x, top - 0.1)], (150, 150, 150), 0.04)
        sheet.stroke([(x - 0.1, low + 0.5), (x + 0.1, low + 0.5)], (120, 120, 120), 0.05)
    sheet.rounded((-w, low, w, low + 0.3), 0.01, _PLASTIC, 0.2)
    if rng.random() < 0.5:  # red and white warning stripes
        for i, x in enumerate(np.arange(-w + 0.4, w - 0.6, 0.2)):
            stripe = [(x, low + 0.33), (x + 0.2, low + 0.33), (x + 0.2, low + 0.44), (x, low + 0.44)]
            sheet.fill(stripe, _RED if i % 2 else _WHITE)
    return low + 0.15, 0.12, low + 0.15


def _coach_end(
    rng: np.random.Generator, sheet: Sheet, name: str, front: bool, paint: Colour
) -> tuple[float, float, float]:
    """Bumper, windows and grille of a van or of a bus; returns the same as :func:`_doors`."""
    w, low, top = sheet.width / 2, sheet.low, sheet.high
    tall = top - low
    bumper = low + min(0.38, 0.2 * tall)
    sheet.rounded((-w, low - 0.1, w, bumper), 0.03, _PLASTIC if rng.random() < 0.6 else paint * 0.85, 0.3)
    sill, lintel = low + tall * 0.52, top - tall * 0.12
    if front:
        window(sheet, -w * 0.9, low + tall * 0.45, w * 0.9, top - tall * 0.14)
        if rng.random() < 0.6:
            grille(
                rng, sheet, w * rng.uniform(0.3, 0.5), bumper + 0.12, low + tall * 0.36, rng.random() < 0.4
            )
    elif name == 'bus':
        if rng.random() < 0.7:
            window(sheet, -w * 0.8, sill, w * 0.8, lintel)
        for y in np.arange(bumper + 0.1, low + tall * 0.36, 0.06):
            sheet.stroke([(-w * 0.5, y), (w * 0.5, y)], paint * 0.5, 0.02)
    else:
        sheet.stroke([(0, bumper), (0, top - 0.1)], paint * 0.35, 0.016)
        if rng.random() < 0.7:
            window(sheet, 0.06, sill, w * 0.86, lintel)
            window(sheet, -w * 0.86, sill, -0.06, lintel)
    plate_y = bumper - 0.17 if front or rng.random() < 0.4 else bumper + 0.16
    emblem(rng, sheet, bumper + 0.3 if front else plate_y + 0.2, 0.13)
    return bumper + (0.12 if front else 0.25), 0.14 if front else 0.34, plate_y


def _firm(rng: np.random.Generator, sheet: Sheet, name: str) -> None:
    """A firm's name, its telephone number or its address on the web."""
    tall = sheet.high - sheet.low
    share = {'van': rng.uniform(0.32, 0.46), 'bus': rng.uniform(0.42, 0.7)}.get(name, rng.uniform(0.45, 0.75))
    y = sheet.low + tall * share
    for _ in range(rng.integers(1, 3)):
        thing = lettering(rng)
        size = rng.uniform(0.06, 0.14) * tall
        x = rng.uniform(-0.07, 0.07) * sheet.width
        sheet.thing(thing, (x, y), sheet.width * 0.75, size)
        y -= size * 1.3


def _route(rng: np.random.Generator, sheet: Sheet) -> None:
    """The board over the window of a bus with its number and its destination."""
    place = ('Centre', 'AIRPORT', 'Depot', 'North')[rng.integers(4)]
    line = fit_into(text_line(f'{rng.integers(1, 200)} {place}', 'DejaVuSans-Bold'), 300, 60, 1.0)
    board = np.full((*line.shape, 3), 18, np.uint8)
    blend(board, (40, 190, 250), line)
    tall = sheet.high - sheet.low
    thing = FlatThing(board, np.full(line.shape, 255, np.uint8))
    sheet.thing(thing, (0, sheet.high - tall * 0.07), sheet.width * 0.7, 0.07 * tall)
