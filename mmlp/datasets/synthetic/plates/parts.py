"""Parts of a plate: background, band, relief of the letters, screws, dirt, holder."""

from __future__ import annotations

import cv2
import numpy as np

from ..paint import blend, rounded_rect, smooth_noise
from .lettering import TEXT_FACES, fit_into, text_line
from .plate_layout import PlateLayout

_HOLDER_WORDS = (
    'AUTOHAUS NORD', 'www.example.com', 'CITY MOTORS', 'Garage Lemaire', 'GRAND AUTO', 'Tel. 555 0134',
    'Family Cars since 1978', 'AUTO CENTER', 'eautos.example', 'DRIVE NOW',
)  # fmt: skip


def draw_background(
    rng: np.random.Generator, layout: PlateLayout, colour: np.ndarray, shape: tuple[int, int]
) -> np.ndarray:
    """The painted sheet (BGR uint8), plain, with a gradient or with scenery."""
    rows, cols = shape
    ramp = np.linspace(0, 1, rows, dtype=np.float32)[:, None, None]
    base = np.broadcast_to(colour.astype(np.float32), (rows, 1, 3))
    if layout.gradient is not None:
        base = base + (np.array(layout.gradient, np.float32) - base) * ramp ** rng.uniform(0.7, 1.5)
    image = np.ascontiguousarray(np.broadcast_to(base, (rows, cols, 3)).astype(np.uint8))
    if layout.scenery:
        _scenery(rng, image)
    return image


def _scenery(rng: np.random.Generator, image: np.ndarray) -> None:
    """A faint landscape: a sky that fades, hills, now and then a sun."""
    rows, cols = image.shape[:2]
    tints = np.array(
        [[230, 190, 140], [150, 200, 250], [190, 220, 170], [210, 180, 230], [120, 170, 245]], np.float32
    )
    sky = tints[rng.integers(len(tints))]
    fade = np.linspace(rng.uniform(0.5, 1), 0, rows, dtype=np.float32)[:, None, None]
    image[:] = (image * (1 - fade) + sky * fade).astype(np.uint8)
    if rng.random() < 0.4:
        centre = (int(rng.uniform(0.2, 0.8) * cols), int(rng.uniform(0.3, 0.6) * rows))
        cv2.circle(
            image,
            centre,
            int(rows * rng.uniform(0.12, 0.3)),
            tuple(map(int, tints[4] * 0.5 + 120)),
            -1,
            cv2.LINE_AA,
        )
    xs = np.arange(0, cols + 8, 8)
    for i in range(rng.integers(1, 4)):
        phase, waves = rng.uniform(0, 6.3, 2), rng.uniform(1.5, 5, 2)
        swing = np.sin(xs[:, None] / cols * waves * 2 + phase).sum(1)
        ys = rows * (0.55 + 0.15 * i + 0.08 * swing)
        hill = np.vstack([np.stack([xs, ys], 1), [[cols + 8, rows], [0, rows]]])
        tint = tints[rng.integers(len(tints))] * (0.92 - 0.06 * i)
        shade = np.zeros((rows, cols), np.uint8)
        cv2.fillPoly(shade, [np.round(hill).astype(np.int32)], int(rng.uniform(90, 190)), cv2.LINE_AA)
        blend(image, tint, shade)


def draw_band(rng: np.random.Generator, layout: PlateLayout, image: np.ndarray) -> None:
    """The coloured band with a ring of dots or a small flag, and a country letter."""
    rows, cols = image.shape[:2]
    colour = np.array(layout.band_colour) * rng.uniform(0.7, 1.15)
    if rng.random() < 0.12 and layout.band == 'left':
        colour = np.array([60, 150, 60]) * rng.uniform(0.7, 1.1)
    wide = round(rows * rng.uniform(0.38, 0.45))
    strips = {
        'left': [(0, 0, wide, rows)],
        'both': [(0, 0, wide, rows), (cols - wide, 0, cols, rows)],
        'top': [(0, 0, cols, round(rows * 0.23))],
        'corner': [(0, 0, round(cols * 0.17), round(rows * 0.47))],
    }
    for i, (x0, y0, x1, y1) in enumerate(strips[layout.band]):
        image[y0:y1, x0:x1] = np.clip(colour, 0, 255)
        w, h = x1 - x0, y1 - y0
        if layout.band == 'top':
            name = ('BRASIL', 'ARGENTINA', 'MERCOSUR', 'PARAGUAY')[rng.integers(4)]
            line = fit_into(text_line(name, 'DejaVuSans-Bold', 0.15), w * 0.4, h * 0.6, 1.0)
            x, y = (cols - line.shape[1]) // 2, round(h * 0.3)
            blend(image[y : y + line.shape[0], x : x + line.shape[1]], (240, 240, 240), line)
            flag = slice(cols - round(h * 1.6), cols - round(h * 0.35))
            third = (flag.stop - flag.start) // 3
            for j, stripe in enumerate(rng.permutation([[60, 160, 50], [240, 240, 240], [60, 60, 200]])):
                image[y0 + h // 5 : y1 - h // 5, flag.start + j * third : flag.start + (j + 1) * third] = (
                    stripe
                )
            continue
        if i == 0:
            ring, star = 0.3 * w, max(w * 0.055, 1.0)
            for angle in np.arange(12) * np.pi / 6:
                spot = (x0 + w / 2 + ring * np.sin(angle), y0 + h * 0.3 - ring * np.cos(angle))
                cv2.circle(
                    image,
                    tuple(int(v * 16) for v in spot),
                    int(star * 16),
                    (60, 210, 240),
                    -1,
                    cv2.LINE_AA,
                    4,
                )
        word = ''.join(rng.choice(list('ABDEFHILNPRST'), rng.integers(1, 3)))
        line = fit_into(text_line(word, 'DejaVuSans-Bold'), w * 0.7, h * 0.32)
        x, y = x0 + (w - line.shape[1]) // 2, y0 + round(h * 0.6)
        blend(image[y : y + line.shape[0], x : x + line.shape[1]], (240, 240, 240), line[: rows - y])


