"""The journal of a run beside its report, so that each finished file is known whenever the run is killed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mmlp.files import Journal, Reserve, WriteError, is_disk_full
from mmlp.files.reserve import STEP

JOURNAL_KIND = 'run'
_SUFFIX = '.journal'
#: Bytes beyond the report that are kept: of lines that are written when the disk is full already, ...
_SLACK = 8 * STEP
#: ... and of blocks of the file system that are not filled.
_LEAST_SLACK = 2 * STEP


def journal_path(report: str | os.PathLike) -> Path:
    """Returns where the journal of the run with this report is: ``report.json.journal``."""
    report = Path(report)
    return report.with_name(report.name + _SUFFIX)


class RunJournal:
    """What a run has finished, and room on the disk for the report about it.

    Args:
        report (Path): The report that will be written.
        settings (dict[str, Any]): What the outputs depend on.
        entries (Iterable[dict[str, Any]]): Results of files that are finished already.
        document (dict[str, Any]): The report without results.

    Raises:
        WriteError: The journal cannot be written, or the disk is full.
    """

    def __init__(
        self,
        report: Path,
        settings: dict[str, Any],
        entries: Iterable[dict[str, Any]],
        document: dict[str, Any],
    ) -> None:
        entries = list(entries)
        self._report = report
        self._journal = Journal(journal_path(report), JOURNAL_KIND, settings, entries)
        self._reserve = Reserve(report)
        self._room = sum(map(_room, (document, *entries)))
        try:
            self._reserve.grow(self._room + _SLACK)
        except WriteError:
            self.close()
            raise

    def add(self, entry: dict[str, Any], *, durable: bool = False) -> None:
        """Notes a result, and keeps room to tell of it in the report.

        Args:
            entry (dict[str, Any]): The result, plain values for JSON.
            durable (bool): Whether to wait until it is on the disk.

        Raises:
            WriteError: It could not be noted, or the disk is so full that the report has room for what was
                added so far, but hardly for more.
        """
        self._room += _room(entry)
        try:
            self._append(entry, durable)
            self._reserve.grow(self._room + _SLACK)
        except WriteError as error:
            if not is_disk_full(error):
                raise
            if self._reserve.size < self._room + _LEAST_SLACK:
                reason = 'stopped, since the report would not have room for more'
                raise WriteError(self._report, reason, error.errno) from error

    def _append(self, entry: dict[str, Any], durable: bool) -> None:
        """Adds a line, by what is kept where there is no other room."""
        while True:
            try:
                return self._journal.add(entry, durable=durable)
            except WriteError as error:
                if not is_disk_full(error) or not self._reserve.give():
                    raise

    def make_room(self) -> None:
        """Gives the room back, for the report to be written."""
        self._reserve.release()

    def close(self, *, remove: bool = False) -> None:
        """Closes the journal, and removes it where the report tells all of it."""
        self._reserve.release()
        self._journal.close(remove=remove)


def _room(entry: dict[str, Any]) -> int:
    """Returns the most bytes that an entry takes with one value a line."""
    line = json.dumps(entry)
    values = line.count(',') + 2 * line.count('[') + 2 * line.count('{')
    return len(line) + 8 * values
