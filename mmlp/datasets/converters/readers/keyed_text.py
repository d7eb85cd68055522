"""Text files of ``key: value`` lines, as the Brazilian sets have them, and the numbers in them."""

from __future__ import annotations

import os

from ..limits import shown
from ..names import SPLIT_NAMES
from ..shapes import FormatError, Shape, box, quad
from ..texts import read_text
from .fields import number


def read_keys(path: str) -> dict[str, str]:
    """The values of a file by their keys; the first where a key comes twice, lines without a key left out.

    Raises:
        FormatError: No line has a key.
    """
    values: dict[str, str] = {}
    for line in read_text(path).splitlines():
        key, colon, value = line.partition(':')
        if colon:
            values.setdefault(key.strip(), value.strip())
    if not values:
        raise FormatError('expected lines of "key: value", found none')
    return values


def corners(value: str) -> Shape:
    """A plate stated as ``x,y x,y x,y x,y``: left-top, right-top, right-bottom, left-bottom."""
    points = [pair.split(',') for pair in value.split()]
    if len(points) != 4 or any(len(pair) != 2 for pair in points):
        raise FormatError(f'corners: expected 4 pairs "x,y", got {shown(value)}')
    return quad([[number(text, 'corners') for text in pair] for pair in points])


def left_top_size(value: str, key: str) -> Shape:
    """A plate stated as ``x y width height``."""
    fields = value.split()
    if len(fields) != 4:
        raise FormatError(f'{key}: expected "x y width height", got {shown(value)}')
    x, y, width, height = (number(field, key) for field in fields)
    return box((x, y, x + width, y + height))


def split_and_track(path: str) -> tuple[str | None, str]:
    """Split and track of ``.../training/track0001/NAME``; the track names its split, too."""
    track = os.path.dirname(path)
    above = os.path.basename(os.path.dirname(track)).lower()
    return SPLIT_NAMES.get(above), f'{above}/{os.path.basename(track)}'
