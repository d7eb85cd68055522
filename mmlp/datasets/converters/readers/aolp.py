"""AOLP: 2,049 pictures of cars in Taiwan in three applications, boxes.

Access control (AC), law enforcement (LE), road patrol (RP). Licence: research use, by request; see
github.com/AvLab-CV/AOLP. Paper: Hsu, Chen, Chung, Application-Oriented License Plate Recognition, IEEE
Transactions on Vehicular Technology 2013.

layout (folders of the same name inside one another, as the archives unpack, are fine):
  SRC/Subset_{AC,LE,RP}/Image/1.jpg
  SRC/Subset_{AC,LE,RP}/groundtruth_localization/1.txt: four numbers, left top right bottom

The set has no official split. Its pictures were shot one after the other, so blocks of 20 numbers are kept
together; --test-subset RP gives the customary protocol of testing on one application.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from ..files import ImageIndex
from ..limits import shown
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, box
from ..texts import read_text
from .fields import number

_SUBSETS = ('AC', 'LE', 'RP')
_FOLDER = 'groundtruth_localization'
#: Pictures in a row that are kept on one side of a split.
_BLOCK = 20


def parse_box(text: str) -> Shape:
    """Reads the four numbers of a file.

    Raises:
        FormatError: They are not four, or not left, top, right, bottom.
    """
    fields = text.split()
    if len(fields) != 4:
        raise FormatError(
            f'expected 4 numbers, left top right bottom, got {len(fields)}: {shown(text.strip())}'
        )
    return box([number(field, 'box') for field in fields])


class AOLP(Reader):
    """Reads AOLP.

    Args:
        source: Folder of the set.
        test_subset: Subset that becomes the test split.
        **kwargs: As in :class:`~mmlp.datasets.converters.reader.Reader`.
    """

    name = 'aolp'

    def __init__(self, source: str, test_subset: str | None = None, **kwargs: Any) -> None:
        super().__init__(source, **kwargs)
        self.test_subset = test_subset

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        texts = [path for path in self.walk('.txt') if _folder_of(path) == _FOLDER]
        if not texts:
            raise ConversionError(
                f'no {_FOLDER}/*.txt in {self.source!r}; expected Subset_{{AC,LE,RP}}/Image and '
                f'Subset_{{AC,LE,RP}}/{_FOLDER}'
            )
        index = self.find_images()
        annotated = set()
        for text in texts:
            item = attempt(text, self._record, text, index)
            annotated.add(getattr(item, 'image', None))
            yield item
        for image in index.images:
            stem = os.path.splitext(os.path.basename(image))[0]
            expected = os.path.join(os.path.dirname(os.path.dirname(image)), _FOLDER, f'{stem}.txt')
            if image not in annotated and _folder_of(image) == 'image' and not os.path.isfile(expected):
                yield Problem(image, f'there is no {_FOLDER}/{stem}.txt')

    def _record(self, text: str, index: ImageIndex) -> Record:
        stem = os.path.splitext(os.path.basename(text))[0]
        image = index.find(f'Image/{stem}.jpg', text)
        subset = next((p[-2:].upper() for p in reversed(text.split(os.sep)) if p.startswith('Subset_')), '')
        if subset not in _SUBSETS:
            raise FormatError(f'expected a folder Subset_AC, Subset_LE or Subset_RP above {_FOLDER}')
        block = int(stem) // _BLOCK if stem.isdecimal() else stem
        return Record(
            image,
            f'{subset}/{os.path.basename(image)}',
            [parse_box(read_text(text))],
            split='test' if subset == self.test_subset else None,
            group=f'{subset}/{block}',
            source=text,
        )


def _folder_of(path: str) -> str:
    return os.path.basename(os.path.dirname(path)).lower()
