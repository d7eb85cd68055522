"""Pictures that EXIF turns: what the annotation of each, and those of the others, tell of the frame meant.

Tools that ignored EXIF (LabelImg before 1.8.4, old exports) annotated the stored pixels, others the picture
as shown. A picture on its side tells by its width and height which it was; one that stands on its head, or a
square one, does not: there the others of its set are asked.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ..image_size import read_size
from .orientation import read_orientation, refers_to_stored
from .records import Record
from .shapes import Shape

SHOWN, STORED = 'shown', 'stored'
#: How many pictures a warning names.
_NAMED = 5
#: Outlines reach over the edge of their own picture by as much, in pixels.
_LOOSE = 2.0


@dataclass(frozen=True)
class Frame:
    """The frame of one picture's annotations.

    Attributes:
        shown: Width and height with the EXIF orientation applied.
        stored: Width and height of the stored pixels.
        orientation: EXIF orientation, 1 to 8.
        meant: ``shown`` or ``stored``; None where nothing tells.
        votes: The annotation itself tells, so that it may speak for others.
    """

    shown: tuple[int, int]
    stored: tuple[int, int]
    orientation: int
    meant: str | None
    votes: bool = False


def read_frame(record: Record, choice: str) -> Frame:
    """Reads a picture's size, and which frame its annotations were made in.

    Args:
        record: The picture with its annotations.
        choice: One of :data:`~.orientation.ORIENTATIONS`.

    Raises:
        FormatError: A size that the annotation states fits neither frame.
        OSError: The picture cannot be read.
    """
    shown, stored = read_size(record.image)
    orientation = read_orientation(record.image)
    sizes = [record.size, *(shape.pixels.size for shape in record.shapes if shape.pixels is not None)]
    told = [refers_to_stored(size, shown, stored, choice) for size in sizes if size is not None]
    if orientation == 1 or choice != 'auto':
        return Frame(shown, stored, orientation, STORED if choice == STORED else SHOWN)
    if told and shown != stored:
        return Frame(shown, stored, orientation, STORED if any(told) else SHOWN, votes=True)
    inside = [_lie_within(record.shapes, size) for size in (shown, stored)]
    if inside[0] != inside[1]:
        return Frame(shown, stored, orientation, SHOWN if inside[0] else STORED, votes=True)
    return Frame(shown, stored, orientation, None if record.shapes else SHOWN)


def _lie_within(shapes: Iterable[Shape], size: tuple[int, int]) -> bool:
    outlines = [part for shape in shapes if not shape.normalized for part in shape.parts]
    return all((part >= -_LOOSE).all() and (part <= np.add(size, _LOOSE)).all() for part in outlines)


class FrameVotes:
    """What the pictures of a set that tell their frame say for those that do not."""

    def __init__(self) -> None:
        self._votes: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, record: Record, meant: str) -> None:
        """Notes the frame of a picture whose annotation tells it."""
        for place in _places(record):
            self._votes[place][meant] += 1

    def decide(self, record: Record) -> str | None:
        """The frame of a picture whose annotation does not tell it.

        It is that of all others of its annotation file, else of that file's folder, else of the set; None
        where these disagree, or there are none.
        """
        for place in _places(record):
            if place in self._votes:
                return next(iter(self._votes[place])) if len(self._votes[place]) == 1 else None
        return None


def _places(record: Record) -> tuple[str, str, str]:
    return record.source or record.image, os.path.dirname(record.source or record.image) + os.sep, ''


def describe_guesses(guessed: Sequence[tuple[Record, str | None]]) -> list[str]:
    """What the user should know of pictures whose annotations do not tell their frame.

    Args:
        guessed: The pictures, and what :meth:`FrameVotes.decide` says of each.
    """
    notes = []
    for meant, where in ((SHOWN, 'as shown'), (STORED, 'on the stored pixels'), (None, '')):
        names = [os.path.basename(record.image) for record, its in guessed if its == meant]
        if names and meant:
            notes.append(
                f'{len(names)} pictures that EXIF turns, whose own annotation does not tell the frame, taken '
                f'as annotated {where}, as others of the set are: {_name(names)}'
            )
        elif names:
            notes.append(
                f'warning: {len(names)} pictures are turned by EXIF, and nothing tells whether they were '
                f'annotated as shown or on the stored pixels: {_name(names)}. Taken as shown; look at their '
                'masks: where these are turned, as after tools that ignored EXIF (LabelImg before 1.8.4), '
                'convert with --orientation stored'
            )
    return notes


def _name(names: Sequence[str]) -> str:
    more = f', ... and {len(names) - _NAMED} more' if len(names) > _NAMED else ''
    return ', '.join(names[:_NAMED]) + more
