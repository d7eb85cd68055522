"""The conversion: records in; pictures, masks and COCO annotation files out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from typing import Any

from mmlp.files import is_disk_full, write_bytes, write_json
from mmlp.plates import coco_document
from mmlp.progress import progress_bar

from ..image_suffixes import IMG_SUFFIXES
from .frames import SHOWN, FrameVotes, describe_guesses
from .image import Outcome, convert_image
from .labels import choose_labels
from .limits import DATA_ERRORS
from .manifest import Manifest
from .options import Options, Report
from .plan import Job, plan
from .reader import Reader
from .records import SPLITS, ConversionError, Problem, Record
from .shapes import FormatError, describe
from .work import in_threads

#: Control characters and line ends, and how Python writes them.
_CONTROL = {code: repr(chr(code))[1:-1] for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}


def convert(reader: Reader, options: Options) -> Report:
    """Converts a data set to the layout that :class:`~mmlp.datasets.LicensePlateDataset` reads.

    Writes, for every split that has pictures::

        OUT/SPLIT/images/NAME.jpg       the picture as it is, or a link to it
        OUT/SPLIT/masks/NAME.jpg.png    8 bit: 0 background, 255 plate, 128 ignored
        OUT/SPLIT/annotations.json      COCO, with kind, ignored and corners (of quads) beside

    A picture of which one annotation cannot be used is left out whole, since that plate would be taught as
    background; it is named in the report and in ``OUT/errors.txt``. Interrupted, the conversion goes on
    where it stopped; pictures and annotations that changed since are converted again, outputs of pictures
    that are gone are removed.

    Raises:
        ConversionError: Nothing could be converted; the message says why.
    """
    report = Report(options.out)
    records = _read(reader, report, options)
    choice = choose_labels(records, options.labels, options.ignore_labels)
    jobs = plan(records, choice, options, report)
    if not jobs:
        first = (
            f'; the first: {report.problems[0].path}: {report.problems[0].message}' if report.problems else ''
        )
        raise ConversionError(
            f'nothing to convert in {reader.source!r}: {len(report.problems)} problems{first}'
        )
    manifest = Manifest(options.out, _settings(reader, options), options.overwrite)
    try:
        convert_jobs(jobs, manifest, options, report)
        finish(manifest, [job.key for job in jobs], report)
    finally:
        manifest.close()
    report.notes += reader.notes()
    return report


def _read(reader: Reader, report: Report, options: Options) -> list[Record]:
    records = []
    with progress_bar(title='listing files', unit='', shown=options.progress, leave=False) as bar:
        for item in _items(reader):
            if not bar.n:
                bar.set_description_str('reading annotations')
            bar.update()
            if isinstance(item, Problem):
                report.problems.append(item)
            elif not item.image.lower().endswith(IMG_SUFFIXES):
                known = ', '.join(IMG_SUFFIXES)
                problem = Problem(item.image, f'pictures may end with {known}; save it as PNG')
                report.problems.append(problem)
            else:
                records.append(item)
    # First, since what was left out here may be why others are missing.
    report.problems[:0] = reader.boundary.problems()
    return records


def _items(reader: Reader) -> Iterator[Record | Problem]:
    """What a reader yields; where it gives up, it says what it came upon first."""
    first = None
    try:
        for item in reader.read():
            first = first or (item if isinstance(item, Problem) else None)
            yield item
    except ConversionError as error:
        first = next(iter(reader.boundary.problems()), first)
        if first is None:
            raise
        raise ConversionError(f'{error}. The first problem: {first.path}: {first.message}') from None


def _settings(reader: Reader, options: Options) -> dict[str, Any]:
    return {
        'format': reader.name,
        'source': reader.source,
        'link': options.link,
        'rim': options.rim,
        'orientation': options.orientation,
        **asdict(options.rule),
    }


def convert_jobs(jobs: Sequence[Job], manifest: Manifest, options: Options, report: Report) -> None:
    """Converts what is not finished yet; what fails goes to the report.

    Args:
        jobs: The pictures.
        manifest: What is finished.
        options: As for :func:`convert`.
        report: Takes counts, problems and notes.
    """
    outputs = [path for job in jobs for path in manifest.outputs(dict(split=job.split, name=job.name))]
    for folder in {os.path.dirname(path) for path in outputs}:
        os.makedirs(folder, exist_ok=True)
    votes = FrameVotes()
    undecided = []
    with progress_bar(total=len(jobs), title='converting', unit='picture', shown=options.progress) as bar:
        for job, outcome in _each([(job, None) for job in jobs], manifest, options, report):
            if outcome.frame:
                votes.add(job.record, outcome.frame)
            if outcome.undecided:
                undecided.append(job)
            bar.update(not outcome.undecided)
        # Those whose annotations do not tell their frame wait until all others have told theirs.
        decided = [(job, votes.decide(job.record)) for job in undecided]
        for _ in _each([(job, frame or SHOWN) for job, frame in decided], manifest, options, report):
            bar.update()
    report.notes += describe_guesses([(job.record, frame) for job, frame in decided])


def _each(
    jobs: Sequence[tuple[Job, str | None]], manifest: Manifest, options: Options, report: Report
) -> Iterator[tuple[Job, Outcome]]:
    """Converts in threads; counts, and reports what failed."""
    results = in_threads(lambda item: convert_image(*item, manifest, options), jobs, options.workers)
    with closing(results):
        for (job, frame), future in results:
            try:
                outcome = future.result()
            except (*DATA_ERRORS, OSError) as error:
                if is_disk_full(error):  # So it is for all that follow.
                    raise
                report.problems.append(Problem(job.record.image, _explain(error, job.record)))
                if job.key in manifest.entries:
                    manifest.discard([job.key])
                outcome = Outcome()
            else:
                done = frame is not None or not outcome.undecided
                report.converted += done and outcome.fresh
                report.skipped += done and not outcome.fresh
            yield job, outcome


def _explain(error: BaseException, record: Record) -> str:
    where = f' (annotated in {record.source})' if isinstance(error, FormatError) and record.source else ''
    return f'{describe(error)}{where}'


def finish(manifest: Manifest, keys: Sequence[str], report: Report) -> None:
    """Removes what is no longer planned, writes the annotation files and counts.

    Args:
        manifest: What is finished.
        keys: What was planned, by :attr:`~.plan.Job.key`; all else is removed.
        report: Takes counts and notes; its problems go to ``errors.txt``.

    Raises:
        ConversionError: Nothing of it is finished.
    """
    done = [manifest.entries[key] for key in keys if key in manifest.entries]
    if not done:
        first = report.problems[0]
        raise ConversionError(
            f'none of {len(keys)} pictures could be converted; the first: {first.path}: {first.message}'
        )
    planned = set(keys)
    gone = [key for key in manifest.entries if key not in planned]
    manifest.discard(gone)
    if gone:
        report.notes.append(
            f'{len(gone)} earlier outputs removed: their pictures are gone or cannot be converted now'
        )
    manifest.save()
    for split in SPLITS:
        entries = [entry for entry in done if entry['split'] == split]
        path = os.path.join(manifest.out, split, 'annotations.json')
        if entries:
            write_json(path, coco_file(entries, manifest.settings))
        elif os.path.isfile(path):
            os.remove(path)
        _count(split, entries, report)
    _write_errors(manifest, report.problems)


def coco_file(entries: Sequence[dict[str, Any]], settings: dict[str, Any]) -> dict[str, Any]:
    """The COCO file of one split, from its manifest entries."""
    images = (
        (dict(file_name=entry['name'], width=entry['width'], height=entry['height']), entry['annotations'])
        for entry in sorted(entries, key=lambda entry: entry['name'])
    )
    info = dict(description=f'converted from {settings["format"]} by mmlp', settings=settings)
    return coco_document(images, info=info)


def _count(split: str, entries: Sequence[dict[str, Any]], report: Report) -> None:
    if not entries:
        return
    report.images[split] = len(entries)
    kinds = report.kinds.setdefault(split, Counter())
    for entry in entries:
        report.clipped += entry['clipped']
        kinds.update('ignored' if a['ignored'] else a['kind'] for a in entry['annotations'])


def _write_errors(manifest: Manifest, problems: Sequence[Problem]) -> None:
    path = os.path.join(manifest.out, 'errors.txt')
    if problems:
        lines = ''.join(f'{_one_line(p.path)}\t{_one_line(p.message)}\n' for p in problems)
        write_bytes(path, lines.encode('utf-8', 'surrogateescape'))
    elif os.path.isfile(path):
        os.remove(path)


def _one_line(text: str) -> str:
    """Text with escape sequences for line ends, tabs and others of the kind, which names may hold."""
    return text.translate(_CONTROL)
