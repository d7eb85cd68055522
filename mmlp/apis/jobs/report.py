"""What a job did to each file, so that a person can check it and a later run can go on."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import time
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mmlp.files import write_json
from mmlp.media import MediaList, MediaWriteError
from mmlp.version import __version__

#: The report's name in an output folder.
REPORT_NAME = 'report.json'
#: Seconds between two writings of the report while a job runs, and their share of the time at most.
_SAVE_INTERVAL, _SAVE_SHARE = 10.0, 0.02
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
        plates (int): Plates seen; in a video, the sum over its frames.
        lowest_score (float | None): Score of the least certain one, 0..1.
        texts (list[str]): What plates read, where they were read; of a video only when it was tracked.
        review (list[dict[str, Any]]): What a person should look at: ``reason``, and for videos ``frames``
            (first and last) and ``seconds`` (from and to).
        error (str | None): What was wrong.
        notes (list[str]): What the output lacks or has otherwise than the input, a phrase each that means the
            same for every file, such as ``'left out: motion film'``.
        video (dict[str, Any] | None): For a video: ``frames``, ``frames_with_plates``, ``streams_left_out``
            (that were neither looked at nor carried over), ``clock_jumps``, and others; where several streams
            of pictures were processed, ``streams`` has the same of each.
        source (dict[str, int] | None): Size and time of the input when it was processed, for resuming; of one
            that was replaced in place, which keeps its time, a checksum of the file that replaced it too.
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
        replaced = os.path.realpath(self.path) in self.outputs
        self.source = fingerprint_of(self.path, checksum=True) if replaced else fingerprint
        self.output_sizes = _sizes(self.outputs)

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
        path (str | os.PathLike | None): Where to write the report; None writes none.
        media (MediaList | None): What was found, for what was not processed: files that are neither picture
            nor video, and hidden ones.

    Attributes:
        files (list[FileResult]): The results, in the order of processing.
        not_processed (list[OtherFile]): Files in the folders that are neither picture nor video, those that
            may hold pictures first.
        hidden (list[Path]): Hidden pictures and videos that were left out.
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
        skipped = () if media is None else media.skipped
        self.not_processed = sorted(skipped, key=lambda file: not file.may_hold_pictures)
        self.hidden = [] if media is None else list(media.hidden)
        self._saved, self._interval = time.monotonic(), _SAVE_INTERVAL

    @property
    def exit_code(self) -> int:
        """0 when all is done, 1 when a file failed or is incomplete, or pictures may have been left open."""
        left_open = self.hidden or any(file.may_hold_pictures for file in self.not_processed)
        return int(bool(left_open) or any(result.status != 'done' for result in self.files))

    def add(self, result: FileResult) -> None:
        """Adds a result; writes the report from time to time, so that a crash loses little."""
        self.files.append(result)
        if self.path is not None and time.monotonic() - self._saved > self._interval:
            with contextlib.suppress(MediaWriteError):  # The last one tells.
                self.save()

    def summary(self) -> dict[str, int]:
        """Counts files by status and the plates in them."""
        status = Counter(result.status for result in self.files)
        return {
            'files': len(self.files),
            **{name: status[name] for name in ('done', 'incomplete', 'failed')},
            'kept_from_former_runs': sum(result.kept for result in self.files),
            'to_look_at': sum(bool(result.review) for result in self.files),
            'plates': sum(result.plates for result in self.files),
        }

    def notes(self) -> dict[str, list[str]]:
        """Returns the files that each note is about, most frequent note first."""
        files: dict[str, list[str]] = {}
        for result in self.files:
            for note in result.notes:
                files.setdefault(note, []).append(result.path)
        return dict(sorted(files.items(), key=lambda entry: -len(entry[1])))

    def save(self) -> None:
        """Writes the report, complete or not at all.

        Raises:
            MediaWriteError: The file could not be written.
        """
        if self.path is None:
            return
        started = time.monotonic()
        document = {
            'created': datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds'),
            'mmlp': __version__,
            'settings': self.settings,
            'summary': self.summary(),
            'files': [dataclasses.asdict(result) for result in self.files],
            'not_processed': [
                {
                    'path': str(file.path),
                    'what': file.what,
                    'may_hold_pictures': file.may_hold_pictures,
                }
                for file in self.not_processed
            ],
            'hidden': [str(path) for path in self.hidden],
        }
        write_json(self.path, document, indent=1)
        self._saved = time.monotonic()
        self._interval = max(_SAVE_INTERVAL, (self._saved - started) / _SAVE_SHARE)


def read_report(path: str | os.PathLike) -> tuple[dict[str, Any], list[FileResult]]:
    """Reads a report: the settings of its run, and the results.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is no report.
    """
    try:
        document = json.loads(Path(path).read_text(encoding='utf-8'))
        return document['settings'], [FileResult(**entry) for entry in document['files']]
    except (ValueError, KeyError, TypeError) as error:
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
        ValueError: The file is no report, or its run had other settings.
    """
    try:
        former, results = read_report(path)
    except FileNotFoundError:
        return {}
    settings = json.loads(json.dumps(settings))
    changed = [name for name in {**former, **settings} if former.get(name) != settings.get(name)]
    if changed:
        details = ', '.join(f'{name} {former.get(name)!r}, now {settings.get(name)!r}' for name in changed)
        raise ValueError(f'{path} tells of a run with other settings ({details}); do all anew to change them')
    return {result.path: result for result in results}
