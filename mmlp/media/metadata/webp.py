"""WebP files as lists of their chunks, so that metadata are cleaned without touching pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .exif import EXIF_HEADER, clean_exif
from .filter import MetadataFilter
from .xmp import clean_xmp

_PICTURE = (b'VP8 ', b'VP8L', b'ALPH', b'ICCP')
#: Bits of the header that announce metadata.
_FLAGS = {b'EXIF': 0x08, b'XMP ': 0x04}


def clean_webp(data: bytes, wanted: MetadataFilter) -> bytes:
    """Rewrites a WebP file of one frame with its coded pixels as they are.

    Args:
        data (bytes): The file.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: The file, byte for byte the same when nothing had to go.
    """
    kept, lost = [], 0
    for kind, payload in webp_chunks(data):
        if kind in _FLAGS:
            cleaned = _clean(kind, payload, wanted)
            if cleaned is None:
                lost |= _FLAGS[kind]
                continue
            payload = cleaned
        elif kind not in (b'VP8X', *_PICTURE):
            wanted.leave_out('unknown chunks')
            continue
        kept.append((kind, payload))
    (size,) = struct.unpack_from('<I', data, 4)
    if data[8 + size :].strip(b'\0'):
        wanted.leave_out('bytes behind the end of the picture')
    body = b''.join(
        kind
        + struct.pack('<I', len(payload))
        + (bytes([payload[0] & ~lost]) + payload[1:] if kind == b'VP8X' else payload)
        + b'\0' * (len(payload) % 2)
        for kind, payload in kept
    )
    return b'RIFF' + struct.pack('<I', len(body) + 4) + b'WEBP' + body


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields type and payload of each chunk of a WebP file."""
    position, end = 12, 8 + struct.unpack_from('<I', data, 4)[0]
    while position + 8 <= min(end, len(data)):
        kind, size = struct.unpack_from('<4sI', data, position)
        yield kind, data[position + 8 : position + 8 + size]
        position += 8 + size + size % 2


def _clean(kind: bytes, payload: bytes, wanted: MetadataFilter) -> bytes | None:
    if kind == b'XMP ':
        return clean_xmp(payload, wanted)
    kept = clean_exif(payload, wanted)
    # The header of JPEG stands in some files, against the standard; what they have they keep.
    return kept if kept is None or payload.startswith(EXIF_HEADER) else kept[len(EXIF_HEADER) :]
