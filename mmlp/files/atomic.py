"""Files that appear under their name only when they are complete."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .errors import WriteError
from .parts import part_path, remove


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike, *, durable: bool = True) -> Iterator[Path]:
    """Hands out a name beside ``path`` to write to, and renames it when the block ends without an error.

    Missing folders are made. An existing file is replaced in one step, and its permissions stay; a link is
    replaced itself, and what it leads to stays. After an error, an interruption included, the unfinished file
    is removed and an existing file is as it was; a process that is killed leaves it under its hidden name,
    see :func:`remove_abandoned`.

    Args:
        path (str | os.PathLike): The file to write.
        durable (bool): Whether the content is on the disk before the file gets its name. Without, one that
            was written in the last seconds before a power failure may be empty, and thousands are written
            much faster.

    Yields:
        Path: The name to write to.

    Raises:
        WriteError: The file could not be written (disk full, no permission, ...), or there is something else
            of that name, or behind a link of that name: a folder, a device such as ``/dev/stdout``, ...
    """
    path = Path(path)
    try:
        _make_folder(path.parent)
        _refuse_others_than_files(path)
        part = part_path(path)
        try:
            yield part
            publish(part, path, durable=durable)
        except BaseException:
            remove(part)
            raise
    except WriteError:
        raise
    except OSError as error:
        raise WriteError.of(path, error) from error


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(errno.ENOTDIR, f'{error.filename} is not a folder') from error


def _refuse_others_than_files(path: Path) -> None:
    """Raises WriteError where renaming would put a file in the place of a device or the like."""
    with contextlib.suppress(FileNotFoundError):
        mode = os.stat(path).st_mode
        if not stat.S_ISREG(mode):
            what = 'folder' if stat.S_ISDIR(mode) else 'device, pipe or socket'
            raise WriteError(path, f'could not be written: there is a {what} of that name')


def publish(part: Path, path: Path, *, durable: bool = True) -> None:
    """Gives the complete file ``part`` its name ``path``; arguments as of :func:`atomic_path`.

    Raises:
        OSError: The disk is full or the folder cannot be written.
    """
    if durable:
        _sync(part, os.O_RDONLY if os.name == 'posix' else os.O_RDWR)
    with contextlib.suppress(FileNotFoundError):
        former, new = os.lstat(path), os.lstat(part)
        if os.path.samestat(former, new):  # Two names of one file: renaming would leave both.
            os.unlink(part)
            return
        # A file with other names, or a link, would pass its permissions on.
        if stat.S_ISREG(former.st_mode) and stat.S_ISREG(new.st_mode) and new.st_nlink == 1:
            os.chmod(part, stat.S_IMODE(former.st_mode))
    os.replace(part, path)


def sync_folder(folder: str | os.PathLike) -> None:
    """Waits until the names in a folder are on the disk, where the system can be asked for it.

    Without, a power failure may take the last renaming back: whoever removes a former file, since a new one
    is there, asks for it in between.
    """
    if os.name == 'posix':
        with contextlib.suppress(OSError):  # Some file systems cannot.
            _sync(folder, os.O_RDONLY)


def _sync(path: str | os.PathLike, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_bytes(path: str | os.PathLike, data: bytes | memoryview, *, durable: bool = True) -> None:
    """Writes ``data`` to ``path`` in one step, see :func:`atomic_path`.

    Raises:
        WriteError: The file could not be written.
    """
    with atomic_path(path, durable=durable) as part:
        part.write_bytes(data)


def write_json(
    path: str | os.PathLike, document: Any, *, indent: int | None = None, durable: bool = True
) -> None:
    """Writes a JSON file in UTF-8 in one step; names that are not UTF-8 come back from it as they were.

    Raises:
        WriteError: The file could not be written.
    """
    with atomic_path(path, durable=durable) as part:
        text = json.dumps(document, ensure_ascii=False, indent=indent)
        with open(part, 'w', encoding='utf-8', errors='backslashreplace') as file:
            file.write(text + '\n')
