"""JPEG 2000 files as lists of their boxes, so that metadata travel without touching pixels."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

from .boxes import box, boxes_of
from .exif import EXIF_HEADER, clean_exif
from .filter import BYTES_BEHIND, BYTES_BETWEEN, FURTHER_PICTURES, MetadataFilter
from .icc import clean_icc
from .photoshop import clean_iptc
from .tiff import clean_place_tiff
from .xmp import clean_xmp

_SIGNATURE, _TYPE, _HEADER, _STREAM = b'jP  ', b'ftyp', b'jp2h', b'jp2c'
#: Boxes of the header, with the most bytes that they take: size, bits, palette, channels, resolution.
_HEADER_BOXES = {b'ihdr': 14, b'bpcc': 1 << 14, b'pclr': 3 + 4 + 1024 * 8, b'cmap': 1 << 12, b'cdef': 1 << 10}
_RESOLUTIONS = {b'resc': 10, b'resd': 10}
_COLOUR, _RESOLUTION = b'colr', b'res '
_MOST_OF_TYPE = 64
_XMP = bytes.fromhex('be7acfcb97a942e89c71999491e3afac')
_EXIF = b'JpgTiffExif->JP2'
_IPTC = bytes.fromhex('33c7a4d2b81d4723a0baf1a3e097ad38')
_GEO = bytes.fromhex('b14bf8bd083d4b43a5ae8cd7d5a6ce03')
#: Markers of the code stream: a comment, and lengths of tiles' parts.
_COM, _LENGTHS = 0x64, 0x55
#: How pixels are coded: what a decoder needs.
_CODING = frozenset({*range(0x50, 0x54), *range(0x55, 0x5A), *range(0x5C, 0x62), 0x63})


def with_jp2_metadata(encoded: bytes, original: bytes, wanted: MetadataFilter) -> bytes:
    """Puts the metadata of one JPEG 2000 file onto the coded pixels of another.

    Kept: colour, resolution, EXIF, IPTC, XMP, the place of GeoJP2 unless it is not wanted, comments. Left
    out: other boxes, and what stands between and behind them.

    Args:
        encoded (bytes): The file with the pixels, of boxes or a bare code stream; may be ``original`` itself.
        original (bytes): The file with the metadata.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: A file of the kind of ``original``.

    Raises:
        ValueError: A file is cut off or put together in an unknown way.
        struct.error: The same.
    """
    if not _is_boxed(original):
        stream = _clean_stream(original, wanted)
        return stream if encoded is original else _stream_of(encoded)
    parts: list[bytes] = []
    seen: set[bytes] = set()
    for kind, payload in boxes_of(original):
        if kind in (_HEADER, _STREAM, _TYPE, _SIGNATURE):
            if kind in seen:
                wanted.leave_out(FURTHER_PICTURES)
                continue
            seen.add(kind)
        kept = _wanted_box(kind, payload, wanted)
        if kind == _HEADER:
            kept = _clean_header(payload, None if encoded is original else encoded, wanted)
        elif kind == _STREAM:
            kept = _clean_stream(payload, wanted)
            if encoded is not original:
                kept = _stream_of(encoded)
        if kept is not None:
            parts.append(box(kind, kept))
    if not seen >= {_HEADER, _STREAM}:
        raise ValueError('a JPEG 2000 file without header or pixels among its boxes')
    return b''.join(parts)


def _is_boxed(data: bytes) -> bool:
    return data[4:8] == _SIGNATURE


def _stream_of(data: bytes) -> bytes:
    return next(payload for kind, payload in boxes_of(data) if kind == _STREAM) if _is_boxed(data) else data


def _wanted_box(kind: bytes, payload: bytes, wanted: MetadataFilter) -> bytes | None:
    """Returns what to keep of a box of metadata, None when it is left out."""
    if kind == _SIGNATURE:
        return payload[:4]
    if kind == _TYPE:
        if len(payload) > _MOST_OF_TYPE:
            wanted.leave_out(BYTES_BETWEEN)
            return payload[:8] + b'jp2 '
        return payload
    if kind == b'xml ':
        return clean_xmp(payload, wanted)
    if kind == b'uuid':
        name, data = payload[:16], payload[16:]
        cleaner = _UUIDS.get(name)
        kept = cleaner(data, wanted) if cleaner else None
        if cleaner is None:
            wanted.leave_out('unknown boxes')
        return name + kept if kept else None
    if not kind:
        wanted.leave_out(BYTES_BEHIND)
    elif kind not in (_HEADER, _STREAM):
        wanted.leave_out('unknown boxes')
    return None


def _exif(data: bytes, wanted: MetadataFilter) -> bytes | None:
    kept = clean_exif(data, wanted)
    return kept if kept is None or data.startswith(EXIF_HEADER) else kept[len(EXIF_HEADER) :]


_UUIDS: dict[bytes, Callable[[bytes, MetadataFilter], bytes | None]] = {
    _XMP: clean_xmp,
    _EXIF: _exif,
    _IPTC: clean_iptc,
    _GEO: clean_place_tiff,
}


def _clean_header(payload: bytes, encoded: bytes | None, wanted: MetadataFilter) -> bytes:
    """Cleans the header: of the original, its colours where the pixels are of another file."""
    kept = []
    for kind, part in boxes_of(payload):
        if kind == _COLOUR:
            colour = _clean_colour(part, wanted)
            kept += [(kind, colour)] if colour is not None else []
        elif kind == _RESOLUTION:
            inner = [
                (name, value) for name, value in boxes_of(part) if len(value) <= _RESOLUTIONS.get(name, 0)
            ]
            if sum(len(value) + 8 for _, value in inner) < len(part):
                wanted.leave_out('unknown boxes')
            kept += [(kind, b''.join(box(*entry) for entry in inner))] if inner else []
        elif len(part) <= _HEADER_BOXES.get(kind, -1):
            kept.append((kind, part))
        else:
            wanted.leave_out('unknown boxes')
    if encoded is not None:
        kept = _header_of(encoded, kept)
    if not any(kind == _COLOUR for kind, _ in kept):
        channels = next(int.from_bytes(part[8:10], 'big') for kind, part in kept if kind == b'ihdr')
        kept.append((_COLOUR, b'\1\0\0' + struct.pack('>I', 16 if channels > 2 else 17)))
    return b''.join(box(*entry) for entry in kept)


def _header_of(encoded: bytes, original: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Puts colours and resolution of the original's header into that of the pixels."""
    inner = next(payload for kind, payload in boxes_of(encoded) if kind == _HEADER)
    taken = [entry for entry in original if entry[0] in (_COLOUR, _RESOLUTION)]
    colours = {kind for kind, _ in taken}
    return [entry for entry in boxes_of(inner) if entry[0] not in colours] + taken


