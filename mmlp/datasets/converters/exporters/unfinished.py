"""The record of an export that is not finished, by which it goes on where it stopped."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict
from typing import Any

import numpy as np

from mmlp.files import Journal, describe_changes, read_journal

from ..records import ConversionError
from .item import Item

#: Folder of the record, in the output folder; gone when the export is finished.
_FOLDER = '.export'
_KIND = 'export'


class UnfinishedExport:
    """What an export has written so far: a :class:`~mmlp.files.Journal` with a line a picture.

    The folder of a finished export has no record: it is refused like any other that is not empty, so that no
    correction is overwritten.

    Args:
        out: Output folder; made if it is not there.
        settings: What the outputs depend on besides the pictures and their masks.

    Raises:
        ConversionError: The folder is not empty, and holds no unfinished export with these settings.
        JournalError: The record is damaged before its last line.
        WriteError: The record could not be written.
    """

    def __init__(self, out: str, settings: dict[str, Any]) -> None:
        self._folder = os.path.join(out, _FOLDER)
        self.finished: dict[str, Item] = {}
        self._stamps: dict[str, str] = {}
        path = os.path.join(self._folder, 'items.jsonl')
        if os.path.isfile(path):
            self._load(path, out, settings)
        elif os.path.isdir(out) and os.listdir(out) not in ([], [_FOLDER]):
            raise ConversionError(f'{out!r} is not empty; corrections in it would be overwritten')
        self._journal = Journal(path, _KIND, settings, map(self._entry, self.finished))

    def _load(self, path: str, out: str, settings: dict[str, Any]) -> None:
        old, entries = read_journal(path, _KIND, _parse)
        changes = describe_changes(old, settings)
        if changes:
            raise ConversionError(
                f'{out!r} holds an unfinished export with other settings ({changes}); choose another output '
                'folder, or remove this one'
            )
        for key, stamp, item in entries:
            self.finished[key], self._stamps[key] = item, stamp

    def look_up(self, key: str, stamp: str) -> Item | None:
        """The item of a picture that stands finished; None for another.

        Raises:
            ConversionError: It was made from another version of the picture or mask.
        """
        if self._stamps.get(key, stamp) != stamp:
            raise ConversionError(
                f'{key!r} or its mask has changed since this export was interrupted; corrections of it '
                'might be overwritten: choose another output folder, or remove this one'
            )
        return self.finished.get(key)

    def add(self, key: str, stamp: str, item: Item) -> None:
        """Notes a picture whose files are written."""
        self.finished[key], self._stamps[key] = item, stamp
        self._journal.add(self._entry(key))

    def _entry(self, key: str) -> tuple[str, str, dict[str, Any]]:
        content = asdict(self.finished[key])
        for part in ('plates', 'ignored'):
            content[part] = [outline.tolist() for outline in content[part]]
        return key, self._stamps[key], content

    def close(self, complete: bool) -> None:
        """Closes the record; removes it where all is written."""
        self._journal.close(remove=complete)
        if complete:
            shutil.rmtree(self._folder)


def _parse(entry: Any) -> tuple[str, str, Item]:
    key, stamp, content = entry
    for part in ('plates', 'ignored'):
        content[part] = [np.array(outline, dtype=np.float64) for outline in content[part]]
    return key, stamp, Item(**content)
