"""Pascal VOC XML files: boxes, turned ones, too, and outlines.

For Kaggle's andrewmvd/car-plate-detection (433 pictures, CC0), LabelImg, roLabelImg, and exports of CVAT,
Roboflow and other tools.

layout: XML files anywhere below SRC, pictures beside them or in images/, JPEGImages/, ...
  <annotation><filename>Cars0.png</filename><size><width>500</width><height>268</height></size>
    <object><name>licence</name>
      <bndbox><xmin>226</xmin><ymin>125</ymin><xmax>419</xmax><ymax>173</ymax></bndbox></object></annotation>
  <object><robndbox><cx/><cy/><w/><h/><angle/></robndbox>    turned by radians clockwise, as roLabelImg has it
  <object><bndbox/><attributes>... rotation ... 25.0         turned by degrees clockwise, as CVAT has it
  <object><polygon><x1/><y1/><x2/><y2/>...                   outline beside the box, as Roboflow has it

The split is that of ImageSets/Main/{train,val,test}.txt, else of a folder train, valid or test. Today's files
count pixels from 0; --one-based reads those that count from 1, as the VOC challenge did.
Pictures without an XML file are left out: nobody said that they have no plate.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from typing import Any
from xml.etree.ElementTree import Element

from ..files import ImageIndex, relative_name
from ..names import split_of
from ..reader import Reader
from ..records import SPLITS, ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, labelled, polygon, rotated_box, turned_box
from ..texts import read_lines
from ..xml_members import read_xml
from .fields import number, refuse_angles, stated_size

_EDGES = ('xmin', 'ymin', 'xmax', 'ymax')
_TURNED = ('cx', 'cy', 'w', 'h', 'angle')


class VOC(Reader):
    """Reads Pascal VOC XML files.

    Args:
        source: Folder of the set.
        one_based: Pixels count from 1, and boxes include their last pixel.
        **kwargs: As in :class:`~mmlp.datasets.converters.reader.Reader`.
    """

    name = 'voc'

    def __init__(self, source: str, one_based: bool = False, **kwargs: Any) -> None:
        super().__init__(source, **kwargs)
        self.one_based = one_based
        self._unannotated = 0

    def notes(self) -> list[str]:
        """Says how many pictures have no XML file."""
        if not self._unannotated:
            return []
        return [f'{self._unannotated} pictures have no XML file and are left out']

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        files = list(self.walk('.xml'))
        if not files:
            raise ConversionError(f'no XML files in {self.source!r}; expected one for each picture')
        index = self.find_images()
        splits: dict[str, str] = {}
        for path in self.walk('train.txt', 'val.txt', 'test.txt'):
            problem = attempt(path, _read_list, path, splits)
            if problem is not None:
                yield problem
        used = set()
        for path in files:
            item = attempt(path, self._record, path, index, splits)
            used.add(getattr(item, 'image', None))
            yield item
        self._unannotated = sum(image not in used for image in index.images)

    def _record(self, path: str, index: ImageIndex, splits: dict[str, str]) -> Record:
        root = read_xml(path)
        if root.tag != 'annotation':
            raise FormatError(f'expected <annotation>, got <{root.tag}>')
        stem = os.path.splitext(os.path.basename(path))[0]
        try:
            image = index.find(stem, path)
        except FormatError:
            image = index.find((root.findtext('filename') or stem).strip(), path)
        shapes = []
        for position, entry in enumerate(root.iter('object'), start=1):
            label = (entry.findtext('name') or '').strip()
            shapes.append(labelled(label, f'object {position}', self._shape, entry, label))
        name = index.relative(image)
        split = splits.get(stem) or split_of(name) or split_of(relative_name(path, self.source))
        stated = {key: root.findtext(f'size/{key}') for key in ('width', 'height')}
        size = stated_size(stated, 'width', 'height')
        return Record(image, name, shapes, split=split, size=size, source=path)

    def _shape(self, entry: Element, label: str) -> Shape:
        shift = -1.0 if self.one_based else 0.0
        turned = entry.find('robndbox')
        if turned is not None:
            return _turned(turned, shift, label)
        outline = entry.find('polygon')
        if outline is not None and outline.find('x1') is not None:
            return _outline(outline, shift, label)
        bounds = entry.find('bndbox')
        if bounds is None:
            found = ', '.join(f'<{child.tag}>' for child in list(entry)[:8]) or 'nothing'
            raise FormatError(f'expected <bndbox>, <robndbox> or <polygon>, there is {found}')
        left, top, right, bottom = _numbers(bounds, _EDGES)
        for element in (entry, bounds):
            refuse_angles({child.tag: (child.text or '').strip() for child in element})
        edges = (left + shift, top + shift, right, bottom)
        return turned_box(edges, _cvat_rotation(entry), label)


def _read_list(path: str, splits: dict[str, str]) -> None:
    """Notes the split of the pictures that a list of ``ImageSets/Main`` names."""
    folder, name = os.path.split(path)
    split, _ = os.path.splitext(name)
    if split in SPLITS and os.path.basename(folder) == 'Main':
        splits.update((line.split()[0], split) for line in read_lines(path) if line.strip())


def _numbers(element: Element, keys: Sequence[str]) -> list[float]:
    texts = [element.findtext(key) for key in keys]
    if None in texts:
        raise FormatError(f'expected <{element.tag}> with {", ".join(keys)}')
    return [number(text, key) for text, key in zip(texts, keys)]


def _turned(element: Element, shift: float, label: str) -> Shape:
    """A ``<robndbox>`` of roLabelImg, turned by radians clockwise about its centre."""
    cx, cy, width, height, angle = _numbers(element, _TURNED)
    if not abs(angle) <= 2 * math.pi + 0.01:
        raise FormatError(f'<robndbox> with angle {angle:g}: expected radians, from 0 to 6.28')
    if not (width > 0 and height > 0):
        raise FormatError(f'<robndbox> without area: w {width:g}, h {height:g}')
    return rotated_box((cx + shift, cy + shift), (width, height), math.degrees(angle), label)


def _outline(element: Element, shift: float, label: str) -> Shape:
    texts = {child.tag: child.text for child in element}
    points = []
    while f'x{len(points) + 1}' in texts:
        keys = [f'{axis}{len(points) + 1}' for axis in 'xy']
        points.append([number(texts.get(key), key) + shift for key in keys])
    return polygon(points, label)


def _cvat_rotation(entry: Element) -> float:
    """Degrees by which CVAT says that the box is turned clockwise."""
    for attribute in entry.iterfind('attributes/attribute'):
        if (attribute.findtext('name') or '').strip() == 'rotation':
            return number(attribute.findtext('value') or '0', 'rotation')
    return 0.0
