"""Flat things with letters or bars that are not plates: signs, stickers, badges, prices, grilles.

They teach a network that lettering alone makes no plate. All are drawn to be told apart by a person: words,
prices, telephone numbers and road signs, none with the format of a plate.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ..paint import blend, rounded_rect, smooth_noise
from ..plates.lettering import CAP_HEIGHT, TEXT_FACES, fit_into, text_line
from . import notices
from .flat_things import FlatThing, pick

_WORDS = (
    'Bakery', 'HOTEL', 'Café Lune', 'PHARMACY', 'BOOKS', 'Garden', 'PARKING', 'open', 'SALE', 'Pizza',
    'MARKET', 'TOURS', 'Express', 'EXIT', 'Electric', 'PLUMBING', 'Fresh Fish', 'TAXI', 'POLICE',
    'SCHOOL BUS', 'Service', 'Rental', 'Bank', 'CINEMA', 'Florist', 'Hardware', 'MUSEUM', 'STOP',
    'Delivery', 'Moving & Storage', 'Opera', 'BAR', 'Sushi', 'ΚΑΦΕ', 'АПТЕКА', 'ХЛЕБ', 'Кафе', 'Zahnarzt',
    'Bäckerei', 'Coiffeur', 'CLEANING', 'Window Films', 'Team Racing', 'No Parking',
)  # fmt: skip
_STREETS = (
    'Mill Lane', 'Rue du Port', 'Hauptstraße', 'Via Roma', 'Elm Street', 'Av. Central', 'King Street',
    'Lindenweg',
)  # fmt: skip
_BADGES = (
    'GT', '2.0', 'TDI', 'Hybrid', '4x4', 'Sport', 'V6', 'TURBO', 'GLX', '1.6', 'Vento', 'Astrix', 'Luna',
    'EV', '320', 'XLT',
)  # fmt: skip
_INKS = np.array(
    [
        [30, 30, 30],
        [240, 240, 240],
        [40, 40, 200],
        [190, 90, 20],
        [60, 140, 40],
        [30, 190, 240],
        [150, 40, 110],
    ]
)


def _two_inks(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A ground and a lettering colour that can be read on it."""
    first = _INKS[rng.integers(len(_INKS))]
    others = _INKS[np.abs(_INKS - first).sum(1) > 200]
    second = others[rng.integers(len(others))]
    return (np.clip(c + rng.normal(0, 14, 3), 0, 255) for c in (first, second))


def _phrase(rng: np.random.Generator) -> str:
    kind = rng.integers(5)
    if kind == 0:
        return f'{rng.integers(10, 999)} {rng.integers(100, 999)} {rng.integers(1000, 9999)}'
    if kind == 1:
        return f'{pick(rng, _WORDS)} {rng.integers(1, 99)}'
    if kind == 2:
        return f'www.{pick(rng, _WORDS).split()[0].lower()}.example'
    return pick(rng, _WORDS)


def lettering(rng: np.random.Generator) -> FlatThing:
    """Letters with no ground of their own: painted on a van, a window, a wall."""
    line = text_line(_phrase(rng), pick(rng, TEXT_FACES), rng.uniform(0, 0.2))
    image = np.empty((*line.shape, 3), np.uint8)
    image[:] = _INKS[rng.integers(len(_INKS))]
    return FlatThing(image, np.ascontiguousarray(line))


