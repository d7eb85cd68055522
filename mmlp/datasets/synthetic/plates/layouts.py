"""All kinds of plates, and how one is drawn from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .kinds.india import INDIA
from .kinds.scripts import OTHER_SCRIPTS
from .kinds.states import STATES
from .kinds.two_wheelers import TWO_WHEELERS
from .kinds.world import WORLD
from .plate_layout import Line, PlateLayout, Strip
from .scripts import SCRIPTS
from .strokes import HAN, HANGUL

_ALL: tuple[PlateLayout, ...] = (*WORLD, *STATES, *INDIA, *OTHER_SCRIPTS, *TWO_WHEELERS)
LAYOUTS: dict[str, PlateLayout] = {layout.name: layout for layout in _ALL}
_WEIGHTS = np.array([layout.weight for layout in _ALL])
_TWO_WHEELED = np.array([layout.two_wheeled for layout in _ALL])

_LETTERS, _DIGITS = 'ABCDEFGHJKLMNPRSTUVWXYZ', '0123456789'
_SETS = {
    'A': _LETTERS,
    '0': _DIGITS,
    '*': _LETTERS + _DIGITS,
    'H': HAN,
    'K': HANGUL,
    'c': 'BCDFGHJKLMNPRSTVWZ',
    'v': 'AEIOUY',
    'a': ''.join(SCRIPTS['arabic']),
    'n': ''.join(SCRIPTS['arabic_digits']),
    'd': ''.join(SCRIPTS['devanagari']),
    'e': ''.join(SCRIPTS['devanagari_digits']),
    'b': ''.join(SCRIPTS['bengali']),
    't': ''.join(SCRIPTS['thai']),
    'm': ''.join(SCRIPTS['burmese']),
    'y': 'АБВГДЕЖИКЛМНОПРСТУФХЦЧШЭЮЯ',
}  # fmt: skip


def choose_layout(
    rng: np.random.Generator,
    aspect: float | None = None,
    spread: float = 0.35,
    two_wheeled: bool | None = None,
) -> PlateLayout:
    """Draws a layout; where a kind comes in several shapes, also its size.

    Args:
        rng: Where randomness comes from.
        aspect: Width over height that the layout should come near to; None for any.
        spread: How far the logarithm of its aspect may be from that of ``aspect``. When no layout is so near,
            the nearest is taken.
        two_wheeled: True for plates that motorcycles and scooters have, False for those that cars, lorries
            and buses have, None for any.

    Returns:
        The layout.
    """
    weights = _WEIGHTS
    if two_wheeled is not None:
        weights = weights * (_TWO_WHEELED if two_wheeled else 1 - _TWO_WHEELED)
    if aspect is not None:
        distance = np.where(weights > 0, np.abs([np.log(layout.aspect / aspect) for layout in _ALL]), np.inf)
        weights = np.where(distance <= max(spread, distance.min() + 1e-9), weights, 0)
    layout = _ALL[rng.choice(len(_ALL), p=weights / weights.sum())]
    if not layout.stretch:
        return layout
    room = layout.stretch
    if aspect is not None:  # no further from what was asked for than other layouts may be
        room = min(room, max(spread - abs(np.log(layout.aspect / aspect)), 0.0))
    wide = round(layout.size[0] * np.exp(rng.uniform(-room, room)))
    return replace(layout, size=(wide, layout.size[1]))


def fill_pattern(rng: np.random.Generator, line: Line | Strip) -> str:
    """Draws a text for a line or a strip: one of its patterns, with random letters and digits in it."""
    pattern = line.texts[rng.integers(len(line.texts))]
    if line.literal:
        return pattern
    return ''.join(_SETS[c][rng.integers(len(_SETS[c]))] if c in _SETS else c for c in pattern)
