"""What the values of mask files mean: which are plates, which take no part."""

from __future__ import annotations

import argparse
import dataclasses
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

#: A grey value or a colour (red, green, blue).
Value = int | tuple[int, int, int]
#: Grey value that the original's masks use for pixels which take no part in loss and metric.
DEFAULT_IGNORE_VALUES = (128,)
#: In place of plate values: all but 0, black and what is ignored.
NONZERO = 'nonzero'
#: What ``--plate-values`` takes, for helps.
PLATE_VALUES_HELP = (
    'what marks plates, in masks of several values or colours: grey values or palette indices (2), colours '
    f'(131,224,70 or #83e046), or {NONZERO}; all else is background'
)

_WANTED = (
    "plate_values wants grey values or palette indices such as 2, colours such as '131,224,70', '#83e046' or "
    f'(131, 224, 70), a list of these, or {NONZERO!r}'
)


@dataclasses.dataclass(frozen=True)
class MaskRule:
    """What the values of the mask files of a set mean.

    Args:
        ignore_values: Grey values, and indices of colour palettes, that mean ignore.
        plate_values: What marks plates; all else is background then. None for the rule of
            :func:`~mmlp.datasets.read_plate_mask`, which takes files of one class. Written as
            :func:`parse_plate_values` reads it.

    Raises:
        ValueError: A value is out of range or not understood.
    """

    ignore_values: tuple[int, ...] = DEFAULT_IGNORE_VALUES
    plate_values: tuple[Value, ...] | str | None = None

    def __post_init__(self) -> None:
        ignored = self.ignore_values
        if isinstance(ignored, str) or not isinstance(ignored, Iterable):
            raise ValueError(f'ignore_values wants a list of grey values, got {ignored!r}')
        if any(not isinstance(v, int) or not 0 <= v <= 255 for v in ignored):
            raise ValueError(f'ignore_values must lie in 0..255, got {tuple(ignored)}')
        plates = parse_plate_values(self.plate_values)
        # What is named as plate is not ignored: 128 is so by default.
        kept = tuple(value for value in ignored if not isinstance(plates, tuple) or value not in plates)
        object.__setattr__(self, 'ignore_values', kept)
        object.__setattr__(self, 'plate_values', plates)


def parse_plate_values(values: Any) -> tuple[Value, ...] | str | None:
    """Reads what a person wrote for plate values.

    Args:
        values: A number of 0 or more; a colour as ``'R,G,B'``, ``'#RRGGBB'`` or three numbers in a sequence
            of its own; a sequence of these; ``'nonzero'`` for all values but 0; or None.

    Returns:
        The values; ``'nonzero'`` and None as they are.

    Raises:
        ValueError: It is something else.
    """
    if values is None or values == NONZERO or list_of(values) == [NONZERO]:
        return None if values is None else NONZERO
    parsed = tuple(_parse(value) for value in list_of(values))
    if not parsed:
        raise ValueError(f'{_WANTED}; got {values!r}')
    return parsed


def plate_value_argument(text: str) -> Value | str:
    """Reads one value of ``--plate-values``, as ``type`` of argparse."""
    try:
        parsed = parse_plate_values([text])
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return parsed if isinstance(parsed, str) else parsed[0]


def list_of(values: Any) -> list:
    """The values of a sequence, or a single one as a list."""
    return [values] if isinstance(values, (int, str)) or not isinstance(values, Iterable) else list(values)


def _parse(value: Any) -> Value:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    numbers: Sequence[Any] = ()
    if isinstance(value, str):
        if value.strip().isdigit():
            return int(value)
        if re.fullmatch(r'#[0-9a-fA-F]{6}', value):
            numbers = tuple(bytes.fromhex(value[1:]))
        elif re.fullmatch(r'\s*\d+\s*(,\s*\d+\s*){2}', value):
            numbers = tuple(int(part) for part in value.split(','))
    elif isinstance(value, Sequence):
        numbers = value
    if len(numbers) != 3 or any(not isinstance(n, int) or not 0 <= n <= 255 for n in numbers):
        raise ValueError(f'{_WANTED}; got {value!r}')
    red, green, blue = numbers
    return red if red == green == blue else (red, green, blue)


def format_value(value: Value) -> str:
    """A value as people write it: ``2`` or ``131,224,70``."""
    return str(value) if isinstance(value, int) else ','.join(map(str, value))


def find_doubt(values: Collection[Value], any_colour: bool = False) -> str | None:
    """Says why the values of a mask do not tell by themselves what is a plate.

    Args:
        values: What is painted in it, without 0 and without what is ignored.
        any_colour: Whether a colour may be as dark as it likes, as in palettes.

    Returns:
        What is unclear, for a message; None when all is clear.
    """
    listed = sorted(values, key=lambda value: (isinstance(value, tuple), value))
    shown = [format_value(value) for value in listed[:8]]
    shown += [f'{len(listed) - 8} more'] * (len(listed) > 8)
    if set(listed) == {1, 255}:
        return (
            'holds the values 1 and 255: is 255 plate or ignore? Declare it: ignore_values=(128, 255) if the '
            'plates are 1, plate_values=(255,) if they are 255'
        )
    if len(listed) > 1:
        what = 'colours' if any(isinstance(value, tuple) for value in listed) else 'values'
        return (
            f'holds the {what} {" and ".join(shown)}, and plate_values does not say which of them are plates'
        )
    for value in listed:
        is_known = value == 1 or value >= 128 if isinstance(value, int) else any_colour or max(value) >= 128
        if not is_known:
            what = 'value' if isinstance(value, int) else 'colour'
            return f'holds the {what} {shown[0]}, which neither plate_values nor ignore_values names'
    return None
