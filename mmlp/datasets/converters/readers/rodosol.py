"""RodoSol-ALPR: 20,000 pictures of cars and motorcycles at toll stations in Brazil, four corners each.

Licence: academic research only, non-commercial; by licence agreement from a university address.
Download: github.com/raysonlaroca/rodosol-alpr-dataset. Paper: Laroca et al., On the Cross-dataset
Generalization in License Plate Recognition, VISAPP 2022.

layout:
  SRC/images/{cars-br,cars-me,motorcycles-br,motorcycles-me}/img_000001.jpg
  SRC/images/.../img_000001.txt with a line
    corners: 558,438 687,439 687,482 558,481     (left-top, right-top, right-bottom, left-bottom)
  SRC/split.txt: a line for each picture, ./images/cars-br/img_000001.jpg;training

The official split (8,000 training, 4,000 validation, 8,000 testing) is kept.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from ..limits import shown
from ..names import SPLIT_NAMES
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError
from ..texts import read_lines
from .keyed_text import corners, read_keys

_SPLIT_LINE = re.compile(r'(?:\./)?(.+\.jpg)\s*[;,\s]\s*(training|validation|testing)', re.IGNORECASE)


class RodoSol(Reader):
    """Reads RodoSol-ALPR."""

    name = 'rodosol'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        splits = self._read_split()
        if not index.images:
            raise ConversionError(
                f'no pictures in {self.source!r}; expected images/cars-br/*.jpg and its like'
            )
        for path in index.images:
            yield attempt(path, self._record, path, index.relative(path), splits)
        there = {index.relative(path) for path in index.images}
        for name in splits:
            if name not in there:
                yield Problem(os.path.join(self.source, name), 'split.txt names it, but it is not there')

    def _record(self, path: str, name: str, splits: dict[str, str]) -> Record:
        text = os.path.splitext(path)[0] + '.txt'
        values = read_keys(text)
        if 'corners' not in values:
            raise FormatError(
                f'{os.path.basename(text)}: expected a line "corners: ...", found {shown(list(values))}'
            )
        if name not in splits:
            raise FormatError('split.txt does not name this picture')
        return Record(path, name, [corners(values['corners'])], split=splits[name], source=text)

    def _read_split(self) -> dict[str, str]:
        path = os.path.join(self.source, 'split.txt')
        if not os.path.isfile(path):
            raise ConversionError(
                f'there is no {path!r}; expected the root of the set, with split.txt and images/ in it'
            )
        splits = {}
        try:
            for number, line in enumerate(read_lines(path), start=1):
                if not line.strip():
                    continue
                match = _SPLIT_LINE.fullmatch(line.strip())
                if match is None:
                    raise FormatError(
                        f'line {number}: expected "images/NAME.jpg;training" (or validation, testing), '
                        f'got {shown(line.strip())}'
                    )
                splits[match.group(1)] = SPLIT_NAMES[match.group(2).lower()]
        except (FormatError, OSError) as error:
            raise ConversionError(f'{path!r}: {error}') from None
        return splits
