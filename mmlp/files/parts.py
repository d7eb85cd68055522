"""Names of unfinished files, by which it is known whose they are."""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import re
import secrets
import shutil
import zlib
from collections.abc import Iterable
from pathlib import Path

#: Start of the names of unfinished files; hidden, so that no search for media finds them.
PART_PREFIX = '.mmlp-'


def _name_of_host() -> str:
    """Names the computer, and the container: numbers of processes mean nothing outside of it."""
    try:
        container = os.readlink('/proc/self/ns/pid')
    except OSError:
        container = ''
    return f'{zlib.crc32((platform.node() + container).encode()):08x}'


_HOST = _name_of_host()
#: Earlier versions wrote a point before ``part``, which looked like a suffix.
_PART_OF_HOST = re.compile(rf'{re.escape(PART_PREFIX)}{_HOST}-(\d+)-[0-9a-f]{{8}}[.-]part')
#: Suffixes with more bytes say nothing of the format, and would make the name too long.
_LONGEST_SUFFIX = 32


def part_path(path: str | os.PathLike) -> Path:
    """Returns the name of an unfinished file beside ``path``, with the same suffix, or none if it has none.

    The name does not hold the final one, which may already have the greatest length a file system allows. It
    tells the computer and the process, so that :func:`remove_abandoned` knows whose it is; whoever begins to
    write into a folder removes what is abandoned there.
    """
    path = Path(path)
    _tidy(path.parent)
    suffix = path.suffix.lower()
    if len(os.fsencode(suffix)) > _LONGEST_SUFFIX:
        suffix = ''
    return path.with_name(f'{PART_PREFIX}{_HOST}-{os.getpid()}-{secrets.token_hex(4)}-part{suffix}')


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
                if match is not None and not _is_alive(int(match[1])):
                    remove(entry.path)


@functools.lru_cache(maxsize=1024)
def _tidy(folder: Path) -> None:
    """Does so once for a folder."""
    remove_abandoned([folder])


def remove(path: str | os.PathLike) -> None:
    """Removes a file, link or folder as far as the system allows; one that is not there is passed over."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            os.unlink(path)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # It belongs to somebody else, or the number is of another system.
        return True
    return True
