"""WebP files as lists of their chunks, so that metadata are cleaned without touching pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .exif import EXIF_HEADER, clean_exif
from .filter import BYTES_BEHIND, BYTES_BETWEEN, FURTHER_PICTURES, MetadataFilter
from .icc import clean_icc
from .slack import without_slack
from .xmp import clean_xmp

#: The header, with its size, the picture and its transparency; each stands in a file once.
_HEADER, _HEADER_SIZE, _PICTURE = b'VP8X', 10, (b'VP8 ', b'VP8L')
_TRANSPARENCY = b'ALPH'
#: Parts of an animation, of which a still picture may be the only frame.
_ANIMATION, _FRAME, _FRAME_HEADER, _ANIMATED = b'ANIM', b'ANMF', 16, 0x02
#: Bits of the header that announce metadata.
_FLAGS = {b'EXIF': 0x08, b'XMP ': 0x04, b'ICCP': 0x20}


def clean_webp(data: bytes, wanted: MetadataFilter) -> bytes:
    """Rewrites a WebP file of one frame with its coded pixels as they are.

    Args:
        data (bytes): The file.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: The file, byte for byte the same when nothing had to go.

    Raises:
        ValueError: There is no picture, or it stands in a smaller frame of an animation.
    """
    kept: dict[bytes, bytes] = {}
    lost = sum(_FLAGS.values())
    for kind, payload in _still_chunks(data):
        is_image = kind in (_HEADER, *_PICTURE, _TRANSPARENCY)
        if kind in kept or (kind in _PICTURE and not kept.keys().isdisjoint(_PICTURE)):
            wanted.leave_out(FURTHER_PICTURES if is_image else 'unknown chunks')
        elif kind in _FLAGS:
            cleaned = _clean(kind, payload, wanted)
            if cleaned is not None:
                lost &= ~_FLAGS[kind]
                kept[kind] = cleaned
        elif is_image:
            if kind == _HEADER and len(payload) > _HEADER_SIZE:
                wanted.leave_out(BYTES_BETWEEN)
                payload = payload[:_HEADER_SIZE]
            kept[kind] = payload
        else:
            wanted.leave_out('unknown chunks')
    if kept.keys().isdisjoint(_PICTURE):
        raise ValueError('a WebP file without a picture among its parts')
    if _HEADER in kept:
        head = kept[_HEADER]
        kept[_HEADER] = bytes([head[0] & ~lost]) + head[1:]
    (size,) = struct.unpack_from('<I', data, 4)
    if data[8 + size :].strip(b'\0'):
        wanted.leave_out(BYTES_BEHIND)
    for kind in (*_PICTURE, _TRANSPARENCY):
        if kind in kept:
            payload = without_slack(kept[kind], lambda part: _riff({**kept, kind: part}))  # noqa: B023
            if payload != kept[kind]:
                wanted.leave_out(BYTES_BETWEEN)
                kept[kind] = payload
    return _riff(kept)


def _still_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields the chunks of a file; of an animation of one frame those of the frame instead.

    Raises:
        ValueError: The frame does not take up the whole picture.
    """
    canvas = b''
    for kind, payload in webp_chunks(data):
        if kind == _HEADER:
            canvas = payload[4:_HEADER_SIZE]
            payload = bytes([payload[0] & ~_ANIMATED]) + payload[1:]
        if kind == _ANIMATION:
            continue
        if kind != _FRAME:
            yield kind, payload
        elif payload[:12] == bytes(6) + canvas:
            yield from _chunks(payload, _FRAME_HEADER, len(payload))
        else:
            raise ValueError('a frame of a WebP animation that is smaller than the picture')


def _riff(chunks: dict[bytes, bytes]) -> bytes:
    body = b''.join(
        kind + struct.pack('<I', len(payload)) + payload + b'\0' * (len(payload) % 2)
        for kind, payload in chunks.items()
    )
    return b'RIFF' + struct.pack('<I', len(body) + 4) + b'WEBP' + body


def webp_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields type and payload of each chunk of a WebP file."""
    yield from _chunks(data, 12, min(8 + struct.unpack_from('<I', data, 4)[0], len(data)))


def _chunks(data: bytes, position: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    while position + 8 <= end:
        kind, size = struct.unpack_from('<4sI', data, position)
        yield kind, data[position + 8 : min(position + 8 + size, end)]
        position += 8 + size + size % 2


def is_lossless_webp(data: bytes) -> bool:
    """Tells whether the pixels of a WebP file are coded without loss."""
    return any(kind == b'VP8L' for kind, _ in webp_chunks(memoryview(data)))


def _clean(kind: bytes, payload: bytes, wanted: MetadataFilter) -> bytes | None:
    if kind == b'XMP ':
        return clean_xmp(payload, wanted)
    if kind == b'ICCP':
        return clean_icc(payload, wanted)
    kept = clean_exif(payload, wanted)
    # The header of JPEG stands in some files, against the standard; what they have they keep.
    return kept if kept is None or payload.startswith(EXIF_HEADER) else kept[len(EXIF_HEADER) :]
