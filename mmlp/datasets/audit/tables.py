"""The report as two tables: the splits in numbers, and the findings counted."""

from __future__ import annotations

from collections import Counter

import numpy as np
from prettytable import PrettyTable

from .checks import CHECKS
from .report import AuditReport
from .summary import plates_of, summarize_split, values_of

Rows = list[list[str]]


def split_rows(report: AuditReport) -> Rows:
    """A row a split, under a heading."""
    rows = [
        [
            'split',
            'pictures',
            'plates',
            'pictures without plates',
            'ignored pixels',
            'plate height, px',
            'plates < 16 px',
            'aspect',
            'tilt of 95 %',
        ]
    ]
    for split in report.splits:
        numbers = summarize_split(report, split)
        plate, count = numbers['plate'], numbers['plates']
        height, aspect = plate['height'], plate['aspect']
        tilts = np.abs(values_of(plates_of([p for p in report.images if p.split == split]), 'tilt'))
        rows.append(
            [
                split,
                str(numbers['pictures']),
                str(count),
                str(numbers['images_without_plates']),
                f'{100 * numbers["ignored_share"]:.2f} %',
                f'{height["p50"]:.0f} ({height["p5"]:.0f} to {height["p95"]:.0f})' if height else '-',
                str(numbers['plates_by_height']['lt16']),
                f'{aspect["p50"]:.1f} ({aspect["p5"]:.1f} to {aspect["p95"]:.1f})' if aspect else '-',
                f'within {np.percentile(tilts, 95):.0f} degrees' if len(tilts) else '-',
            ]
        )
    return rows


def finding_rows(report: AuditReport) -> Rows:
    """A row for each check that found something, under a heading."""
    rows = [['severity', 'check', *report.splits, 'what']]
    for name, check in CHECKS.items():
        counts = Counter(finding.split for finding in report.of_check(name))
        if counts:
            rows.append(
                [check.severity.value, name, *(str(counts[split]) for split in report.splits), check.title]
            )
    return rows


def split_table(report: AuditReport) -> str:
    """The splits for a terminal. Ranges are the median, and the 5th and 95th percentile."""
    return _as_text(split_rows(report), left=1)


def finding_table(report: AuditReport) -> str:
    """The findings for a terminal; empty when there are none."""
    rows = finding_rows(report)
    if len(rows) == 1:
        return ''
    table = _as_table(rows, left=2)
    table.align['what'] = 'l'
    return table.get_string()


def _as_text(rows: Rows, left: int) -> str:
    return _as_table(rows, left).get_string()


def _as_table(rows: Rows, left: int) -> PrettyTable:
    table = PrettyTable(rows[0])
    table.align = 'r'
    for name in rows[0][:left]:
        table.align[name] = 'l'
    table.add_rows(rows[1:])
    return table
