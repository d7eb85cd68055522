"""UC3M-LP: 1,975 pictures with 2,547 Spanish plates, day and night, outlines.

Licence: CC BY-NC-ND 4.0, says its repository, github.com/ramajoballester/UC3M-LP. Download:
doi.org/10.21950/OS5W4Z or zenodo.org/records/17152029.
Paper: Ramajo-Ballester et al., Dual license plate recognition and visual features encoding for vehicle
identification, Robotics and Autonomous Systems 2024.

layout:
  SRC/train/00001.jpg   SRC/train/00001.json   SRC/test/...
  {"lps": [{"lp_id": ..., "poly_coord": [[x, y], [x, y], [x, y], [x, y]], "characters": [...]}]}

The official split (1,580 train, 395 test) is kept; --val-fraction takes val out of train.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from ..files import ImageIndex, relative_name
from ..json_members import read_json
from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, polygon
from .fields import stated_size


class UC3MLP(Reader):
    """Reads UC3M-LP."""

    name = 'uc3m_lp'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        files = list(self.walk('.json'))
        if not files:
            raise ConversionError(f'no JSON in {self.source!r}; expected {{train,test}}/00001.json and .jpg')
        index = self.find_images()
        for path in files:
            yield attempt(path, self._record, path, index)

    def _record(self, path: str, index: ImageIndex) -> Record:
        content = read_json(path)
        plates: Any = content.get('lps') if isinstance(content, dict) else None
        if not isinstance(plates, list):
            raise FormatError('expected a list of plates under "lps"')
        shapes = []
        for number, plate in enumerate(plates, start=1):
            if not isinstance(plate, dict) or 'poly_coord' not in plate:
                raise FormatError(f'plate {number}: expected its outline under "poly_coord"')
            try:
                shapes.append(polygon(plate['poly_coord']))
            except FormatError as error:
                raise FormatError(f'plate {number}: {error}') from None
        # By its own name: the imagePath inside is that of another picture in some files.
        image = index.find(os.path.splitext(os.path.basename(path))[0], path)
        size = stated_size(content, 'imageWidth', 'imageHeight')
        split = split_of(relative_name(path, os.path.dirname(self.source)))
        return Record(image, index.relative(image), shapes, split=split, size=size, source=path)
