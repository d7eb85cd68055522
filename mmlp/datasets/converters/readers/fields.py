"""Reading numbers with errors that name what is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from ..limits import shown
from ..shapes import FormatError

#: Names under which tools write how a box is turned, each with a unit and a direction of its own.
_ANGLES = ('angle', 'theta', 'rot', 'rotate', 'rotation', 'rotation_angle')


def number(text: Any, key: str) -> float:
    """A finite number, or one that stands as text, under ``key``.

    Raises:
        FormatError: It is not.
    """
    try:
        value = float(text)
    except (OverflowError, TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise FormatError(f'{key}: expected a number, got {shown(text)}')
    return value


def refuse_angles(fields: Mapping[str, Any], known: Sequence[str] = ()) -> None:
    """Refuses a box beside which an angle stands that its format does not describe.

    Args:
        fields: What stands beside the box.
        known: Names of fields that the reader understands.

    Raises:
        FormatError: There is an angle that is not 0.
    """
    for name in _ANGLES:
        if name in fields and name not in known and number(fields[name] or 0, name):
            raise FormatError(
                f'a box with {name} {str(fields[name])[:40]}: turned, but its unit and direction are not '
                'known; export outlines or corners'
            )


def stated_size(content: dict[str, Any], width: str, height: str) -> tuple[int, int] | None:
    """Width and height under two keys; None where one is missing or 0, as some tools write it."""
    size = tuple(int(number(content.get(key) or 0, key)) for key in (width, height))
    return size if all(size) else None
