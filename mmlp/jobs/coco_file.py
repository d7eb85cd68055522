"""One COCO file for all pictures of a job."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmlp.files import Journal, JournalError, describe_changes, read_journal, write_json
from mmlp.plates import Plate, coco_document, plates_to_coco

from .run_journal import journal_path

_JOURNAL_KIND = 'coco'


class CocoFile:
    """Gathers the plates of pictures, and keeps those of a former run where that is wanted.

    Until the file is written, they are in a journal beside it, so that those of a run that was killed are
    known.

    Args:
        path (Path): The file to write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._images: list[tuple[dict[str, Any], Sequence[dict[str, Any]]]] = []
        self._former: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {}
        self._journal: Journal | None = None

    def begin(self, settings: dict[str, Any], *, resume: bool = False) -> None:
        """Opens the journal.

        Args:
            settings (dict[str, Any]): What the plates depend on.
            resume (bool): Make known what a former run found, for :meth:`take_over`.

        Raises:
            WriteError: The journal could not be written.
        """
        place = journal_path(self._path)
        if resume:
            self._former = {**_load(self._path), **_load_journal(place, settings)}
        self._journal = Journal(place, _JOURNAL_KIND, settings, self._former.values())

    def add(self, name: str, shape: tuple[int, int], plates: Sequence[Plate]) -> None:
        """Adds a picture; ``shape`` is its height and width.

        Raises:
            WriteError: The journal could not be written.
        """
        height, width = shape
        image = {'file_name': name, 'width': width, 'height': height}
        annotations = plates_to_coco(plates, 0)
        if self._journal is not None:
            self._journal.add((image, annotations))
        self._images.append((image, annotations))

    def take_over(self, name: str) -> bool:
        """Adds a picture as a former run found it; False when it did not."""
        if name not in self._former:
            return False
        self._images.append(self._former[name])
        return True

    def write(self) -> None:
        """Writes the file, complete or not at all, in place of the journal.

        Raises:
            WriteError: It could not be written. The journal stays.
        """
        complete = False
        try:
            write_json(self._path, coco_document(self._images))
            complete = True
        finally:
            if self._journal is not None:
                self._journal.close(remove=complete)


def _load(path: Path) -> dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Reads pictures and their annotations by file name; nothing where there is no such file."""
    try:
        document = json.loads(path.read_text(encoding='utf-8'))
        found = {image['id']: (image, []) for image in document['images']}
        for annotation in document['annotations']:
            found[annotation['image_id']][1].append(annotation)
    except (OSError, ValueError, AttributeError, KeyError, RecursionError, TypeError):
        return {}  # Its pictures are then segmented anew.
    return {image['file_name']: (image, annotations) for image, annotations in found.values()}


def _load_journal(
    path: Path, settings: dict[str, Any]
) -> dict[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Reads the same from the journal of a run that did not come to its end."""
    try:
        former, entries = read_journal(path, _JOURNAL_KIND, _parse)
    except (FileNotFoundError, JournalError):
        return {}
    return {} if describe_changes(former, settings) else dict(entries)


def _parse(entry: Any) -> tuple[str, tuple[dict[str, Any], list[dict[str, Any]]]]:
    image, annotations = entry
    return image['file_name'], (image, annotations)
