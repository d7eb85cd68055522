"""Files and folders that are there whole or not at all, and the journal of work that takes long.

The standard library only: every layer writes through this one.
"""

from .atomic import atomic_path, publish, sync_folder, write_bytes, write_json
from .errors import FileError, JournalError, WriteError, is_disk_full
from .folders import atomic_folder
from .journal import Journal, JournalContent, describe_changes, read_journal
from .parts import PART_PREFIX, part_path, remove_abandoned
from .reserve import Reserve

__all__ = [
    'PART_PREFIX',
    'FileError',
    'Journal',
    'JournalContent',
    'JournalError',
    'Reserve',
    'WriteError',
    'atomic_folder',
    'atomic_path',
    'describe_changes',
    'is_disk_full',
    'part_path',
    'publish',
    'read_journal',
    'remove_abandoned',
    'sync_folder',
    'write_bytes',
    'write_json',
]
