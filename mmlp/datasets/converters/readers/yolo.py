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
from collections.abc import Container, Iterator, Sequence
from typing import Any

from ..files import walk
from ..limits import MOST_SHAPES
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, labelled
from ..texts import read_lines, read_text
from .yolo_description import NAME_FILES, Description
from .yolo_lines import Lines, class_number, is_pixel_line, pixel_shape

_LABEL_FOLDERS = ('labels', 'labelTxt')
#: What DOTA's files begin with.
_HEADERS = ('imagesource:', 'gsd:')


class YOLO(Reader):
    """Reads YOLO label files.

    Args:
        source: Folder of the set, or its ``data.yaml``.
        pose: Lines hold a box and four corners; False: they hold outlines; None goes by ``kpt_shape`` in
            ``data.yaml``, else by the geometry of the set's lines.
        **kwargs: As in :class:`~mmlp.datasets.converters.reader.Reader`.
    """

    name = 'yolo'

    def __init__(self, source: str, pose: bool | None = None, **kwargs: Any) -> None:
        super().__init__(source, **kwargs)
        self.description = Description(self.boundary)
        is_yaml = os.path.isfile(self.source)
        self.description.read(
            [self.source] if is_yaml else self._files('.yaml', '.yml'), self._files(*NAME_FILES)
        )
        keypoints = self.description.keypoints
        width = keypoints[1] if keypoints and pose is not False else None
        self._lines = Lines(pose, width)
        self._unlabelled = 0

    def notes(self) -> list[str]:
        """Says how many pictures have no label file, and what lines were taken for."""
        notes = self._lines.notes() + self.description.notes()
        if self._unlabelled:
            notes.append(
                f'{self._unlabelled} pictures have no label file and are taken as pictures without plates'
            )
        return notes

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        yield from self.description.problems
        index = self.find_images()
        labels = {
            path: None
            for path in self._files('.txt')
            if os.path.basename(path) not in NAME_FILES and path not in self.description.lists
        }
        if not index.images:
            raise ConversionError(f'no pictures in {self.root!r}; expected images/ and labels/ below it')
        found = {image: self._label_file(image, labels) for image in index.images}
        used = {label for label in found.values() if label is not None}
        for label in sorted(used):
            attempt(label, self._count, label)
        for image, label in found.items():
            yield attempt(label or image, self._record, image, index.relative(image), label)
        if not used:
            raise ConversionError(
                f'none of the {len(index.images)} pictures in {self.root!r} has a label file: expected '
                'NAME.txt beside NAME.jpg, or in labels/ where the picture lies in images/'
            )
        for path in labels:
            if path not in used:
                looks = attempt(path, _looks_like_labels, path)
                if isinstance(looks, Problem):
                    yield looks
                elif looks:
                    yield Problem(path, 'there is no picture for this label file')

    def _files(self, *suffixes: str) -> Iterator[str]:
        for folder in list(self.boundary.folders):
            yield from walk(folder, *suffixes, boundary=self.boundary)

    def _record(self, image: str, name: str, label: str | None) -> Record:
        split = self.description.split(image, name)
        if label is None:
            self._unlabelled += 1
            return Record(image, name, split=split)
        shapes = []
        for position, line in enumerate(_lines(label), start=1):
            fields = line.split()
            if not fields or fields[0].lower().startswith(_HEADERS):
                continue
            where = f'line {position}'
            if is_pixel_line(fields):
                kind = self.description.class_name(fields[8])
                shapes.append(labelled(kind, where, pixel_shape, fields, kind))
            else:
                kind = self.description.class_name(str(class_number(fields, position)))
                shapes.append(labelled(kind, where, self.parse_line, fields, kind))
        return Record(image, name, shapes, split=split, source=label)

    def _count(self, label: str) -> None:
        for line in _lines(label):
            fields = line.split()
            if fields and not is_pixel_line(fields):
                self._lines.count(fields)

    def parse_line(self, fields: Sequence[str], label: str) -> Shape:
        """Reads one line of a label file, split into its fields; its class is ``label``.

        Raises:
            FormatError: Its number of fields fits no kind, or a field is no fraction.
        """
        return self._lines.parse(fields, label)

    def _label_file(self, image: str, known: Container[str]) -> str | None:
        """The label file of a picture: in ``labels`` or ``labelTxt`` for ``images``, else beside it."""

        def is_there(path: str) -> bool:
            return path in known or (os.path.isfile(path) and self.boundary.holds(path))

        stem = os.path.splitext(image)[0] + '.txt'
        parts = stem.split(os.sep)
        for position in reversed(range(len(parts) - 1)):
            if parts[position].lower() == 'images':
                for folder in _LABEL_FOLDERS:
                    swapped = os.sep.join([*parts[:position], folder, *parts[position + 1 :]])
                    if is_there(swapped):
                        return swapped
                break
        return stem if is_there(stem) else None


def _lines(path: str) -> list[str]:
    """The lines of a label file.

    Raises:
        FormatError: They are more than a picture has plates.
    """
    lines = read_text(path).split('\n')
    if len(lines) > MOST_SHAPES:
        raise FormatError(f'{len(lines)} lines, more than {MOST_SHAPES}: not labels of one picture')
    return lines


def _looks_like_labels(path: str) -> bool:
    """Whether a text file without a picture is a label file, and not a list or a read-me."""
    first = next((line for line in read_lines(path) if line.strip()), '').split()
    try:
        return len(first) >= 5 and bool([float(field) for field in first])
    except ValueError:
        return False
