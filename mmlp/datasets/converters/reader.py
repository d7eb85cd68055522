"""Base of the readers, one a format."""

from __future__ import annotations

import argparse
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator

from .records import ConversionError, Problem, Record


class Reader(ABC):
    """Reads the annotations of one format; pictures are only looked up, not opened.

    The docstring of a reader's module is the help text of its command: what the set is, its licence, where
    it comes from, how it lies on disk. Extra arguments are added by :meth:`add_arguments` and given to the
    constructor under the same names.

    Args:
        source: Folder (or file, where the format allows one) with the set.

    Raises:
        ConversionError: There is no such source.
    """

    #: Short name, which is the name of the command, too.
    name: str
    #: The set has boxes without outlines; the command then offers ``--box-as``.
    has_boxes = False
    #: Annotations have class names; the command then offers ``--labels``.
    has_labels = False

    def __init__(self, source: str) -> None:
        self.source = os.path.abspath(source)
        if not os.path.exists(self.source):
            raise ConversionError(f'there is no {source!r}')

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Adds the arguments that only this format has; most have none."""
        return

    @abstractmethod
    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, and a problem for every file that does not fit.

        Raises:
            ConversionError: The source as a whole is not this format; the message shows what was expected.
        """

    def notes(self) -> list[str]:
        """What the user should know of what was read, after :meth:`read` has ended."""
        return []