def draw_relief(image: np.ndarray, ink: np.ndarray, strength: float, depth: int) -> None:
    """Light from above on pressed letters: bright upper edges, dark lower ones."""
    lit = ink.astype(np.int16)
    slope = np.zeros_like(lit)
    slope[depth:-depth] = lit[2 * depth :] - lit[: -2 * depth]
    shade = cv2.blur((slope * (strength * 0.32)).astype(np.float32), (3, 3))
    image[:] = cv2.add(image, cv2.merge([shade] * 3), dtype=cv2.CV_8U)


def draw_screws(rng: np.random.Generator, image: np.ndarray) -> None:
    """Two or four screws, where they are on plates of this shape."""
    rows, cols = image.shape[:2]
    r = rows * rng.uniform(0.035, 0.06)
    if cols / rows > 2.6:
        spots = [(rng.uniform(0.12, 0.25), 0.5)] if rng.random() < 0.4 else [(0.2, rng.uniform(0.1, 0.9))]
    else:
        spots = [(rng.uniform(0.1, 0.25), 0.09)] + ([(0.15, 0.91)] if rng.random() < 0.4 else [])
    tone = int(rng.uniform(60, 220))
    for fx, fy in spots:
        for x in (fx * cols, (1 - fx) * cols):
            centre, radius = (int(x * 16), int(fy * rows * 16)), int(r * 16)
            cv2.circle(image, centre, radius + 12, (40, 40, 40), -1, cv2.LINE_AA, 4)
            cv2.circle(image, centre, radius, (tone, tone, tone), -1, cv2.LINE_AA, 4)
            cv2.circle(
                image,
                (centre[0] - radius // 3, centre[1] - radius // 3),
                radius // 3,
                (250, 250, 250),
                -1,
                cv2.LINE_AA,
                4,
            )


def draw_weather(rng: np.random.Generator, image: np.ndarray) -> None:
    """Uneven light, fading and dirt on the plate itself."""
    rows, cols = image.shape[:2]
    light = 1 + 0.05 * smooth_noise(rng, rows, cols, 3)
    image[:] = cv2.multiply(image, cv2.merge([light] * 3), dtype=cv2.CV_8U)
    if rng.random() < 0.18:  # mud, thicker towards an edge
        field = smooth_noise(rng, rows, cols, 14) * 0.5 + smooth_noise(rng, rows, cols, 60) * 0.4
        slope = np.linspace(-1.2, 0.9, rows, dtype=np.float32)[:, None] * rng.uniform(0.5, 1.2)
        coverage = np.clip((field + slope - rng.uniform(0.2, 1.2)) * 160, 0, rng.uniform(100, 215)).astype(
            np.uint8
        )
        blend(image, np.array([60, 84, 104]) * rng.uniform(0.5, 1.3), coverage)
    if rng.random() < 0.2:  # fading of colours towards grey
        grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        image[:] = cv2.addWeighted(image, 0.6, grey, 0.4, rng.uniform(-20, 20))


def draw_holder(
    rng: np.random.Generator, plate: np.ndarray, coverage: np.ndarray, aspect: float
) -> tuple[np.ndarray, np.ndarray, int, int]:
    """Puts the plate into a holder; returns picture, coverage and where the plate's first column and row
    are.
    """
    rows, cols = coverage.shape
    kind = rng.random()
    if kind < 0.45:  # none
        pads = (2, 2, 2, 2)
    else:
        thin = round(rows * rng.uniform(0.03, 0.07))
        lip = round(rows * rng.uniform(0.1, 0.2)) if kind > 0.7 else thin
        pads = (lip if kind > 0.9 and aspect < 2.8 else thin, lip, thin, thin)  # top, bottom, left, right
    top, bottom, left, right = pads
    image = cv2.copyMakeBorder(plate, top, bottom, left, right, cv2.BORDER_REPLICATE)
    alpha = np.zeros((rows + top + bottom, cols + left + right), np.uint8)
    if kind >= 0.45:
        metal = rng.random() < 0.2
        tone = rng.uniform(120, 215) if metal else rng.uniform(12, 50)
        shade = np.linspace(1.15, 0.75, image.shape[0], dtype=np.float32)[:, None]
        body = np.repeat(np.clip(tone * shade, 0, 255), image.shape[1], 1).astype(np.uint8)
        body = cv2.merge([body] * 3)
        inner = cv2.copyMakeBorder(coverage, top, bottom, left, right, cv2.BORDER_CONSTANT, value=0)
        keep = cv2.merge([inner] * 3)
        image = cv2.add(
            cv2.multiply(image, keep, scale=1 / 255), cv2.multiply(body, 255 - keep, scale=1 / 255)
        )
        alpha = rounded_rect(*alpha.shape, rows * 0.06)
        if bottom >= 0.09 * rows and rng.random() < 0.8:
            words = _HOLDER_WORDS[rng.integers(len(_HOLDER_WORDS))]
            line = fit_into(
                text_line(words, TEXT_FACES[rng.integers(len(TEXT_FACES))]), cols * 0.8, bottom * 0.75, 1.0
            )
            y, x = top + rows + (bottom - line.shape[0]) // 2, (image.shape[1] - line.shape[1]) // 2
            colour = (20, 20, 20) if metal else (200, 200, 205)
            blend(image[y : y + line.shape[0], x : x + line.shape[1]], colour, line)
    else:
        alpha[top : top + rows, left : left + cols] = coverage
    return image, alpha, left, top
