"""The record of an export that is not finished, by which it goes on where it stopped."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict
from typing import Any

import numpy as np

from ..files import write_atomic
from ..records import ConversionError
from .item import Item

#: Folder of the record, in the output folder; gone when the export is finished.
_FOLDER = '.export'


class UnfinishedExport:
    """What an export has written so far: its settings, then one JSON line a picture.

    The folder of a finished export has no record: it is refused like any other that is not empty, so that no
    correction is overwritten.

    Args:
        out: Output folder; made if it is not there.
        settings: What the outputs depend on besides the pictures and their masks.

    Raises:
        ConversionError: The folder is not empty, and holds no unfinished export with these settings.
    """

    def __init__(self, out: str, settings: dict[str, Any]) -> None:
        self.folder = os.path.join(out, _FOLDER)
        self.scratch = os.path.join(self.folder, 'partial')
        self.finished: dict[str, Item] = {}
        self._stamps: dict[str, str] = {}
        self._path = os.path.join(self.folder, 'items.jsonl')
        if os.path.isfile(self._path):
            self._load(out, settings)
        elif os.path.isdir(out) and os.listdir(out) not in ([], [_FOLDER]):
            raise ConversionError(f'{out!r} is not empty; corrections in it would be overwritten')
        os.makedirs(self.scratch, exist_ok=True)
        lines = [json.dumps(settings), *(self._line(key) for key in self.finished)]
        write_atomic(self._path, ('\n'.join(lines) + '\n').encode(), self.scratch)
        self._file = open(self._path, 'a', encoding='utf-8')  # noqa: SIM115 - open for all the export

    def _load(self, out: str, settings: dict[str, Any]) -> None:
        with open(self._path, encoding='utf-8') as file:
            first, *lines = file.read().split('\n')
        old = json.loads(first)
        changed = [key for key in settings if old.get(key) != settings[key]]
        if changed:
            raise ConversionError(
                f'{out!r} holds an unfinished export with {changed[0]} = {old.get(changed[0])!r}, now it is '
                f'{settings[changed[0]]!r}; choose another output folder, or remove this one'
            )
        for line in lines:
            try:
                key, stamp, content = json.loads(line)
            except ValueError:  # the line that was being written
                continue
            for part in ('plates', 'ignored'):
                content[part] = [np.array(outline, dtype=np.float64) for outline in content[part]]
            self.finished[key], self._stamps[key] = Item(**content), stamp

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
        self._file.write(self._line(key) + '\n')
        self._file.flush()

    def _line(self, key: str) -> str:
        content = asdict(self.finished[key])
        for part in ('plates', 'ignored'):
            content[part] = [outline.tolist() for outline in content[part]]
        return json.dumps([key, self._stamps[key], content])

    def close(self, complete: bool) -> None:
        """Closes the record; removes it where all is written."""
        self._file.close()
        if complete:
            shutil.rmtree(self.folder)
