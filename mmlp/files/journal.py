"""The journal of work that takes long: what stands finished, so that a later run goes on from there."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from .atomic import write_bytes
from .errors import JournalError, WriteError

#: Version of the format; journals of later ones are refused.
_VERSION = 1
_BEGIN_ANEW = 'to begin anew, choose another place, or remove it and what was written'

Entry = TypeVar('Entry')


class Journal:
    """A file with a line for the settings of a work, and one for each item that stands finished.

    The lines are JSON in ASCII. One is appended at a time, and all but the last are whole whenever a process
    is killed; :func:`read_journal` passes over a last one that is not. A power failure may take the last few
    lines, except those that were added as durable.

    Whatever stands in the file is replaced at the start, in one step, by the settings and ``entries``.

    Args:
        path (str | os.PathLike): The file; missing folders are made.
        kind (str): Whose journal it is, such as ``'conversion'``.
        settings (dict[str, Any]): What the items depend on, plain values for JSON.
        entries (Iterable[Any]): Items that stand finished already, plain values for JSON.

    Raises:
        WriteError: The file could not be written.
    """

    def __init__(
        self, path: str | os.PathLike, kind: str, settings: dict[str, Any], entries: Iterable[Any] = ()
    ) -> None:
        self.path = Path(path)
        self._lock = threading.Lock()
        header = {'journal': kind, 'version': _VERSION, 'settings': settings}
        data = b''.join(map(_line, (header, *entries)))
        write_bytes(self.path, data)
        self._end = len(data)
        flags = os.O_WRONLY | os.O_APPEND | getattr(os, 'O_BINARY', 0)
        self._descriptor: int | None = os.open(self.path, flags)

    def add(self, entry: Any, *, durable: bool = False) -> None:
        """Appends a line for an item; from any thread.

        Args:
            entry (Any): What stands finished, plain values for JSON.
            durable (bool): Whether to wait until the line is on the disk.

        Raises:
            WriteError: The line could not be written; the lines before it are whole.
        """
        line = _line(entry)
        with self._lock:
            try:
                _write(self._descriptor, line)
                if durable:
                    os.fsync(self._descriptor)
            except BaseException as error:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._descriptor, self._end)
                if isinstance(error, OSError):
                    raise WriteError.of(self.path, error) from error
                raise
            self._end += len(line)

    def close(self, *, remove: bool = False) -> None:
        """Closes the file, and removes it where all that it tells stands elsewhere. May be called again."""
        with self._lock:
            if self._descriptor is None:
                return
            os.close(self._descriptor)
            self._descriptor = None
        if remove:
            with contextlib.suppress(FileNotFoundError):
                self.path.unlink()


class JournalContent(NamedTuple):
    """What a journal says.

    Attributes:
        settings (dict[str, Any]): What the items depend on.
        entries (list[Any]): The items, in the order in which they were finished.
    """

    settings: dict[str, Any]
    entries: list[Any]


def read_journal(
    path: str | os.PathLike, kind: str, parse: Callable[[Any], Entry] = lambda entry: entry
) -> JournalContent:
    """Reads a journal, complete up to its last whole line.

    Args:
        path (str | os.PathLike): The file.
        kind (str): Whose journal it has to be.
        parse (Callable[[Any], Entry]): Makes of the plain values of a line what the caller works with. Its
            ``KeyError``, ``TypeError`` and ``ValueError`` count as damage of the line.

    Returns:
        JournalContent: Settings and items, also of files of earlier versions, whose first line is the
            settings alone.

    Raises:
        FileNotFoundError: There is no such file.
        JournalError: The file is of another kind, of a later version, or damaged before its last line.
    """
    *lines, _ = Path(path).read_bytes().split(b'\n')  # The last one is empty, or was being written.
    if not lines:
        raise JournalError(path, f'is not a journal, or its first line was cut off; {_BEGIN_ANEW}')
    settings = _read_header(path, kind, lines[0])
    entries = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            entries.append(parse(json.loads(line)))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise JournalError(
                path,
                f'line {number} is damaged ({type(error).__name__}: {error}): remove that line, and its '
                'item is done again',
            ) from error
    return JournalContent(settings, entries)


def describe_changes(former: dict[str, Any], settings: dict[str, Any]) -> str:
    """Says in which settings two runs differ.

    Args:
        former (dict[str, Any]): Those of the journal.
        settings (dict[str, Any]): Those of this run; tuples count as the lists that JSON makes of them.

    Returns:
        str: Such as ``"rim 0.1, now 0.2"``, of settings in settings ``"search.turned False, now True"``;
        empty when they agree.
    """
    return ', '.join(_changes(former, json.loads(json.dumps(settings))))


def _changes(former: dict[str, Any], settings: dict[str, Any], group: str = '') -> Iterator[str]:
    for name in {**former, **settings}:
        before, now = former.get(name), settings.get(name)
        if isinstance(before, dict) and isinstance(now, dict):
            yield from _changes(before, now, f'{group}{name}.')
        elif before != now:
            yield f'{group}{name} {before!r}, now {now!r}'


def _read_header(path: str | os.PathLike, kind: str, line: bytes) -> dict[str, Any]:
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise JournalError(path, f'is not a journal; {_BEGIN_ANEW}')
    if 'journal' not in header:
        return header  # As earlier versions wrote it.
    if header['journal'] != kind:
        raise JournalError(path, f'is a journal of {header["journal"]!r}, expected one of {kind!r}')
    if header.get('version') != _VERSION or not isinstance(header.get('settings'), dict):
        raise JournalError(
            path,
            f'is a journal of version {header.get("version")!r}, and this mmlp knows version {_VERSION}: '
            f'go on with the mmlp that wrote it; {_BEGIN_ANEW}',
        )
    return header['settings']


def _line(entry: Any) -> bytes:
    return json.dumps(entry).encode('ascii') + b'\n'


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
