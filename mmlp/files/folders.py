"""Folders that appear under their name only when they are complete."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator
from pathlib import Path

from .errors import WriteError
from .parts import part_path, remove

#: Of Linux: names are relative to the working directory; both are swapped.
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike) -> Iterator[Path]:
    """Hands out a new folder beside ``path`` to fill, and renames it when the block ends without an error.

    An existing folder is replaced with all that is in it: in one step where the system can swap two names
    (Linux, on most file systems); elsewhere a process that is killed between two renamings leaves none. After
    an error, an interruption included, the unfinished folder is removed and an existing one is as it was.

    Args:
        path (str | os.PathLike): The folder to write.

    Yields:
        Path: The folder to fill.

    Raises:
        WriteError: The folder could not be written, or there is a file or a link of that name.
    """
    path = Path(path)
    if path.is_symlink():
        raise WriteError(path, f'could not be written: it is a link; name {os.path.realpath(path)}')
    if path.exists() and not path.is_dir():
        raise WriteError(path, 'could not be written: there is a file of that name')
    part = part_path(path)
    try:
        part.mkdir(parents=True)
        yield part
        if not path.exists():
            os.replace(part, path)
        elif not _swap(part, path):
            former = part_path(path)
            os.replace(path, former)
            os.replace(part, path)
            part = former
    except WriteError:
        raise
    except OSError as error:
        raise WriteError.of(path, error) from error
    finally:
        remove(part)  # The unfinished folder, or the former one.


def _swap(first: Path, second: Path) -> bool:
    """Swaps two names in one step; False where the system or the file system cannot."""
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return False
    names = os.fsencode(first), os.fsencode(second)
    return rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0
