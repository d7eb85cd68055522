"""EasyPR's general test set (GDTS): some 250 Chinese pictures, rotated rectangles.

Licence: non-commercial research only. Download: folder
resources/image/general_test of github.com/liuruoze/EasyPR.

layout:
  SRC/NAME.jpg
  SRC/GroundTruth.xml: for each picture <imageName>NAME</imageName> and, for each plate,
      <taggedRectangle x="CENTRE" y="CENTRE" width="W" height="H" rotation="DEGREES" ...>

A test set: all of it is test, unless --split says otherwise. The names of its files are the plates' texts.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from ..files import ImageIndex
from ..limits import LARGEST_LIST, size_text
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, polygon, rotated_box
from ..texts import open_file
from ..xml_members import Unit, parse_elements
from .fields import number

_DECLARATION = re.compile(r'^\s*<\?xml[^>]*\?>')


class EasyPR(Reader):
    """Reads EasyPR's general test set."""

    name = 'easypr'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        found = False
        for path in self.walk('.xml'):
            images = attempt(path, _read_images, path)
            if isinstance(images, Problem):
                yield images
                continue
            found |= bool(images)
            for image in images:
                yield attempt(path, self._record, image, path, index)
        if not found:
            raise ConversionError(
                f'no GroundTruth.xml in {self.source!r}; expected <image> with <imageName> and '
                '<taggedRectangle>'
            )

    def _record(self, unit: Unit, path: str, index: ImageIndex) -> Record:
        element = unit.element
        if unit.flaw is not None:
            raise FormatError(f'<image> {unit.flaw}')
        stated = element.findtext('imageName') or ''
        try:
            image = index.find(stated, path)
        except FormatError:  # some names end with a blank in one place and not in the other
            image = index.find(stated.strip(), path)
        shapes = [_rectangle(tag) for tag in element.iter('taggedRectangle')]
        return Record(image, index.relative(image), shapes, split='test', source=path)


def _rectangle(tag: Element) -> Shape:
    """A plate; turned upright rectangles are stated, too, as ones higher than wide at nearly 90 degrees."""
    x, y, width, height, degrees = (
        number(tag.get(key, ''), key) for key in ('x', 'y', 'width', 'height', 'rotation')
    )
    if width <= 0 or height <= 0:
        raise FormatError(f'rectangle without area: width {width:g}, height {height:g}')
    return polygon(rotated_box((x, y), (width, height), degrees).parts[0])


def _read_images(path: str) -> list[Unit]:
    """The pictures of a file. It states ISO-8859-1 and is written in GBK."""
    with open_file(path) as file:
        data = file.read(LARGEST_LIST + 1)
    if len(data) > LARGEST_LIST:
        raise FormatError(f'is larger than {size_text(LARGEST_LIST)}')
    for encoding in ('utf-8-sig', 'gb18030'):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        units = parse_elements(io.BytesIO(_DECLARATION.sub('', text).encode()), encoding='utf-8')
        return [
            unit
            for unit in units
            if unit.element.tag == 'image'
            and (unit.flaw is not None or unit.element.find('imageName') is not None)
        ]
    raise FormatError('is neither UTF-8 nor GBK')
