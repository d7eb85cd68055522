"""The ends of vehicles, drawn flat: bumpers, lights, grilles, badges, rear windows, doors."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from .clutter import badge, lettering, sticker
from .geometry import premultiply
from .lettering import TEXT_FACES, fit_into, text_line
from .plates import blend, rounded_rect

Colour = np.ndarray


@dataclass
class Face:
    """The drawing of an end of a vehicle, and what else has to be known of it.

    Attributes:
        layer: Premultiplied BGRA uint8.
        plate: Where the middle of the plate belongs: x from the middle, y over the ground, in metres.
        lamps: Places of the lamps: x, y and radius in metres.
        band: Lower and upper height in metres of the lamps, which go on around the corner.
        lamp_colour: Their colour (BGR).
    """

    layer: np.ndarray
    plate: tuple[float, float]
    lamps: list[tuple[float, float, float]] = field(default_factory=list)
    band: tuple[float, float] = (0.0, 0.0)
    lamp_colour: tuple[float, float, float] = (0, 0, 0)


class Sheet:
    """Paper with metres on it: x from the middle, y over the ground.

    Args:
        width: Width in metres.
        low: Height of the lower edge.
        high: Height of the upper edge.
        scale: Pixels a metre.
    """

    def __init__(self, width: float, low: float, high: float, scale: float) -> None:
        self.width, self.low, self.high, self.scale = width, low, high, scale
        self.image = np.zeros((max(round((high - low) * scale), 4), max(round(width * scale), 4), 3), np.uint8)

    def at(self, points: np.ndarray | list) -> np.ndarray:
        """Metres (N, 2) to pixels of the sheet with 4 fractional bits, (N, 1, 2)."""
        points = np.asarray(points, np.float64)
        pixels = np.stack([(points[:, 0] + self.width / 2) * self.scale, (self.high - points[:, 1]) * self.scale], 1) - 0.5
        return np.round(pixels * 16).astype(np.int32)[:, None]

    def fill(self, points: np.ndarray | list, colour: Colour | tuple) -> None:
        """Fills a polygon."""
        cv2.fillPoly(self.image, [self.at(points)], tuple(float(c) for c in colour), cv2.LINE_AA, 4)

    def stroke(self, points: np.ndarray | list, colour: Colour | tuple, width: float, closed: bool = False) -> None:
        """Draws a line, ``width`` metres wide."""
        thick = max(round(width * self.scale), 1)
        cv2.polylines(self.image, [self.at(points)], closed, tuple(float(c) for c in colour), thick, cv2.LINE_AA, 4)

    def rounded(self, x0: float, y0: float, x1: float, y1: float, radius: float, colour: Colour | tuple, fade: float = 0) -> None:
        """Fills a rectangle with round corners; with ``fade`` it gets darker towards its lower edge by that share."""
        rows, cols = self.image.shape[:2]
        left, right = (round((x + self.width / 2) * self.scale) for x in (x0, x1))
        top, bottom = (round((self.high - y) * self.scale) for y in (y1, y0))
        if right - left < 2 or bottom - top < 2:
            return
        mask = rounded_rect(bottom - top, right - left, radius * self.scale)
        cut_x, cut_y = max(-left, 0), max(-top, 0)
        mask = mask[cut_y : rows - top, cut_x : cols - left]
        window = self.image[max(top, 0) : bottom, max(left, 0) : right]
        if not window.size:
            return
        if fade:
            ramp = np.linspace(1 + fade / 2, 1 - fade, mask.shape[0], dtype=np.float32)[:, None, None]
            paint = np.clip(np.asarray(colour, np.float32) * ramp, 0, 255)
            alpha = mask[..., None].astype(np.float32) / 255
            window[:] = (window * (1 - alpha) + paint * alpha).astype(np.uint8)
        else:
            blend(window, colour, np.ascontiguousarray(mask))

    def thing(self, image: np.ndarray, alpha: np.ndarray, x: float, y: float, width: float, height: float) -> None:
        """Puts a flat drawing, at most (width, height) metres large, with its middle at (x, y)."""
        rows, cols = alpha.shape
        factor = min(width * self.scale / cols, height * self.scale / rows)
        size = (round(cols * factor), round(rows * factor))
        if min(size) < 3:
            return
        image, alpha = (cv2.resize(v, size, interpolation=cv2.INTER_AREA) for v in (image, alpha))
        left = round((x + self.width / 2) * self.scale - size[0] / 2)
        top = round((self.high - y) * self.scale - size[1] / 2)
        window = self.image[max(top, 0) : top + size[1], max(left, 0) : left + size[0]]
        h, w = window.shape[:2]
        if h < 1 or w < 1 or top < 0 or left < 0:
            return
        keep = cv2.merge([alpha[:h, :w]] * 3)
        window[:] = cv2.add(cv2.multiply(window, 255 - keep, scale=1 / 255), cv2.multiply(image[:h, :w], keep, scale=1 / 255))

    def cut(self, outline: np.ndarray | list) -> np.ndarray:
        """The sheet cut out along a polygon, as premultiplied BGRA."""
        alpha = np.zeros(self.image.shape[:2], np.uint8)
        cv2.fillPoly(alpha, [self.at(outline)], 255, cv2.LINE_AA, 4)
        return premultiply(self.image, alpha)


def _panel(sheet: Sheet, paint: Colour) -> None:
    """Paint with the light of the sky on it."""
    rows = sheet.image.shape[0]
    t = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    light = 1.12 - 0.55 * t + 0.22 * np.exp(-(((t - 0.18) / 0.08) ** 2)) + 0.1 * np.exp(-(((t - 0.62) / 0.05) ** 2))
    shine = 26 * np.exp(-(((t - 0.18) / 0.1) ** 2))
    sheet.image[:] = np.clip(paint[None] * light + shine, 0, 255)[:, None]


def _mirrored(points: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    return [points, [(-x, y) for x, y in points]]


def _emblem(rng: np.random.Generator, sheet: Sheet, y: float, size: float) -> None:
    centre = sheet.at([(0, y)])[0, 0]
    radius = int(size / 2 * sheet.scale * 16)
    tone = rng.uniform(170, 240)
    axes = (radius, int(radius * rng.uniform(0.6, 1.0)))
    cv2.ellipse(sheet.image, (tuple(map(int, centre // 16))), (axes[0] // 16 + 1, axes[1] // 16 + 1), 0, 0, 360, (tone,) * 3, -1, cv2.LINE_AA)
    dark = (rng.uniform(20, 150), 30, rng.uniform(20, 90))
    if min(axes) > 60:
        cv2.ellipse(sheet.image, (tuple(map(int, centre // 16))), (int(axes[0] * 0.78 / 16), int(axes[1] * 0.78 / 16)), 0, 0, 360, dark, -1, cv2.LINE_AA)
        sheet.stroke([(-size * 0.22, y), (size * 0.22, y)], (tone,) * 3, size * 0.12)


def _small_print(rng: np.random.Generator, sheet: Sheet, y: float, reach: float) -> None:
    """Model name and badges beside the emblem."""
    for side in (-1, 1):
        if rng.random() < 0.6:
            thing = badge(rng)
            sheet.thing(thing.image, thing.alpha, side * reach * rng.uniform(0.55, 0.8), y, 0.28, 0.055)
    if rng.random() < 0.15:
        thing = sticker(rng)
        sheet.thing(thing.image, thing.alpha, rng.uniform(-0.6, 0.6) * reach, y - 0.12, 0.14, 0.1)


def car_rear(rng: np.random.Generator, width: float, low: float, top: float, paint: Colour, scale: float) -> Face:
    """The tail of a car up to the lid's edge, from ``low`` to ``top`` over the ground."""
    sheet = Sheet(width, low, top, scale)
    _panel(sheet, paint)
    w, tall = width / 2, top - low
    seam = low + tall * rng.uniform(0.38, 0.5)  # upper edge of the bumper
    plastic = np.array([38, 37, 36]) * rng.uniform(0.6, 1.3)
    on_bumper = rng.random() < 0.35
    if rng.random() < 0.3:
        sheet.rounded(-w, low - 0.1, w, seam, 0.04, plastic, 0.3)
    else:
        sheet.rounded(-w, low - 0.1, w, seam, 0.03, paint * 0.95, 0.35)
        sheet.rounded(-w * 0.8, low - 0.1, w * 0.8, low + tall * 0.14, 0.05, plastic, 0.2)
    sheet.stroke([(-w, seam), (w, seam)], paint * 0.3, 0.012)
    sheet.stroke([(-w, seam - 0.016), (w, seam - 0.016)], np.minimum(paint * 1.35 + 25, 255), 0.012)
    # lamps
    kind = rng.integers(3)
    l0, l1 = seam + tall * rng.uniform(0.03, 0.1), top - tall * rng.uniform(0.06, 0.14)
    inner = w * rng.uniform(0.55, 0.75)
    red = np.array([30, 22, 165]) * rng.uniform(0.75, 1.2)
    shape = [(w * 1.02, l0), (w * 1.02, l1), (inner + 0.05, l1 - 0.01), (inner, l0 + 0.03 + (l1 - l0) * 0.2 * kind)]
    for side, points in zip((1, -1), _mirrored(shape)):
        sheet.fill(points, red)
        sheet.stroke(points, red * 0.35, 0.012, True)
        ym = l0 + (l1 - l0) * rng.uniform(0.35, 0.6)
        sheet.rounded(*sorted((side * (inner + 0.05), side * w * 0.97))[:1], ym, sorted((side * (inner + 0.05), side * w * 0.97))[1],
                      ym + (l1 - l0) * 0.16, 0.02, (200, 210, 215) if kind else (30, 120, 240))  # fmt: skip
        sheet.stroke([(side * (inner + 0.06), l1 - 0.03), (side * w * 0.96, l1 - 0.025)], red * 0.4 + 140, 0.01)
    # lid, recess, plate
    lid = inner * 0.97
    sheet.stroke([(-lid, seam), (-lid, top - 0.05), (lid, top - 0.05), (lid, seam)], paint * 0.42, 0.009)
    plate_y = low + (seam - low) * 0.6 if on_bumper else seam + (top - seam) * rng.uniform(0.3, 0.42)
    if rng.random() < 0.75:
        sheet.rounded(-0.33, plate_y - 0.1, 0.33, plate_y + 0.105, 0.03, paint * 0.55 if not on_bumper else plastic * 0.8, -0.4)
    if rng.random() < 0.6 and not on_bumper:  # bar with the plate's lamps
        bar = (215, 215, 215) if rng.random() < 0.5 else paint * 0.7
        sheet.rounded(-0.36, plate_y + 0.105, 0.36, plate_y + 0.145, 0.012, bar, 0.5)
    emblem_y = min(top - 0.09, plate_y + 0.2) if not on_bumper else (seam + top) / 2
    _emblem(rng, sheet, emblem_y, 0.11)
    _small_print(rng, sheet, emblem_y - 0.01, w)
    for side in (-1, 1):
        if rng.random() < 0.7:
            sheet.rounded(*sorted((side * w * 0.62, side * w * 0.82))[:1], low + tall * 0.2, sorted((side * w * 0.62, side * w * 0.82))[1],
                          low + tall * 0.235, 0.01, (30, 25, 150))  # fmt: skip
    if rng.random() < 0.7:
        x = rng.choice([-1, 1]) * w * rng.uniform(0.45, 0.65)
        for at in {x, -x if rng.random() < 0.3 else x}:
            sheet.rounded(at - 0.05, low + 0.0, at + 0.05, low + 0.07, 0.03, (165, 165, 165), 0.4)
            sheet.rounded(at - 0.035, low + 0.012, at + 0.035, low + 0.058, 0.02, (18, 18, 18))
    outline = _cap_outline(w, low, top)
    return Face(sheet.cut(outline), (0.0, plate_y), [(s * (inner + w) / 2, (l0 + l1) / 2, 0.1) for s in (-1, 1)], (l0, l1), tuple(red))


