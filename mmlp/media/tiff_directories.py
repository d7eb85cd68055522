"""Directories of TIFF files that are made to fill memory, known before their values are read."""

from __future__ import annotations

import struct

#: Bytes of a value by its type, and the types that are read as they are; of others each value is an object.
_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
_BYTES = (1, 2, 7)
#: More numbers than lists of strips and tiles have.
_MOST_NUMBERS = 1 << 20
#: Directories of EXIF, GPS and interoperability, which Pillow reads along; they lie in one another at most.
_BELOW, _DEPTH = (34665, 34853, 40965), 2


def check_directory(data: bytes, offset: int, depth: int = _DEPTH) -> None:
    """Looks at the sizes of a directory's values, and at those of EXIF below it.

    A few bytes can be named by thousands of tags, and each number of a list takes ten times its size when it
    is read.

    Args:
        data (bytes): A TIFF file.
        offset (int): Where the directory begins.
        depth (int): How many more directories below one another are looked at.

    Raises:
        ValueError: The values would fill memory.
        struct.error: The directory is cut off.
    """
    order = '<' if data[:2] == b'II' else '>'
    head, number, word = ('Q', 'Q', 8) if data[2:3] == b'+' else ('H', 'I', 4)
    entry = struct.Struct(f'{order}HH{number}')
    (entries,) = struct.unpack_from(order + head, data, offset)
    start, step, total = offset + struct.calcsize(head), entry.size + word, 0
    for position in range(start, min(start + entries * step, len(data) - step + 1), step):
        tag, kind, count = entry.unpack_from(data, position)
        size = count * _SIZES.get(kind, 0)
        total += size if size <= len(data) else 0  # Larger ones cannot be read, and are passed over.
        if total > len(data):
            raise ValueError('its values lie over one another')
        if count > _MOST_NUMBERS and kind not in _BYTES and size <= len(data):
            raise ValueError(f'tag {tag} has {count:,} values')
        if tag in _BELOW and depth:
            (below,) = struct.unpack_from(order + number, data, position + entry.size)
            if below + struct.calcsize(head) <= len(data):
                check_directory(data, below, depth - 1)
