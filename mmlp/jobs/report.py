"""What a job did to each file, so that a person can check it and a later run can go on."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mmlp.files import describe_changes, read_journal, sync_folder, write_json
from mmlp.media import MediaList
from mmlp.version import __version__

from .run_journal import JOURNAL_KIND, RunJournal, journal_path

#: The report's name in an output folder.
REPORT_NAME = 'report.json'
_CHECKSUM, _BLOCK_BYTES = 'crc32', 1 << 20


@dataclasses.dataclass
class FileResult:
    """What became of one input.

    Attributes:
        path (str): The input.
        kind (str): ``'image'``, ``'video'``, or ``'unknown'`` for what could not be looked at.
        status (str): ``'done'``; ``'incomplete'`` for a damaged video of which all that could be decoded was
            processed; ``'failed'`` when nothing was written.
        outputs (list[str]): Files that were written, and folders with a file for each frame.
        plates (int): Plates seen; in a video, the sum over its frames. Without those that were left visible.
        lowest_score (float | None): Score of the least certain one, 0..1.
        texts (list[str]): What plates read, where they were read; of a video only when it was tracked.
        review (list[dict[str, Any]]): What a person should look at: ``reason``, and for videos ``frames``
            (first and last) and ``seconds`` (from and to).
        error (str | None): What was wrong.
        left_visible (int): Plates that were left visible on purpose; in a video, the sum over its frames.
        visible (list[dict[str, Any]]): Which ones: ``reason`` (``'place'`` or ``'text'``), with ``text`` what
            they read, ``box`` (x1, y1, x2, y2), or for videos ``frames`` and ``seconds`` as in ``review``.
        also_hidden (int): Regions of other tools that were hidden; in a video, the sum over its frames.
        notes (list[str]): What the output lacks or has otherwise than the input, a phrase each that means the
            same for every file, such as ``'left out: motion film'``.
        video (dict[str, Any] | None): For a video: ``frames``, ``frames_with_plates``, ``streams_left_out``
            (that were neither looked at nor carried over), ``clock_jumps``, and others; ``span`` where only a
            part was wanted, from and to in seconds of the whole video; where several streams of pictures were
            processed, ``streams`` has the same of each.
        source (dict[str, int] | None): Size and time of the input when it was processed, for resuming; of one
            that is replaced in place, which keeps its time, those of the file that replaces it, and its
            checksum.
        output_sizes (list[int]): Bytes of each output, for resuming.
        kept (bool): Whether it was finished by a former run and kept by this one.
    """

    path: str
    kind: str
    status: str = 'done'
    outputs: list[str] = dataclasses.field(default_factory=list)
    plates: int = 0
    lowest_score: float | None = None
    texts: list[str] = dataclasses.field(default_factory=list)
    review: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    error: str | None = None
    left_visible: int = 0
    visible: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    also_hidden: int = 0
    notes: list[str] = dataclasses.field(default_factory=list)
    video: dict[str, Any] | None = None
    source: dict[str, int] | None = None
    output_sizes: list[int] = dataclasses.field(default_factory=list)
    kept: bool = False

    def sign(self, fingerprint: dict[str, int] | None) -> None:
        """Notes what belongs together: the input as it was read, and the outputs as they were written.

        Args:
            fingerprint (dict[str, int] | None): Of the input before it was read.
        """
        self.source, self.output_sizes = fingerprint, _sizes(self.outputs)

    def sign_replacement(self, part: str | os.PathLike) -> None:
        """Notes what the input will be when ``part`` has replaced it, which is the only output."""
        self.source = fingerprint_of(part, checksum=True)
        self.output_sizes = [self.source['size']]

    def is_current(self, path: Path, outputs: Iterable[Path]) -> bool:
        """Tells whether input and outputs are still as this result describes them."""
        try:
            named = [str(output) for output in outputs] == self.outputs
            if self.status == 'failed' or not named or _sizes(self.outputs) != self.output_sizes:
                return False
            return fingerprint_of(path, checksum=_CHECKSUM in (self.source or {})) == self.source
        except OSError:
            return False


def fingerprint_of(path: str | os.PathLike, *, checksum: bool = False) -> dict[str, int]:
    """Returns size in bytes and time of change of a file, and on request the CRC-32 of its content."""
    status = os.stat(path)
    fingerprint = {'size': status.st_size, 'mtime_ns': status.st_mtime_ns}
    if checksum:
        value = 0
        with open(path, 'rb') as file:
            while block := file.read(_BLOCK_BYTES):
                value = zlib.crc32(block, value)
        fingerprint[_CHECKSUM] = value
    return fingerprint


def _sizes(paths: Iterable[str]) -> list[int]:
    """Returns the size of each file in bytes; 0 for folders."""
    return [0 if os.path.isdir(path) else os.path.getsize(path) for path in paths]


class JobReport:
    """The results of a job, and the file that tells them.

    Args:
        settings (dict[str, Any]): What the outputs depend on, plain values for JSON.
        path (str | os.PathLike | None): Where to write the report; None writes none. While the job runs, a
            journal beside it, ``report.json.journal``, holds a line for each file that is finished.
        media (MediaList | None): What was found, for what was not processed: files that are neither picture
            nor video, and hidden ones.

    Attributes:
        files (list[FileResult]): The results, in the order of processing.
        not_processed (list[OtherFile]): Files in the folders that are neither picture nor video, those that
            may hold pictures first.
        hidden (list[Path]): Hidden pictures and videos that were left out.
        regions_without_input (list[str]): Names in files of regions that are not among the inputs.
        disk_full (int): Files that failed since there was no room to write them.
    """

    def __init__(
        self,
        settings: dict[str, Any] | None = None,
        path: str | os.PathLike | None = None,
        media: MediaList | None = None,
    ) -> None:
        self.settings = settings or {}
        self.path = None if path is None else Path(path)
        self.files: list[FileResult] = []
        own = set() if self.path is None else {self.path.resolve(), journal_path(self.path).resolve()}
        skipped = [] if media is None else [file for file in media.skipped if file.path.resolve() not in own]
        self.not_processed = sorted(skipped, key=lambda file: not file.may_hold_pictures)
        self.hidden = [] if media is None else list(media.hidden)
        self.regions_without_input: list[str] = []
        self.disk_full = 0
        self._journal: RunJournal | None = None
        self._announced: FileResult | None = None

    @property
    def exit_code(self) -> int:
        """0 when all is done, 1 when a file failed or is incomplete, or pictures may have been left open."""
        left_open = self.hidden or any(file.may_hold_pictures for file in self.not_processed)
        return int(bool(left_open) or any(result.status != 'done' for result in self.files))

    def begin(self) -> None:
        """Opens the journal with the results that are there; a former report makes place for it.

        Raises:
            WriteError: The journal could not be written, or the disk is full.
        """
        if self.path is not None:
            entries = map(dataclasses.asdict, self.files)
            self._journal = RunJournal(self.path, self.settings, entries, self._document(files=False))
            self.path.unlink(missing_ok=True)  # What it tells is no longer so.

    def announce(self, result: FileResult) -> None:
        """Notes a result before its input is replaced, so that a replaced one is known whatever happens.

        Raises:
            WriteError: It could not be noted.
        """
        if self._journal is not None:
            self._journal.add(dataclasses.asdict(result), durable=True)
            self._announced = result

    def add(self, result: FileResult) -> None:
        """Adds a result, and notes it in the journal.

        Raises:
            WriteError: It could not be noted, or the report would not fit on the disk any more.
        """
        self.files.append(result)
        if self._journal is not None and result is not self._announced:
            self._journal.add(dataclasses.asdict(result))

    def summary(self) -> dict[str, int]:
        """Counts files by status and the plates in them.

        Plates that were left visible (``left_visible``) and regions of other tools (``also_hidden``) are
        counted where there are any.
        """
        status = Counter(result.status for result in self.files)
        others = {
            name: sum(getattr(result, name) for result in self.files)
            for name in ('left_visible', 'also_hidden')
        }
        return {
            'files': len(self.files),
            **{name: status[name] for name in ('done', 'incomplete', 'failed')},
            'kept_from_former_runs': sum(result.kept for result in self.files),
            'to_look_at': sum(bool(result.review) for result in self.files),
            'plates': sum(result.plates for result in self.files),
            **{name: count for name, count in others.items() if count},
        }

    def notes(self) -> dict[str, list[str]]:
        """Returns the files that each note is about, most frequent note first."""
        files: dict[str, list[str]] = {}
        for result in self.files:
            for note in result.notes:
                files.setdefault(note, []).append(result.path)
        return dict(sorted(files.items(), key=lambda entry: -len(entry[1])))

    def save(self) -> None:
        """Writes the report, complete or not at all, in place of the journal.

        Raises:
            WriteError: The file could not be written. The journal stays.
        """
        if self.path is None:
            return
        if self._journal is not None:
            self._journal.make_room()
        complete = False
        try:
            write_json(self.path, self._document(), indent=1)
            sync_folder(self.path.parent)
            complete = True
        finally:
            if self._journal is not None:
                self._journal.close(remove=complete)
                self._journal = None

    def _document(self, *, files: bool = True) -> dict[str, Any]:
        return {
            'created': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'),
            'mmlp': __version__,
            'settings': self.settings,
            'summary': self.summary(),
            'files': [dataclasses.asdict(result) for result in self.files] if files else [],
            'not_processed': [
                {
                    'path': str(file.path),
                    'what': file.what,
                    'may_hold_pictures': file.may_hold_pictures,
                }
                for file in self.not_processed
            ],
            'hidden': [str(path) for path in self.hidden],
            **({'regions_without_input': self.regions_without_input} if self.regions_without_input else {}),
        }


def has_former_run(path: str | os.PathLike) -> bool:
    """Tells whether there is a report of a former run, or the journal of one that did not come to its end."""
    return os.path.lexists(path) or os.path.lexists(journal_path(path))


def read_report(path: str | os.PathLike) -> tuple[dict[str, Any], list[FileResult]]:
    """Reads what a former run tells: in its journal, where it did not come to its end, else in its report.

    Returns:
        tuple[dict[str, Any], list[FileResult]]: The settings of the run, and the results; of an input with
            several, the last one counts.

    Raises:
        FileNotFoundError: There is neither.
        ValueError: The file is not a report or journal, or is damaged.
    """
    try:
        return tuple(read_journal(journal_path(path), JOURNAL_KIND, lambda entry: FileResult(**entry)))
    except FileNotFoundError:
        pass
    try:
        document = json.loads(Path(path).read_text(encoding='utf-8'))
        return document['settings'], [FileResult(**entry) for entry in document['files']]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(
            f'{path} is not a report of a former run ({type(error).__name__}: {error}); '
            f'move it away, or name another report'
        ) from None


def load_results(path: str | os.PathLike, settings: dict[str, Any]) -> dict[str, FileResult]:
    """Reads the results of a former run, to go on from there.

    Args:
        path (str | os.PathLike): Its report.
        settings (dict[str, Any]): The settings of this run.

    Returns:
        dict[str, FileResult]: Results by input; empty when there is no report.

    Raises:
        ValueError: The file is not a report, or its run had other settings.
    """
    try:
        former, results = read_report(path)
    except FileNotFoundError:
        return {}
    details = describe_changes(former, settings)
    if details:
        raise ValueError(f'{path} tells of a run with other settings ({details}); do all anew to change them')
    return {result.path: result for result in results}
