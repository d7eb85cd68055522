"""What all masks of a set hold: whether training would have to guess which values are plates."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Sequence

import numpy as np

from .mask_rule import MaskRule, Value, format_value, parse_plate_values
from .plate_mask import BACKGROUND, PLATE, ReadMask

#: Rows of the table of values in a message.
_SHOWN = 6
#: Share of a mask's border that is plate where black and white are swapped, and share of such masks.
_BORDER, _MOST = 0.95, 0.5
#: Levels by which a colour differs between files that JPEG has changed.
_SAME = 20


@dataclasses.dataclass(frozen=True)
class FileCensus:
    """What one mask holds.

    Args:
        path: The mask.
        pixels: Pixels by what was painted, as ``'2'`` or ``'131,224,70'``; 0 is background, what is ignored
            is left out.
        doubt: Why these do not tell what is a plate; None when they do.
        has_plate: Whether there is a plate.
        looks_inverted: Whether plate is all around background; None where there is one of them only.
    """

    path: str
    pixels: dict[str, int]
    doubt: str | None
    has_plate: bool
    looks_inverted: bool | None


def census_of(path: str | os.PathLike, read: ReadMask) -> FileCensus:
    """Sums up a mask that was read by :func:`~mmlp.datasets.plate_mask.examine_mask`."""
    is_plate, is_background = read.mask == PLATE, read.mask == BACKGROUND
    has_plate = bool(is_plate.any())
    inverted = None
    if has_plate and is_background.any():
        border = (is_plate[0], is_plate[-1], is_plate[:, 0], is_plate[:, -1])
        inverted = bool(np.concatenate(border).mean() >= _BORDER)
    pixels = {format_value(value): count for value, count in read.pixels.items()}
    return FileCensus(os.fspath(path), pixels, read.doubt, has_plate, inverted)


def find_set_doubt(files: Sequence[FileCensus], rule: MaskRule) -> str | None:
    """Says why the masks of a set do not tell what is a plate.

    Masks that are clear one by one may not be together: some hold one value, others another.

    Args:
        files: The masks of a set.
        rule: How they were read.

    Returns:
        What is unclear, with the values found and what to do about them, for a message; None when all is
        clear.
    """
    if rule.plate_values is not None:
        return None
    doubtful = [file for file in files if file.doubt]
    if doubtful:
        first = doubtful[0]
        head = (
            f'{len(doubtful)} of {len(files)} masks do not tell what is a plate: {first.path!r} {first.doubt}'
        )
        return f'{head}.\n{describe_values(files)}\n{advise(files)}'
    found = _distinct(value for file in files for value in file.pixels)
    if len(found) > 1 and not mixes_ones_and_whites(files):
        return (
            f'these masks hold several values, each another, and plate_values does not say which of them are '
            f'plates.\n{describe_values(files)}\n{advise(files)}'
        )
    inverted = [file for file in files if file.looks_inverted]
    if len(inverted) > _MOST * sum(file.looks_inverted is not None for file in files):
        return (
            f'in {len(inverted)} of {len(files)} masks, such as {inverted[0].path!r}, what is read as plate '
            'is all around what is read as background, as if black and white were swapped. If plates are '
            'black: --plate-values 0 of the tools, or plate_values=0 of every data set in the config; if it '
            'is meant so: 255 in place of 0'
        )
    return None


def mixes_ones_and_whites(files: Iterable[FileCensus]) -> bool:
    """Whether plates are 1 in some masks and white in others, none with both."""
    found = {value for file in files for value in file.pixels} - {'0'}
    whites = {value for value in found if value.isdigit() and int(value) >= 255 - _SAME}
    return bool(whites) and found - whites == {'1'}


def describe_values(files: Sequence[FileCensus]) -> str:
    """A table of the values that masks hold, in how many masks and on what share of their pixels."""
    total = sum(sum(file.pixels.values()) for file in files)
    rows: dict[str, list] = {}
    for file in files:
        for value, count in file.pixels.items():
            row = rows.setdefault(value, [0, 0, file.path])
            row[0] += 1
            row[1] += count
    ordered = sorted(rows.items(), key=lambda item: (-item[1][0], -item[1][1]))
    lines = [f'    {"value":>12}  {"masks":>6}  {"pixels":>8}  for example']
    for value, (masks, pixels, path) in ordered[:_SHOWN]:
        lines.append(f'    {value:>12}  {masks:>6}  {pixels / max(total, 1):>8.2%}  {path}')
    if len(ordered) > _SHOWN:
        lines.append(f'    ... and {len(ordered) - _SHOWN} more')
    return '\n'.join(lines)


def advise(files: Iterable[FileCensus]) -> str:
    """What to do about values that are not named; the rarest painted one stands for the plate."""
    areas: dict[str, int] = {}
    for file in files:
        for value, count in file.pixels.items():
            areas[value] = areas.get(value, 0) + count
    painted = [value for value in areas if value != '0'] or ['2']
    value = min(painted, key=lambda value: areas.get(value, 0))
    setting = f'plate_values={value}' if value.isdigit() else f"plate_values='{value}'"
    return (
        f'Say which of them is the plate; all others become background. If it is {value}: --plate-values '
        f'{value} of the tools, or {setting} of every data set in the config. If each value is a plate of '
        "its own: --plate-values nonzero, or plate_values='nonzero'. What takes no part is named by "
        'ignore_values.'
    )


def _distinct(values: Iterable[str]) -> list[Value]:
    """The values besides 0, those that JPEG may have changed into one another once."""
    found: list[Value] = []
    for text in dict.fromkeys(values):
        (value,) = parse_plate_values([text])
        if value != 0 and not any(_is_close(value, other) for other in found):
            found.append(value)
    return found


def _is_close(first: Value, second: Value) -> bool:
    if isinstance(first, int) and isinstance(second, int):
        return first == second or min(first, second) >= 255 - _SAME
    return bool(np.abs(np.subtract(first, second)).max() <= _SAME)
