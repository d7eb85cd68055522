"""The report as one HTML file that needs nothing beside it."""

from __future__ import annotations

import os
from collections import Counter
from html import escape

from mmlp.files import write_bytes
from mmlp.version import __version__

from .charts import heat_map, histogram
from .checks import CHECKS, Severity
from .page_style import STYLE
from .records import Finding, PictureRecord
from .report import AuditReport
from .summary import plates_of, values_of
from .tables import Rows, finding_rows, split_rows
from .thumbnails import thumbnails

#: Findings of a check that are listed by name; the others stand in the JSON file.
_LISTED = 500
#: Histograms of plates: title, field, limits, logarithmic.
_PLATE_CHARTS = (
    ('Height of plates, pixels', 'height', None, True),
    ('Width of plates, pixels', 'width', None, True),
    ('Area of plates, pixels', 'area', None, True),
    ('Aspect ratio (width / height)', 'aspect', (0.0, 8.0), False),
    ('Tilt, degrees (clockwise is positive)', 'tilt', (-45.0, 45.0), False),
    ('Brightness of plates, 0 to 255', 'brightness', (0.0, 255.0), False),
    ('Contrast of plates (standard deviation)', 'contrast', (0.0, 100.0), False),
)
_PICTURE_CHARTS = (
    ('Brightness of pictures, 0 to 255', 'brightness', (0.0, 255.0)),
    ('Contrast of pictures (standard deviation)', 'contrast', (0.0, 128.0)),
)


def write_page(path: str | os.PathLike, report: AuditReport, max_shown: int = 24) -> None:
    """Writes the page: tables, charts, and for each check the first findings with pictures.

    Args:
        path: The file to write; missing folders are made.
        report: The report.
        max_shown: How many findings of a check are shown with pictures.

    Raises:
        WriteError: The file could not be written.
    """
    base = _common_folder(report)
    title = f'Data set audit of {escape(report.source)}'
    content = [
        f'<h1>{title}</h1>',
        f'<p class="verdict">{_verdict(report)}</p>',
        f'<p class="muted">Pictures below <code>{escape(base)}</code>; every number and name also stands in '
        f'audit.json. mmlp {__version__}.</p>',
        '<h2>Splits</h2>',
        _table(split_rows(report)),
        '<p class="muted">Medians, in brackets the 5th and 95th percentile. Height is the shorter side of '
        'the rotated rectangle around a plate.</p>',
        '<h2>Findings</h2>',
        _finding_table(report),
        '<h2>Distributions</h2>',
        _charts(report),
        *(_section(report, check, base, max_shown) for check in CHECKS),
    ]
    page = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<style>{STYLE}</style></head><body>\n{"".join(content)}\n</body></html>\n'
    )
    # File names may be of any bytes.
    write_bytes(path, page.encode('utf-8', 'backslashreplace'))


def _verdict(report: AuditReport) -> str:
    parts = []
    for severity in Severity:
        count = report.count(severity)
        plural = '' if count == 1 else 's'
        parts.append(f'<span class="tag {severity.value}">{count} {severity.value}{plural}</span>')
    return ' '.join(parts)


def _table(rows: Rows, words: int = 1) -> str:
    """A table whose first columns hold words, the others numbers."""
    head = ''.join(f'<th>{escape(cell)}</th>' for cell in rows[0])
    body = ''
    for row in rows[1:]:
        cells = (
            f'<td{"" if column < words else " class=number"}>{escape(c)}</td>' for column, c in enumerate(row)
        )
        body += f'<tr>{"".join(cells)}</tr>'
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _finding_table(report: AuditReport) -> str:
    rows = finding_rows(report)
    if len(rows) == 1:
        return '<p>Nothing was found.</p>'
    head = ''.join(f'<th>{escape(cell)}</th>' for cell in ['', *report.splits, 'what'])
    body = ''
    for severity, name, *counts, what in rows[1:]:
        numbers = ''.join(f'<td class=number>{count}</td>' for count in counts)
        body += (
            f'<tr><td><span class="tag {severity}">{severity}</span></td>{numbers}'
            f'<td><a href="#{name}">{escape(what)}</a> <code class="muted">{name}</code></td></tr>'
        )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _charts(report: AuditReport) -> str:
    pictures = {split: [p for p in report.pictures if p.split == split] for split in report.splits}
    plates = {split: plates_of(records) for split, records in pictures.items()}
    shown = [
        (title, histogram(title, {s: values_of(p, name) for s, p in plates.items()}, limits, logarithmic))
        for title, name, limits, logarithmic in _PLATE_CHARTS
    ]
    shown += [
        (title, histogram(title, {s: values_of(p, name) for s, p in pictures.items()}, limits))
        for title, name, limits in _PICTURE_CHARTS
    ]
    for split, records in plates.items():
        title = f'Where plates lie: {split}, {len(records)} plates'
        shown.append((title, heat_map(title, values_of(records, 'center'))))
    images = (f'<img src="{address}" alt="{escape(title)}">' for title, address in shown)
    return f'<div class="charts">{"".join(images)}</div>'


def _section(report: AuditReport, name: str, base: str, max_shown: int) -> str:
    """A check with what it found; empty when that is nothing."""
    findings = report.of_check(name)
    if not findings:
        return ''
    check = CHECKS[name]
    records = {(p.split, path): p for p in report.pictures for path in (p.path, p.mask_path) if path}
    counts = Counter(finding.split for finding in findings)
    where = ', '.join(f'{split} {counts[split]}' for split in report.splits if counts[split])
    cards = ''.join(_card(finding, records, base) for finding in findings[:max_shown])
    lines = (
        f'<li><code>{escape(_short(f.path, base))}</code> {escape(_short(f.message, base))}</li>'
        for f in findings[:_LISTED]
    )
    rest = f'<li>and {len(findings) - _LISTED} more, see audit.json</li>' if len(findings) > _LISTED else ''
    hidden = ''
    if len(findings) > max_shown:
        hidden = f'<details><summary>All {len(findings)}</summary><ul>{"".join(lines)}{rest}</ul></details>'
    return (
        f'<h2 id="{name}"><span class="tag {check.severity.value}">{check.severity.value}</span> '
        f'{escape(check.title)} <span class="muted">{where}</span></h2><p>{escape(check.advice)}</p>'
        f'<div class="cards">{cards}</div>{hidden}\n'
    )


def _card(finding: Finding, records: dict[tuple[str, str], PictureRecord], base: str) -> str:
    record = records.get((finding.split, finding.path))
    images = [] if record is None else thumbnails(record, finding.box)
    if finding.related is not None:
        other = next((r for (_, path), r in records.items() if path == finding.related), None)
        images += [] if other is None else thumbnails(other)
    pictures = ''.join(f'<img src="{address}" alt="">' for address in images)
    message = escape(_short(finding.message, base))
    return (
        f'<figure>{pictures and f"<div>{pictures}</div>"}<figcaption>'
        f'<b>{escape(_short(finding.path, base))}</b><br>{message}</figcaption></figure>'
    )


def _common_folder(report: AuditReport) -> str:
    return os.path.commonpath([os.path.dirname(picture.path) for picture in report.pictures])


def _short(text: str, base: str) -> str:
    """A path, or a message with paths in it, without the folder that all pictures share."""
    return text.replace(base + os.sep, '') if base else text
