"""Coloured strips along the edges of a plate, pictures and stickers on it."""

from __future__ import annotations

import cv2
import numpy as np

from ..paint import blend
from .layouts import fill_pattern
from .lettering import TEXT_FACES, fit_into, plate_line, text_line
from .plate_layout import Box, Colour, PlateLayout

_VIVID = np.array(
    [[40, 40, 200], [60, 150, 40], [190, 90, 20], [30, 190, 240], [30, 120, 240], [150, 40, 120],
     [120, 60, 20]]
)  # fmt: skip


def field_of(layout: PlateLayout) -> Box:
    """What the strips of a plate leave of it, in fractions: left, top, right, bottom."""
    shares = dict.fromkeys(('left', 'top', 'right', 'bottom'), 0.0)
    for strip in layout.strips:
        shares[strip.side] += strip.share
    return shares['left'], shares['top'], 1 - shares['right'], 1 - shares['bottom']


def word_coverage(rng: np.random.Generator, text: str) -> np.ndarray:
    """Coverage of a word: in an ordinary face where it is written in Latin letters, else in our strokes."""
    if text.isascii():
        return text_line(text, TEXT_FACES[rng.integers(len(TEXT_FACES))], rng.uniform(0, 0.2))
    return plate_line(text, 'medium', 0.06)


def place(image: np.ndarray, coverage: np.ndarray, colour: Colour | np.ndarray, box: Box) -> None:
    """Paints a coverage into a box (left, top, right, bottom in pixels), as large as it fits."""
    x0, y0, x1, y1 = box
    if min(x1 - x0, y1 - y0) < 2:
        return
    ink = fit_into(coverage, x1 - x0, min(y1 - y0, (x1 - x0) * 1.25 * coverage.shape[0] / coverage.shape[1]))
    top, left = max(round((y0 + y1 - ink.shape[0]) / 2), 0), max(round((x0 + x1 - ink.shape[1]) / 2), 0)
    window = image[top : top + ink.shape[0], left : left + ink.shape[1]]
    blend(window, colour, np.ascontiguousarray(ink[: window.shape[0], : window.shape[1]]))


def draw_strips(rng: np.random.Generator, layout: PlateLayout, image: np.ndarray) -> None:
    """Draws the strips of a layout onto its sheet (BGR uint8), in place; the first lie outside."""
    rows, cols = image.shape[:2]
    x0, y0, x1, y1 = 0, 0, cols, rows
    for strip in layout.strips:
        thick = round(strip.share * (rows if strip.side in ('top', 'bottom') else cols))
        window = {
            'top': (x0, y0, x1, y0 + thick),
            'bottom': (x0, y1 - thick, x1, y1),
            'left': (x0, y0, x0 + thick, y1),
            'right': (x1 - thick, y0, x1, y1),
        }[strip.side]
        x0, y0 = x0 + thick * (strip.side == 'left'), y0 + thick * (strip.side == 'top')
        x1, y1 = x1 - thick * (strip.side == 'right'), y1 - thick * (strip.side == 'bottom')
        part = image[window[1] : window[3], window[0] : window[2]]
        if min(part.shape[:2]) < 3:
            continue
        ground, ink = strip.colours[rng.integers(len(strip.colours))]
        ground = np.clip(np.array(ground) * rng.uniform(0.85, 1.1) + rng.normal(0, 6, 3), 0, 250)
        part[:] = ground
        if rng.random() < 0.3:  # a line parts it from the field
            edge = {'top': np.s_[-2:], 'bottom': np.s_[:2], 'left': np.s_[:, -2:], 'right': np.s_[:, :2]}
            part[edge[strip.side]] = ink
        text = fill_pattern(rng, strip)
        _fill(rng, part, strip.content[rng.integers(len(strip.content))], ink, text)


