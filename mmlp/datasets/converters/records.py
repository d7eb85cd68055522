"""What a reader hands to the core: records of pictures with their outlines, and problems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .choices import SPLITS
from .limits import DATA_ERRORS
from .shapes import Shape, describe

__all__ = ['SPLITS', 'ConversionError', 'Problem', 'Record', 'attempt']

T = TypeVar('T')


class ConversionError(Exception):
    """Nothing could be done: a wrong argument, a source of another format, a foreign output folder."""


@dataclass
class Record:
    """One picture and what is annotated in it.

    Attributes:
        image: Path of the picture file.
        name: The picture's name relative to the source, with ``/``; names the output and the group.
        shapes: Outlines; empty for a picture without plates.
        split: Split that the set's authors gave it (train, val or test), None where they gave none.
        group: What it was shot with (track, scene, vehicle), so that near-twins stay on one side of a
            split; None where the format does not know.
        size: Width and height of the picture that the annotation states, None where it states none.
        source: File that the annotation stands in, for messages.
    """

    image: str
    name: str
    shapes: list[Shape] = field(default_factory=list)
    split: str | None = None
    group: str | None = None
    size: tuple[int, int] | None = None
    source: str = ''


@dataclass(frozen=True)
class Problem:
    """A file that could not be converted, and why."""

    path: str
    message: str


def attempt(path: str, parse: Callable[..., T], *args: Any) -> T | Problem:
    """Calls ``parse`` and turns what is wrong with this one file into a problem, so that the rest goes on."""
    try:
        return parse(*args)
    except OSError as error:
        return Problem(path, str(error))
    except DATA_ERRORS as error:
        return Problem(path, describe(error))
