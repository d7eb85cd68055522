"""The upright ends of vans, buses and lorries."""

from __future__ import annotations

import numpy as np

from .clutter import lettering
from .lettering import TEXT_FACES, fit_into, text_line
from .plates import blend
from .sheet import Colour, Face, Sheet
from .trim import emblem, grille, panel, window


def tall_end(
    rng: np.random.Generator,
    name: str,
    front: bool,
    width: float,
    low: float,
    top: float,
    paint: Colour,
    scale: float,
) -> Face:
    """The upright end of a van, a bus or a lorry, from ``low`` to the roof at ``top``."""
    sheet = Sheet(width, low, top, scale)
    panel(sheet, paint)
    w, tall = width / 2, top - low
    plastic = np.array([40, 39, 38])
    bumper = low + min(0.38, 0.2 * tall)
    red, amber = (34, 26, 175), (30, 130, 235)
    if name == 'truck' and not front:
        for x in np.arange(-w, w, w / 8):  # ribs of the doors
            sheet.stroke([(x, low), (x, top)], paint * 0.8, 0.012)
        sheet.stroke([(0, low), (0, top)], paint * 0.3, 0.025)
        for x in (-0.3, 0.3):
            sheet.stroke([(x, low + 0.1), (x, top - 0.1)], (150, 150, 150), 0.04)
            sheet.stroke([(x - 0.1, low + 0.5), (x + 0.1, low + 0.5)], (120, 120, 120), 0.05)
        sheet.rounded((-w, low, w, low + 0.3), 0.01, plastic, 0.2)
        lamp_y, plate_y, lamp_h = low + 0.15, low + 0.15, 0.12
        if rng.random() < 0.5:
            for i, x in enumerate(np.arange(-w + 0.4, w - 0.6, 0.2)):
                sheet.fill(
                    [(x, low + 0.33), (x + 0.2, low + 0.33), (x + 0.2, low + 0.44), (x, low + 0.44)],
                    red if i % 2 else (230, 230, 230),
                )
    else:
        sheet.rounded((-w, low - 0.1, w, bumper), 0.03, plastic if rng.random() < 0.6 else paint * 0.85, 0.3)
        if front:
            window(sheet, -w * 0.9, low + tall * 0.45, w * 0.9, top - tall * 0.14)
            if rng.random() < 0.6:
                grille(
                    rng,
                    sheet,
                    w * rng.uniform(0.3, 0.5),
                    bumper + 0.12,
                    low + tall * 0.36,
                    rng.random() < 0.4,
                )
        elif name == 'bus':
            if rng.random() < 0.7:
                window(sheet, -w * 0.8, low + tall * 0.52, w * 0.8, top - tall * 0.12)
            for y in np.arange(bumper + 0.1, low + tall * 0.36, 0.06):
                sheet.stroke([(-w * 0.5, y), (w * 0.5, y)], paint * 0.5, 0.02)
        else:
            sheet.stroke([(0, bumper), (0, top - 0.1)], paint * 0.35, 0.016)
            if rng.random() < 0.7:
                for side in (-1, 1):
                    window(
                        sheet,
                        *(
                            (0.06, low + tall * 0.52, w * 0.86, top - tall * 0.12)
                            if side > 0
                            else (-w * 0.86, low + tall * 0.52, -0.06, top - tall * 0.12)
                        ),
                    )
        lamp_y, lamp_h = bumper + (0.12 if front else 0.25), 0.14 if front else 0.34
        plate_y = bumper - 0.17 if front or rng.random() < 0.4 else bumper + 0.16
        emblem(rng, sheet, bumper + 0.3 if front else plate_y + 0.2, 0.13)
    for side in (-1, 1):
        x0, x1 = sorted((side * w * 0.74, side * w * 0.95))
        if front:
            sheet.rounded(
                (x0 - 0.02, lamp_y - lamp_h / 2 - 0.02, x1 + 0.02, lamp_y + lamp_h / 2 + 0.02),
                0.05,
                (60, 60, 60),
            )
            sheet.rounded((x0, lamp_y - lamp_h / 2, x1, lamp_y + lamp_h / 2), 0.05, (225, 225, 218), 0.3)
        else:
            if name == 'van':
                x0, x1 = sorted((side * w * 0.88, side * w))
            sheet.rounded((x0, lamp_y - lamp_h / 2, x1, lamp_y + lamp_h / 2), 0.02, red, 0.3)
            sheet.rounded((x0, lamp_y, x1, lamp_y + lamp_h * 0.28), 0.02, amber)
    if rng.random() < 0.65 and not (front and name != 'bus'):  # lettering of a firm
        spot = (
            top - tall * 0.07
            if front
            else low + tall * rng.choice([0.42, 0.3] if name == 'van' else [0.55, 0.7, 0.42])
        )
        if name == 'truck':
            spot = low + tall * rng.uniform(0.45, 0.75)
        for k in range(1 if front else rng.integers(1, 3)):
            thing = lettering(rng)
            limit = 0.09 * tall if front else rng.uniform(0.06, 0.14) * tall
            sheet.thing(
                thing.image,
                thing.alpha,
                rng.uniform(-0.15, 0.15) * w,
                spot - k * limit * 1.3,
                width * 0.75,
                limit,
            )
    if name == 'bus' and rng.random() < 0.7:
        line = fit_into(
            text_line(
                f'{rng.integers(1, 200)} {["Centre", "AIRPORT", "Depot", "North"][rng.integers(4)]}',
                TEXT_FACES[1],
            ),
            300,
            60,
            1.0,
        )
        board = np.full((*line.shape, 3), 18, np.uint8)
        blend(board, (40, 190, 250), line)
        sheet.thing(board, np.full(line.shape, 255, np.uint8), 0, top - tall * 0.07, width * 0.7, 0.07 * tall)
    outline = [(-w, low), (w, low), (w, top - 0.12), (w - 0.1, top), (-w + 0.1, top), (-w, top - 0.12)]
    return Face(sheet.cut(outline), (0.0, plate_y), [(s * w * 0.84, lamp_y, 0.1) for s in (-1, 1)])
