"""YOLO label files: boxes, outlines (segmentation), turned boxes (OBB) and key points (pose).

For exports of Roboflow, CVAT, Label Studio and others, and for PP4AV (CC BY-NC-ND 4.0, --labels 1).

layout: a data.yaml with its folders, or any folder with
  SRC/images/train/NAME.jpg   SRC/labels/train/NAME.txt      or
  SRC/train/images/NAME.jpg   SRC/train/labels/NAME.txt      or
  SRC/NAME.jpg                SRC/NAME.txt

One line a plate, coordinates as fractions of the picture's width and height:
  CLASS CX CY W H                      box
  CLASS X1 Y1 X2 Y2 X3 Y3 [...]        outline; four points are corners (OBB)
  CLASS CX CY W H X1 Y1 [V1] X2 ...    box and four corners (pose, yolov5-face); where one of them is not
                                       annotated (V 0, 0 0 or -1 -1) the box is taken
  X1 Y1 X2 Y2 X3 Y3 X4 Y4 NAME [D]     corners in pixels (DOTA, YOLOv5-OBB)

Whether 12 or 16 numbers are a box and four corners or an outline of 6 or 8 points is told by kpt_shape in
data.yaml, else by where the points of the set's lines lie, else by --pose or --outlines.

Class names come from data.yaml, classes.txt or obj.names; without them the labels are the numbers.
Pictures that data.yaml names under train and val alike count as not split yet.
A picture without label file, or with an empty one, is one without plates, as YOLO has it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from ..files import PictureIndex, read_text, walk
from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import Shape, labelled
from .yolo_lines import Lines, class_number, is_pixel_line, pixel_shape

_NAME_FILES = ('classes.txt', 'obj.names', '_darknet.labels')
_LABEL_FOLDERS = ('labels', 'labelTxt')
#: What DOTA's files begin with.
_HEADERS = ('imagesource:', 'gsd:')


class YOLO(Reader):
    """Reads YOLO label files.

    Args:
        source: Folder of the set, or its ``data.yaml``.
        pose: Lines hold a box and four corners; False: they hold outlines; None goes by ``kpt_shape`` in
            ``data.yaml``, else by the geometry of the set's lines.
    """

    name = 'yolo'

    def __init__(self, source: str, pose: bool | None = None) -> None:
        super().__init__(source)
        self.root = self.source if os.path.isdir(self.source) else os.path.dirname(self.source)
        self.names: dict[int, str] = {}
        self.keypoints: tuple[int, int] | None = None
        self._splits: dict[str, str | None] = {}
        self._read_names()
        width = self.keypoints[1] if self.keypoints and pose is not False else None
        self._lines = Lines(pose, width)
        self._unlabelled = 0

    def notes(self) -> list[str]:
        """Says how many pictures have no label file, and what lines were taken for."""
        notes = self._lines.notes()
        if self._unlabelled:
            notes.append(
                f'{self._unlabelled} pictures have no label file and are taken as pictures without plates'
            )
        return notes

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = PictureIndex(self.root)
        labels = [path for path in walk(self.root, '.txt') if os.path.basename(path) not in _NAME_FILES]
        if not index.pictures:
            raise ConversionError(f'no pictures in {self.root!r}; expected images/ and labels/ below it')
        found = {picture: _label_file(picture) for picture in index.pictures}
        used = {label for label in found.values() if label is not None}
        for label in sorted(used):
            attempt(label, self._count, label)
        for picture, label in found.items():
            yield attempt(label or picture, self._record, picture, index.relative(picture), label)
        if not used:
            raise ConversionError(
                f'none of the {len(index.pictures)} pictures in {self.root!r} has a label file: expected '
                'NAME.txt beside NAME.jpg, or in labels/ where the picture lies in images/'
            )
        for path in labels:
            if path not in used and _looks_like_labels(path):
                yield Problem(path, 'there is no picture for this label file')

    def _record(self, picture: str, name: str, label: str | None) -> Record:
        split = self._split(picture, name)
        if label is None:
            self._unlabelled += 1
            return Record(picture, name, split=split)
        shapes = []
        for position, line in enumerate(read_text(label).split('\n'), start=1):
            fields = line.split()
            if not fields or fields[0].lower().startswith(_HEADERS):
                continue
            where = f'line {position}'
            if is_pixel_line(fields):
                kind = self._class_name(fields[8])
                shapes.append(labelled(kind, where, pixel_shape, fields, kind))
            else:
                kind = self._class_name(str(class_number(fields, position)))
                shapes.append(labelled(kind, where, self.parse_line, fields, kind))
        return Record(picture, name, shapes, split=split, source=label)

    def _count(self, label: str) -> None:
        for line in read_text(label).split('\n'):
            fields = line.split()
            if fields and not is_pixel_line(fields):
                self._lines.count(fields)

    def _class_name(self, text: str) -> str:
        return self.names.get(int(text), text) if text.isdigit() else text

    def parse_line(self, fields: Sequence[str], label: str) -> Shape:
        """Reads one line of a label file, split into its fields; its class is ``label``.

        Raises:
            FormatError: Its number of fields fits no kind, or a field is no fraction.
        """
        return self._lines.parse(fields, label)

    def _read_names(self) -> None:
        candidates = (
            [self.source] if os.path.isfile(self.source) else list(walk(self.source, '.yaml', '.yml'))
        )
        for path in candidates:
            import yaml

            try:
                content = yaml.safe_load(read_text(path))
            except yaml.YAMLError as error:
                raise ConversionError(f'{path!r} is no YAML: {error}') from None
            if isinstance(content, dict) and 'names' in content:
                self._take_yaml(content, os.path.dirname(path))
                return
        for path in walk(self.root, *_NAME_FILES):
            lines = [line.strip() for line in read_text(path).split('\n') if line.strip()]
            self.names = dict(enumerate(lines))
            return

    def _split(self, picture: str, name: str) -> str | None:
        """The split that ``data.yaml`` gives a picture or a folder above it, else that of its folder."""
        path = picture
        while path not in self._splits:
            path, above = os.path.dirname(path), path
            if path == above:
                return split_of(name)
        return self._splits[path]

    def _take_yaml(self, content: dict[str, Any], folder: str) -> None:
        names = content['names']
        pairs = names.items() if isinstance(names, dict) else enumerate(names)
        self.names = {int(position): str(name) for position, name in pairs}
        shape = content.get('kpt_shape')
        if isinstance(shape, (list, tuple)) and len(shape) == 2:
            self.keypoints = (int(shape[0]), int(shape[1]))
            if self.keypoints not in ((4, 2), (4, 3)):
                raise ConversionError(
                    f'kpt_shape is {list(shape)}; expected [4, 2] or [4, 3], the four corners of the plate'
                )
        base = os.path.join(folder, str(content.get('path') or ''))
        for split in ('train', 'val', 'test'):
            stated = content.get(split)
            for entry in stated if isinstance(stated, list) else [stated]:
                for root in (base, folder) if entry else ():
                    self._take_split(os.path.normpath(os.path.join(root, str(entry))), split)

    def _take_split(self, path: str, split: str) -> None:
        """Notes the split of a folder, or of the pictures that a list names."""
        if os.path.isdir(path):
            self._note_split(path, split)
        elif path.endswith('.txt') and os.path.isfile(path):
            for line in read_text(path).split('\n'):
                if line.strip():
                    named = os.path.join(os.path.dirname(path), line.strip())
                    self._note_split(os.path.normpath(named), split)

    def _note_split(self, path: str, split: str) -> None:
        first = self._splits.setdefault(path, split)
        # The format demands train and val: who has not split yet names one folder for both.
        if first == 'train' and split != first:
            self._splits[path] = None


def _label_file(picture: str) -> str | None:
    """The label file of a picture: in ``labels`` or ``labelTxt`` for ``images``, else beside it."""
    stem = os.path.splitext(picture)[0] + '.txt'
    parts = stem.split(os.sep)
    for position in reversed(range(len(parts) - 1)):
        if parts[position].lower() == 'images':
            for folder in _LABEL_FOLDERS:
                swapped = os.sep.join([*parts[:position], folder, *parts[position + 1 :]])
                if os.path.isfile(swapped):
                    return swapped
            break
    return stem if os.path.isfile(stem) else None


def _looks_like_labels(path: str) -> bool:
    """Whether a text file without a picture is a label file, and not a list or a read-me."""
    first = read_text(path).lstrip().split('\n')[0].split()
    try:
        return len(first) >= 5 and bool([float(field) for field in first])
    except ValueError:
        return False
