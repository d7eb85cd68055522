"""A data set made again from a list and the public sets that a person has downloaded."""

from __future__ import annotations

import csv
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ..converters.conversion import convert_jobs, finish
from ..converters.files import CONVERSION_FOLDER
from ..converters.formats import FORMATS
from ..converters.labels import choose_labels
from ..converters.manifest import Manifest
from ..converters.options import Options, Report
from ..converters.plan import Job, plan
from ..converters.reader import Reader
from ..converters.records import Problem, Record
from ..converters.splits import SplitRule
from .finding import Found, Missing, find_images
from .fingerprint import FingerprintStore
from .image_list import ListedImage, write_csv
from .limits import MAX_BITS
from .sources import Source

MISSING_FILE, FOUND_FILE = 'missing.csv', 'found.csv'
_FOUND_COLUMNS = ('split', 'name', 'source', 'file', 'how', 'bits', 'width', 'height')


@dataclass
class Rebuilt:
    """What came of a rebuild.

    Attributes:
        report: Of the conversion of what was found.
        before: Listed pictures that stood finished from an earlier run.
        found: Those found now.
        missing: Those that were not found.
        unread: By source, the files of it that its converter could not read.
    """

    report: Report
    before: list[ListedImage] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    unread: dict[str, list[Problem]] = field(default_factory=dict)


def rebuild(
    listed: Sequence[ListedImage],
    readers: Mapping[str, Reader],
    options: Options,
    max_bits: int = MAX_BITS,
    sources: Mapping[str, Source] | None = None,
) -> Rebuilt:
    """Makes a data set from a list.

    Writes ``OUT/SPLIT/images``, ``OUT/SPLIT/masks`` and ``OUT/SPLIT/annotations.json`` as
    :func:`~mmlp.datasets.converters.convert` does, under the names and in the splits of the list; pictures
    are byte for byte those of the downloaded sets, masks are painted from their annotations. Beside them
    ``OUT/found.csv`` says which file became which picture, and ``OUT/missing.csv`` what is missing and where
    to get it. Pictures that stand finished are not looked for again, so that one source after the other can
    be downloaded, rebuilt and removed.

    Args:
        listed: The list.
        readers: The downloaded sets, by the name that the list has for them.
        options: How to convert; ``rule`` and ``drop_empty`` take no part.
        max_bits: As for :func:`~mmlp.datasets.lists.find_images`.
        sources: Where sets come from, for ``missing.csv``.

    Raises:
        ConversionError: A set is not what its reader reads, ``OUT`` holds something else, or nothing of what
            was found could be converted.
        ValueError: ``readers`` has a source that the list does not know.
        WriteError: An output could not be written; the same call goes on from there.
    """
    check_sources(listed, readers)
    report = Report(options.out)
    manifest = Manifest(options.out, _settings(listed, options), options.overwrite)
    try:
        done = {key for key, entry in manifest.entries.items() if _is_there(manifest, entry)}
        result = Rebuilt(report, [row for row in listed if row.key in done])
        kept = os.path.join(manifest.out, CONVERSION_FOLDER, 'fingerprints.jsonl')
        store = FingerprintStore(kept, options.workers, options.progress)
        jobs: list[Job] = []
        sets: dict[tuple[str, str], tuple[list[Record], list[Problem]]] = {}  # several sources in one folder
        for source in dict.fromkeys(row.source for row in listed):
            rows = [row for row in listed if row.source == source and row.key not in done]
            if not rows:
                continue
            if source not in readers:
                result.missing += [Missing(row, 'its source was not given') for row in rows]
                continue
            reader = readers[source]
            place = reader.name, reader.source
            if place not in sets:
                sets[place] = _read(reader, options, report)
            records, result.unread[source] = sets[place]
            found, missing = find_images(rows, records, store, max_bits)
            jobs += [Job(item.record, item.listed.split, item.listed.name) for item in found]
            result.found += found
            result.missing += missing
        _write_tables(
            manifest, result, sources or {}
        )  # a run that goes on from here has no other way to tell
        convert_jobs(jobs, manifest, options, report)
        planned = [row.key for row in listed if row.key in done] + [job.key for job in jobs]
        if planned:
            finish(manifest, planned, report)
        _write_tables(manifest, result, sources or {})
    finally:
        manifest.close()
    return result


