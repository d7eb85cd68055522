"""The files of COCO, LabelMe and YOLO."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections import defaultdict
from typing import Any

import numpy as np

from mmlp.files import write_bytes

from ....plates import coco_document, polygon_area
from ..shapes import FormatError
from .item import LABELS, Item


class Writer(ABC):
    """Writes the files of one format.

    Args:
        out: Output folder.
    """

    def __init__(self, out: str) -> None:
        self.out = out
        self._taken: set[str] = set()

    @abstractmethod
    def image_path(self, item: Item) -> str:
        """Where the picture of an item goes."""

    @abstractmethod
    def take(self, item: Item) -> None:
        """Takes the names of an item, and keeps of it what :meth:`finish` needs.

        Raises:
            FormatError: Another picture has the same name for this format.
        """

    def write(self, item: Item) -> None:
        """Writes what stands beside one picture, once it is taken."""
        return

    def finish(self) -> None:
        """Writes what stands once for all pictures."""
        return

    def save(self, text: str, *path: str) -> None:
        """Writes a text file below the output folder."""
        target = os.path.join(self.out, *path)
        write_bytes(target, text.encode('utf-8', 'surrogateescape'), durable=False)

    def claim(self, *path: str) -> None:
        """Takes a file name, once."""
        key = '/'.join(path).lower()
        if key in self._taken:
            raise FormatError(f'two pictures would share {path[-1]!r}; rename one')
        self._taken.add(key)

    def folder(self, *path: str) -> str:
        """A folder below the output folder, made if it is not there."""
        folder = os.path.join(self.out, *path)
        os.makedirs(folder, exist_ok=True)
        return folder


class COCOWriter(Writer):
    """``[SPLIT/]images/NAME.jpg`` and ``[SPLIT/]annotations.json``."""

    def __init__(self, out: str) -> None:
        super().__init__(out)
        self._items: dict[str, list[Item]] = defaultdict(list)

    def image_path(self, item: Item) -> str:
        """Where the picture of an item goes."""
        return os.path.join(self.folder(item.split, 'images'), item.name)

    def take(self, item: Item) -> None:
        """Keeps the item for :meth:`finish`."""
        self.claim(item.split, item.name)
        self._items[item.split].append(item)

    def finish(self) -> None:
        """Writes the annotation file of every split."""
        for split, items in self._items.items():
            images = (
                (
                    dict(file_name=item.name, width=item.width, height=item.height),
                    [_coco_annotation(label, outline) for label, outline in item.labelled()],
                )
                for item in items
            )
            categories = [dict(id=number, name=label) for number, label in enumerate(LABELS, start=1)]
            self.save(json.dumps(coco_document(images, categories)), split, 'annotations.json')


def _coco_annotation(label: str, outline: np.ndarray) -> dict[str, Any]:
    low, high = outline.min(axis=0), outline.max(axis=0)
    return dict(
        category_id=LABELS.index(label) + 1,
        segmentation=[outline.ravel().tolist()],
        bbox=[*low.tolist(), *(high - low).tolist()],
        area=abs(polygon_area(outline)),
        iscrowd=0,
    )


class LabelMeWriter(Writer):
    """``[SPLIT/]NAME.jpg`` and ``[SPLIT/]NAME.json``."""

    def image_path(self, item: Item) -> str:
        """Where the picture of an item goes."""
        return os.path.join(self.folder(item.split), item.name)

    def take(self, item: Item) -> None:
        """Takes the name of the JSON file."""
        self.claim(item.split, _with_ending(item.name, '.json'))

    def write(self, item: Item) -> None:
        """Writes the JSON file of one picture."""
        shapes = [
            dict(
                label=label,
                points=outline.tolist(),
                group_id=None,
                description='',
                shape_type='polygon',
                flags={},
            )
            for label, outline in item.labelled()
        ]
        content = dict(
            version='5.5.0',
            flags={},
            shapes=shapes,
            imagePath=item.name,
            imageData=None,
            imageHeight=item.height,
            imageWidth=item.width,
        )
        self.save(json.dumps(content, indent=1), item.split, _with_ending(item.name, '.json'))


class YOLOWriter(Writer):
    """``images/[SPLIT/]NAME.jpg``, ``labels/[SPLIT/]NAME.txt`` with outlines, and ``data.yaml``."""

    def __init__(self, out: str) -> None:
        super().__init__(out)
        self._splits: set[str] = set()

    def image_path(self, item: Item) -> str:
        """Where the picture of an item goes."""
        return os.path.join(self.folder('images', item.split), item.name)

    def take(self, item: Item) -> None:
        """Takes the name of the label file, and notes the split."""
        self.claim(item.split, _with_ending(item.name, '.txt'))
        self._splits.add(item.split)

    def write(self, item: Item) -> None:
        """Writes the label file of one picture."""
        lines = []
        for label, outline in item.labelled():
            numbers = ' '.join(f'{value:.6f}' for value in (outline / (item.width, item.height)).ravel())
            lines.append(f'{LABELS.index(label)} {numbers}\n')
        self.save(''.join(lines), 'labels', item.split, _with_ending(item.name, '.txt'))

    def finish(self) -> None:
        """Writes ``data.yaml``."""
        lines = ['path: .']
        for split in ('train', 'val', 'test'):
            if split in self._splits:
                lines.append(f'{split}: images/{split}')
        if self._splits == {''}:
            lines += ['train: images', 'val: images']
        lines += ['names:', *(f'  {number}: {label}' for number, label in enumerate(LABELS))]
        self.save('\n'.join(lines) + '\n', 'data.yaml')


def _with_ending(name: str, ending: str) -> str:
    return os.path.splitext(name)[0] + ending


WRITERS: dict[str, type[Writer]] = {'coco': COCOWriter, 'labelme': LabelMeWriter, 'yolo': YOLOWriter}
