"""The plan of a conversion: which picture becomes which output, with which shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .labels import LabelChoice, list_labels
from .names import unique_names
from .options import Options, Report
from .records import SPLITS, Problem, Record
from .shapes import FormatError
from .splits import assign_splits


@dataclass(frozen=True)
class Job:
    """One picture to convert: where to, under which name."""

    record: Record
    split: str
    name: str

    @property
    def key(self) -> str:
        """Identifies the output."""
        return f'{self.split}/{self.name}'


def plan(
    records: Sequence[Record], choice: LabelChoice, options: Options, report: Report | None = None
) -> list[Job]:
    """Decides the shapes, split and name of every picture.

    Args:
        records: What was read; may hold a picture more than once, its annotations are then united.
        choice: Which labels count.
        options: As for :func:`convert`.
        report: Takes problems and notes.
    """
    report = report or Report(options.out)
    merged = []
    for record in _merge(records, report):
        try:
            record.shapes = choice.pick(record.shapes)
        except FormatError as error:
            report.problems.append(Problem(record.image, f'{error} (annotated in {record.source})'))
        else:
            merged.append(record)
    if options.drop_empty:
        kept = [record for record in merged if record.shapes]
        report.notes.append(f'{len(merged) - len(kept)} pictures without plates left out')
        merged = kept
    for title, labels in (('taken as plates', choice.plates), ('as regions to ignore', choice.ignored)):
        if labels:
            report.notes.append(f'{title}: {list_labels(labels)}')
    if choice.left_out:
        report.notes.append(f'labels left out: {list_labels(choice.left_out)}')
    splits, note = assign_splits(merged, options.rule)
    if note:
        report.notes.append(note)
    jobs = []
    for split in SPLITS:
        members = [record for record, its in zip(merged, splits) if its == split]
        names = unique_names([record.name for record in members])
        jobs += [Job(record, split, name) for record, name in zip(members, names)]
    return jobs


def _merge(records: Sequence[Record], report: Report) -> list[Record]:
    by_image: dict[str, Record] = {}
    for record in records:
        first = by_image.setdefault(record.image, record)
        if first is record:
            continue
        if first.split != record.split:
            report.problems.append(
                Problem(
                    record.image,
                    f'is in {first.split} by {first.source!r} and in {record.split} by '
                    f'{record.source!r}; kept in {first.split}',
                )
            )
            continue
        known = {shape.fingerprint() for shape in first.shapes}
        first.shapes += [shape for shape in record.shapes if shape.fingerprint() not in known]
    return list(by_image.values())
