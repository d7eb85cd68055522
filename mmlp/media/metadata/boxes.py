"""Boxes, of which ISO media files and JPEG 2000 are made."""

from __future__ import annotations

import struct
from collections.abc import Iterator


def boxes_of(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walks over the boxes of a file, or of a box.

    Args:
        data (bytes): The file.

    Yields:
        tuple[bytes, bytes]: Type and payload. What is not a box comes with the type ``b''``.
    """
    position, end = 0, len(data)
    while position < end:
        size, kind, head = 0, b'', 8
        if end - position >= 8:
            size, kind = struct.unpack_from('>I4s', data, position)
        if size == 1 and end - position >= 16:
            size, head = struct.unpack_from('>Q', data, position + 8)[0], 16
        elif size == 0 and kind in (b'mdat', b'jp2c'):
            size = end - position
        if size < head or position + size > end:
            yield b'', data[position:]
            return
        yield kind, data[position + head : position + size]
        position += size


def box(kind: bytes, payload: bytes) -> bytes:
    """Makes a box of fewer than 4 GiB."""
    return struct.pack('>I4s', len(payload) + 8, kind) + payload
