"""Lines of text as coverage maps, from the fonts that come with matplotlib and from our own strokes.

No font file is downloaded or shipped: matplotlib, which the toolbox needs anyway, carries the DejaVu, STIX
and Computer Modern families.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from .strokes import HAN, HANGUL, LATIN, stroke_glyph

CAP_HEIGHT = 72
_DESCENT = 20  # rows kept under the baseline, for lower case letters and commas
_STROKE_LETTERS = frozenset(LATIN + HAN + HANGUL)

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
    style = PLATE_FACES[face]
    if isinstance(style, str):
        if char not in HAN and char not in HANGUL:
            return _capital(_font_glyph(char, style))
        style = PLATE_FACES['medium']
    if char in HAN or char in HANGUL:
        return stroke_glyph(char, CAP_HEIGHT, 0.62, 0.085 if char in HAN else 0.115)
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
    for char in text:
        if char == ' ':
            pieces.append(np.zeros((CAP_HEIGHT, round(space * CAP_HEIGHT)), np.uint8))
            continue
        if pieces:
            pieces.append(np.zeros((CAP_HEIGHT, round(gap * CAP_HEIGHT)), np.uint8))
        pieces.append(plate_glyph(char, face))
    return np.hstack(pieces)


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
