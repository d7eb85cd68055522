"""VGG Image Annotator (VIA 1 and 2): project files, JSON and CSV exports.

For VIA, makesense.ai's VIA export, and AUTO.RIA / nomeroff-net (nomeroff.net.ua/datasets, autoriaNumberplate
Dataset-*.zip: {train,val}/via_region_data.json with the pictures beside it).

layout: JSON or CSV files anywhere below SRC, pictures beside them or below SRC
  {"_via_img_metadata": {KEY: {"filename": "a.jpg", "regions": [
      {"shape_attributes": {"name": "polygon", "all_points_x": [...], "all_points_y": [...]},
       "region_attributes": {"label": "plate"}}]}}}      (or the inner part alone)

The label is the text of --attribute, or of the only attribute that a region has. The split is that of a
folder train, valid or test. A picture in the file without regions is taken as one without plates.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ..files import PictureIndex, read_text, relative_name, walk
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
        attribute: Region attribute that holds the label; None takes the only one that there is.
    """

    name = 'via'
    has_boxes = True
    has_labels = True

    def __init__(self, source: str, attribute: str | None = None) -> None:
        super().__init__(source)
        self.attribute = attribute

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Adds ``--attribute``."""
        parser.add_argument('--attribute', help='region attribute that holds the label')

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        single = os.path.isfile(self.source)
        files = [self.source] if single else list(walk(self.source, '.json', '.csv'))
        index = PictureIndex(os.path.dirname(self.source) if single else self.source)
        found = False
        for path in files:
            images = attempt(path, _load, path)
            if isinstance(images, Problem):
                yield images
            elif images is not None:
                found = True
                for image in images:
                    where = f'{path}: {image.get("filename")}'
                    yield attempt(where, self._record, path, image, index)
        if not found:
            raise ConversionError(
                f'no VIA file in {self.source!r}; expected JSON with "_via_img_metadata", or with "filename" '
                'and "regions" for each picture, or a CSV with region_shape_attributes'
            )

    def _record(self, path: str, image: dict[str, Any], index: PictureIndex) -> Record:
        picture = index.find(str(image['filename']), path)
        regions = image['regions']
        shapes = []
        for position, region in enumerate(
            regions.values() if isinstance(regions, dict) else regions, start=1
        ):
            label = self._label(region.get('region_attributes') or {})
            shape = region.get('shape_attributes') or {}
            shapes.append(labelled(label, f'region {position}', parse_region, shape, label))
        name = index.relative(picture)
        split = split_of(name) or split_of(relative_name(path, os.path.dirname(os.path.dirname(path))))
        return Record(picture, name, shapes, split=split, source=path)

    def _label(self, attributes: dict[str, Any]) -> str:
        if self.attribute is not None:
            if self.attribute not in attributes:
                raise FormatError(f'no attribute {self.attribute!r}, there are {sorted(attributes)}')
            value = attributes[self.attribute]
        elif len(attributes) > 1:
            raise FormatError(
                f'which attribute holds the label? --attribute {" or ".join(sorted(attributes))}'
            )
        else:
            value = next(iter(attributes.values()), '')
        if isinstance(value, dict):  # a checkbox: the names that are ticked
            value = '+'.join(sorted(name for name, ticked in value.items() if ticked))
        return str(value)


def _load(path: str) -> list[dict[str, Any]] | None:
    """The pictures of a VIA file; None for files of another kind."""
    text = read_text(path)
    if path.lower().endswith('.csv'):
        return _load_csv(text)
    try:
        content = json.loads(text)
    except ValueError as error:
        raise FormatError(f'is no JSON, or cut off: {error}') from None
    if isinstance(content, dict):
        content = content.get('_via_img_metadata', content)
    if not isinstance(content, dict) or not content:
        return None
    images = list(content.values())
    if any(not isinstance(image, dict) or not {'filename', 'regions'} <= set(image) for image in images):
        return None
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