def _cap_outline(w: float, low: float, top: float) -> np.ndarray:
    """Half round at the corners, as the skin is."""
    t = np.linspace(0, np.pi / 2, 7)
    r = 0.07
    lower = np.stack([w - r + r * np.sin(t), low + r - r * np.cos(t)], 1)
    upper = np.stack([w - r + r * np.cos(t), top - r + r * np.sin(t)], 1)
    right = np.vstack([lower, upper])
    return np.vstack([right, right[::-1] * [-1, 1]])


def _grille(rng: np.random.Generator, sheet: Sheet, x: float, y0: float, y1: float, chrome: bool) -> None:
    """A dark opening with bars or a net, framed in chrome or not."""
    if chrome:
        sheet.rounded(-x - 0.02, y0 - 0.02, x + 0.02, y1 + 0.02, 0.05, (205, 205, 205), 0.5)
    sheet.rounded(-x, y0, x, y1, 0.04, (24, 24, 24), -0.3)
    tone = (150, 150, 150) if chrome else (62, 62, 62)
    kind = rng.integers(3)
    if kind < 2:
        for y in np.arange(y0 + 0.025, y1 - 0.01, rng.uniform(0.025, 0.05)):
            sheet.stroke([(-x + 0.02, y), (x - 0.02, y)], tone, 0.008)
    if kind > 0:
        for at in np.arange(-x + 0.03, x - 0.01, rng.uniform(0.03, 0.07)):
            sheet.stroke([(at, y0 + 0.015), (at, y1 - 0.015)], tone, 0.007)


