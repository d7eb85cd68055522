"""WPOD annotations: four corners for pictures of Stanford Cars, SSIG and AOLP; also CD-HARD.

From Silva and Jung, License Plate Detection and Recognition in Unconstrained Scenarios, ECCV 2018.
Download: annotations at inf.ufrgs.br/~crjung/alpr-datasets (no licence stated there); the pictures come
from their own sets. Also three samples in samples/train-detector of the paper's repository (GPL-3.0).

layout: text files, pictures of the same name beside them, below SRC or below --images
  NAME.txt: a line a plate, 4,x1,x2,x3,x4,y1,y2,y3,y4,TEXT, with fractions of the picture's width and height,
  top-left, top-right, bottom-right, bottom-left

No official split. For text files that the authors' programs write (*_lp.txt) the fractions refer to the
crop of a car, not to the picture: they cannot be converted.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from ..files import ImageIndex
from ..limits import shown
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, polygon, quad
from ..texts import read_text
from .fields import number


def parse_line(line: str) -> Shape:
    """Reads one plate.

    Raises:
        FormatError: The number of fields does not fit the number of points, or they are no fractions.
    """
    fields = line.strip().split(',')
    count = int(fields[0]) if fields[0].isdecimal() and len(fields[0]) < 10 else 0
    if count < 3:
        raise FormatError(f'expected the number of points first (4), got {shown(fields[0])}')
    if len(fields) < 1 + 2 * count:
        raise FormatError(
            f'expected {count} x, then {count} y, then the text, {2 + 2 * count} fields, '
            f'got {len(fields)}: {shown(line)}'
        )
    values = [number(field, 'point') for field in fields[1 : 1 + 2 * count]]
    if any(not -1 < value < 2 for value in values):
        raise FormatError(f'expected fractions 0..1 of width and height, got {shown(line.strip())}')
    points = list(zip(values[:count], values[count:]))
    return (quad if count == 4 else polygon)(points, normalized=True)


class WPOD(Reader):
    """Reads WPOD's annotations.

    Args:
        source: Folder of the text files.
        images: Folder of the pictures, if they do not lie below the source.
        allow_outside: As in :class:`~mmlp.datasets.converters.reader.Reader`.
    """

    name = 'wpod'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        texts = list(self.walk('.txt'))
        if not texts:
            raise ConversionError(f'no text files in {self.source!r}; expected NAME.txt and NAME.jpg')
        index = self.find_images()
        for text in texts:
            yield attempt(text, _record, text, index)


def _record(text: str, index: ImageIndex) -> Record:
    stem = os.path.splitext(os.path.basename(text))[0]
    if stem.endswith('_lp'):
        raise FormatError('output of the detector, relative to the crop of a car; not an annotation')
    shapes = [parse_line(line) for line in read_text(text).splitlines() if line.strip()]
    if not shapes:
        raise FormatError('expected a line a plate, the file is empty')
    image = index.find(stem, text)
    return Record(image, index.relative(image), shapes, source=text)
