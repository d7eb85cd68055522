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
import io
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..files import PictureIndex, read_text, relative_name, walk
from ..labels import reads_like_plate
from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, box, ellipse, labelled, polygon


def parse_region(attributes: dict[str, Any], label: str) -> Shape:
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
            x, y = float(attributes['x']), float(attributes['y'])
            return box((x, y, x + float(attributes['width']), y + float(attributes['height'])), label)
        if kind == 'circle':
            return ellipse(
                (attributes['cx'], attributes['cy']), (attributes['r'], attributes['r']), label=label
            )
        if kind == 'ellipse':
            radii = (attributes['rx'], attributes['ry'])
            return ellipse((attributes['cx'], attributes['cy']), radii, attributes.get('theta', 0.0), label)
    except KeyError as error:
        raise FormatError(f'{kind}: {error} is missing') from None
    raise FormatError(f'shape {kind!r} has no area; expected polygon, rect, circle or ellipse')


class VIA(Reader):
    """Reads files of the VGG Image Annotator.

    Args:
        source: File, or a folder with some.
        attribute: Region attributes that hold the label, of which a region has one or more: the first
            counts. None finds them.
    """

    name = 'via'

    def __init__(self, source: str, attribute: str | Sequence[str] | None = None) -> None:
        super().__init__(source)
        self.attribute = (attribute,) if isinstance(attribute, str) else attribute
        self._labels = _LabelAttributes()

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        single = os.path.isfile(self.source)
        files = [self.source] if single else list(walk(self.source, '.json', '.csv'))
        index = PictureIndex(os.path.dirname(self.source) if single else self.source)
        contents: dict[str, list[dict[str, Any]]] = {}
        for path in files:
            images = attempt(path, _load, path)
            if isinstance(images, Problem):
                yield images
            elif images is not None:
                contents[path] = images
        self._labels = _LabelAttributes(image for images in contents.values() for image in images)
        for path, images in contents.items():
            for image in images:
                yield attempt(f'{path}: {image.get("filename")}', self._record, path, image, index)
        if not contents:
            raise ConversionError(
                f'no VIA file in {self.source!r}; expected JSON with "_via_img_metadata", or with "filename" '
                'and "regions" for each picture, or a CSV with region_shape_attributes'
            )

    def _record(self, path: str, image: dict[str, Any], index: PictureIndex) -> Record:
        picture = index.find(str(image['filename']), path)
        shapes = []
        for position, region in enumerate(_regions(image), start=1):
            label = self._label(_attributes(region))
            shape = region.get('shape_attributes') or {}
            shapes.append(labelled(label, f'region {position}', parse_region, shape, label))
        name = index.relative(picture)
        split = split_of(name) or split_of(relative_name(path, os.path.dirname(os.path.dirname(path))))
        return Record(picture, name, shapes, split=split, source=path)

    def _label(self, attributes: dict[str, Any]) -> str:
        if self.attribute is None:
            return self._labels.label(attributes)
        for name in self.attribute:
            if name in attributes:
                return _text(attributes[name])
        wanted = ' or '.join(map(repr, self.attribute))
        raise FormatError(f'no attribute {wanted}, there are {sorted(attributes)}')


class _LabelAttributes:
    """Which attributes of a set's regions hold labels.

    Args:
        images: All pictures of the set with their regions.
    """

    def __init__(self, images: Iterable[dict[str, Any]] = ()) -> None:
        stated = [_attributes(region) for image in images for region in _regions(image)]
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


def _regions(image: dict[str, Any]) -> list[dict[str, Any]]:
    regions = image['regions']
    return list(regions.values() if isinstance(regions, dict) else regions or ())


def _attributes(region: dict[str, Any]) -> dict[str, Any]:
    return region.get('region_attributes') or {}


def _is_plate(value: Any) -> bool:
    return reads_like_plate(_text(value))


def _text(value: Any) -> str:
    """The text of an attribute; of a checkbox, the names that are ticked."""
    if isinstance(value, dict):
        value = '+'.join(sorted(name for name, ticked in value.items() if ticked))
    return '' if value is None else str(value)


def _load(path: str) -> list[dict[str, Any]] | None:
    """The pictures of a VIA file; None for files of another kind."""
    text = read_text(path)
    if path.lower().endswith('.csv'):
        return _load_csv(text)
    try:
        content = json.loads(text)
    except ValueError as error:
        raise FormatError(f'is no JSON, or cut off: {error}') from None
    except RecursionError:
        raise FormatError('is nested too deeply for annotations') from None
    if isinstance(content, dict):
        content = content.get('_via_img_metadata', content)
    if not isinstance(content, dict) or not content:
        return None
    images = list(content.values())
    if any(not isinstance(image, dict) or not {'filename', 'regions'} <= set(image) for image in images):
        return None
    for image in images:
        if any(not isinstance(region, dict) for region in _regions(image)):
            raise FormatError(f'{image["filename"]!r}: expected regions with shape_attributes')
    return images


def _load_csv(text: str) -> list[dict[str, Any]] | None:
    lines = text.split('\n')
    first = next((i for i, line in enumerate(lines) if 'region_shape_attributes' in line), None)
    if first is None:
        return None
    regions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    header = lines[first].lstrip('#')
    for number, row in enumerate(
        csv.DictReader(io.StringIO('\n'.join([header, *lines[first + 1 :]]))), start=1
    ):
        try:
            shape = json.loads(row['region_shape_attributes'])
            if shape:
                attributes = json.loads(row['region_attributes'] or '{}')
                regions[row['filename']].append({'shape_attributes': shape, 'region_attributes': attributes})
            else:
                regions[row['filename']] += []
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(f'row {number}: expected filename and regions as JSON: {error}') from None
    return [{'filename': name, 'regions': own} for name, own in regions.items()]
