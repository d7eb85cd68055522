"""What UFPR-ALPR and SSIG-SegPlate share: a text file beside each picture, in a folder a track."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Iterator

from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape
from .keyed_text import read_keys, split_and_track


class TrackReader(Reader):
    """Reads ``{training,validation,testing}/TRACK/NAME.png`` with ``NAME.txt`` beside."""

    @abstractmethod
    def plate(self, values: dict[str, str]) -> Shape:
        """The plate that the lines of a text file state."""

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        annotated = [path for path in index.images if os.path.isfile(os.path.splitext(path)[0] + '.txt')]
        if not annotated:
            raise ConversionError(
                f'no pictures with a text file beside them in {self.source!r}; expected '
                '{training,validation,testing}/TRACK/NAME.png and NAME.txt'
            )
        for path in index.images:
            yield attempt(path, self._record, path, index.relative(path))

    def _record(self, path: str, name: str) -> Record:
        text = os.path.splitext(path)[0] + '.txt'
        if not os.path.isfile(text):
            raise FormatError(f'there is no {os.path.basename(text)!r} beside this picture')
        try:
            plate = self.plate(read_keys(text))
        except FormatError as error:
            raise FormatError(f'{os.path.basename(text)}: {error}') from None
        split, track = split_and_track(path)
        return Record(path, name, [plate], split=split, group=track, source=text)
