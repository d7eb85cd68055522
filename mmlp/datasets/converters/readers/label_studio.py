"""Label Studio JSON exports (JSON and JSON-MIN): boxes, turned ones, too, polygons, ellipses and brushes.

Better than its COCO, VOC and YOLO exports, which lose how boxes are turned.

layout: one file, or a folder with any number of them, the pictures below it or below --images
  [{"data": {"image": "/data/upload/1/0a1b2c3d-car.jpg"}, "annotations": [{"result": [
      {"original_width": 640, "original_height": 480, "type": "rectanglelabels", "value": {"x": 10.5, "y": 20,
       "width": 30, "height": 8, "rotation": 12, "rectanglelabels": ["plate"]}}]}]}]
  [{"image": "...", "annotation_id": 1, "label": [{"original_width": 640, "x": 10.5, ...}]}]         JSON-MIN

Numbers are percents of the picture; boxes are turned clockwise about their top-left corner. A picture is
found by its name, with or without the eight digits that Label Studio puts before it. Of several annotations
of a picture the ground truth counts, else the latest; predictions and skipped ones do not. The split is that
of a folder train, valid or test. A picture that was annotated with nothing is one without plates.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, unquote

import numpy as np

from ...image_suffixes import IMG_SUFFIXES
from ...video_frames import LABEL_STUDIO_PREFIX
from ..brush import brush_shape
from ..files import ImageIndex, relative_name
from ..json_members import Flawed, read_members
from ..limits import shown
from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, box, ellipse, labelled, polygon, quad
from .fields import number

_PICTURE = re.compile(rf'"([^"\\]{{1,255}}({"|".join(map(re.escape, IMG_SUFFIXES))}))"', re.IGNORECASE)
_TASK_KEYS = ('task', 'result', 'data', 'annotations', 'completions')
#: Fields of tasks that name the picture, where several fields do.
_PICTURE_FIELDS = ('image', 'img', 'picture', 'photo', 'ocr')


def parse_region(value: dict[str, Any], size: tuple[int, int], label: str) -> Shape:
    """Reads the ``value`` of one region.

    Args:
        value: Numbers in percent of the picture.
        size: Width and height of the picture that was annotated, in pixels.
        label: Class of the region.

    Raises:
        FormatError: The region has no area or is not known, or a number is missing.
    """
    scale = np.array(size) / 100
    if 'points' in value:
        if value.get('closed') is False:
            raise FormatError('an outline that is not closed')
        return polygon(np.asarray(value['points'], dtype=np.float64) * scale, label)
    if 'rle' in value:
        return brush_shape(value['rle'], size, label)
    turn = np.deg2rad(number(value.get('rotation') or 0, 'rotation'))
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    if 'radiusX' in value:
        x, y, *radii = _numbers(value, ('x', 'y', 'radiusX', 'radiusY'))
        return ellipse(tuple(scale * (x, y)), tuple(scale * radii), turn, label)
    if not {'width', 'height'} <= value.keys():
        raise FormatError(f'a region with {shown(sorted(value))} has no area that is known')
    x, y, width, height = _numbers(value, ('x', 'y', 'width', 'height')) * np.tile(scale, 2)
    upright = box((x, y, x + width, y + height), label)
    if not np.rad2deg(turn) % 360:
        return upright
    return quad([[x, y], *((x, y) + np.array([[width, 0], [width, height], [0, height]]) @ axes)], label)


class LabelStudio(Reader):
    """Reads JSON exports of Label Studio.

    Args:
        source: JSON file, or a folder with some.
        images: Folder of the pictures, if they do not lie below the source.
        allow_outside: As in :class:`~mmlp.datasets.converters.reader.Reader`.
    """

    name = 'label_studio'

    def __init__(self, source: str, images: str | None = None, allow_outside: bool = False) -> None:
        super().__init__(source, images, allow_outside)
        self._unannotated = 0
        self._several = 0

    def notes(self) -> list[str]:
        """Says how many pictures nobody has annotated, and how many more than one person has."""
        notes = []
        if self._unannotated:
            notes.append(f'{self._unannotated} tasks have no annotation and are left out')
        if self._several:
            notes.append(
                f'{self._several} tasks have several annotations; the ground truth, or the latest, counts'
            )
        return notes

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        found = False
        for path in self.walk('.json'):
            items = attempt(path, self._read_file, path, index)
            if isinstance(items, Problem):
                yield items
            elif items is not None:
                found = True
                yield from items
        if not found:
            raise ConversionError(
                f'no Label Studio export in {self.source!r}: expected a JSON list of tasks with "data" and '
                '"annotations" (export as JSON), or with "annotation_id" (JSON-MIN)'
            )

    def _read_file(self, path: str, index: ImageIndex) -> list[Record | Problem] | None:
        """The pictures of an export; None for JSON of another kind."""
        items = []
        found = False
        for position, task in enumerate(_tasks(path)):
            is_task = isinstance(task, dict) and _is_task(task)
            if not (is_task or found) and not isinstance(task, (dict, Flawed)):
                return None
            found |= is_task
            where = f'{path}: task {shown(task.get("id")) if is_task else position}'
            if isinstance(task, Flawed) and (named := _PICTURE.search(task.text)):
                where = f'{path}: {named.group(1)}'
            item = attempt(where, self._record, path, task, index)
            if item is not None:
                items.append(item)
        return items if found else None

    def _results(self, task: dict[str, Any]) -> list[dict[str, Any]] | None:
        """The regions of a task; None where nobody has annotated it."""
        if 'data' not in task:
            regions = [r for value in task.values() if isinstance(value, list) for r in value]
            results = [{'value': r, **r} for r in regions if isinstance(r, dict)]
            return results if results or 'annotation_id' in task else None
        annotations = [
            annotation
            for annotation in task.get('annotations', task.get('completions')) or ()
            if not annotation.get('was_cancelled') and not annotation.get('skipped')
        ]
        if not annotations:
            return None
        self._several += len(annotations) > 1
        chosen = max(annotations, key=lambda a: (bool(a.get('ground_truth')), str(a.get('updated_at', ''))))
        return chosen.get('result') or []

    def _record(self, path: str, task: Any, index: ImageIndex) -> Record | None:
        if isinstance(task, Flawed):
            raise FormatError(task.message)
        if not isinstance(task, dict) or not _is_task(task):
            raise FormatError(f'expected a task with "data" and "annotations", got {shown(task)}')
        results = self._results(task)
        if results is None:
            self._unannotated += 1
            return None
        image = _find(_reference(task.get('data', task)), path, index)
        shapes, sizes = [], set()
        for position, (region, label) in enumerate(_regions(results), start=1):
            if number(region.get('image_rotation') or 0, 'image_rotation') % 360:
                raise FormatError(
                    f'annotated on the picture turned by {shown(region["image_rotation"])} degrees in the '
                    'editor; turn it back there and export again'
                )
            stated = _numbers(region, ('original_width', 'original_height'))
            size = (int(stated[0]), int(stated[1]))
            sizes.add(size)
            shapes.append(labelled(label, f'region {position}', parse_region, region['value'], size, label))
        if len(sizes) > 1:
            raise FormatError(f'regions of pictures of several sizes: {shown(sorted(sizes))}')
        name = index.relative(image)
        split = split_of(name) or split_of(relative_name(path, self.root))
        return Record(image, name, shapes, split=split, size=next(iter(sizes), None), source=path)


def _tasks(path: str) -> Iterator[Any]:
    """The members of a list; of another file the object that it is, if it may be a task."""
    whole: dict[str, Any] | None = None
    for keys, value, _ in read_members(path):
        if not keys:
            whole = value if isinstance(value, dict) else None
        elif whole is None:
            yield value
        elif isinstance(value, Flawed) and keys[0] in _TASK_KEYS:
            yield value
            return
        elif not isinstance(value, Flawed):
            whole[keys[0]] = value
    if whole is not None:
        if isinstance(whole.get('task'), dict) and 'result' in whole:
            whole = {**whole['task'], 'annotations': [whole]}  # an annotation as cloud storage gets it
        yield whole


def _is_task(task: dict[str, Any]) -> bool:
    return isinstance(task.get('data'), dict) or bool({'annotation_id', 'annotator'} & task.keys())


def _regions(results: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    """Regions with their labels; what is stated of one region in several results is united.

    A template for texts states its box, its label and what is written there each with the box again.
    """
    united: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for result in results:
        value = result.get('value')
        if not isinstance(value, dict) or not value.keys() & {'x', 'points', 'rle', 'vertices', 'sequence'}:
            continue  # a choice or text about the whole picture, a relation
        shape = {key: value.get(key) for key in ('x', 'y', 'width', 'height', 'rotation', 'points', 'rle')}
        key = str(result.get('id') or json.dumps(shape, sort_keys=True))
        _, labels = united.setdefault(key, (result, []))
        for name, its in value.items():
            if name.endswith('labels') and isinstance(its, list):
                labels += [str(label) for label in its if str(label) not in labels]
    for result, labels in united.values():
        yield result, '+'.join(labels)


def _reference(data: dict[str, Any]) -> str:
    """The picture that the fields of a task name."""
    named = {}
    for field, value in data.items():
        if isinstance(value, str):
            path, _, query = value.partition('?')
            local = parse_qs(query).get('d')  # /data/local-files/?d=FOLDER/NAME.jpg
            path = local[0] if local else unquote(path)
            if path.lower().endswith(IMG_SUFFIXES):
                named[field] = path
    preferred = [field for field in _PICTURE_FIELDS if field in named]
    if len(named) == 1 or preferred:
        return named[(preferred or list(named))[0]]
    raise FormatError(
        'expected a field that names the picture, such as "image": "car.jpg"; there are '
        f'{shown(sorted(data))}'
    )


def _find(reference: str, path: str, index: ImageIndex) -> str:
    try:
        return index.find(reference, path)
    except FormatError:
        folder, base = posixpath.split(reference.replace('\\', '/'))
        bare = LABEL_STUDIO_PREFIX.sub('', base)
        if bare == base:
            raise
        return index.find(posixpath.join(folder, bare), path)


def _numbers(fields: dict[str, Any], keys: Iterable[str]) -> np.ndarray:
    return np.array([number(fields.get(key), key) for key in keys])
