"""COCO annotation files: polygons, both kinds of run lengths (RLE), boxes where there is no outline.

For exports of Roboflow, CVAT, Label Studio, FiftyOne and others, and for what these converters write.

layout: one file, or a folder with any number of them, each with its pictures beside or anywhere below SRC
  SRC/annotations/instances_train.json    SRC/train/_annotations.coco.json    SRC/anything.json
  {"images": [{"id", "file_name", "width", "height"}], "categories": [{"id", "name"}],
   "annotations": [{"image_id", "category_id", "segmentation", "bbox", "iscrowd"}]}

The split is that of the folder (train, valid, test) or of the file's name (instances_val2017.json).
Boxes that CVAT turned ("attributes": {"rotation": degrees clockwise} beside the bbox before the turn) are
turned. Crowds (iscrowd 1) and annotations marked "ignored" become regions to ignore. Pictures without
annotations are taken as pictures without plates. Known sets of this kind: License Plate Recognition of
Roboflow (keremberke/license-plate-object-detection), CC BY 4.0, boxes only ("segmentation": []).
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..files import ImageIndex, relative_name
from ..json_members import Flawed, read_members
from ..limits import DATA_ERRORS, MOST_SHAPES, shown
from ..names import SPLIT_NAMES, split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..rle import rle_shape
from ..shapes import FormatError, Shape, describe, labelled, polygon, quad, turned_box
from .fields import number, refuse_angles, stated_size

#: Outlines and boxes are the same to a pixel, as some exports round them.
_SAME = 1.0
_LISTS = ('images', 'annotations', 'categories')
_IMAGE_ID = re.compile(r'"image_id"\s*:\s*(-?\d{1,18}|"[^"\\]{0,200}")(?=\s*[,}])')


class COCO(Reader):
    """Reads COCO annotation files.

    Args:
        source: Annotation file, or a folder with some.
        images: Folder of the pictures, if they do not lie below the source.
        allow_outside: As in :class:`~mmlp.datasets.converters.reader.Reader`.
    """

    name = 'coco'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        found = False
        for path in self.walk('.json'):
            content = attempt(path, load_coco, path)
            if isinstance(content, Problem):
                yield content
            elif content is not None:
                found = True
                yield from content.records(index, self._split(path))
        if not found:
            raise ConversionError(
                f'no COCO file in {self.source!r}: expected JSON with "images", "annotations", "categories"'
            )

    def _split(self, path: str) -> str | None:
        words = re.split(r'[^a-z]+', os.path.basename(path).lower())
        by_name = next((SPLIT_NAMES[word] for word in words if word in SPLIT_NAMES), None)
        return by_name or split_of(relative_name(path, self.root))


@dataclass
class Content:
    """A COCO file, with shapes in the place of its annotations.

    Attributes:
        path: The file.
        images: As they stand there.
        names: Names of the categories by id.
        shapes: By id of the image, each with what to call it; the id of its category stands in the place of
            its label.
        problems: Parts that cannot be used and belong to no picture.
    """

    path: str
    images: list[dict[str, Any]] = field(default_factory=list)
    names: dict[Any, str] = field(default_factory=dict)
    shapes: dict[Any, list[tuple[Any, Shape]]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, kind: str, position: int, value: Any) -> None:
        """Takes an image, an annotation or a category."""
        where = f'{kind[:-1]} {position}'
        try:
            if kind == 'annotations':
                self._take_annotation(position, value)
            elif not isinstance(value, dict):
                message = (
                    value.message if isinstance(value, Flawed) else f'expected an object, got {shown(value)}'
                )
                raise FormatError(message)
            elif kind == 'images':
                self.images.append({**value, 'id': _identity(value.get('id'))})
            else:
                self.names[_identity(value.get('id'))] = str(value.get('name', ''))
        except DATA_ERRORS as error:
            self.problems.append(Problem(self.path, f'{where}: {describe(error)}'))

    def _take_annotation(self, position: int, value: Any) -> None:
        if isinstance(value, Flawed):
            match = _IMAGE_ID.search(value.text)
            if match is None:
                raise FormatError(value.message)
            image_id, name = json.loads(match.group(1)), position
            shape = Shape('flawed', flaw=f'annotation {position}: {value.message}')
        elif not isinstance(value, dict):
            raise FormatError(f'expected an object, got {shown(value)}')
        else:
            image_id = _identity(value.get('image_id'))
            name = value.get('id') if isinstance(value.get('id'), int) else shown(value.get('id'))
            category = _identity(value.get('category_id'))
            shape = labelled(category, f'annotation {name}', _shape, value, category)
        self.shapes.setdefault(image_id, []).append((name, shape))

    def records(self, index: ImageIndex, split: str | None) -> Iterator[Record | Problem]:
        """Yields a record for every picture."""
        yield from self.problems
        files: dict[Any, set[Any]] = defaultdict(set)
        for image in self.images:
            files[image['id']].add(str(image.get('file_name')))
        done = set()
        for image in self.images:
            name = image.get('file_name')
            where = f'{self.path}: {name if isinstance(name, str) and len(name) < 300 else shown(name)}'
            if len(files[image['id']]) > 1:
                yield Problem(
                    where, f'several images have the id {shown(image["id"])}: whose annotations are these?'
                )
            elif image['id'] not in done:
                done.add(image['id'])
                yield attempt(where, self._record, image, index, split)
        for image_id, stray in self.shapes.items():
            if image_id not in files:
                yield Problem(
                    self.path, f'{len(stray)} annotations of an image {shown(image_id)} that is not listed'
                )

    def _record(self, image: dict[str, Any], index: ImageIndex, split: str | None) -> Record:
        if not isinstance(image.get('file_name'), str):
            raise FormatError(f'image {shown(image["id"])} has no file_name')
        found = index.find(image['file_name'], self.path)
        size = stated_size(image, 'width', 'height')
        shapes = [self._named(*stated) for stated in self.shapes.pop(image['id'], ())]
        return Record(found, index.relative(found), shapes, split=split, size=size, source=self.path)

    def _named(self, name: Any, shape: Shape) -> Shape:
        """A shape with the name of its category."""
        if shape.label is None and shape.flaw is not None:
            raise FormatError(shape.flaw)
        if shape.label not in self.names:
            raise FormatError(f'annotation {name}: category {shown(shape.label)} is not listed')
        return replace(shape, label=self.names[shape.label])


def load_coco(path: str, *, needs_categories: bool = True) -> Content | None:
    """Reads a COCO file.

    Args:
        path: The file.
        needs_categories: Whether it must list categories.

    Returns:
        What it holds; None for JSON of another kind.

    Raises:
        FormatError: It is not JSON, or something else than a list stands where one belongs.
        OSError: It cannot be read.
    """
    content = Content(path)
    stated: dict[str, str] = {}
    for keys, value, _ in read_members(path, _LISTS):
        if len(keys) == 2:
            content.take(keys[0], keys[1], value)
        elif not keys and not isinstance(value, dict):
            return None
        elif keys and keys[0] in _LISTS:
            stated[keys[0]] = type(value).__name__
    if 'images' not in stated or 'annotations' not in stated:
        return None
    for key in _LISTS if needs_categories else _LISTS[:2]:
        if stated.get(key) != 'list':
            raise FormatError(f'expected a list under {key!r}, got {stated.get(key, "NoneType")}')
    return content


def _identity(value: Any) -> int | str | None:
    """An id.

    Raises:
        FormatError: It is something that numbers nothing, such as a list.
    """
    if value is None or isinstance(value, str) or (type(value) is int and abs(value) < 1 << 63):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return int(value)
    raise FormatError(f'expected a number as id, got {shown(value)}')


def _shape(annotation: dict[str, Any], label: Any) -> Shape:
    ignored = bool(annotation.get('iscrowd')) or bool(annotation.get('ignored'))
    segmentation = annotation.get('segmentation')
    # Beside COCO's own keys, what these converters write: the corners before the picture's edge cut them,
    # and that an outline is no more than a box.
    if annotation.get('kind') == 'quad' and annotation.get('corners'):
        return replace(quad(annotation['corners'], label), ignored=ignored)
    if str(annotation.get('kind', '')).startswith('box'):
        segmentation = None
    if isinstance(segmentation, dict):
        return rle_shape(segmentation, label, ignored)
    if segmentation:
        if len(segmentation) > MOST_SHAPES:
            raise FormatError(f'{len(segmentation)} outlines in one annotation, more than {MOST_SHAPES}')
        # Parts of one plate; one that is cut in two by a post is two outlines.
        parts = [polygon(part, label, ignored=ignored) for part in segmentation]
        if len(parts) > 1:
            return replace(parts[0], kind='polygon', parts=tuple(part.parts[0] for part in parts))
        if not (_rotation(annotation) and _is_box(parts[0], annotation.get('bbox'))):
            return parts[0]
    return replace(_box(annotation, label), ignored=ignored)


def _rotation(annotation: dict[str, Any]) -> float:
    """Degrees by which CVAT says that the box is turned clockwise."""
    attributes = annotation.get('attributes')
    stated = attributes.get('rotation') if isinstance(attributes, dict) else None
    return number(annotation.get('rotation', 0) if stated is None else stated, 'rotation')


def _box(annotation: dict[str, Any], label: str) -> Shape:
    bbox = annotation.get('bbox')
    if not isinstance(bbox, list) or len(bbox) != 4:
        turned = ': a turned box? Export outlines' if isinstance(bbox, list) and len(bbox) == 5 else ''
        raise FormatError(
            f'neither segmentation nor bbox [x, y, width, height]; bbox is {shown(bbox)}{turned}'
        )
    x, y, width, height = (number(value, 'bbox') for value in bbox)
    refuse_angles(annotation, known=('rotation',))
    return turned_box((x, y, x + width, y + height), _rotation(annotation), label)


def _is_box(outline: Shape, bbox: Any) -> bool:
    """Whether an outline is that of the box before it is turned."""
    if outline.kind != 'quad' or not isinstance(bbox, list) or len(bbox) != 4:
        return False
    left, top, width, height = (number(value, 'bbox') for value in bbox)
    corners = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
    return bool(np.abs(outline.parts[0] - corners).max() <= _SAME)