def car_front(rng: np.random.Generator, width: float, low: float, top: float, paint: Colour, scale: float) -> Face:
    """The nose of a car up to the bonnet's edge."""
    sheet = Sheet(width, low, top, scale)
    _panel(sheet, paint)
    w, tall = width / 2, top - low
    seam = low + tall * rng.uniform(0.45, 0.55)
    plastic = np.array([36, 35, 34]) * rng.uniform(0.6, 1.3)
    if rng.random() < 0.2:
        sheet.rounded(-w, low - 0.1, w, seam, 0.04, plastic, 0.3)
    sheet.stroke([(-w, seam), (w, seam)], paint * 0.4, 0.01)
    sheet.stroke([(-w, seam - 0.016), (w, seam - 0.016)], np.minimum(paint * 1.3 + 25, 255), 0.012)
    chrome = rng.random() < 0.5
    gx = w * rng.uniform(0.3, 0.55)
    _grille(rng, sheet, gx, seam + tall * 0.06, top - tall * rng.uniform(0.08, 0.16), chrome)
    intake = low + tall * rng.uniform(0.2, 0.27)
    sheet.rounded(-w * 0.68, low + 0.03, w * 0.68, intake, 0.05, plastic * 0.8, -0.2)
    for y in np.arange(low + 0.06, intake - 0.02, 0.04):
        sheet.stroke([(-w * 0.62, y), (w * 0.62, y)], plastic * 1.7, 0.007)
    # lamps
    l0, l1 = seam + tall * rng.uniform(0.06, 0.14), top - tall * rng.uniform(0.04, 0.1)
    inner = max(gx + 0.03, w * rng.uniform(0.52, 0.66))
    glass = np.array([205, 205, 198]) * rng.uniform(0.7, 1.1)
    shape = [(w * 1.02, l0 + (l1 - l0) * 0.25), (w * 1.02, l1), (inner + 0.03, l1 - 0.03), (inner, l0 + 0.02), (w * 0.85, l0)]
    for side, points in zip((1, -1), _mirrored(shape)):
        sheet.fill(points, glass)
        sheet.stroke(points, (50, 50, 50), 0.013, True)
        middle, r = side * (inner + w) / 2, (l1 - l0) * 0.3
        sheet.rounded(middle - r, (l0 + l1) / 2 - r, middle + r, (l0 + l1) / 2 + r, r, glass * 0.45)
        sheet.rounded(middle - r * 0.7, (l0 + l1) / 2 - r * 0.7, middle + r * 0.7, (l0 + l1) / 2 + r * 0.7, r, (250, 250, 245))
        if rng.random() < 0.6:
            sheet.rounded(*sorted((side * w * 0.9, side * w))[:1], l0 + 0.02, sorted((side * w * 0.9, side * w))[1], l1 - 0.03, 0.02, (30, 130, 235))
        if rng.random() < 0.7:
            fog = side * w * 0.76
            sheet.rounded(fog - 0.06, low + 0.08, fog + 0.06, low + 0.19, 0.05, plastic)
            sheet.rounded(fog - 0.04, low + 0.1, fog + 0.04, low + 0.17, 0.04, (210, 210, 200))
    _emblem(rng, sheet, (seam + top) / 2 + tall * 0.03, 0.12)
    plate_y = seam - tall * rng.uniform(0.11, 0.2)
    if rng.random() < 0.4:
        sheet.rounded(-0.3, plate_y - 0.075, 0.3, plate_y + 0.075, 0.01, plastic)
    return Face(sheet.cut(_cap_outline(w, low, top)), (0.0, plate_y), [(s * (inner + w) / 2, (l0 + l1) / 2, 0.1) for s in (-1, 1)],
                (l0 + (l1 - l0) * 0.25, l1), tuple(glass))  # fmt: skip


