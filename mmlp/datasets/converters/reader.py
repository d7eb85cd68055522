"""Base of the readers, one a format."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator

from .boundary import Boundary
from .files import ImageIndex, walk
from .records import ConversionError, Problem, Record


class Reader(ABC):
    """Reads the annotations of one format; pictures are only looked up, not opened.

    Each has an entry among :data:`~.formats.FORMATS`, which says what its command offers; the options of a
    format are given to the constructor under the same names.

    Args:
        source: Folder (or file, where the format allows one) with the set.
        images: Folder of the pictures, where the format allows one beside the source.
        allow_outside: Take pictures that lie outside of these folders, too, where names or links lead there.

    Raises:
        ConversionError: There is no such source, or no such folder of pictures.
    """

    #: Short name, which is the name of the command, too.
    name: str

    def __init__(self, source: str, images: str | None = None, allow_outside: bool = False) -> None:
        for path in (source, images):
            if path and not os.path.exists(path):
                raise ConversionError(f'there is no {path!r}')
        self.source = os.path.abspath(source)
        #: Folder of the source.
        self.root = self.source if os.path.isdir(self.source) else os.path.dirname(self.source)
        folders = (images, self.root) if images else (self.root,)
        self.boundary = Boundary(*folders, allow_outside=allow_outside)

    def walk(self, *suffixes: str) -> Iterator[str]:
        """Files of the source with these endings, see :func:`~.files.walk`; a source that is a file alone."""
        if os.path.isfile(self.source):
            yield self.source
        else:
            yield from walk(self.root, *suffixes, boundary=self.boundary)

    def find_images(self) -> ImageIndex:
        """The pictures of the source."""
        return ImageIndex(self.boundary)

    @abstractmethod
    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, and a problem for every file that does not fit.

        Raises:
            ConversionError: The source as a whole is not this format; the message shows what was expected.
        """

    def notes(self) -> list[str]:
        """What the user should know of what was read, after :meth:`read` has ended."""
        return []
