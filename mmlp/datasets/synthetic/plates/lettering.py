"""Lines of text as coverage maps, from the fonts that come with matplotlib and from our own strokes.

No font file is downloaded or shipped: matplotlib, which the toolbox needs anyway, carries the DejaVu, STIX
and Computer Modern families.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from .scripts import JOINED, SCRIPTS
from .strokes import HAN, HANGUL, LATIN, stroke_glyph

CAP_HEIGHT = 72
_DESCENT = 20  # rows kept under the baseline, for lower case letters and commas
_STROKE_LETTERS = frozenset(LATIN + HAN + HANGUL)
# Letters that are drawn alike in all faces: character -> (aspect, weight).
_FIXED = dict.fromkeys(HAN, (0.62, 0.085)) | dict.fromkeys(HANGUL, (0.62, 0.115))
_FIXED |= {
    char: {
        'arabic': (0.8, 0.12),
        'arabic_digits': (0.5, 0.13),
        'devanagari': (0.66, 0.11),
        'devanagari_digits': (0.56, 0.125),
        'bengali': (0.7, 0.1),
        'thai': (0.54, 0.105),
        'burmese': (0.8, 0.1),
    }[script]
    for script, letters in SCRIPTS.items()
    for char in letters
}

# Plate faces: name -> (aspect, weight) of the stroke alphabet, or the stem of a font file.
PLATE_FACES: dict[str, tuple[float, float] | str] = {
    'narrow': (0.46, 0.13),
    'medium': (0.52, 0.15),
    'bold': (0.56, 0.185),
    'wide': (0.64, 0.15),
    'thin': (0.50, 0.105),
    'sans': 'DejaVuSans-Bold',
    'mono': 'DejaVuSansMono-Bold',
}
TEXT_FACES = (
    'DejaVuSans', 'DejaVuSans-Bold', 'DejaVuSans-BoldOblique', 'DejaVuSansMono', 'DejaVuSansMono-Bold',
    'DejaVuSerif', 'DejaVuSerif-Bold', 'STIXGeneralBol', 'STIXGeneralBolIta', 'cmss10',
)  # fmt: skip


@lru_cache(maxsize=16)
def _font(stem: str) -> object:
    import matplotlib
    from PIL import ImageFont

    path = Path(matplotlib.get_data_path()) / 'fonts' / 'ttf' / f'{stem}.ttf'
    probe = ImageFont.truetype(str(path), 200)
    box = probe.getbbox('H', anchor='ls')
    return ImageFont.truetype(str(path), round(200 * CAP_HEIGHT / -box[1]))


@lru_cache(maxsize=2048)
def _font_glyph(char: str, stem: str) -> np.ndarray:
    """Coverage of one character, from the top of the capitals to a little under the baseline."""
    from PIL import Image, ImageDraw

    font = _font(stem)
    advance = max(round(font.getlength(char)), 2)
    canvas = Image.new('L', (advance, CAP_HEIGHT + _DESCENT), 0)
    ImageDraw.Draw(canvas).text((0, CAP_HEIGHT), char, fill=255, font=font, anchor='ls')
    return np.asarray(canvas)


def _capital(glyph: np.ndarray) -> np.ndarray:
    """A letter within the height of the capitals: one with a tail, such as J or Q, is squeezed into it."""
    tail = np.flatnonzero(glyph[CAP_HEIGHT + 4 :].any(1))
    if not len(tail):
        return glyph[:CAP_HEIGHT]
    whole = glyph[: CAP_HEIGHT + 5 + tail[-1]]
    return cv2.resize(whole, (glyph.shape[1], CAP_HEIGHT), interpolation=cv2.INTER_AREA)


def plate_glyph(char: str, face: str) -> np.ndarray:
    """Coverage (uint8, :data:`CAP_HEIGHT` high) of a capital, a digit or a sign in one of
    :data:`PLATE_FACES`.
    """
    if char in _FIXED:
        return stroke_glyph(char, CAP_HEIGHT, *_FIXED[char])
    style = PLATE_FACES[face]
    if isinstance(style, str):
        return _capital(_font_glyph(char, style))
    if char not in _STROKE_LETTERS:  # other scripts
        return _capital(_font_glyph(char, 'DejaVuSans-Bold'))
    return stroke_glyph(char, CAP_HEIGHT, *style)


def plate_line(text: str, face: str, gap: float = 0.12, space: float = 0.3) -> np.ndarray:
    """Sets a line of a plate.

    Args:
        text: What to set; a space leaves ``space`` of the height.
        face: Key of :data:`PLATE_FACES`.
        gap: Room between letters over their height.
        space: Width of a space over the height.

    Returns:
        uint8 coverage, :data:`CAP_HEIGHT` high.
    """
    pieces: list[np.ndarray] = []
    before = ''
    for char in text:
        if char == ' ':
            pieces.append(np.zeros((CAP_HEIGHT, round(space * CAP_HEIGHT)), np.uint8))
        else:
            if pieces and not (char in JOINED and before in JOINED):
                pieces.append(np.zeros((CAP_HEIGHT, round(gap * CAP_HEIGHT)), np.uint8))
            pieces.append(plate_glyph(char, face))
        before = char
    return np.hstack(pieces)


def uneven_line(rng: np.random.Generator, text: str, face: str, gap: float, unsteady: float) -> np.ndarray:
    """Sets a line as somebody paints it by hand: letters of uneven size, height and distance.

    Args:
        rng: Where randomness comes from.
        text: What to set.
        face: Key of :data:`PLATE_FACES`.
        gap: Room between letters over their height, in the mean.
        unsteady: How uneven, 0 to 1.

    Returns:
        uint8 coverage, a little higher than :data:`CAP_HEIGHT`.
    """
    room = round(0.22 * unsteady * CAP_HEIGHT)
    pieces = []
    for char in text:
        wide = max(round((0.3 if char == ' ' else gap) * rng.uniform(0.5, 1.5) * CAP_HEIGHT), 1)
        pieces.append(np.zeros((CAP_HEIGHT + room, wide), np.uint8))
        if char == ' ':
            continue
        glyph = plate_glyph(char, face)
        rows = CAP_HEIGHT - round(rng.uniform(0, 0.16) * unsteady * CAP_HEIGHT)
        cols = max(round(glyph.shape[1] * rng.uniform(1 - 0.2 * unsteady, 1 + 0.2 * unsteady)), 2)
        lean = rng.normal(0, 0.1) * unsteady
        top = int(rng.integers(0, CAP_HEIGHT + room - rows + 1))
        scale = np.array([cols / glyph.shape[1], rows / CAP_HEIGHT])
        matrix = np.array([[scale[0], -lean * scale[1], max(lean, 0) * rows], [0, scale[1], top]])
        wide = cols + round(abs(lean) * rows)
        pieces.append(cv2.warpAffine(glyph, matrix, (wide, CAP_HEIGHT + room), flags=cv2.INTER_AREA))
    return np.hstack(pieces)


def stacked_line(text: str, face: str, gap: float = 0.12) -> np.ndarray:
    """Sets letters one under another, each in the middle; returns uint8 coverage."""
    glyphs = [plate_glyph(char, face) for char in text if char != ' ']
    cols = max(glyph.shape[1] for glyph in glyphs)
    pieces = []
    for glyph in glyphs:
        left = (cols - glyph.shape[1]) // 2
        pieces.append(np.pad(glyph, ((0, round(gap * CAP_HEIGHT)), (left, cols - glyph.shape[1] - left))))
    return np.vstack(pieces)[: -round(gap * CAP_HEIGHT) or None]


def text_line(text: str, face: str = 'DejaVuSans-Bold', tracking: float = 0.0) -> np.ndarray:
    """Sets a line of ordinary lettering, with descenders.

    Args:
        text: What to set.
        face: One of :data:`TEXT_FACES`.
        tracking: Extra room between letters over the height of the capitals.

    Returns:
        uint8 coverage; the capitals are :data:`CAP_HEIGHT` high.
    """
    pieces = []
    for char in text:
        pieces.append(_font_glyph(char, face))
        if tracking > 0:
            pieces.append(np.zeros((CAP_HEIGHT + _DESCENT, round(tracking * CAP_HEIGHT)), np.uint8))
    return np.hstack(pieces)


def fit_into(coverage: np.ndarray, width: float, height: float, max_stretch: float = 1.25) -> np.ndarray:
    """Resizes a line to ``height``, squeezed to fit ``width``; widened at most by ``max_stretch``.

    Returns:
        uint8 coverage of at most (height, width), at least 1 x 1.
    """
    rows, cols = coverage.shape
    target_h = max(round(height), 1)
    natural = cols * target_h / rows
    target_w = max(round(min(width, natural * max_stretch)), 1)
    shrinking = target_h < rows and target_w < cols
    return cv2.resize(
        coverage, (target_w, target_h), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR
    )
