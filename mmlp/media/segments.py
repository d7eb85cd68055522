"""JPEG and PNG streams as lists of their parts, so that metadata travel without touching pixels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from .metadata import EXIF_HEADER, clean_exif, clean_xmp

_PNG_SIGNATURE = b'\x89PNG\r\n\x1a\n'
_XMP_HEADER = b'http://ns.adobe.com/xap/1.0/\x00'
_PNG_XMP = b'XML:com.adobe.xmp'
_PNG_COLOUR = (b'iCCP', b'sRGB', b'gAMA', b'cHRM', b'cICP', b'mDCV', b'cLLI', b'pHYs', b'tIME')
_PNG_TEXT = (b'tEXt', b'zTXt', b'iTXt')


def with_jpeg_metadata(encoded: bytes, original: bytes, strip_location: bool = False) -> bytes:
    """Puts the metadata of one JPEG file onto the coded pixels of another.

    Kept: JFIF (the resolution), EXIF, XMP, ICC profile, IPTC, comments. Left out: everything that may show
    the picture a second time (thumbnails, previews, gain maps, further pictures and films behind its end),
    unknown segments, and on request the place.

    Args:
        encoded (bytes): The JPEG file with the pixels; may be ``original`` itself.
        original (bytes): The JPEG file with the metadata.
        strip_location (bool): Leave out GPS blocks and names of places.

    Returns:
        bytes: A JPEG file.
    """
    parts = [b'\xff\xd8']
    for marker, payload in jpeg_segments(original):
        kept = _wanted_jpeg_segment(marker, payload, strip_location)
        if kept is not None:
            parts.append(_jpeg_segment(marker, kept))
    for marker, payload in jpeg_segments(encoded):
        is_metadata = (0xE0 <= marker <= 0xEF and marker != 0xEE) or marker == 0xFE
        if marker == 0xDA:
            parts.append(payload)  # From the first scan to the end of the picture.
        elif not is_metadata:
            parts.append(_jpeg_segment(marker, payload))
    return b''.join(parts)


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walks over the segments of a JPEG file.

    Args:
        data (bytes): A JPEG file.

    Yields:
        tuple[int, bytes]: Marker code and payload without its length. The last one is (0xDA, everything from
        the first start of scan to the end-of-image marker, both included).

    Raises:
        ValueError: The file is no JPEG or ends within a segment.
    """
    position = 2
    while True:
        while data[position : position + 2] == b'\xff\xff':  # Fill bytes.
            position += 1
        if len(data) < position + 4 or data[position] != 0xFF:
            raise ValueError(f'no JPEG segment at byte {position}')
        marker = data[position + 1]
        if marker == 0xDA:
            yield marker, data[position : _end_of_jpeg(data, position)]
            return
        (length,) = struct.unpack_from('>H', data, position + 2)
        yield marker, data[position + 4 : position + 2 + length]
        position += 2 + length


def _end_of_jpeg(data: bytes, position: int) -> int:
    """Returns where the picture whose first scan is at ``position`` ends."""
    while True:
        position = data.find(b'\xff', position)
        if position < 0 or position + 1 >= len(data):
            return len(data)
        marker = data[position + 1]
        if marker == 0xD9:
            return position + 2
        in_scan = marker == 0x00 or 0xD0 <= marker <= 0xD7
        if in_scan or marker == 0xFF:
            position += 1 if marker == 0xFF else 2
        else:
            if position + 4 > len(data):
                return len(data)
            position += 2 + struct.unpack_from('>H', data, position + 2)[0]


def _jpeg_segment(marker: int, payload: bytes) -> bytes:
    return struct.pack('>BBH', 0xFF, marker, len(payload) + 2) + payload