def _window(sheet: Sheet, x0: float, y0: float, x1: float, y1: float) -> None:
    sheet.rounded(x0 - 0.02, y0 - 0.02, x1 + 0.02, y1 + 0.02, 0.06, (25, 25, 25))
    sheet.rounded(x0, y0, x1, y1, 0.05, (92, 80, 68), 0.75)
    lean = (y1 - y0) * 0.45
    sheet.fill([(x0 + 0.25 * (x1 - x0), y0 + 0.03), (x0 + 0.42 * (x1 - x0), y0 + 0.03), (x0 + 0.42 * (x1 - x0) + lean, y1 - 0.03), (x0 + 0.25 * (x1 - x0) + lean, y1 - 0.03)], (112, 100, 88))


def tall_end(rng: np.random.Generator, name: str, front: bool, width: float, low: float, top: float, paint: Colour, scale: float) -> Face:
    """The upright end of a van, a bus or a lorry, from ``low`` to the roof at ``top``."""
    sheet = Sheet(width, low, top, scale)
    _panel(sheet, paint)
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
        sheet.rounded(-w, low, w, low + 0.3, 0.01, plastic, 0.2)
        lamp_y, plate_y, lamp_h = low + 0.15, low + 0.15, 0.12
        if rng.random() < 0.5:
            for i, x in enumerate(np.arange(-w + 0.4, w - 0.6, 0.2)):
                sheet.fill([(x, low + 0.33), (x + 0.2, low + 0.33), (x + 0.2, low + 0.44), (x, low + 0.44)], red if i % 2 else (230, 230, 230))
    else:
        sheet.rounded(-w, low - 0.1, w, bumper, 0.03, plastic if rng.random() < 0.6 else paint * 0.85, 0.3)
        if front:
            _window(sheet, -w * 0.9, low + tall * 0.45, w * 0.9, top - tall * 0.14)
            if rng.random() < 0.6:
                _grille(rng, sheet, w * rng.uniform(0.3, 0.5), bumper + 0.12, low + tall * 0.36, rng.random() < 0.4)
        elif name == 'bus':
            if rng.random() < 0.7:
                _window(sheet, -w * 0.8, low + tall * 0.52, w * 0.8, top - tall * 0.12)
            for y in np.arange(bumper + 0.1, low + tall * 0.36, 0.06):
                sheet.stroke([(-w * 0.5, y), (w * 0.5, y)], paint * 0.5, 0.02)
        else:
            sheet.stroke([(0, bumper), (0, top - 0.1)], paint * 0.35, 0.016)
            if rng.random() < 0.7:
                for side in (-1, 1):
                    _window(sheet, *((0.06, low + tall * 0.52, w * 0.86, top - tall * 0.12) if side > 0 else (-w * 0.86, low + tall * 0.52, -0.06, top - tall * 0.12)))
        lamp_y, lamp_h = bumper + (0.12 if front else 0.25), 0.14 if front else 0.34
        plate_y = bumper - 0.17 if front or rng.random() < 0.4 else bumper + 0.16
        _emblem(rng, sheet, bumper + 0.3 if front else plate_y + 0.2, 0.13)
    for side in (-1, 1):
        x0, x1 = sorted((side * w * 0.74, side * w * 0.95))
        if front:
            sheet.rounded(x0 - 0.02, lamp_y - lamp_h / 2 - 0.02, x1 + 0.02, lamp_y + lamp_h / 2 + 0.02, 0.05, (60, 60, 60))
            sheet.rounded(x0, lamp_y - lamp_h / 2, x1, lamp_y + lamp_h / 2, 0.05, (225, 225, 218), 0.3)
        else:
            if name == 'van':
                x0, x1 = sorted((side * w * 0.88, side * w))
            sheet.rounded(x0, lamp_y - lamp_h / 2, x1, lamp_y + lamp_h / 2, 0.02, red, 0.3)
            sheet.rounded(x0, lamp_y, x1, lamp_y + lamp_h * 0.28, 0.02, amber)
    if rng.random() < 0.65 and not (front and name != 'bus'):  # lettering of a firm
        spot = top - tall * 0.07 if front else low + tall * rng.choice([0.42, 0.3] if name == 'van' else [0.55, 0.7, 0.42])
        if name == 'truck':
            spot = low + tall * rng.uniform(0.45, 0.75)
        for k in range(1 if front else rng.integers(1, 3)):
            thing = lettering(rng)
            limit = 0.09 * tall if front else rng.uniform(0.06, 0.14) * tall
            sheet.thing(thing.image, thing.alpha, rng.uniform(-0.15, 0.15) * w, spot - k * limit * 1.3, width * 0.75, limit)
    if name == 'bus' and rng.random() < 0.7:
        line = fit_into(text_line(f'{rng.integers(1, 200)} {["Centre", "AIRPORT", "Depot", "North"][rng.integers(4)]}', TEXT_FACES[1]), 300, 60, 1.0)
        board = np.full((*line.shape, 3), 18, np.uint8)
        blend(board, (40, 190, 250), line)
        sheet.thing(board, np.full(line.shape, 255, np.uint8), 0, top - tall * 0.07, width * 0.7, 0.07 * tall)
    outline = [(-w, low), (w, low), (w, top - 0.12), (w - 0.1, top), (-w + 0.1, top), (-w, top - 0.12)]
    return Face(sheet.cut(outline), (0.0, plate_y), [(s * w * 0.84, lamp_y, 0.1) for s in (-1, 1)])