def _fill(rng: np.random.Generator, part: np.ndarray, content: str, ink: Colour, text: str) -> None:
    """What is on a strip."""
    rows, cols = part.shape[:2]
    side = min(rows, cols)
    if content == 'word':
        if rows > 1.6 * cols and rng.random() < 0.6:  # read along an upright band
            turned = np.ascontiguousarray(np.rot90(part))
            place(turned, word_coverage(rng, text), ink, (rows * 0.1, cols * 0.2, rows * 0.9, cols * 0.8))
            part[:] = np.rot90(turned, -1)
        else:
            pad = rng.uniform(0.05, 0.2)
            place(
                part, word_coverage(rng, text), ink, (cols * pad, rows * 0.14, cols * (1 - pad), rows * 0.86)
            )
        if cols > 4 * rows and rng.random() < 0.4:
            _emblem(rng, part, (cols - rows * 0.8, rows * 0.5), rows * 0.34)
        if cols > 4 * rows and rng.random() < 0.3:
            _flag(rng, part, (rows * 0.2, rows * 0.2, rows * 1.2, rows * 0.8))
    elif content == 'emblem':
        _emblem(rng, part, (cols * 0.5, rows * rng.uniform(0.3, 0.5)), side * 0.36)
        if rows > cols:
            place(part, word_coverage(rng, text), ink, (cols * 0.1, rows * 0.6, cols * 0.9, rows * 0.92))
    elif content == 'flag':
        if rows > cols:
            _flag(rng, part, (cols * 0.15, rows * 0.12, cols * 0.85, rows * 0.12 + cols * 0.45))
            place(part, word_coverage(rng, text), ink, (cols * 0.1, rows * 0.55, cols * 0.9, rows * 0.92))
        else:
            _flag(rng, part, (rows * 0.3, rows * 0.2, rows * 1.3, rows * 0.8))
            place(part, word_coverage(rng, text), ink, (rows * 1.6, rows * 0.15, cols * 0.95, rows * 0.85))
    elif content == 'dots':
        for angle in np.arange(12) * np.pi / 6:
            spot = cols * (0.5 + 0.3 * np.sin(angle)), rows * 0.3 - side * 0.3 * np.cos(angle)
            disc(part, spot, max(side * 0.06, 1.0), (60, 210, 240))
        place(part, word_coverage(rng, text), ink, (cols * 0.15, rows * 0.58, cols * 0.85, rows * 0.92))
    elif content == 'chip':
        x0, x1, y0 = cols * 0.2, cols * 0.85, rows * 0.12
        y1 = y0 + (x1 - x0) * rng.uniform(0.8, 1.2)
        shine = np.linspace(0, 1, max(round(x1 - x0), 1), dtype=np.float32)[None, :, None]
        tint = (
            np.array([200, 190, 185], np.float32) * (1 - shine) + _VIVID[rng.integers(7)] * 0.5 * shine + 40
        )
        window = part[round(y0) : round(y1), round(x0) : round(x0) + shine.shape[1]]
        window[:] = np.clip(tint[:, : window.shape[1]], 0, 250)
        below = min(y1 + cols * 0.5, rows * 0.95)
        place(part, word_coverage(rng, text), ink, (cols * 0.1, y1 + rows * 0.02, cols * 0.95, below))


def disc(image: np.ndarray, centre: tuple[float, float], radius: float, colour: Colour | np.ndarray) -> None:
    """Paints a disc, smooth to a sixteenth of a pixel."""
    spot = tuple(int(v * 16) for v in centre)
    cv2.circle(image, spot, int(radius * 16), tuple(float(c) for c in colour), -1, cv2.LINE_AA, 4)


def _emblem(rng: np.random.Generator, image: np.ndarray, centre: tuple[float, float], radius: float) -> None:
    """A coat of arms of nobody: rings, a shield or a star in two colours."""
    first, second = _VIVID[rng.permutation(len(_VIVID))[:2]]
    if radius < 1:
        return
    kind = rng.integers(3)
    middle = np.array(centre)
    if kind == 0:
        disc(image, centre, radius, first)
        disc(image, centre, radius * 0.7, (235, 235, 235))
        disc(image, centre, radius * 0.4, second)
        return
    if kind == 1:
        shape = np.array([(-0.8, -1), (0.8, -1), (0.8, 0.2), (0, 1), (-0.8, 0.2)])
    else:
        turn = np.arange(10) * np.pi / 5
        shape = np.stack([np.sin(turn), -np.cos(turn)], 1) * np.where(np.arange(10) % 2, 0.45, 1.0)[:, None]
    for size, colour in ((1.0, first), (0.55, second)):
        points = np.round((middle + shape * radius * size) * 16).astype(np.int32)
        cv2.fillPoly(image, [points], tuple(float(c) for c in colour), cv2.LINE_AA, 4)


