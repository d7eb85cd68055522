"""OpenALPR end-to-end benchmark: 444 pictures (us 222, eu 108, br 114), boxes.

Licence: AGPL-3.0 (the repository's). Download: folder endtoend of github.com/openalpr/benchmarks.

layout:
  SRC/{us,eu,br}/NAME.jpg
  SRC/{us,eu,br}/NAME.txt: one line, six fields with tabs between: NAME.jpg X Y WIDTH HEIGHT PLATE

A benchmark: all of it is test, unless --split says otherwise.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..files import ImageIndex
from ..limits import shown
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, box
from ..texts import read_text
from .fields import number

_FIELDS = ('file', 'x', 'y', 'width', 'height', 'plate')


def parse_line(line: str) -> tuple[str, Shape]:
    """Reads one line: the picture's name and its plate.

    Raises:
        FormatError: It has not six fields, or no numbers in them.
    """
    fields = line.split('\t')
    if len(fields) != len(_FIELDS):
        raise FormatError(
            f'expected {len(_FIELDS)} fields with tabs between ({", ".join(_FIELDS)}), '
            f'got {len(fields)}: {shown(line)}'
        )
    x, y, width, height = (number(text, key) for text, key in zip(fields[1:5], _FIELDS[1:5]))
    return fields[0], box((x, y, x + width, y + height))


class OpenALPR(Reader):
    """Reads the OpenALPR benchmark."""

    name = 'openalpr'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        stems = {os.path.splitext(image)[0] for image in index.images}
        texts, problems = [], []
        for path in self.walk('.txt'):
            found = attempt(path, _is_benchmark, path)
            if isinstance(found, Problem):
                problems.append(found)
            elif found or os.path.splitext(path)[0] in stems:
                texts.append(path)
        yield from problems
        if not texts:
            raise ConversionError(
                f'no text files of the benchmark in {self.source!r}; expected NAME.txt with a line '
                f'{"<tab>".join(_FIELDS)}'
            )
        for text in texts:
            yield attempt(text, self._record, text, index)

    def _record(self, text: str, index: ImageIndex) -> Record:
        lines = [line.rstrip('\r') for line in read_text(text).split('\n') if line.strip()]
        if not lines:
            raise FormatError('expected a line a plate, the file is empty')
        parsed = [parse_line(line) for line in lines]
        names = {name for name, _ in parsed}
        if len(names) > 1:
            raise FormatError(f'names several pictures: {shown(sorted(names))}')
        image = index.find(names.pop(), text)
        country = os.path.basename(os.path.dirname(text))
        name = f'{country}/{os.path.basename(image)}'
        return Record(image, name, [shape for _, shape in parsed], split='test', source=text)


def _is_benchmark(path: str) -> bool:
    return '\t' in read_text(path).split('\n')[0]
