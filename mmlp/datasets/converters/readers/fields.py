"""Reading numbers, JSON and XML with errors that name what is wrong."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

from ..files import read_text
from ..shapes import FormatError


def number(text: str, key: str) -> float:
    """A number that stands as text under ``key``.

    Raises:
        FormatError: It is none.
    """
    try:
        return float(text)
    except ValueError:
        raise FormatError(f'{key}: expected a number, got {text!r}') from None


def read_json(path: str) -> Any:
    """The content of a JSON file, whatever its letters are encoded in; see :func:`~..files.read_text`.

    Raises:
        FormatError: It is none.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise FormatError(f'is no JSON, or cut off: {error}') from None


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
