"""Files and folders that are there whole or not at all, and the journal of work that takes long.

The standard library only: every layer writes through this one.
"""

from .atomic import atomic_path, publish, sync_folder, write_bytes, write_json
from .errors import FileError, JournalError, WriteError
from .folders import atomic_folder
from .parts import PART_PREFIX, part_path, remove_abandoned

__all__ = [
    'PART_PREFIX',
    'FileError',
    'JournalError',
    'WriteError',
    'atomic_folder',
    'atomic_path',
    'part_path',
    'publish',
    'remove_abandoned',
    'sync_folder',
    'write_bytes',
    'write_json',
]
