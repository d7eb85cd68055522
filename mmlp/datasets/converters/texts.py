"""Reading text files of others: encodings, and limits that keep one bad file from taking all memory."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import BinaryIO

from .limits import LARGEST_ANNOTATION, LARGEST_LIST, LONGEST_LINE, size_text
from .shapes import FormatError


def open_file(path: str) -> BinaryIO:
    """Opens a file for reading.

    Raises:
        FormatError: It is a device or a pipe, which may never end.
        OSError: It cannot be opened.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise FormatError('is not a regular file')
    return open(path, 'rb')


def decode(data: bytes) -> str:
    """Text whatever its letters are encoded in: bytes that are not UTF-8 are kept as they are.

    Raises:
        FormatError: It holds zero bytes: a binary file, or UTF-16.
    """
    if b'\0' in data:
        raise FormatError('is not a text file (or UTF-16; save it as UTF-8)')
    return data.decode('utf-8-sig', 'surrogateescape')


def read_text(path: str, largest: int = LARGEST_ANNOTATION) -> str:
    """A text file, see :func:`decode`.

    Args:
        path: The file.
        largest: Most bytes that it may have.

    Raises:
        FormatError: It is not text, or larger.
        OSError: It cannot be read.
    """
    with open_file(path) as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise FormatError(f'is larger than {size_text(largest)}, more than annotations take')
    return decode(data)


def read_lines(path: str, is_table: bool = False) -> Iterator[str]:
    """The lines of a list or table without their ends, see :func:`decode`.

    Args:
        path: The file.
        is_table: It may have any size, and lines that are too long are cut: they cost themselves alone.

    Raises:
        FormatError: It is not text, it is larger, or a line is longer than any that makes sense.
        OSError: It cannot be read.
    """
    with open_file(path) as file:
        size = 0
        for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b''), start=1):
            size += len(line)
            if len(line) > LONGEST_LINE:
                if not is_table:
                    raise FormatError(f'line {number} is longer than {size_text(LONGEST_LINE)}')
                rest = line
                while rest and not rest.endswith(b'\n'):
                    rest = file.readline(LONGEST_LINE)
            if size > LARGEST_LIST and not is_table:
                raise FormatError(f'is larger than {size_text(LARGEST_LIST)}: not a list of pictures')
            text = decode(line) if number == 1 else _decode_line(line)
            yield text.rstrip('\r\n')


def _decode_line(line: bytes) -> str:
    if b'\0' in line:
        decode(line)
    return line.decode('utf-8', 'surrogateescape')
