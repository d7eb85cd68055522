"""One COCO file for all pictures of a job."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmlp.files import write_json
from mmlp.plates import COCO_CATEGORY, Plate, plates_to_coco


class CocoFile:
    """Gathers the plates of pictures, and keeps those of a former run where that is wanted.

    Args:
        path (Path): The file to write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._images: list[dict[str, Any]] = []
        self._annotations: list[dict[str, Any]] = []
        self._former: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] | None = None

    def add(self, name: str, shape: tuple[int, int], plates: Sequence[Plate]) -> None:
        """Adds a picture; ``shape`` is its height and width."""
        height, width = shape
        image = {'file_name': name, 'width': width, 'height': height}
        self._add(image, plates_to_coco(plates, 0))

    def take_over(self, name: str) -> bool:
        """Adds a picture as the existing file has it; False when it does not have it."""
        if self._former is None:
            self._former = _load(self._path)
        if name not in self._former:
            return False
        self._add(*self._former[name])
        return True

    def write(self) -> None:
        """Writes the file, complete or not at all.

        Raises:
            MediaWriteError: It could not be written.
        """
        document = {'images': self._images, 'annotations': self._annotations, 'categories': [COCO_CATEGORY]}
        write_json(self._path, document)

    def _add(self, image: dict[str, Any], annotations: Sequence[dict[str, Any]]) -> None:
        number = len(self._images) + 1
        self._images.append({**image, 'id': number})
        for annotation in annotations:
            self._annotations.append({**annotation, 'id': len(self._annotations) + 1, 'image_id': number})


def _load(path: Path) -> dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Reads pictures and their annotations by file name; nothing where there is no such file."""
    try:
        document = json.loads(path.read_text(encoding='utf-8'))
        found = {image['id']: (image, []) for image in document['images']}
        for annotation in document['annotations']:
            found[annotation['image_id']][1].append(annotation)
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # Its pictures are then segmented anew.
    return {image['file_name']: (image, annotations) for image, annotations in found.values()}
