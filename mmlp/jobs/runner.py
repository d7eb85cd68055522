"""The run over many files: pictures in a pipeline, videos one by one; none that fails stops the others."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from mmlp.apis.views import View
from mmlp.files import FileError, is_disk_full
from mmlp.media import (
    MAX_PIXELS,
    DecodedImage,
    MediaItem,
    MediaList,
    find_panorama,
    run_pipeline,
)
from mmlp.media.images import ImageFile, open_image
from mmlp.plates import Plate

from .report import FileResult, JobReport, fingerprint_of
from .segmenters import Segmenter, note_view, predict

logger = logging.getLogger(__name__)

#: Bytes that pictures which are on their way at the same time may take together, or there is one alone.
MAX_MEMORY_AT_ONCE = 1_000_000_000


class MediaJob(Protocol):
    """What is done with each file. Errors that it raises are noted for the file, and the next one follows."""

    def write_image(
        self, item: MediaItem, image: DecodedImage, plates: list[Plate], notes: Sequence[str]
    ) -> FileResult:
        """Writes the outputs of one picture; ``notes`` of how it was looked at belong to the result."""

    def process_video(self, item: MediaItem, progress: Progress) -> FileResult:
        """Reads one video and writes its outputs."""


class Progress:
    """Is told how far a job is; this one tells nobody. Calls come from one thread at a time."""

    def start_video(self, item: MediaItem, frames: int | None) -> None:
        """A video begins; ``frames`` is about its length, None when the file does not tell."""

    def frame(self) -> None:
        """One frame of the video is written."""

    def finish(self, result: FileResult) -> None:
        """A file is done, or has failed."""


@dataclasses.dataclass(eq=False)
class _Entry:
    """A picture on its way; one object through all steps, so that its pixels can be let go at the end.

    Attributes:
        item (MediaItem): The file.
        room (int): Bytes of memory that it may take.
        fingerprint (dict[str, int] | None): Of the file before it was read.
        opened (ImageFile | None): Its header.
        image (DecodedImage | None): Its pixels, while they are needed.
        plates (list[Plate] | None): What was found in it.
        notes (tuple[str, ...]): How it was looked at.
        error (Exception | None): What went wrong.
    """

    item: MediaItem
    room: int = 0
    fingerprint: dict[str, int] | None = None
    opened: ImageFile | None = None
    image: DecodedImage | None = None
    plates: list[Plate] | None = None
    notes: tuple[str, ...] = ()
    error: Exception | None = None


def run_media_job(
    job: MediaJob,
    segmenter: Segmenter,
    media: MediaList,
    report: JobReport,
    progress: Progress | None = None,
    *,
    kept: Mapping[Path, FileResult] = MappingProxyType({}),
    batch_size: int = 1,
    max_pixels: int | None = None,
) -> None:
    """Processes files one after the other; one that fails is noted in the report, and the next one follows.

    Pictures are read, segmented and written at the same time, each step in a thread of its own.

    Args:
        job (MediaJob): What to do with each.
        segmenter (Segmenter): Finds the plates.
        media (MediaList): The files, and what could not be looked at, which counts as failed.
        report (JobReport): Takes the results. Its journal begins before the first file, and it is saved at
            the end, after an interruption too.
        progress (Progress | None): Is told how far the job is.
        kept (Mapping[Path, FileResult]): Results of a former run, for the files that it finished.
        batch_size (int): Pictures that the network gets at once.
        max_pixels (int | None): Larger pictures are refused; None keeps the limit of
            :func:`~mmlp.media.read_image`. Videos are the job's.

    Raises:
        KeyboardInterrupt: The user interrupted; unfinished outputs were removed.
        WriteError: The report or its journal could not be written, or the disk is so full that the report
            can tell of no more files; it tells of all before.
    """
    progress = progress or Progress()
    for problem in media.problems:
        result = FileResult(str(problem.path), 'unknown', 'failed', error=problem.reason)
        _finish(result, report, progress)
    for result in kept.values():
        result.kept = True
        _finish(result, report, progress)
    items = [item for item in media.items if item.path not in kept]
    report.begin()  # At once: it tells a later run whose the outputs are.
    try:
        for kind, group in itertools.groupby(items, key=lambda item: item.kind):
            if kind == 'image':
                _run_images(
                    job, segmenter, group, report, progress, batch_size=batch_size, max_pixels=max_pixels
                )
                continue
            for item in group:
                _finish(_run_video(job, item, report, progress), report, progress)
    finally:
        report.save()


def explain(error: Exception) -> str:
    """Says in one line what was wrong with a file; errors that nobody foresaw go to the log as well."""
    if isinstance(error, FileError):
        return error.reason
    if isinstance(error, FileNotFoundError):
        is_link = error.filename is not None and os.path.islink(error.filename)
        return 'is a link to a file that does not exist' if is_link else 'there is no such file any more'
    if isinstance(error, MemoryError):
        return 'does not fit into memory'
    logger.debug('unexpected error', exc_info=error)
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error) if isinstance(error, ValueError) else f'{type(error).__name__}: {error}'


def _run_video(job: MediaJob, item: MediaItem, report: JobReport, progress: Progress) -> FileResult:
    try:
        fingerprint = fingerprint_of(item.path)
        return _signed(job.process_video(item, progress), fingerprint)
    except Exception as error:
        return _failed(item, error, report)


def _signed(result: FileResult, fingerprint: dict[str, int] | None) -> FileResult:
    if result.source is None:  # One that replaced its input is signed already.
        result.sign(fingerprint)
    return result


def _failed(item: MediaItem, error: Exception, report: JobReport) -> FileResult:
    report.disk_full += is_disk_full(error)
    return FileResult(str(item.path), item.kind, 'failed', error=explain(error))


def _finish(result: FileResult, report: JobReport, progress: Progress) -> None:
    try:
        report.add(result)
    finally:
        progress.finish(result)


def _run_images(
    job: MediaJob,
    segmenter: Segmenter,
    items: Iterable[MediaItem],
    report: JobReport,
    progress: Progress,
    *,
    batch_size: int,
    max_pixels: int | None,
) -> None:
    gate = _MemoryGate(MAX_MEMORY_AT_ONCE)
    limit = MAX_PIXELS if max_pixels is None else max_pixels

    def read() -> Iterator[list[_Entry]]:
        batch: list[_Entry] = []
        for item in items:
            entry = _Entry(item)
            for step in (_stat, _open):  # They tell what memory the file takes, and then the picture.
                room = _attempt(entry, step, limit)
                if batch and not gate.has_room(entry, room):
                    yield batch  # What is in it makes room only when it is done.
                    batch = []
                gate.enter(entry, room)
            _attempt(entry, _decode, limit)
            batch.append(entry)
            del entry
            if len(batch) >= batch_size:
                yield batch
                batch = []
        if batch:
            yield batch

    def predict(batches: Iterator[list[_Entry]]) -> Iterator[_Entry]:
        try:
            for batch in batches:
                _predict(segmenter, batch)
                yield from batch
        finally:
            gate.open()

    def write(entry: _Entry) -> None:
        result = _write(job, entry, report)
        entry.image = entry.error = None  # The steps before hold the entry until the next one comes.
        gate.leave(entry)
        _finish(result, report, progress)

    timing = run_pipeline(read(), {'network': predict}, write, queue_size=2, names=('read', 'write'))
    logger.info('pictures: %.1f s\n%s', timing.seconds, timing)


def _attempt(entry: _Entry, step: Callable[[_Entry, int], int], max_pixels: int) -> int:
    """Takes a step of reading, unless one before failed; returns the memory that is needed from then on."""
    try:
        return entry.room if entry.error is not None else step(entry, max_pixels)
    except Exception as error:
        entry.error = error
        return entry.room


def _stat(entry: _Entry, _: int) -> int:
    entry.fingerprint = fingerprint_of(entry.item.path)
    return entry.fingerprint['size']


def _open(entry: _Entry, max_pixels: int) -> int:
    entry.opened = open_image(entry.item.path, max_pixels)
    return entry.opened.memory


def _decode(entry: _Entry, _: int) -> int:
    opened, entry.opened = entry.opened, None
    entry.image = opened.decode()
    return entry.room


def _predict(segmenter: Segmenter, batch: Sequence[_Entry]) -> None:
    """Fills in the plates; when a batch fails, its pictures are tried one by one."""
    readable = [entry for entry in batch if entry.error is None]
    if not readable:
        return
    try:
        images = [entry.image for entry in readable]
        views = [View(panorama=find_panorama(image.bgr, image.info)) for image in images]
        predictions = predict(segmenter, [image.bgr for image in images], views)
    except Exception as error:
        if len(readable) == 1:
            readable[0].error = error
            return
        for entry in readable:
            _predict(segmenter, [entry])
        return
    for entry, view, prediction in zip(readable, views, predictions):
        entry.plates = prediction.plates
        entry.notes = tuple(note_view(segmenter, view, getattr(prediction, 'turns', 0)))


def _write(job: MediaJob, entry: _Entry, report: JobReport) -> FileResult:
    item = entry.item
    try:
        if entry.error is not None:
            raise entry.error
        result = job.write_image(item, entry.image, entry.plates, entry.notes)
        return _signed(result, entry.fingerprint)
    except Exception as error:
        return _failed(item, error, report)


class _MemoryGate:
    """Lets pictures in while those inside take little memory together, or none is inside."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inside = 0
        self._is_open = False
        self._changed = threading.Condition()

    def has_room(self, entry: _Entry, room: int) -> bool:
        """Tells whether an entry could have so much room without waiting."""
        with self._changed:
            return self._may_have(entry, room)

    def enter(self, entry: _Entry, room: int) -> None:
        """Waits until there is so much room for an entry, which may be inside with less."""
        with self._changed:
            self._changed.wait_for(lambda: self._may_have(entry, room))
            self._inside += room - entry.room
            entry.room = room

    def leave(self, entry: _Entry) -> None:
        """Makes room."""
        with self._changed:
            self._inside -= entry.room
            self._changed.notify_all()

    def open(self) -> None:
        """Lets everybody in, so that nobody waits for pictures that will not be processed any more."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()

    def _may_have(self, entry: _Entry, room: int) -> bool:
        others = self._inside - entry.room
        return self._is_open or not others or others + room <= self._limit
