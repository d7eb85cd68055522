"""VGG Image Annotator (VIA 1 and 2): project files, JSON and CSV exports.

For VIA, makesense.ai's VIA export, and AUTO.RIA / nomeroff-net (nomeroff.net.ua/datasets, autoriaNumberplate
Dataset-*.zip: {train,val}/via_region_data.json with the pictures beside it).

layout: JSON or CSV files anywhere below SRC, pictures beside them or below SRC
  {"_via_img_metadata": {KEY: {"filename": "a.jpg", "regions": [
      {"shape_attributes": {"name": "polygon", "all_points_x": [...], "all_points_y": [...]},
       "region_attributes": {"label": "plate"}}]}}}      (or the inner part alone)

The label is the text of --attribute, or of the only attribute that a region has; of several, that which
reads like a plate somewhere in the set (class: numberplate), beside others that do not (region_name: eu).
Files may name it differently. The split is that of a folder train, valid or test. A picture in the file
without regions is taken as one without plates.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..files import ImageIndex, relative_name
from ..json_members import Flawed, read_members
from ..labels import reads_like_plate
from ..limits import DATA_ERRORS, shown
from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, box, describe, ellipse, labelled, polygon
from ..texts import read_lines
from .fields import number

_PROJECT = '_via_img_metadata'
_FILENAME = re.compile(r'"filename"\s*:\s*("[^"\\]{1,255}")')


def parse_region(attributes: dict[str, Any], label: str = '') -> Shape:
    """Reads the ``shape_attributes`` of one region.

    Raises:
        FormatError: The shape has no area or is not known, or a number is missing.
    """
    kind = attributes.get('name')
    try:
        if kind in ('polygon', 'polyline') or 'all_points_x' in attributes:
            xs, ys = attributes['all_points_x'], attributes['all_points_y']
            if len(xs) != len(ys):
                raise FormatError(f'{len(xs)} all_points_x, but {len(ys)} all_points_y')
            return polygon(list(zip(xs, ys)), label)
        if kind == 'rect':
            x, y, width, height = (number(attributes[key], key) for key in ('x', 'y', 'width', 'height'))
            return box((x, y, x + width, y + height), label)
        if kind == 'circle':
            cx, cy, radius = (number(attributes[key], key) for key in ('cx', 'cy', 'r'))
            return ellipse((cx, cy), (radius, radius), label=label)
        if kind == 'ellipse':
            cx, cy, *radii = (number(attributes[key], key) for key in ('cx', 'cy', 'rx', 'ry'))
            return ellipse((cx, cy), tuple(radii), number(attributes.get('theta', 0.0), 'theta'), label)
    except KeyError as error:
        raise FormatError(f'{kind}: {error} is missing') from None
    raise FormatError(f'shape {shown(kind)} has no area; expected polygon, rect, circle or ellipse')


class VIA(Reader):
    """Reads files of the VGG Image Annotator.

    Args:
        source: File, or a folder with some.
        attribute: Region attributes that hold the label, of which a region has one or more: the first
            counts. None finds them.
        **kwargs: As in :class:`~mmlp.datasets.converters.reader.Reader`.
    """

    name = 'via'

    def __init__(self, source: str, attribute: str | Sequence[str] | None = None, **kwargs: Any) -> None:
        super().__init__(source, **kwargs)
        self.attribute = (attribute,) if isinstance(attribute, str) else attribute
        self._labels = _LabelAttributes()

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        contents: dict[str, list[_Image]] = {}
        for path in self.walk('.json', '.csv'):
            images = attempt(path, _load, path)
            if isinstance(images, Problem):
                yield images
            elif images is not None:
                contents[path] = images
        self._labels = _LabelAttributes(
            attributes for images in contents.values() for image in images for attributes, _ in image.regions
        )
        for path, images in contents.items():
            for image in images:
                yield attempt(f'{path}: {image.name}', self._record, path, image, index)
        if not contents:
            raise ConversionError(
                f'no VIA file in {self.source!r}; expected JSON with "_via_img_metadata", or with "filename" '
                'and "regions" for each picture, or a CSV with region_shape_attributes'
            )

    def _record(self, path: str, entry: _Image, index: ImageIndex) -> Record:
        if entry.flaw is not None:
            raise FormatError(entry.flaw)
        image = index.find(entry.name, path)
        shapes = [replace(shape, label=self._label(attributes)) for attributes, shape in entry.regions]
        name = index.relative(image)
        split = split_of(name) or split_of(relative_name(path, os.path.dirname(os.path.dirname(path))))
        return Record(image, name, shapes, split=split, source=path)

    def _label(self, attributes: dict[str, Any]) -> str:
        if self.attribute is None:
            return self._labels.label(attributes)
        for name in self.attribute:
            if name in attributes:
                return _text(attributes[name])
        wanted = ' or '.join(map(repr, self.attribute))
        raise FormatError(f'no attribute {wanted}, there are {shown(sorted(attributes))}')


@dataclass
class _Image:
    """One picture of a file.

    Attributes:
        name: What it is called there.
        regions: The attributes and the shape of each region.
        flaw: What is wrong with it.
        is_named: Whether it has a ``filename``, as pictures of these files have.
    """

    name: str
    regions: list[tuple[dict[str, Any], Shape]] = field(default_factory=list)
    flaw: str | None = None
    is_named: bool = True

    def take(self, shape: Any, attributes: Any) -> None:
        """Adds a region."""
        where = f'region {len(self.regions) + 1}'
        self.regions.append((attributes or {}, labelled('', where, parse_region, shape or {})))


class _LabelAttributes:
    """Which attributes of a set's regions hold labels.

    Args:
        regions: The attributes of all regions of the set.
    """

    def __init__(self, regions: Iterable[dict[str, Any]] = ()) -> None:
        stated = list(regions)
        #: Attributes that say of some region that it is a plate, and of how many.
        self.plates = Counter(name for its in stated for name, value in its.items() if _is_plate(value))
        #: What stands beside them says something else: a country, the plate's text.
        self.beside = {name for its in stated if its.keys() & self.plates.keys() for name in its}

    def label(self, attributes: dict[str, Any]) -> str:
        """The label of a region with these attributes; '' where none of them is one.

        Raises:
            FormatError: There are several, and none reads like a plate anywhere in the set.
        """
        texts = {name: _text(value) for name, value in attributes.items()}
        for name, _ in self.plates.most_common():
            if texts.get(name):
                return texts[name]
        others = sorted(name for name, text in texts.items() if text and name not in self.beside)
        if len(others) > 1:
            raise FormatError(f'which attribute holds the label? --attribute {" or ".join(others)}')
        return texts[others[0]] if others else ''


def _is_plate(value: Any) -> bool:
    return reads_like_plate(_text(value))


def _text(value: Any) -> str:
    """The text of an attribute; of a checkbox, the names that are ticked."""
    if isinstance(value, dict):
        value = '+'.join(sorted(name for name, ticked in value.items() if ticked))
    return '' if value is None else str(value)


def _load(path: str) -> list[_Image] | None:
    """The pictures of a VIA file; None for files of another kind."""
    if path.lower().endswith('.csv'):
        return _load_csv(path)
    images: dict[str | int, _Image | None] = {}
    inner: dict[str | int, _Image | None] | None = None
    for keys, value, _ in read_members(path, (_PROJECT,)):
        if not keys:
            if not isinstance(value, dict):
                return None
        elif keys == (_PROJECT,):
            inner = {}
        elif len(keys) == 2:
            inner[keys[1]] = _image(keys[1], value)
        else:
            images[keys[0]] = _image(keys[0], value)
    found = list((images if inner is None else inner).values())
    # Files of another kind have members that are not pictures, too.
    if None in found or not (inner is not None or any(image.is_named for image in found)):
        return None
    return found


def _image(key: str | int, value: Any) -> _Image | None:
    """A picture with its regions; None where it is none."""
    if isinstance(value, Flawed):
        match = _FILENAME.search(value.text)
        name = json.loads(match.group(1)) if match else str(key)
        return _Image(name, flaw=value.message, is_named=match is not None)
    if not isinstance(value, dict) or not {'filename', 'regions'} <= set(value):
        return None
    image = _Image(str(value['filename']))
    try:
        regions = value['regions'] or ()
        for region in regions.values() if isinstance(regions, dict) else regions:
            if not isinstance(region, dict) or not isinstance(region.get('region_attributes') or {}, dict):
                raise FormatError(f'expected regions with shape_attributes, got {shown(region)}')
            image.take(region.get('shape_attributes'), region.get('region_attributes'))
    except DATA_ERRORS as error:
        image.flaw = describe(error)
    return image


def _load_csv(path: str) -> list[_Image] | None:
    lines = read_lines(path, is_table=True)
    header = next((line for line in lines if 'region_shape_attributes' in line), None)
    if header is None:
        return None
    columns = next(csv.reader([header.lstrip('#')]))
    images: dict[str, _Image] = {}
    # Each line for itself, so that an open quotation mark costs no more than its own.
    for position, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name = line.split(',')[0]
        try:
            row = dict(zip(columns, next(csv.reader([line]))))
            name = row['filename']
            shape = json.loads(row['region_shape_attributes'])
            attributes = json.loads(row['region_attributes'] or '{}')
            image = images.setdefault(name, _Image(name))
            if shape:
                image.take(shape, attributes)
        except DATA_ERRORS as error:
            message = f'row {position}: expected filename and regions as JSON: {error}'
            images.setdefault(name, _Image(name)).flaw = message
    return list(images.values())
