"""The audit of a data set: what is in it, and all that is wrong or odd about it."""

import lazy_loader

# Each name is loaded with the first use: a command line that is asked for help needs the checks' names alone.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'checks': ['CHECKS', 'Check', 'Severity'],
        'html_page': ['write_page'],
        'json_file': ['write_json'],
        'records': ['Finding', 'ImageRecord', 'PlateRecord', 'Sample'],
        'report': ['AuditReport', 'audit'],
        'splits': ['Split', 'find_split_folders', 'load_splits', 'phase_datasets'],
        'tables': ['finding_table', 'split_table'],
    },
)
