"""The record of a conversion in its output folder, by which it goes on where it stopped."""

from __future__ import annotations

import os
from typing import Any

from mmlp.files import Journal, describe_changes, read_journal

from .files import CONVERSION_FOLDER
from .records import SPLITS, ConversionError

_KIND = 'conversion'


class Manifest:
    """What stands finished in an output folder: a :class:`~mmlp.files.Journal` with a line a picture.

    Args:
        out: Output folder; made if it is not there.
        settings: What the outputs depend on besides the pictures and their annotations.
        overwrite: Remove what an earlier conversion wrote here, and begin anew.

    Raises:
        ConversionError: The folder holds a data set that no converter wrote, or one that was written with
            other settings, without ``overwrite``.
        JournalError: The record is damaged before its last line.
        WriteError: The record could not be written.
    """

    def __init__(self, out: str, settings: dict[str, Any], overwrite: bool) -> None:
        self.out = os.path.abspath(out)
        self.path = os.path.join(self.out, CONVERSION_FOLDER, 'manifest.jsonl')
        self.settings = settings
        self.entries: dict[str, dict[str, Any]] = {}
        if os.path.isfile(self.path):
            self._load(overwrite)
        else:
            taken = [split for split in SPLITS if os.path.exists(os.path.join(self.out, split))]
            if taken:
                raise ConversionError(
                    f'{os.path.join(self.out, taken[0])!r} exists and was not written by a converter; '
                    'choose another output folder'
                )
        self._journal = Journal(self.path, _KIND, settings, self.entries.values())

    def _load(self, overwrite: bool) -> None:
        old, entries = read_journal(self.path, _KIND, _parse)
        self.entries = dict(entries)
        changes = describe_changes(old, self.settings)
        if changes and not overwrite:
            raise ConversionError(
                f'{self.out!r} was converted with other settings ({changes}). Choose another output folder, '
                'or --overwrite to convert anew'
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
        """Whether the outputs of ``key`` are there, made from what ``stamp`` describes.

        Empty ones are not: a power failure leaves such files.
        """
        entry = self.entries.get(key)
        return (
            entry is not None
            and entry['stamp'] == stamp
            and all(os.path.isfile(path) and os.path.getsize(path) for path in self.outputs(entry))
        )

    def add(self, key: str, entry: dict[str, Any]) -> None:
        """Notes a finished picture; from any thread."""
        self.entries[key] = entry
        self._journal.add(entry)

    def save(self) -> None:
        """Writes the record anew with what holds now."""
        self._journal.close()
        self._journal = Journal(self.path, _KIND, self.settings, self.entries.values())

    def close(self) -> None:
        """Closes the record."""
        self._journal.close()


def _parse(entry: Any) -> tuple[str, dict[str, Any]]:
    split, name = entry['split'], entry['name']
    # Outputs of entries may be removed: the record of a folder of strangers must name no files elsewhere.
    if split not in SPLITS or os.path.isabs(name) or '..' in name.replace('\\', '/').split('/'):
        raise ValueError(f'{split!r} and {name!r} do not lie in this folder')
    return f'{split}/{name}', entry
