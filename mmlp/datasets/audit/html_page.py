"""The report as one HTML file that needs nothing beside it."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from mmlp.files import write_bytes
from mmlp.version import __version__

from .charts import heat_map, histogram
from .checks import CHECKS, Severity
from .records import Finding, ImageRecord
from .report import AuditReport
from .summary import plates_of, values_of
from .tables import finding_rows, split_rows
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
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    page = environment.get_template('audit.html').render(
        source=report.source,
        base=base,
        version=__version__,
        verdict=[(severity.value, report.count(severity)) for severity in Severity],
        splits=split_rows(report),
        split_names=report.splits,
        findings=finding_rows(report),
        charts=_charts(report),
        sections=[_section(report, check, base, max_shown) for check in CHECKS if report.of_check(check)],
    )
    # File names may be of any bytes.
    write_bytes(path, page.encode('utf-8', 'backslashreplace'))


def _charts(report: AuditReport) -> list[tuple[str, str]]:
    """Title and address of each chart."""
    images = {split: [p for p in report.images if p.split == split] for split in report.splits}
    plates = {split: plates_of(records) for split, records in images.items()}
    shown = [
        (title, histogram(title, {s: values_of(p, name) for s, p in plates.items()}, limits, logarithmic))
        for title, name, limits, logarithmic in _PLATE_CHARTS
    ]
    shown += [
        (title, histogram(title, {s: values_of(p, name) for s, p in images.items()}, limits))
        for title, name, limits in _PICTURE_CHARTS
    ]
    for split, records in plates.items():
        title = f'Where plates lie: {split}, {len(records)} plates'
        shown.append((title, heat_map(title, values_of(records, 'center'))))
    return shown


def _section(report: AuditReport, name: str, base: str, max_shown: int) -> dict[str, Any]:
    """A check with what it found."""
    findings = report.of_check(name)
    check = CHECKS[name]
    records = {(p.split, path): p for p in report.images for path in (p.path, p.mask_path) if path}
    counts = Counter(finding.split for finding in findings)
    listed = findings[:_LISTED] if len(findings) > max_shown else []
    return {
        'name': name,
        'severity': check.severity.value,
        'title': check.title,
        'advice': check.advice,
        'where': ', '.join(f'{split} {counts[split]}' for split in report.splits if counts[split]),
        'total': len(findings),
        'cards': [_card(finding, records, base) for finding in findings[:max_shown]],
        'lines': [(_short(finding.path, base), _short(finding.message, base)) for finding in listed],
    }


def _card(
    finding: Finding, records: dict[tuple[str, str], ImageRecord], base: str
) -> dict[str, str | list[str]]:
    record = records.get((finding.split, finding.path))
    images = [] if record is None else thumbnails(record, finding.box)
    if finding.related is not None:
        other = next((r for (_, path), r in records.items() if path == finding.related), None)
        images += [] if other is None else thumbnails(other)
    return {
        'images': images,
        'path': _short(finding.path, base),
        'message': _short(finding.message, base),
    }


def _common_folder(report: AuditReport) -> str:
    return os.path.commonpath([os.path.dirname(image.path) for image in report.images])


def _short(text: str, base: str) -> str:
    """A path, or a message with paths in it, without the folder that all pictures share."""
    return text.replace(base + os.sep, '') if base else text
