"""Base of the readers, one a format."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator

from .records import ConversionError, Problem, Record


class Reader(ABC):
    """Reads the annotations of one format; pictures are only looked up, not opened.

    Each has an entry among :data:`~.formats.FORMATS`, which says what its command offers; the options of a
    format are given to the constructor under the same names.

    Args:
        source: Folder (or file, where the format allows one) with the set.

    Raises:
        ConversionError: There is no such source.
    """

    #: Short name, which is the name of the command, too.
    name: str

    def __init__(self, source: str) -> None:
        self.source = os.path.abspath(source)
        if not os.path.exists(self.source):
            raise ConversionError(f'there is no {source!r}')

    @abstractmethod
    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, and a problem for every file that does not fit.

        Raises:
            ConversionError: The source as a whole is not this format; the message shows what was expected.
        """

    def notes(self) -> list[str]:
        """What the user should know of what was read, after :meth:`read` has ended."""
        return []
