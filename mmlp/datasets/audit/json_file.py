"""The report as JSON, for programs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

from mmlp.files import write_bytes
from mmlp.version import __version__

from .checks import Severity
from .records import Finding, ImageRecord
from .report import AuditReport
from .summary import summarize_split


def write_json(path: str | os.PathLike, report: AuditReport) -> None:
    """Writes all that an audit measured and found.

    The file holds ``version`` and ``source``; ``counts`` of findings by severity; ``splits`` with the
    numbers of :func:`~mmlp.datasets.audit.summary.summarize_split`; ``findings``, each with check, severity,
    split, path, message, related and box; and ``pictures``, each with the fields of
    :class:`~mmlp.datasets.audit.ImageRecord` and its plates.

    Args:
        path: The file to write; missing folders are made.
        report: The report.

    Raises:
        WriteError: The file could not be written.
    """
    content = {
        'version': __version__,
        'source': report.source,
        'counts': {severity.value: report.count(severity) for severity in Severity},
        'splits': {split: summarize_split(report, split) for split in report.splits},
        'findings': [_finding(finding) for finding in report.findings],
        'pictures': [_image(image) for image in report.images],
    }
    write_bytes(path, json.dumps(content, indent=1).encode())


def _finding(finding: Finding) -> dict[str, Any]:
    values = asdict(finding)
    del values['rank']
    return {'severity': finding.severity.value, **values}


def _image(image: ImageRecord) -> dict[str, Any]:
    values = asdict(image)
    del values['findings']
    return values