def check_sources(listed: Sequence[ListedImage], given: Iterable[str]) -> None:
    """Refuses sources that a list does not name.

    Raises:
        ValueError: There is one.
    """
    known = {row.source for row in listed}
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f'the list has no source {unknown[0]!r}; it has {", ".join(sorted(known))}')


def _settings(listed: Sequence[ListedImage], options: Options) -> dict[str, object]:
    rows = sorted((row.key, row.sha256, row.source) for row in listed)
    return {
        'format': 'list',
        'list': hashlib.sha256(repr(rows).encode()).hexdigest(),
        'rim': options.rim,
        'orientation': options.orientation,
    }


def _is_there(manifest: Manifest, entry: dict) -> bool:
    # Empty ones are not: a power failure leaves such files.
    return all(os.path.isfile(path) and os.path.getsize(path) for path in manifest.outputs(entry))


def _read(reader: Reader, options: Options, report: Report) -> tuple[list[Record], list[Problem]]:
    """The pictures of a set with the shapes that count, and what of it could not be read."""
    # Its problems are those of the whole set, most of which the list may not ask for.
    whole, records = Report(options.out), []
    for item in reader.read():
        (whole.problems if isinstance(item, Problem) else records).append(item)
    whole.problems[:0] = reader.boundary.problems()
    labels = options.labels if FORMATS[reader.name].has_labels else None
    choice = choose_labels(records, labels, options.ignore_labels)
    jobs = plan(records, choice, Options(options.out, rule=SplitRule('train')), whole)
    report.notes += [f'{reader.source}: {note}' for note in (*whole.notes, *reader.notes())]
    return [job.record for job in jobs], whole.problems


def _write_tables(manifest: Manifest, result: Rebuilt, sources: Mapping[str, Source]) -> None:
    path = os.path.join(manifest.out, FOUND_FILE)
    failed = {problem.path for problem in result.report.problems}
    rows = _read_found(path, {row.key for row in result.before})
    for item in result.found:
        if item.record.image not in failed:
            row, taken = item.listed, item.fingerprint
            where = row.split, row.name, row.source, item.record.image
            rows.append([*where, item.how, item.bits, taken.width, taken.height])
    write_csv(path, _FOUND_COLUMNS, sorted(rows, key=lambda row: row[:2]))
    path = os.path.join(manifest.out, MISSING_FILE)
    if not result.missing:
        Path(path).unlink(missing_ok=True)
        return
    columns = ('source', 'split', 'name', 'identifier', 'reason', 'address')
    lines = []
    for item in result.missing:
        row = item.listed
        address = sources[row.source].address if row.source in sources else ''
        lines.append([row.source, row.split, row.name, row.identifier, item.reason, address])
    write_csv(path, columns, lines)


def _read_found(path: str, keys: set[str]) -> list[list]:
    """What an earlier run found of what still stands."""
    try:
        with open(path, encoding='utf-8', errors='surrogateescape', newline='') as file:
            rows = list(csv.reader(file))[1:]
    except FileNotFoundError:
        return []
    return [row for row in rows if len(row) == len(_FOUND_COLUMNS) and f'{row[0]}/{row[1]}' in keys]


def count_by_source(result: Rebuilt) -> dict[str, Counter[str]]:
    """How many pictures of each source were listed, there before, found in which way, resized and missing."""
    counts: dict[str, Counter[str]] = {}
    for row in result.before:
        counts.setdefault(row.source, Counter()).update(['listed', 'before'])
    for item in result.found:
        kinds = ['listed', item.how]
        kinds += ['resized'] * item.resized + ['other coding'] * _coded_otherwise(item)
        counts.setdefault(item.listed.source, Counter()).update(kinds)
    for item in result.missing:
        counts.setdefault(item.listed.source, Counter()).update(['listed', 'missing'])
    return counts


def _coded_otherwise(item: Found) -> bool:
    """Whether the file has an ending of another format than the name in the list."""
    endings = [PurePosixPath(name).suffix.lower() for name in (item.listed.name, item.record.image)]
    return len({'.jpg' if ending == '.jpeg' else ending for ending in endings}) > 1
