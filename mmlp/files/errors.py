"""What can go wrong with a file, always with its name."""

from __future__ import annotations

import errno as codes

_FULL = {codes.ENOSPC, getattr(codes, 'EDQUOT', codes.ENOSPC)}


class FileError(Exception):
    """Base of all errors about one file.

    Args:
        name (str): The file, or ``<bytes>`` for a picture handed over in memory.
        reason (str): What was wrong, and what to do about it.
    """

    def __init__(self, name: object, reason: str) -> None:
        super().__init__(str(name), reason)
        self.name = str(name)
        self.reason = reason

    def __str__(self) -> str:
        return f'{self.name}: {self.reason}'


class WriteError(FileError, OSError):
    """The file could not be written; nothing of it was left behind, and what was there before is as it was.

    Args:
        name (str): The file.
        reason (str): What was wrong, and what to do about it.
        errno (int | None): The number of the system's error.
    """

    def __init__(self, name: object, reason: str, errno: int | None = None) -> None:
        super().__init__(name, reason)
        self.errno = errno

    @classmethod
    def of(cls, name: object, error: OSError) -> WriteError:
        """Says which file an error of the system was about."""
        reason = getattr(error, 'strerror', None) or error
        return cls(name, f'could not be written: {reason}', getattr(error, 'errno', None))


class JournalError(FileError, ValueError):
    """A journal cannot be gone on with: of another kind or version, with other settings, or damaged."""


def is_disk_full(error: BaseException) -> bool:
    """Tells whether an error is that there was no room, on the disk or for this user."""
    return isinstance(error, OSError) and error.errno in _FULL
