"""The record of a conversion in its output folder, by which it goes on where it stopped."""

from __future__ import annotations

import json
import os
import shutil
from threading import Lock
from typing import Any

from .files import CONVERSION_FOLDER, write_atomic
from .records import SPLITS, ConversionError


class Manifest:
    """What stands finished in an output folder, one JSON line a picture.

    Lines are appended as pictures are finished, so that a conversion that was cut off loses none of them;
    the line that was being written then is passed over.

    Args:
        out: Output folder; made if it is not there.
        settings: What the outputs depend on besides the pictures and their annotations.
        overwrite: Remove what an earlier conversion wrote here, and begin anew.

    Raises:
        ConversionError: The folder holds a data set that no converter wrote, or one that was written with
            other settings, without ``overwrite``.
    """

    def __init__(self, out: str, settings: dict[str, Any], overwrite: bool) -> None:
        self.out = os.path.abspath(out)
        self.folder = os.path.join(self.out, CONVERSION_FOLDER)
        self.scratch = os.path.join(self.folder, 'partial')
        self.path = os.path.join(self.folder, 'manifest.jsonl')
        self.settings = json.loads(json.dumps(settings))
        self.entries: dict[str, dict[str, Any]] = {}
        self._lock = Lock()
        if os.path.isfile(self.path):
            self._load(overwrite)
        else:
            taken = [split for split in SPLITS if os.path.exists(os.path.join(self.out, split))]
            if taken:
                raise ConversionError(
                    f'{os.path.join(self.out, taken[0])!r} exists and was not written by a converter; '
                    'choose another output folder'
                )
        os.makedirs(self.folder, exist_ok=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
        os.makedirs(self.scratch)
        self.save()

    def _load(self, overwrite: bool) -> None:
        with open(self.path, encoding='utf-8') as file:
            first, *lines = file.read().split('\n')
        old = json.loads(first)
        for line in lines:
            try:
                entry = json.loads(line)
            except json.JSONDecodeError:
                continue
            self.entries[f'{entry["split"]}/{entry["name"]}'] = entry
        changed = sorted(key for key in {*old, *self.settings} if old.get(key) != self.settings.get(key))
        if changed and not overwrite:
            key = changed[0]
            raise ConversionError(
                f'{self.out!r} was converted with {key} = {old.get(key)!r}, now it is '
                f'{self.settings.get(key)!r}. Choose another output folder, or --overwrite to convert anew'
            )
        if overwrite:
            self.discard(list(self.entries))

    def discard(self, keys: list[str]) -> None:
        """Removes the outputs of entries, and the entries."""
        for key in keys:
            for path in self.outputs(self.entries.pop(key)):
                if os.path.lexists(path):
                    os.remove(path)

    def outputs(self, entry: dict[str, Any]) -> tuple[str, str]:
        """Paths of an entry's picture and mask."""
        base = os.path.join(self.out, entry['split'])
        return os.path.join(base, 'images', entry['name']), os.path.join(
            base, 'masks', entry['name'] + '.png'
        )

    def is_finished(self, key: str, stamp: str) -> bool:
        """Whether the outputs of ``key`` are there, made from what ``stamp`` describes."""
        entry = self.entries.get(key)
        return (
            entry is not None
            and entry['stamp'] == stamp
            and all(os.path.isfile(path) for path in self.outputs(entry))
        )

    def add(self, key: str, entry: dict[str, Any]) -> None:
        """Notes a finished picture; from any thread."""
        with self._lock:
            self.entries[key] = entry
            self._file.write(json.dumps(entry) + '\n')
            self._file.flush()

    def save(self) -> None:
        """Writes the file anew with what holds now, and goes on after it."""
        self.close()
        lines = [json.dumps(self.settings), *map(json.dumps, self.entries.values())]
        write_atomic(self.path, ('\n'.join(lines) + '\n').encode(), self.scratch)
        self._file = open(self.path, 'a', encoding='utf-8')  # noqa: SIM115 - open for all the conversion

    def close(self) -> None:
        """Closes the file."""
        if hasattr(self, '_file'):
            self._file.close()
