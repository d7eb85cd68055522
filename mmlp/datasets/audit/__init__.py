"""The audit of a data set: what is in it, and all that is wrong or odd about it."""

from .checks import CHECKS, Check, Severity
from .html_page import write_page
from .json_file import write_json
from .records import Finding, PictureRecord, PlateRecord, Sample
from .report import AuditReport, audit
from .splits import Split, find_split_folders, load_splits, phase_datasets
from .tables import finding_table, split_table

__all__ = [
    'CHECKS',
    'AuditReport',
    'Check',
    'Finding',
    'PictureRecord',
    'PlateRecord',
    'Sample',
    'Severity',
    'Split',
    'audit',
    'find_split_folders',
    'finding_table',
    'load_splits',
    'phase_datasets',
    'split_table',
    'write_json',
    'write_page',
]