def sign(rng: np.random.Generator) -> FlatThing:
    """A shop's or a company's sign: one or two lines of words on a coloured board."""
    ground, ink = _two_inks(rng)
    lines = [
        text_line(_phrase(rng), pick(rng, TEXT_FACES), rng.uniform(0, 0.15))
        for _ in range(rng.integers(1, 3))
    ]
    cols = max(line.shape[1] for line in lines) + 60
    rows = sum(line.shape[0] for line in lines) + 40
    image = np.empty((rows, cols, 3), np.uint8)
    image[:] = ground
    top = 24
    for line in lines:
        left = (cols - line.shape[1]) // 2
        blend(image[top : top + line.shape[0], left : left + line.shape[1]], ink, line)
        top += line.shape[0]
    return FlatThing(image, rounded_rect(rows, cols, rng.choice([0, 12, rows // 2])))


def street_name(rng: np.random.Generator) -> FlatThing:
    """A street's name, with a double edge."""
    line = text_line(pick(rng, _STREETS), pick(rng, ('DejaVuSans', 'DejaVuSans-Bold', 'DejaVuSerif')))
    rows, cols = line.shape[0] + 50, line.shape[1] + 70
    grounds = np.array([[150, 60, 10], [60, 110, 20], [235, 235, 235]])
    ground = grounds[rng.integers(3)]
    ink = (30, 30, 30) if ground[0] > 200 else (240, 240, 240)
    image = np.empty((rows, cols, 3), np.uint8)
    image[:] = ground
    cv2.rectangle(image, (7, 7), (cols - 8, rows - 8), tuple(map(int, ink)), 4)
    blend(image[28 : 28 + line.shape[0], 35 : 35 + line.shape[1]], ink, line)
    return FlatThing(image, rounded_rect(rows, cols, 10))


def house_number(rng: np.random.Generator) -> FlatThing:
    """A house number: at most three digits on an enamel sign, square or oval."""
    line = text_line(str(rng.integers(1, 300)), pick(rng, TEXT_FACES))
    rows = 2 * CAP_HEIGHT
    cols = max(line.shape[1] + 50, round(rows * rng.uniform(0.8, 1.2)))
    image = np.empty((rows, cols, 3), np.uint8)
    ground, ink = _two_inks(rng)
    image[:] = ground
    y, x = (rows - CAP_HEIGHT) // 2, (cols - line.shape[1]) // 2
    blend(image[y : y + line.shape[0], x : x + line.shape[1]], ink, line)
    return FlatThing(image, rounded_rect(rows, cols, rng.choice([6, 24, rows // 2])))


def sticker(rng: np.random.Generator) -> FlatThing:
    """An oval or round sticker with a letter or a short word."""
    ground, ink = _two_inks(rng)
    rows, cols = 160, int(rng.choice([160, 230]))
    image = np.empty((rows, cols, 3), np.uint8)
    image[:] = ground
    alpha = np.zeros((rows, cols), np.uint8)
    centre, axes = (cols // 2, rows // 2), (cols // 2 - 2, rows // 2 - 2)
    cv2.ellipse(alpha, centre, axes, 0, 0, 360, 255, -1, cv2.LINE_AA)
    cv2.ellipse(image, centre, (axes[0] - 8, axes[1] - 8), 0, 0, 360, tuple(map(int, ink)), 5, cv2.LINE_AA)
    line = fit_into(
        text_line(pick(rng, _BADGES + _WORDS), pick(rng, TEXT_FACES)), cols * 0.7, rows * 0.4, 1.0
    )
    y, x = (rows - line.shape[0]) // 2 + 8, (cols - line.shape[1]) // 2
    blend(image[y : y + line.shape[0], x : x + line.shape[1]], ink, line)
    return FlatThing(image, alpha)


def badge(rng: np.random.Generator) -> FlatThing:
    """Chrome letters of a model's name."""
    line = text_line(pick(rng, _BADGES), pick(rng, TEXT_FACES), rng.uniform(0.05, 0.3))
    line = np.ascontiguousarray(line)
    shine = np.linspace(250, 90, line.shape[0]) + 50 * np.sin(np.linspace(0, 12, line.shape[0]))
    grey = np.repeat(np.clip(shine, 0, 255)[:, None], line.shape[1], 1).astype(np.uint8)
    image = cv2.merge([grey] * 3)
    edge = cv2.dilate(line, np.ones((7, 7), np.uint8))
    blend(image, (60, 60, 60), cv2.subtract(edge, line))
    return FlatThing(image, edge)


def price_card(rng: np.random.Generator) -> FlatThing:
    """A price behind a windscreen, or a notice in small print."""
    rows, cols = 190, int(rng.uniform(200, 330))
    image = np.empty((rows, cols, 3), np.uint8)
    image[:] = np.array([[245, 245, 245], [90, 230, 250], [120, 200, 255]])[rng.integers(3)]
    currency, mark = pick(rng, ('£', '$', '€', '')), pick(rng, (',', '.', ''))
    price = f'{currency}{rng.integers(3, 60)}{mark}{rng.integers(1, 10)}00'
    ink = (30, 30, 190) if rng.random() < 0.6 else (30, 30, 30)
    line = fit_into(text_line(price, pick(rng, TEXT_FACES)), cols * 0.9, rows * 0.4, 1.0)
    x = (cols - line.shape[1]) // 2
    blend(image[16 : 16 + line.shape[0], x : x + line.shape[1]], ink, line)
    for y in range(110, rows - 12, 14):
        end = int(cols * rng.uniform(0.5, 0.92))
        cv2.line(image, (18, y), (end, y), (90, 90, 90), 4)
    return FlatThing(image, rounded_rect(rows, cols, 3))


def road_sign(rng: np.random.Generator) -> FlatThing:
    """A speed limit, a warning triangle, a ban, an order or a distance board."""
    size = 200
    image = np.full((size, size, 3), 240, np.uint8)
    alpha = np.zeros((size, size), np.uint8)
    kind = rng.integers(4)
    if kind == 1:
        corners = np.array([[100, 8], [194, 180], [6, 180]])
        cv2.fillPoly(alpha, [corners], 255, cv2.LINE_AA)
        cv2.polylines(image, [corners], True, (40, 30, 200), 34, cv2.LINE_AA)
        word = '!'
    elif kind == 3:
        cv2.rectangle(alpha, (4, 30), (196, 170), 255, -1)
        image[:] = np.array([[160, 80, 10], [60, 120, 20], [30, 190, 245]])[rng.integers(3)]
        word = f'{rng.integers(1, 90)} km'
    else:
        cv2.circle(alpha, (100, 100), 96, 255, -1, cv2.LINE_AA)
        if kind == 2:
            image[:] = (170, 90, 20)
        else:
            cv2.circle(image, (100, 100), 84, (40, 30, 200), 24, cv2.LINE_AA)
        word = pick(rng, ('30', '50', '60', '80', '120', 'P', '7.5t', '↑', '→'))
    line = fit_into(text_line(word, 'DejaVuSans-Bold'), 120, 80, 1.0)
    y, x = 100 - line.shape[0] // 2 + 12, 100 - line.shape[1] // 2
    ink = (245, 245, 245) if kind == 2 or (kind == 3 and image[100, 100, 2] < 128) else (25, 25, 25)
    blend(image[y : y + line.shape[0], x : x + line.shape[1]], ink, line)
    return FlatThing(image, alpha)


def bars(rng: np.random.Generator) -> FlatThing:
    """A grille, a vent, a fence or blinds: a row of bars as regular as letters."""
    rows, cols = int(rng.uniform(60, 160)), int(rng.uniform(160, 420))
    dark, light = rng.uniform(10, 70), rng.uniform(90, 230)
    step = int(rng.uniform(8, 26))
    wave = np.arange(cols if rng.random() < 0.5 else rows) % step < step * rng.uniform(0.3, 0.6)
    tone = np.where(wave, light, dark).astype(np.uint8)
    grey = np.repeat(
        tone[None] if len(tone) == cols else tone[:, None], *((rows, 0) if len(tone) == cols else (cols, 1))
    )
    image = cv2.merge([np.ascontiguousarray(grey)] * 3)
    return FlatThing(image, rounded_rect(rows, cols, rng.uniform(0, rows / 3)))


def blank(rng: np.random.Generator) -> FlatThing:
    """An empty board or sheet: a plate's shape with nothing on it."""
    rows = 120
    cols = int(rows * rng.uniform(1.2, 5))
    image = np.empty((rows, cols, 3), np.uint8)
    image[:] = np.clip(_INKS[rng.integers(len(_INKS))] + rng.normal(0, 25, 3), 0, 255)
    light = 1 + 0.08 * smooth_noise(rng, rows, cols, 4)
    image = cv2.multiply(image, cv2.merge([light] * 3), dtype=cv2.CV_8U)
    return FlatThing(image, rounded_rect(rows, cols, rng.uniform(0, 16)))


_KINDS: tuple[tuple[Callable[[np.random.Generator], FlatThing], float], ...] = (
    (lettering, 3),
    (sign, 3),
    (street_name, 1.5),
    (house_number, 1.5),
    (sticker, 1.5),
    (badge, 1.5),
    (price_card, 1),
    (road_sign, 2),
    (bars, 1.5),
    (blank, 1),
    (notices.notice, 2.5),
    (notices.warning, 1.5),
    (notices.door_plate, 1.2),
    (notices.number_tag, 1.5),
    (notices.buttons, 1),
    (notices.brand, 2.5),
    (notices.tyre, 0.8),
    (notices.lamp, 1.2),
    (notices.taxi_sign, 1.2),
    (notices.label, 0.6),
    (notices.display, 0.6),
)
_KIND_WEIGHTS = np.array([weight for _, weight in _KINDS]) / sum(weight for _, weight in _KINDS)


def render_clutter(rng: np.random.Generator) -> FlatThing:
    """Draws one of the things of this module."""
    return _KINDS[rng.choice(len(_KINDS), p=_KIND_WEIGHTS)][0](rng)


def overlay_text(rng: np.random.Generator, image: np.ndarray, allowed: np.ndarray | None = None) -> None:
    """Writes what cameras write into their pictures (date, time, place, speed), in place.

    Args:
        rng: Where randomness comes from.
        image: BGR uint8 (H, W, 3).
        allowed: bool (H, W); nothing is written where it is False.
    """
    rows, cols = image.shape[:2]
    stamp = f'{rng.integers(2009, 2026)}-{rng.integers(1, 13):02d}-{rng.integers(1, 29):02d}'
    clock = f'{rng.integers(24):02d}:{rng.integers(60):02d}:{rng.integers(60):02d}'
    text = [
        f'{stamp} {clock}',
        f'CAM {rng.integers(1, 20)}',
        f'{clock}  {rng.integers(0, 120)} km/h',
        f'{stamp}',
    ][rng.integers(4)]
    line = text_line(text, pick(rng, ('DejaVuSansMono', 'DejaVuSans', 'DejaVuSansMono-Bold')))
    line = fit_into(line, cols * 0.7, rows * rng.uniform(0.025, 0.06), 1.0)
    h, w = line.shape
    x = int(rng.choice([0.02, 0.98]) * (cols - w))
    y = int(rng.choice([0.02, 0.97]) * (rows - h))
    if allowed is not None and not allowed[y : y + h, x : x + w].all():
        return
    ink = [(250, 250, 250), (60, 230, 250), (80, 240, 90), (20, 20, 20)][rng.integers(4)]
    window = image[y : y + h, x : x + w]
    if rng.random() < 0.5 and min(h, w) > 4:
        shadow = cv2.dilate(line, np.ones((3, 3), np.uint8))
        blend(window, (10, 10, 10), shadow)
    blend(window, ink, line)