def _wanted_jpeg_segment(marker: int, payload: bytes, strip_location: bool) -> bytes | None:
    """Returns what to keep of one segment of metadata, None when it is left out."""
    if marker == 0xE0 and payload.startswith(b'JFIF\x00'):
        return payload[:12] + b'\x00\x00'  # Without its thumbnail.
    if marker == 0xE1 and payload.startswith(EXIF_HEADER):
        kept = clean_exif(payload, strip_location)
    elif marker == 0xE1 and payload.startswith(_XMP_HEADER):
        kept = clean_xmp(payload[len(_XMP_HEADER) :], strip_location)
        kept = _XMP_HEADER + kept if kept else None
    elif marker == 0xED:
        # Photoshop's block: 0409 and 040C are thumbnails, 0404 is IPTC, which may name the place.
        unwanted = [b'8BIM\x04\x09', b'8BIM\x04\x0c', *([b'8BIM\x04\x04'] if strip_location else [])]
        kept = None if any(resource in payload for resource in unwanted) else payload
    elif marker == 0xFE or (marker == 0xE2 and payload.startswith(b'ICC_PROFILE\x00')):
        kept = payload
    else:
        kept = None
    return kept if kept is not None and len(kept) <= 0xFFFF - 2 else None


def with_png_metadata(encoded: bytes, original: bytes, strip_location: bool = False) -> bytes:
    """Puts the metadata of one PNG file onto the coded pixels of another.

    Kept: colour (ICC profile, gamma, ...), resolution, time, texts, EXIF, XMP. Left out: unknown chunks,
    animations, EXIF in the disguise of text, and on request the place.

    Args:
        encoded (bytes): The PNG file with the pixels; may be ``original`` itself.
        original (bytes): The PNG file with the metadata.
        strip_location (bool): Leave out GPS blocks and names of places.

    Returns:
        bytes: A PNG file.
    """
    metadata = []
    for kind, payload in png_chunks(original):
        kept = _wanted_png_chunk(kind, payload, strip_location)
        if kept is not None:
            metadata.append(_png_chunk(kind, kept))
    parts = [_PNG_SIGNATURE]
    for kind, payload in png_chunks(encoded):
        if kind[:1].isupper() or kind in (b'tRNS', b'bKGD', b'sBIT'):
            parts.append(_png_chunk(kind, payload))
        if kind == b'IHDR':
            parts.extend(metadata)  # Colour must come before the palette, the rest may stand anywhere.
    return b''.join(parts)


def png_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Walks over the chunks of a PNG file.

    Args:
        data (bytes): A PNG file.

    Yields:
        tuple[bytes, bytes]: Type and payload; the last one is ``IEND``.

    Raises:
        ValueError: The file ends before that.
    """
    position, kind = len(_PNG_SIGNATURE), b''
    while kind != b'IEND':
        if len(data) < position + 12:
            raise ValueError(f'the PNG file ends at byte {len(data)}, within its chunks')
        length, kind = struct.unpack_from('>I4s', data, position)
        yield kind, data[position + 8 : position + 8 + length]
        position += length + 12


def _png_chunk(kind: bytes, payload: bytes) -> bytes:
    checksum = zlib.crc32(payload, zlib.crc32(kind))
    return b''.join([struct.pack('>I4s', len(payload), kind), payload, struct.pack('>I', checksum)])


def _wanted_png_chunk(kind: bytes, payload: bytes, strip_location: bool) -> bytes | None:
    """Returns what to keep of one chunk of metadata, None when it is left out."""
    if kind in _PNG_COLOUR:
        return payload
    if kind == b'eXIf':
        kept = clean_exif(payload, strip_location)
        return kept[len(EXIF_HEADER) :] if kept else None
    if kind not in _PNG_TEXT:
        return None
    keyword = payload.partition(b'\x00')[0]
    if keyword == _PNG_XMP:
        return _clean_png_xmp(payload, strip_location)
    lowered = keyword.lower()
    if lowered.startswith(b'raw profile type') or b'thumb' in lowered:
        return None
    return None if strip_location and (b'gps' in lowered or b'location' in lowered) else payload


def _clean_png_xmp(payload: bytes, strip_location: bool) -> bytes | None:
    """Cleans XMP in an ``iTXt`` chunk: keyword, two bytes on compression, language, translation, text."""
    head, rest = payload[: len(_PNG_XMP) + 1], payload[len(_PNG_XMP) + 1 :]
    compressed, rest = rest[:1] == b'\x01', rest[2:]
    _, _, text = rest.split(b'\x00', 2) if rest.count(b'\x00') >= 2 else (b'', b'', b'')
    try:
        text = zlib.decompress(text) if compressed else text
    except zlib.error:
        return None
    cleaned = clean_xmp(text, strip_location)
    return head + b'\x00\x00\x00\x00' + cleaned if cleaned else None
