"""Centre lines of the plate lettering that is drawn here instead of taken from a font file.

A glyph is a list of strokes in a unit box (x right, y down). A stroke is written ``'x,y x,y ...'`` in
hundredths of the box; a leading ``r`` rounds its inner corners, a trailing ``z`` closes it. The Latin letters
are of the narrow, even-stroked kind that plates around the world use; the Chinese and Korean ones are
composed from a few radicals and letters, legible at the sizes at which plates appear in pictures.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from .scripts import SCRIPTS

_LATIN = {
    '0': ['r 0,0 100,0 100,100 0,100 z'],
    '1': ['10,24 58,0 58,100'],
    '2': ['r 0,28 0,0 100,0 100,46 0,100', '0,100 100,100'],
    '3': ['r 0,20 0,0 100,0 100,47 40,47', 'r 40,47 100,47 100,100 0,100 0,80'],
    '4': ['50,0 0,72 100,72', '74,45 74,100'],
    '5': ['95,0 10,0 4,46', 'r 4,46 40,38 100,38 100,100 0,100 0,82'],
    '6': ['r 78,0 0,48 0,100 100,100 100,45 0,45 0,70'],
    '7': ['0,0 100,0 38,100'],
    '8': ['r 6,0 94,0 94,46 6,46 z', 'r 0,46 100,46 100,100 0,100 z'],
    '9': ['r 22,100 100,52 100,0 0,0 0,55 100,55 100,30'],
    'A': ['0,100 50,0 100,100', '18,66 82,66'],
    'B': ['0,0 0,100', 'r 0,0 92,0 92,47 0,47', 'r 0,47 100,47 100,100 0,100'],
    'C': ['r 100,26 100,0 0,0 0,100 100,100 100,74'],
    'D': ['0,0 0,100', 'r 0,0 100,0 100,100 0,100'],
    'E': ['100,0 0,0 0,100 100,100', '0,48 84,48'],
    'F': ['100,0 0,0 0,100', '0,48 84,48'],
    'G': ['r 100,24 100,0 0,0 0,100 100,100 100,52', '100,54 56,54'],
    'H': ['0,0 0,100', '100,0 100,100', '0,48 100,48'],
    'I': ['50,0 50,100'],
    'J': ['r 88,0 88,100 0,100 0,74'],
    'K': ['0,0 0,100', '98,0 0,58', '34,40 100,100'],
    'L': ['0,0 0,100 100,100'],
    'M': ['0,100 0,0 50,62 100,0 100,100'],
    'N': ['0,100 0,0 100,100 100,0'],
    'O': ['r 0,0 100,0 100,100 0,100 z'],
    'P': ['0,0 0,100', 'r 0,0 100,0 100,54 0,54'],
    'Q': ['r 0,0 100,0 100,100 0,100 z', '62,74 104,106'],
    'R': ['0,0 0,100', 'r 0,0 98,0 98,52 0,52', '46,52 100,100'],
    'S': ['r 98,22 98,0 2,0 2,46 100,52 100,100 0,100 0,78'],
    'T': ['0,0 100,0', '50,0 50,100'],
    'U': ['r 0,0 0,100 100,100 100,0'],
    'V': ['0,0 50,100 100,0'],
    'W': ['0,0 24,100 50,30 76,100 100,0'],
    'X': ['0,0 100,100', '100,0 0,100'],
    'Y': ['0,0 50,50 100,0', '50,50 50,100'],
    'Z': ['0,0 100,0 0,100 100,100'],
    '-': ['14,52 86,52'],
    '.': ['46,97 54,97'],
    '·': ['46,50 54,50'],
    ':': ['46,28 54,28', '46,74 54,74'],
    '/': ['100,0 0,100'],
}

# Parts of Chinese characters: what stands on the left (in 0..34), on the right (in 40..100), and whole ones.
_HAN_LEFT = [
    ['8,8 22,22', '2,36 18,46', '4,98 28,62'],
    ['26,2 4,46', '16,34 16,100'],
    ['2,14 34,14', '4,50 32,50', '0,92 34,84', '18,14 18,90'],
    ['4,30 30,30', '0,68 34,62', '18,4 18,94 8,88'],
    ['16,2 16,98', '2,34 32,34', '14,38 0,72', '20,40 34,60'],
    ['4,20 30,20 30,76 4,76 z'],
]
_HAN_RIGHT = [
    ['44,14 96,14 96,54 44,54 z', '70,0 70,100', '40,76 100,76'],
    ['42,12 98,12', '70,12 70,96', '48,52 94,52', '40,96 100,96'],
    ['46,6 46,48 96,48 96,6 z', '46,27 96,27', '44,70 40,98', '62,62 66,88', '80,62 86,86', '92,66 100,96'],
    ['40,22 100,22', '64,2 64,22', '48,22 44,98', '48,50 94,50 94,94 78,98', '70,50 70,98'],
    ['42,18 100,18', '70,0 66,46 40,98', '62,52 100,98'],
    ['42,10 96,10 92,40', '44,40 98,40', '70,10 70,100', '44,70 98,70'],
    ['46,4 40,44', '44,26 100,26', '68,4 68,62', '42,62 100,62', '56,62 46,98', '80,62 98,98'],
]
_HAN_WHOLE = {
    '京': [
        '50,0 50,16',
        '4,17 96,17',
        '22,32 78,32 78,56 22,56 z',
        '50,56 50,98 36,92',
        '28,66 10,90',
        '72,66 90,90',
    ],
    '川': ['20,4 18,60 4,98', '50,8 50,88', '84,2 84,100'],
    '云': ['20,8 80,8', '2,40 98,40', '46,40 14,92 84,86', '68,64 92,98'],
    '吉': ['4,18 96,18', '50,0 50,42', '16,42 84,42', '22,60 78,60 78,98 22,98 z'],
    '甘': ['2,26 98,26', '24,4 24,96 76,96 76,4', '24,60 76,60'],
    '苏': [
        '2,16 98,16',
        '32,4 32,28',
        '68,4 68,28',
        '12,42 84,42 78,92 62,94',
        '46,30 40,66 10,98',
        '14,58 6,84',
        '86,54 98,80',
    ],
    '鲁': [
        '34,0 12,20',
        '30,8 68,8 60,20',
        '16,20 86,20 86,46 16,46 z',
        '16,33 86,33',
        '50,20 50,46',
        '2,56 98,56',
        '22,66 78,66 78,100 22,100 z',
        '22,83 78,83',
    ],
    '贵': [
        '24,6 76,6 76,24 24,24 z',
        '50,0 50,34',
        '4,36 96,36',
        '24,46 24,80',
        '24,46 78,46 78,80',
        '50,52 48,76 12,98',
        '60,82 92,98',
    ],
}
_HANGUL_CONSONANT = [
    ['10,10 90,10 78,90'],
    ['10,10 10,88 94,84'],
    ['92,10 10,10 10,88 94,88'],
    ['8,8 90,8 90,46 10,46 10,90 94,88'],
    ['10,10 90,10 90,90 10,90 z'],
    ['10,6 10,94 90,94 90,6', '10,50 90,50'],
    ['50,6 44,50 8,94', '46,50 92,92'],
    ['8,12 92,12', '52,12 46,56 8,94', '48,56 92,92'],
    ['30,2 70,2', '8,24 92,24', 'r 24,40 76,40 76,94 24,94 z'],
]
_HANGUL_VOWEL = {
    'a': ((0, 8, 62, 92), ['78,0 78,100', '78,48 100,48']),
    'eo': ((0, 8, 56, 92), ['86,0 86,100', '64,46 86,46']),
    'o': ((16, 0, 84, 58), ['0,94 100,94', '50,66 50,94']),
    'u': ((16, 0, 84, 52), ['0,66 100,66', '50,66 50,100']),
}

Stroke = tuple[np.ndarray, bool]


def _parse(stroke: str) -> Stroke:
    words = stroke.split()
    rounded, closed = words[0] == 'r', words[-1] == 'z'
    points = np.array([[float(v) for v in word.split(',')] for word in words if ',' in word]) / 100.0
    if closed:
        points = np.vstack([points, points[:1]])
    return points, rounded


def _place(strokes: list[str], box: tuple[float, float, float, float]) -> list[Stroke]:
    x0, y0, x1, y1 = (v / 100.0 for v in box)
    scale, offset = np.array([x1 - x0, y1 - y0]), np.array([x0, y0])
    return [(points * scale + offset, rounded) for points, rounded in map(_parse, strokes)]


def _build_table() -> dict[str, list[Stroke]]:
    table = {char: [_parse(s) for s in strokes] for char, strokes in {**_LATIN, **_HAN_WHOLE}.items()}
    # Composed letters live in Unicode's private use area, in the order in which they are made.
    for i, left in enumerate(_HAN_LEFT):
        for j, right in enumerate(_HAN_RIGHT):
            table[chr(0xE000 + i * len(_HAN_RIGHT) + j)] = [_parse(s) for s in left + right]
    for i, consonant in enumerate(_HANGUL_CONSONANT):
        for j, (box, vowel) in enumerate(_HANGUL_VOWEL.values()):
            table[chr(0xE100 + 4 * i + j)] = _place(consonant, box) + [_parse(s) for s in vowel]
    for letters in SCRIPTS.values():
        table |= {char: [_parse(s) for s in strokes] for char, strokes in letters.items()}
    return table


_TABLE = _build_table()
LATIN = ''.join(_LATIN)
HAN = ''.join(c for c in _TABLE if c in _HAN_WHOLE or '\ue000' <= c < '\ue100')
HANGUL = ''.join(c for c in _TABLE if '\ue100' <= c < '\ue200')


def _round_corners(points: np.ndarray, radius: float) -> np.ndarray:
    """Replaces every inner corner (every corner of a closed line) by a quadratic curve of at most
    ``radius``.
    """
    closed = bool(np.allclose(points[0], points[-1]))
    if closed:  # start in the middle of a side, so that every corner is an inner one
        middle = (points[0] + points[1]) / 2
        points = np.vstack([middle, points[1:], middle])
    out = [points[0]]
    t = np.linspace(0, 1, 7)[:, None]
    for before, corner, after in zip(points[:-2], points[1:-1], points[2:]):
        legs = []
        for end in (before, after):
            length = float(np.hypot(*(end - corner)))
            legs.append(corner + (end - corner) * min(radius / max(length, 1e-6), 0.5))
        out.extend((1 - t) ** 2 * legs[0] + 2 * t * (1 - t) * corner + t**2 * legs[1])
    out.append(points[-1])
    return np.asarray(out)


@lru_cache(maxsize=512)
def stroke_glyph(char: str, height: int = 96, aspect: float = 0.5, weight: float = 0.15) -> np.ndarray:
    """Draws one letter of the stroke alphabet.

    Args:
        char: A character of :data:`LATIN`, :data:`HAN`, :data:`HANGUL` or one of
            :data:`mmlp.datasets.synthetic.plates.scripts.SCRIPTS`.
        height: Height of the letter in pixels, which is the height of what is returned.
        aspect: Width of a wide letter over its height.
        weight: Thickness of the strokes over the height.

    Returns:
        uint8 coverage of shape (height, width), 0 outside the strokes and 255 inside. Do not write into it.

    Raises:
        KeyError: ``char`` is not in the alphabet.
    """
    strokes = _TABLE[char]
    width = max(round(height * aspect), 3)
    if char in 'I1':
        width = max(round(width * (0.45 if char == 'I' else 0.75)), 3)
    elif char in 'ا١':
        width = max(round(width * 0.4), 3)
    elif char in '.·:':
        width = max(round(height * weight * 1.7), 3)
    pen = max(height * weight, 1.0)
    room = np.array([width - pen, height - pen])
    canvas = np.zeros((height * 2, width * 2), np.uint8)  # drawn twice as large, so that joints are clean
    for points, rounded in strokes:
        line = points * room + pen / 2
        if rounded:
            line = _round_corners(line, 0.42 * width)
        fixed = np.round((line * 2 - 0.5) * 16).astype(np.int32)[:, None]
        cv2.polylines(canvas, [fixed], False, 255, max(round(pen * 2), 1), cv2.LINE_AA, 4)
    glyph = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    glyph.flags.writeable = False
    return glyph
