"""Pascal VOC XML files: boxes.

For Kaggle's andrewmvd/car-plate-detection (433 pictures, CC0), LabelImg, and exports of other tools.

layout: XML files anywhere below SRC, pictures beside them or in images/, JPEGImages/, ...
  <annotation><filename>Cars0.png</filename><size><width>500</width><height>268</height></size>
    <object><name>licence</name>
      <bndbox><xmin>226</xmin><ymin>125</ymin><xmax>419</xmax><ymax>173</ymax></bndbox></object></annotation>

The split is that of ImageSets/Main/{train,val,test}.txt, else of a folder train, valid or test. Today's files
count pixels from 0; --one-based reads those that count from 1, as the VOC challenge did.
Pictures without an XML file are left out: nobody said that they have no plate.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from xml.etree import ElementTree

from ..files import PictureIndex, read_text, relative_name, walk
from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, box, labelled
from .fields import number, read_xml, stated_size

_EDGES = ('xmin', 'ymin', 'xmax', 'ymax')


class VOC(Reader):
    """Reads Pascal VOC XML files.

    Args:
        source: Folder of the set.
        one_based: Pixels count from 1, and boxes include their last pixel.
    """

    name = 'voc'
    has_boxes = True
    has_labels = True

    def __init__(self, source: str, one_based: bool = False) -> None:
        super().__init__(source)
        self.one_based = one_based
        self._unannotated = 0

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Adds ``--one-based``."""
        parser.add_argument(
            '--one-based', action='store_true', help='pixels count from 1, boxes include their last pixel'
        )

    def notes(self) -> list[str]:
        """Says how many pictures have no XML file."""
        if not self._unannotated:
            return []
        return [f'{self._unannotated} pictures have no XML file and are left out']

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        files = list(walk(self.source, '.xml'))
        if not files:
            raise ConversionError(f'no XML files in {self.source!r}; expected one for each picture')
        index = PictureIndex(self.source)
        splits = self._read_splits()
        used = set()
        for path in files:
            item = attempt(path, self._record, path, index, splits)
            used.add(getattr(item, 'picture', None))
            yield item
        self._unannotated = sum(picture not in used for picture in index.pictures)

    def _record(self, path: str, index: PictureIndex, splits: dict[str, str]) -> Record:
        root = read_xml(path)
        if root.tag != 'annotation':
            raise FormatError(f'expected <annotation>, got <{root.tag}>')
        stem = os.path.splitext(os.path.basename(path))[0]
        try:
            picture = index.find(stem, path)
        except FormatError:
            picture = index.find((root.findtext('filename') or stem).strip(), path)
        shapes = []
        for position, entry in enumerate(root.iter('object'), start=1):
            label = (entry.findtext('name') or '').strip()
            shapes.append(labelled(label, f'object {position}', self._shape, entry, label))
        name = index.relative(picture)
        split = splits.get(stem) or split_of(name) or split_of(relative_name(path, self.source))
        stated = {key: root.findtext(f'size/{key}') for key in ('width', 'height')}
        size = stated_size(stated, 'width', 'height')
        return Record(picture, name, shapes, split=split, size=size, source=path)

    def _shape(self, entry: ElementTree.Element, label: str) -> Shape:
        bounds = entry.find('bndbox')
        texts = [None if bounds is None else bounds.findtext(edge) for edge in _EDGES]
        if None in texts:
            raise FormatError(f'expected <bndbox> with {", ".join(_EDGES)}')
        left, top, right, bottom = (number(text, edge) for text, edge in zip(texts, _EDGES))
        if self.one_based:
            left, top = left - 1, top - 1
        return box((left, top, right, bottom), label)

    def _read_splits(self) -> dict[str, str]:
        splits = {}
        for split in ('train', 'val', 'test'):
            for path in walk(self.source, f'{split}.txt'):
                folder, name = os.path.split(path)
                if name == f'{split}.txt' and os.path.basename(folder) == 'Main':
                    splits.update(
                        (line.split()[0], split) for line in read_text(path).splitlines() if line.strip()
                    )
        return splits