def _flag(rng: np.random.Generator, image: np.ndarray, box: Box) -> None:
    """A flag of no country: three stripes, lying or upright."""
    x0, y0, x1, y1 = (round(v) for v in box)
    tints = np.vstack([_VIVID, [[240, 240, 240]] * 3])[rng.permutation(10)[:3]]
    upright = rng.random() < 0.5
    for i, tint in enumerate(tints):
        if upright:
            image[y0:y1, x0 + (x1 - x0) * i // 3 : x0 + (x1 - x0) * (i + 1) // 3] = tint
        else:
            image[y0 + (y1 - y0) * i // 3 : y0 + (y1 - y0) * (i + 1) // 3, x0:x1] = tint


def draw_emblem(rng: np.random.Generator, image: np.ndarray) -> None:
    """A picture behind the lettering, in the middle or at the left, as on American plates."""
    rows, cols = image.shape[:2]
    x = cols * (rng.uniform(0.42, 0.58) if rng.random() < 0.6 else rng.uniform(0.1, 0.2))
    y, size = rows * rng.uniform(0.45, 0.55), rows * rng.uniform(0.16, 0.32)
    before = image.copy()
    kind = rng.integers(3)
    tint = _VIVID[rng.integers(len(_VIVID))]
    if kind == 0:
        _emblem(rng, image, (x, y), size)
    elif kind == 1:  # a blossom, a tree, a fruit
        for angle in np.arange(5) * 2 * np.pi / 5 + rng.uniform(0, 6):
            disc(image, (x + size * 0.5 * np.sin(angle), y + size * 0.5 * np.cos(angle)), size * 0.45, tint)
        disc(image, (x, y), size * 0.3, _VIVID[rng.integers(len(_VIVID))])
    else:  # an animal or a country's outline
        turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
        points = np.stack([np.sin(turn), np.cos(turn)], 1) * rng.uniform(0.5, 1.1, 14)[:, None] * size
        points = np.round((points * [1.2, 1] + [x, y]) * 16).astype(np.int32)
        cv2.fillPoly(image, [points], tuple(float(c) for c in tint), cv2.LINE_AA, 4)
    strength = rng.uniform(0.35, 0.95)
    image[:] = cv2.addWeighted(image, strength, before, 1 - strength, 0)


def draw_stickers(rng: np.random.Generator, image: np.ndarray) -> None:
    """One or two stickers of month and year in the corners."""
    rows, cols = image.shape[:2]
    tall, wide = rows * rng.uniform(0.16, 0.24), rows * rng.uniform(0.22, 0.34)
    inset = rows * rng.uniform(0.03, 0.06)
    spots = [(inset, inset), (cols - wide - inset, inset), (cols - wide - inset, rows - tall - inset),
             (inset, rows - tall - inset)]  # fmt: skip
    for at in rng.permutation(4)[: rng.integers(1, 3)]:
        x, y = (round(v) for v in spots[at])
        part = image[y : y + round(tall), x : x + round(wide)]
        part[:] = np.clip(_VIVID[rng.integers(len(_VIVID))] * 0.8 + rng.uniform(0, 90), 0, 250)
        text = str(rng.integers(10, 40)) if rng.random() < 0.6 else ('JAN', 'JUN', 'OCT')[rng.integers(3)]
        colour = (20, 20, 20) if part.mean() > 120 else (240, 240, 240)
        place(part, text_line(text), colour, (wide * 0.1, tall * 0.1, wide * 0.9, tall * 0.95))
