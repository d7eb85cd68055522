"""PNG files as lists of their chunks, so that metadata travel without touching pixels."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from .exif import EXIF_HEADER, clean_exif
from .filter import MetadataFilter
from .photoshop import clean_resources
from .places import names_place
from .xmp import clean_xmp

_SIGNATURE = b'\x89PNG\r\n\x1a\n'
#: The picture itself, and what tells its colours, resolution and time.
_PICTURE = (b'IHDR', b'PLTE', b'IDAT', b'IEND', b'tRNS', b'bKGD', b'sBIT')
_COLOUR = (b'iCCP', b'sRGB', b'gAMA', b'cHRM', b'cICP', b'mDCV', b'cLLI', b'pHYs', b'tIME')
_TEXTS = (b'tEXt', b'zTXt', b'iTXt')
_XMP = b'XML:com.adobe.xmp'
#: How ImageMagick and others store EXIF, IPTC and XMP: name, size and hexadecimal digits.
_RAW_PROFILE = re.compile(rb'Raw profile type (exif|app1|iptc|8bim|xmp)$', re.IGNORECASE)
_HEXADECIMAL = re.compile(rb'\s*(\w+)\s+(\d+)\s+([0-9a-fA-F\s]*)$')
_XMP_SEGMENT = b'http://ns.adobe.com/xap/1.0/\x00'
#: Longer texts are none; a few bytes can be unpacked to gigabytes.
_MAX_TEXT = 1 << 24


def with_png_metadata(encoded: bytes, original: bytes, wanted: MetadataFilter) -> bytes:
    """Puts the metadata of one PNG file onto the coded pixels of another.

    Kept: colour (ICC profile, gamma, ...), resolution, time, texts, EXIF, IPTC, XMP. Left out: unknown
    chunks, animations, data in the disguise of text, what lies behind the end, and on request the place.

    Args:
        encoded (bytes): The PNG file with the pixels; may be ``original`` itself.
        original (bytes): The PNG file with the metadata.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: A PNG file.
    """
    metadata, size = [], len(_SIGNATURE)
    for kind, payload in png_chunks(original):
        size += len(payload) + 12
        kept = _wanted_chunk(kind, payload, wanted)
        if kept is not None:
            metadata.append(_chunk(kind, kept))
    if original[size:].strip(b'\0'):
        wanted.leave_out('bytes behind the end of the picture')
    parts = [_SIGNATURE]
    for kind, payload in png_chunks(encoded):
        if kind in _PICTURE:
            parts.append(_chunk(kind, payload))
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
    position, kind = len(_SIGNATURE), b''
    while kind != b'IEND':
        if len(data) < position + 12:
            raise ValueError(f'the PNG file ends at byte {len(data)}, within its chunks')
        length, kind = struct.unpack_from('>I4s', data, position)
        yield kind, data[position + 8 : position + 8 + length]
        position += length + 12


def _chunk(kind: bytes, payload: bytes) -> bytes:
    checksum = zlib.crc32(payload, zlib.crc32(kind))
    return b''.join([struct.pack('>I4s', len(payload), kind), payload, struct.pack('>I', checksum)])


def _wanted_chunk(kind: bytes, payload: bytes, wanted: MetadataFilter) -> bytes | None:
    """Returns what to keep of one chunk of metadata, None when it is left out."""
    if kind in _COLOUR:
        return payload
    if kind == b'eXIf':
        kept = clean_exif(payload, wanted)
        return kept[len(EXIF_HEADER) :] if kept else None
    if kind in _TEXTS:
        return _wanted_text(kind, payload, wanted)
    if kind not in _PICTURE:
        wanted.leave_out('unknown chunks')
    return None


def _wanted_text(kind: bytes, payload: bytes, wanted: MetadataFilter) -> bytes | None:
    """Cleans a text chunk: keyword, zero, for ``iTXt`` two bytes, language and translation, and the text."""
    keyword, _, rest = payload.partition(b'\0')
    head, compressed = b'', kind == b'zTXt'
    if kind == b'zTXt':
        head, rest = rest[:1], rest[1:]
    elif kind == b'iTXt':
        compressed = rest[:1] == b'\x01'
        language, _, after = rest[2:].partition(b'\0')
        translation, _, text = after.partition(b'\0')
        head, rest = rest[: len(rest) - len(text)], text
        if wanted.raw_text(language + b' ' + translation) != language + b' ' + translation:
            return None
    text = _inflate(rest) if compressed else rest
    if text is None:
        wanted.leave_out('texts that cannot be read')
        return None
    kept = _clean_text(keyword, text, wanted)
    if kept == text:
        return payload
    if kept is None:
        return None
    return keyword + b'\0' + head + (zlib.compress(kept) if compressed else kept)


def _inflate(data: bytes) -> bytes | None:
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, _MAX_TEXT)
    except zlib.error:
        return None
    return text if unpacker.eof else None


def _clean_text(keyword: bytes, text: bytes, wanted: MetadataFilter) -> bytes | None:
    if keyword == _XMP:
        return clean_xmp(text, wanted)
    if _RAW_PROFILE.match(keyword):
        return _clean_raw_profile(text, wanted)
    name = keyword.decode('latin-1')
    if wanted.strip_location and names_place(name):
        wanted.leave_out('places')
        return None
    return wanted.raw_text(text)


def _clean_raw_profile(text: bytes, wanted: MetadataFilter) -> bytes | None:
    match = _HEXADECIMAL.match(text)
    digits = b'' if match is None else b''.join(match[3].split())
    if match is None or len(digits) % 2:
        wanted.leave_out('texts that cannot be read')
        return None
    profile = bytes.fromhex(digits.decode('ascii'))
    if profile.startswith((EXIF_HEADER, b'II*\0', b'MM\0*')):
        kept = clean_exif(profile, wanted)
    elif profile.startswith(b'8BIM'):
        kept = clean_resources(profile, wanted)
    else:
        head = _XMP_SEGMENT if profile.startswith(_XMP_SEGMENT) else b''
        kept = clean_xmp(profile[len(head) :], wanted)
        kept = head + kept if kept else None
    if not kept:
        return None
    if kept == profile:
        return text
    written = kept.hex().encode('ascii')
    lines = [written[start : start + 72] for start in range(0, len(written), 72)]
    return b'\n%s\n%8d\n%s\n' % (match[1], len(kept), b'\n'.join(lines))
