"""Files and folders that appear under their name only when they are complete."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import secrets
import shutil
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from .errors import MediaWriteError

#: Start of the names of unfinished files; hidden, so that no search for media finds them.
PART_PREFIX = '.mmlp-'
_HOST = f'{zlib.crc32(platform.node().encode()):08x}'
_PART_OF_HOST = re.compile(rf'{re.escape(PART_PREFIX)}{_HOST}-(\d+)-[0-9a-f]{{8}}\.part')


def part_path(path: str | os.PathLike) -> Path:
    """Returns the name of an unfinished file beside ``path``, with the same suffix.

    The name does not hold the final one, which may already have the greatest length a file system allows. It
    tells the computer and the process, so that :func:`remove_abandoned` knows whose it is.
    """
    path = Path(path)
    name = f'{PART_PREFIX}{_HOST}-{os.getpid()}-{secrets.token_hex(4)}.part{path.suffix.lower()}'
    return path.with_name(name)


def remove_abandoned(folders: Iterable[str | os.PathLike]) -> None:
    """Removes unfinished files and folders of processes of this computer that were killed.

    A process that is killed by force, or with the power, removes nothing itself. What a process that is
    alive writes stays, and so does what another computer writes into a shared folder.

    Args:
        folders (Iterable[str | os.PathLike]): Where to look, without subfolders; absent ones are passed over.
    """
    if os.name != 'posix':  # Elsewhere there is no harmless way to ask for a process.
        return
    for folder in {os.fspath(folder) for folder in folders}:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                match = _PART_OF_HOST.match(entry.name)
                if match is None or _is_alive(int(match[1])):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    with contextlib.suppress(OSError):
                        os.unlink(entry.path)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # It belongs to somebody else.
        return True
    return True


def publish(part: Path, path: Path) -> None:
    """Gives the complete file ``part`` its name ``path``, also across a power failure.

    Raises:
        OSError: The disk is full or the folder cannot be written.
    """
    with open(part, 'rb+') as file:
        os.fsync(file.fileno())
    os.replace(part, path)


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike) -> Iterator[Path]:
    """Hands out a name beside ``path`` to write to, and renames it when the block ends without an error.

    Missing folders are made. An existing file is replaced in one step. After an error, an interruption
    included, the unfinished file is removed and an existing file is as it was.

    Args:
        path (str | os.PathLike): The file to write.

    Yields:
        Path: The name to write to.

    Raises:
        MediaWriteError: The file could not be written (disk full, no permission, ...).
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = part_path(path)
        try:
            yield part
            publish(part, path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise
    except OSError as error:
        raise MediaWriteError(path, f'could not be written: {error.strerror or error}') from error


@contextlib.contextmanager
def atomic_folder(path: str | os.PathLike) -> Iterator[Path]:
    """Hands out a new folder beside ``path`` to fill, and renames it when the block ends without an error.

    An existing folder is replaced with all that is in it. After an error, an interruption included, the
    unfinished folder is removed and an existing one is as it was.

    Args:
        path (str | os.PathLike): The folder to write.

    Yields:
        Path: The folder to fill.

    Raises:
        MediaWriteError: The folder could not be written, or there is a file of that name.
    """
    path = Path(path)
    if path.exists() and not path.is_dir():
        raise MediaWriteError(path, 'could not be written: there is a file of that name')
    part = part_path(path)
    try:
        part.mkdir(parents=True)
        yield part
        if path.exists():
            former = part_path(path)
            os.replace(path, former)
            os.replace(part, path)
            shutil.rmtree(former)
        else:
            os.replace(part, path)
    except OSError as error:
        raise MediaWriteError(path, f'could not be written: {error.strerror or error}') from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_bytes(path: str | os.PathLike, data: bytes | memoryview) -> None:
    """Writes ``data`` to ``path`` in one step, see :func:`atomic_path`.

    Raises:
        MediaWriteError: The file could not be written.
    """
    with atomic_path(path) as part:
        part.write_bytes(data)
