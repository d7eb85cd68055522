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

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..files import PictureIndex, relative_name, walk
from ..names import SPLIT_NAMES, split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..rle import rle_shape
from ..shapes import FormatError, Shape, labelled, polygon, quad, turned_box
from .fields import number, read_json, refuse_angles, stated_size

#: Outlines and boxes are the same to a pixel, as some exports round them.
_SAME = 1.0


class COCO(Reader):
    """Reads COCO annotation files.

    Args:
        source: Annotation file, or a folder with some.
        images: Folder of the pictures, if they do not lie below the source.
    """

    name = 'coco'

    def __init__(self, source: str, images: str | None = None) -> None:
        super().__init__(source)
        self.root = self.source if os.path.isdir(self.source) else os.path.dirname(self.source)
        self.images = images

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        files = [self.source] if os.path.isfile(self.source) else list(walk(self.source, '.json'))
        index = PictureIndex(*(root for root in (self.images, self.root) if root))
        found = False
        for path in files:
            content = _load(path)
            if isinstance(content, Problem):
                yield content
            elif content is not None:
                found = True
                yield from _read_file(path, content, index, self._split(path))
        if not found:
            raise ConversionError(
                f'no COCO file in {self.source!r}: expected JSON with "images", "annotations", "categories"'
            )

    def _split(self, path: str) -> str | None:
        words = re.split(r'[^a-z]+', os.path.basename(path).lower())
        by_name = next((SPLIT_NAMES[word] for word in words if word in SPLIT_NAMES), None)
        return by_name or split_of(relative_name(path, self.root))


def _load(path: str) -> dict[str, Any] | Problem | None:
    """The content of a COCO file; None for JSON of another kind."""
    try:
        content = read_json(path)
    except FormatError as error:
        return Problem(path, str(error))
    if not isinstance(content, dict) or 'images' not in content or 'annotations' not in content:
        return None
    for key in ('images', 'annotations', 'categories'):
        if not isinstance(content.get(key), list):
            return Problem(path, f'expected a list under {key!r}, got {type(content.get(key)).__name__}')
    return content


def _read_file(
    path: str, content: dict[str, Any], index: PictureIndex, split: str | None
) -> Iterator[Record | Problem]:
    names = {category.get('id'): str(category.get('name', '')) for category in content['categories']}
    by_image: dict[Any, list[dict[str, Any]]] = {}
    for annotation in content['annotations']:
        if not isinstance(annotation, dict):
            yield Problem(path, f'annotation {annotation!r} is not built as its format says')
            continue
        by_image.setdefault(annotation.get('image_id'), []).append(annotation)

    def record(image: dict[str, Any], annotations: list[dict[str, Any]]) -> Record:
        if not isinstance(image.get('file_name'), str):
            raise FormatError(f'image {image.get("id")!r} has no file_name')
        picture = index.find(image['file_name'], path)
        size = stated_size(image, 'width', 'height')
        shapes = []
        for annotation in annotations:
            where = f'annotation {annotation.get("id")!r}'
            if annotation.get('category_id') not in names:
                raise FormatError(f'{where}: category {annotation.get("category_id")!r} is not listed')
            label = names[annotation['category_id']]
            shapes.append(labelled(label, where, _shape, annotation, label))
        return Record(picture, index.relative(picture), shapes, split=split, size=size, source=path)

    for image in content['images']:
        if not isinstance(image, dict):
            yield Problem(path, f'image {image!r} is not built as its format says')
            continue
        own = by_image.pop(image.get('id'), [])
        where = f'{path}: {image.get("file_name")}'
        yield attempt(where, record, image, own)
    for image_id, stray in by_image.items():
        yield Problem(path, f'{len(stray)} annotations of an image {image_id!r} that is not listed')


def _shape(annotation: dict[str, Any], label: str) -> Shape:
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
        raise FormatError(f'neither segmentation nor bbox [x, y, width, height]; bbox is {bbox!r}{turned}')
    x, y, width, height = map(float, bbox)
    refuse_angles(annotation, known=('rotation',))
    return turned_box((x, y, x + width, y + height), _rotation(annotation), label)


def _is_box(outline: Shape, bbox: Any) -> bool:
    """Whether an outline is that of the box before it is turned."""
    if outline.kind != 'quad' or not isinstance(bbox, list) or len(bbox) != 4:
        return False
    left, top, width, height = map(float, bbox)
    corners = [[left, top], [left + width, top], [left + width, top + height], [left, top + height]]
    return bool(np.abs(outline.parts[0] - corners).max() <= _SAME)
