"""The run over many files: pictures in a pipeline, videos one by one; none that fails stops the others."""

from __future__ import annotations

import itertools
import logging
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, Protocol

from mmlp.files import FileError, is_disk_full
from mmlp.media import MediaItem, MediaList, Picture, find_panorama, read_image, run_pipeline
from mmlp.plates import Plate

from ..views import View
from .report import FileResult, JobReport, fingerprint_of
from .segmenters import Segmenter, note_view, predict

logger = logging.getLogger(__name__)

#: Options of :class:`~mmlp.apis.PlateSegmenter` that its own description may leave out.
_SEGMENTER_OPTIONS = (
    'min_score',
    'min_area',
    'closer_long_side',
    'closer_below',
    'closer_floor',
    'smallest_plate',
    'coarser_above',
    'tile',
    'tile_long_side',
    'refinement',
    'turned',
    'panoramas',
)
#: Pictures that are in memory at the same time have so many pixels together, or there is one alone.
MAX_PIXELS_AT_ONCE = 100_000_000


class MediaJob(Protocol):
    """What is done with each file. Errors that it raises are noted for the file, and the next one follows."""

    def write_picture(
        self, item: MediaItem, picture: Picture, plates: list[Plate], notes: Sequence[str]
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


class _Entry(NamedTuple):
    """A picture on its way."""

    item: MediaItem
    fingerprint: dict[str, int] | None = None
    picture: Picture | None = None
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
            :func:`~mmlp.media.read_image`.

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
                _run_pictures(
                    job, segmenter, group, report, progress, batch_size=batch_size, max_pixels=max_pixels
                )
                continue
            for item in group:
                _finish(_run_video(job, item, report, progress), report, progress)
    finally:
        report.save()


def describe_segmenter(segmenter: Segmenter) -> str:
    """Describes what finds the plates, with all that its answers depend on, in a line for reports."""
    describe = getattr(segmenter, 'describe', None)
    line = describe() if describe is not None else type(segmenter).__name__
    options = {name: getattr(segmenter, name, None) for name in _SEGMENTER_OPTIONS}
    details = [f'{name}={value}' for name, value in options.items() if value is not None]
    return ', '.join([line, *details])


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


def _run_pictures(
    job: MediaJob,
    segmenter: Segmenter,
    items: Iterable[MediaItem],
    report: JobReport,
    progress: Progress,
    *,
    batch_size: int,
    max_pixels: int | None,
) -> None:
    gate = _PixelGate(MAX_PIXELS_AT_ONCE)
    limit = {} if max_pixels is None else {'max_pixels': max_pixels}

    def read() -> Iterator[list[_Entry]]:
        batch: list[_Entry] = []
        for item in items:
            entry = _read(item, limit)
            batch.append(entry)
            pixels = sum(_pixels(other) for other in batch)
            if len(batch) >= batch_size or pixels * 2 > MAX_PIXELS_AT_ONCE:
                # Whoever waits here holds one batch: memory is bounded by the gate and that.
                gate.enter(pixels)
                yield batch
                batch = []
        if batch:
            gate.enter(sum(map(_pixels, batch)))
            yield batch

    def predict(batches: Iterator[list[_Entry]]) -> Iterator[_Entry]:
        try:
            for batch in batches:
                yield from _predict(segmenter, batch)
        finally:
            gate.open()

    def write(entry: _Entry) -> None:
        result = _write(job, entry, report)
        gate.leave(_pixels(entry))
        _finish(result, report, progress)

    timing = run_pipeline(read(), {'network': predict}, write, queue_size=2, names=('read', 'write'))
    logger.info('pictures: %.1f s\n%s', timing.seconds, timing)


def _read(item: MediaItem, limit: dict[str, int]) -> _Entry:
    try:
        return _Entry(item, fingerprint_of(item.path), read_image(item.path, **limit))
    except Exception as error:
        return _Entry(item, error=error)


def _predict(segmenter: Segmenter, batch: list[_Entry]) -> list[_Entry]:
    """Fills in the plates; when a batch fails, its pictures are tried one by one."""
    readable = [entry for entry in batch if entry.error is None]
    try:
        pictures = [entry.picture for entry in readable]
        views = [View(panorama=find_panorama(picture.bgr, picture.info)) for picture in pictures]
        predictions = predict(segmenter, [picture.bgr for picture in pictures], views) if pictures else []
    except Exception as error:
        if len(readable) == 1:
            return [entry._replace(error=entry.error or error) for entry in batch]
        return [result for entry in batch for result in _predict(segmenter, [entry])]
    found = {
        id(entry): entry._replace(
            plates=prediction.plates,
            notes=tuple(note_view(segmenter, view, getattr(prediction, 'turns', 0))),
        )
        for entry, view, prediction in zip(readable, views, predictions)
    }
    return [found.get(id(entry), entry) for entry in batch]


def _write(job: MediaJob, entry: _Entry, report: JobReport) -> FileResult:
    item = entry.item
    try:
        if entry.error is not None:
            raise entry.error
        result = job.write_picture(item, entry.picture, entry.plates, entry.notes)
        return _signed(result, entry.fingerprint)
    except Exception as error:
        return _failed(item, error, report)


def _pixels(entry: _Entry) -> int:
    return 0 if entry.picture is None else entry.picture.width * entry.picture.height


class _PixelGate:
    """Lets pictures in while those inside have few pixels together, or none is inside."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inside = 0
        self._is_open = False
        self._changed = threading.Condition()

    def enter(self, pixels: int) -> None:
        """Waits for room."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_open or not self._inside or self._inside + pixels <= self._limit
            )
            self._inside += pixels

    def leave(self, pixels: int) -> None:
        """Makes room."""
        with self._changed:
            self._inside -= pixels
            self._changed.notify_all()

    def open(self) -> None:
        """Lets everybody in, so that nobody waits for pictures that will not be processed any more."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()
