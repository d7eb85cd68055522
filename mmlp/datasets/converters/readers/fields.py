"""Reading numbers, JSON and XML with errors that name what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from ..files import read_text
from ..shapes import FormatError

#: Names under which tools write how a box is turned, each with a unit and a direction of its own.
_ANGLES = ('angle', 'theta', 'rot', 'rotate', 'rotation', 'rotation_angle')


def number(text: Any, key: str) -> float:
    """A number, or one that stands as text, under ``key``.

    Raises:
        FormatError: It is none.
    """
    try:
        return float(text)
    except (TypeError, ValueError):
        raise FormatError(f'{key}: expected a number, got {text!r}') from None


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
                f'a box with {name} {fields[name]}: turned, but its unit and direction are not known; export '
                'outlines or corners'
            )


def read_json(path: str) -> Any:
    """The content of a JSON file, whatever its letters are encoded in; see :func:`~..files.read_text`.

    Raises:
        FormatError: It is none.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise FormatError(f'is no JSON, or cut off: {error}') from None
    except RecursionError:
        raise FormatError('is nested too deeply for annotations') from None


def read_xml(path: str) -> ElementTree.Element:
    """The root of an XML file.

    Raises:
        FormatError: It is none.
    """
    try:
        return ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise FormatError(f'is no XML, or cut off: {error}') from None


def stated_size(content: dict[str, Any], width: str, height: str) -> tuple[int, int] | None:
    """Width and height under two keys; None where one is missing or 0, as some tools write it."""
    size = tuple(int(number(content.get(key) or 0, key)) for key in (width, height))
    return size if all(size) else None
