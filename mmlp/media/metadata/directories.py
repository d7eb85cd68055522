"""Directories of TIFF files and of EXIF blocks, read and written value by value.

Pillow changes the types of values and turns accents into question marks, hence this.
"""

from __future__ import annotations

import dataclasses
import struct
from typing import NamedTuple

#: Bytes a value takes by its type.
TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
TYPE_SIZES |= {16: 8, 17: 8, 18: 8}
_NUMBER_CODES = {1: 'B', 3: 'H', 4: 'I', 13: 'I', 16: 'Q', 18: 'Q'}
_SHORT, _LONG, _LONG8 = 3, 4, 16
#: Files with more values in one directory are damaged.
_MOST_ENTRIES = 1 << 14


class Entry(NamedTuple):
    """One value: its type and how many there are of it, as in TIFF, and its bytes."""

    kind: int
    count: int
    data: bytes


Directory = dict[int, Entry]


class _Widths(NamedTuple):
    """How wide the numbers of a directory are: of TIFF, or of its larger kind."""

    count: str
    word: str
    header: int

    @property
    def inline(self) -> int:
        """Bytes of values that stand in the table itself."""
        return struct.calcsize(self.word)

    @property
    def entry(self) -> int:
        """Bytes of a row of the table."""
        return 4 + 2 * self.inline


_CLASSIC, _BIG = _Widths('H', 'I', 8), _Widths('Q', 'Q', 16)


@dataclasses.dataclass
class Tiff:
    """A TIFF file, or an EXIF block without its header.

    Attributes:
        data (bytes): All of it.
        order (str): ``'<'`` or ``'>'``, as of :mod:`struct`.
        is_big (bool): Whether it is of the larger kind (BigTIFF).
        first (int): Where the first directory stands.
        read (list[tuple[int, int]]): What was read, from where to where.
        has_doubles (bool): Whether a directory that was read has a value twice.
    """

    data: bytes
    order: str
    is_big: bool
    first: int
    read: list[tuple[int, int]] = dataclasses.field(default_factory=list)
    has_doubles: bool = False

    @classmethod
    def open(cls, data: bytes) -> Tiff:
        """Reads the header.

        Raises:
            ValueError: There is none.
        """
        for order, mark in (('<', b'II'), ('>', b'MM')):
            if data[:4] == mark + struct.pack(order + 'H', 42) and len(data) >= 8:
                return cls(data, order, False, struct.unpack_from(order + 'I', data, 4)[0], [(0, 8)])
            if data[:4] == mark + struct.pack(order + 'H', 43) and len(data) >= 16:
                return cls(data, order, True, struct.unpack_from(order + 'Q', data, 8)[0], [(0, 16)])
        raise ValueError('no TIFF header')

    @property
    def widths(self) -> _Widths:
        """How wide its numbers are."""
        return _BIG if self.is_big else _CLASSIC

    def directory(self, offset: int) -> tuple[Directory, int]:
        """Reads a directory; values that lie outside of the file are passed over.

        Args:
            offset (int): Where it stands.

        Returns:
            tuple[Directory, int]: Its values by their tags, and where the next one stands (0: nowhere).

        Raises:
            struct.error: It is cut off.
            ValueError: It states more values than any has, or more bytes than there are.
        """
        widths, data = self.widths, self.data
        (count,) = struct.unpack_from(self.order + widths.count, data, offset)
        if count > _MOST_ENTRIES:
            raise ValueError(f'a directory of {count} values')
        start = offset + struct.calcsize(widths.count)
        entries: Directory = {}
        total = 0
        for position in range(start, start + widths.entry * count, widths.entry):
            tag, kind, number = struct.unpack_from(f'{self.order}HH{widths.word}', data, position)
            size = TYPE_SIZES.get(kind, 0) * number
            place = position + widths.entry - widths.inline
            if size > widths.inline:
                (place,) = struct.unpack_from(self.order + widths.word, data, place)
            if 0 < size <= len(data) - place:
                total += size
                if total > len(data):  # A few bytes can be named by thousands of tags.
                    raise ValueError('values that lie over one another')
                self.has_doubles |= tag in entries
                entries[tag] = Entry(kind, number, data[place : place + size])
                self.read.append((place, place + size + size % 2))
        end = start + widths.entry * count
        self.read.append((offset, end + widths.inline))
        if len(data) < end + widths.inline:
            return entries, 0
        return entries, struct.unpack_from(self.order + widths.word, data, end)[0]

    def follow(self, directory: Directory, tag: int) -> Directory:
        """Reads the directory that a value points to; an empty one when there is none."""
        places = self.numbers(directory.get(tag))
        return self.directory(places[0])[0] if len(places) == 1 else {}

    def numbers(self, entry: Entry | None) -> tuple[int, ...]:
        """Reads a value of whole numbers; an empty one when it is none."""
        if entry is None or entry.kind not in _NUMBER_CODES:
            return ()
        return struct.unpack(f'{self.order}{entry.count}{_NUMBER_CODES[entry.kind]}', entry.data)

    def entry(self, *numbers: int) -> Entry:
        """Makes a value of whole numbers, of a type that is wide enough for places in the file."""
        code = 'Q' if self.is_big else 'I'
        kind = _LONG8 if self.is_big else _LONG
        return Entry(kind, len(numbers), struct.pack(f'{self.order}{len(numbers)}{code}', *numbers))

    def write(self, directory: Directory, offset: int) -> bytes:
        """Writes one directory, to lie at ``offset``, with the values that do not fit into its table."""
        widths = self.widths
        entries, values = [], []
        position = offset + struct.calcsize(widths.count) + widths.entry * len(directory) + widths.inline
        for tag, entry in sorted(directory.items()):
            entries.append(struct.pack(f'{self.order}HH{widths.word}', tag, entry.kind, entry.count))
            if len(entry.data) <= widths.inline:
                entries.append(entry.data.ljust(widths.inline, b'\0'))
            else:
                entries.append(struct.pack(self.order + widths.word, position))
                values.append(entry.data + b'\0' * (len(entry.data) % 2))
                position += len(values[-1])
        head = struct.pack(self.order + widths.count, len(directory))
        return b''.join([head, *entries, bytes(widths.inline), *values])

    def header(self, first: int) -> bytes:
        """Writes a header like that of the file, with another place of the first directory."""
        return (
            self.data[:8] + struct.pack(self.order + 'Q', first)
            if self.is_big
            else (self.data[:4] + struct.pack(self.order + 'I', first))
        )

    def has_gaps(self) -> bool:
        """Tells whether anything but zeros stands where nothing was read."""
        if self.has_doubles:
            return True
        position = 0
        for start, end in sorted(self.read):
            if start > position and self.data[position:start].strip(b'\0'):
                return True
            position = max(position, end)
        return bool(self.data[position:].strip(b'\0'))


def swapped(directory: Directory) -> Directory:
    """Turns values round that were read from a file of the other byte order."""

    def swap(entry: Entry) -> Entry:
        width = 4 if entry.kind in (5, 10) else TYPE_SIZES[entry.kind]
        numbers = [entry.data[start : start + width][::-1] for start in range(0, len(entry.data), width)]
        return entry._replace(data=b''.join(numbers))

    return {tag: swap(entry) for tag, entry in directory.items()}
