"""Room on a disk that is kept for what has to be written when it is full."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from .errors import WriteError, is_disk_full
from .parts import part_path

#: Bytes that are kept or given back at a time: a block of most file systems.
STEP = 1 << 12


class Reserve:
    """A hidden file of zeros beside another one, which makes room for it at the end.

    Args:
        path (str | os.PathLike): The file that the room is for.

    Attributes:
        size (int): Bytes that are kept.
    """

    def __init__(self, path: str | os.PathLike) -> None:
        self.size = 0
        self._path = Path(path)
        self._part = part_path(path)

    def grow(self, size: int) -> None:
        """Keeps at least ``size`` bytes; does nothing where the file system cannot keep room.

        Raises:
            WriteError: The disk is full.
        """
        if size <= self.size:
            return
        size = -(-size // STEP) * STEP
        try:
            _allocate(self._part, self.size, size - self.size)
        except OSError as error:
            if is_disk_full(error):
                with contextlib.suppress(OSError):
                    os.truncate(self._part, self.size)
                raise WriteError.of(self._path, error) from error
        else:
            self.size = size

    def give(self) -> bool:
        """Gives ``STEP`` bytes back, for something else to be written; False when there are none."""
        if not self.size:
            return False
        self.size -= STEP
        os.truncate(self._part, self.size)
        return True

    def release(self) -> None:
        """Gives all back. May be called again."""
        with contextlib.suppress(FileNotFoundError):
            self._part.unlink()
        self.size = 0


def _allocate(path: Path, start: int, size: int) -> None:
    """Adds bytes to a file that are really there."""
    with open(path, 'ab') as file:
        if hasattr(os, 'posix_fallocate'):
            os.posix_fallocate(file.fileno(), start, size)
        else:
            file.write(bytes(size))
