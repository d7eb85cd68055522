"""What ``data.yaml``, or a list of names, says of a YOLO set: its classes, its key points, its splits."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from ..boundary import OPTION, Boundary
from ..limits import shown
from ..names import split_of
from ..records import ConversionError, Problem
from ..shapes import FormatError
from ..texts import read_lines

#: Files that hold one name of a class a line.
NAME_FILES = ('classes.txt', 'obj.names', '_darknet.labels')
_MOST_CLASSES = 100_000


class Description:
    """What is told of a set.

    Attributes:
        names: Names of classes by their numbers; empty where nothing tells them.
        keypoints: How many key points a plate has, and how many numbers each; None where nothing tells it.
        lists: Files that list the pictures of a split.
        problems: Descriptions that cannot be read, beside the one that is.

    Args:
        boundary: The source; with ``allow_outside`` folders that the description names become part of it.
    """

    def __init__(self, boundary: Boundary) -> None:
        self.names: dict[int, str] = {}
        self.keypoints: tuple[int, int] | None = None
        self.lists: set[str] = set()
        self.problems: list[Problem] = []
        self._boundary = boundary
        self._splits: dict[str, str | None] = {}
        self._outside: set[str] = set()

    def read(self, yaml_files: Iterable[str], name_files: Iterable[str]) -> None:
        """Reads the first YAML file that names classes, else the first list of names.

        Raises:
            ConversionError: None can be read.
        """
        for path in yaml_files:
            from ..yaml_file import read_yaml  # Sets without do without PyYAML.

            try:
                content = read_yaml(path)
                if isinstance(content, dict) and 'names' in content:
                    self._take(content, os.path.dirname(path))
                    return
            except (FormatError, OSError) as error:
                self.problems.append(Problem(path, str(error)))
        if self.problems:
            # One of these would have said what the numbers of the classes mean.
            raise ConversionError(f'{self.problems[0].path!r}: {self.problems[0].message}')
        for path in name_files:
            try:
                self.names = dict(enumerate(line.strip() for line in read_lines(path) if line.strip()))
            except (FormatError, OSError) as error:
                raise ConversionError(f'{path!r}: {error}') from None
            return

    def class_name(self, text: str) -> str:
        """The name of a class by the number that stands in a label file."""
        return self.names.get(int(text), text) if text.isdecimal() and len(text) < 20 else text

    def split(self, image: str, name: str) -> str | None:
        """The split that is told of a picture or of a folder above it, else that of its folder's name."""
        path = image
        while path not in self._splits:
            path, above = os.path.dirname(path), path
            if path == above:
                return split_of(name)
        return self._splits[path]

    def notes(self) -> list[str]:
        """Says what lies outside of the source and was passed over."""
        if not self._outside:
            return []
        return [
            f'the description of the set names what lies outside of the source and is passed over: '
            f'{shown(sorted(self._outside), 300)}; {OPTION} takes it in'
        ]

    def _take(self, content: dict[str, Any], folder: str) -> None:
        self.names = _class_names(content['names'])
        shape = content.get('kpt_shape')
        if isinstance(shape, (list, tuple)) and len(shape) == 2:
            if list(shape) not in ([4, 2], [4, 3]):
                raise FormatError(
                    f'kpt_shape is {shown(shape)}; expected [4, 2] or [4, 3], the four corners of the plate'
                )
            self.keypoints = (int(shape[0]), int(shape[1]))
        base = os.path.join(folder, _path(content.get('path')))
        for split in ('train', 'val', 'test'):
            stated = content.get(split)
            for entry in stated if isinstance(stated, list) else [stated]:
                for root in (base, folder) if entry else ():
                    self._take_split(os.path.normpath(os.path.join(root, _path(entry))), split)

    def _take_split(self, path: str, split: str) -> None:
        """Notes the split of a folder, or of the pictures that a list names."""
        if not os.path.exists(path):
            return  # exports name ../train/images, relative to where they were made
        is_list = path.endswith('.txt') and os.path.isfile(path)
        if not (self._boundary.names(path) and self._boundary.holds(path)):
            if is_list or os.path.isdir(path):
                self._outside.add(path)
        elif os.path.isdir(path):
            self._boundary.add(path)
            self._note_split(path, split)
        elif is_list:
            self.lists.add(path)
            for line in read_lines(path):
                if line.strip():
                    named = os.path.join(os.path.dirname(path), line.strip())
                    self._note_split(os.path.normpath(named), split)

    def _note_split(self, path: str, split: str) -> None:
        first = self._splits.setdefault(path, split)
        # The format demands train and val: who has not split yet names one folder for both.
        if first == 'train' and split != first:
            self._splits[path] = None


def _class_names(stated: Any) -> dict[int, str]:
    if not isinstance(stated, (dict, list)) or len(stated) > _MOST_CLASSES:
        raise FormatError(f'names: expected a list of names, got {shown(stated)}')
    pairs = list(stated.items() if isinstance(stated, dict) else enumerate(stated))
    for number, name in pairs:
        if not str(number).isdecimal() or isinstance(name, (dict, list, set)):
            raise FormatError(f'names: expected a number and a name, got {shown(number)}: {shown(name)}')
    return {int(number): str(name) for number, name in pairs}


def _path(stated: Any) -> str:
    if stated is None:
        return ''
    if not isinstance(stated, str) or '\0' in stated:
        raise FormatError(f'expected a path, got {shown(stated)}')
    return stated