def _clean_colour(part: bytes, wanted: MetadataFilter) -> bytes | None:
    if part[:1] in (b'\2', b'\3'):  # An ICC profile, plain or of any kind.
        profile = clean_icc(part[3:], wanted)
        return part[:3] + profile if profile else None
    if part[:1] == b'\1':
        return part[:7] if part[3:7] != b'\0\0\0\x0e' else part[:64]  # Lab has numbers of its own.
    wanted.leave_out('unknown boxes')
    return None


def _clean_stream(stream: bytes, wanted: MetadataFilter) -> bytes:
    """Cleans a code stream: comments that are none, unknown segments, and what stands behind its end."""
    parts, start = [b'\xff\x4f'], 2
    for marker, segment in _segments(stream):
        start += len(segment)
        if marker in _CODING:
            parts.append(segment)
        elif marker == _COM:
            kind, text = segment[4:6], segment[6:]
            if kind == b'\0\1' and wanted.raw_text(text) == text:
                parts.append(segment)
            elif kind != b'\0\1':
                wanted.leave_out('comments that are no text')
        else:
            wanted.leave_out('unknown segments')
    tiles, end = _clean_tiles(stream, start, wanted)
    if sum(map(len, tiles)) != end - start:
        parts = [part for part in parts if part[1] != _LENGTHS]  # Of the tiles' parts as they were.
    end += 2 if stream[end : end + 2] == b'\xff\xd9' else 0
    if stream[end:].strip(b'\0'):
        wanted.leave_out(BYTES_BEHIND)
    return b''.join([*parts, *tiles, b'\xff\xd9'])


def _segments(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yields marker and segment, its marker included, of the segments before the first part of a tile."""
    position = 2
    while stream[position : position + 2] != b'\xff\x90':
        mark, marker, size = struct.unpack_from('>BBH', stream, position)
        if mark != 0xFF or size < 2 or position + 2 + size > len(stream):
            raise ValueError(f'no segment of JPEG 2000 at byte {position}')
        position += 2 + size
        yield marker, stream[position - 2 - size : position]


def _clean_tiles(stream: bytes, position: int, wanted: MetadataFilter) -> tuple[list[bytes], int]:
    """Returns the tiles' parts, cleaned, and where they end."""
    parts = []
    while stream[position : position + 2] == b'\xff\x90':
        size = int.from_bytes(stream[position + 6 : position + 10], 'big')
        end = position + size if size else stream.rfind(b'\xff\xd9')
        if not position + 12 < end <= len(stream):
            raise ValueError(f'a tile of JPEG 2000 at byte {position} is cut off')
        parts.append(_clean_tile(stream[position:end], wanted))
        position = end
    return parts, position


def _clean_tile(tile: bytes, wanted: MetadataFilter) -> bytes:
    """Takes comments out of the header of a tile's part, whose size stands at its start."""
    position, kept = 12, []
    while tile[position : position + 2] != b'\xff\x93':  # What follows are pixels.
        mark, marker, size = struct.unpack_from('>BBH', tile, position)
        if mark != 0xFF or size < 2 or position + 2 + size > len(tile):
            raise ValueError('a header of a tile of JPEG 2000 is damaged')
        if marker in _CODING:
            kept.append(tile[position : position + 2 + size])
        else:
            wanted.leave_out('unknown segments')
        position += 2 + size
    body = b''.join([*kept, tile[position:]])
    size = 12 + len(body) if tile[6:10] != bytes(4) else 0
    return tile[:6] + struct.pack('>I', size) + tile[10:12] + body
