"""PNG files as lists of their chunks, so that metadata travel without touching pixels."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from .exif import EXIF_HEADER, clean_exif
from .filter import BYTES_BEHIND, BYTES_BETWEEN, MetadataFilter
from .icc import clean_icc
from .photoshop import clean_resources
from .places import names_place
from .xmp import clean_xmp

_SIGNATURE = b'\x89PNG\r\n\x1a\n'
#: The picture itself, and what tells its colours, resolution and time: with the most bytes they take.
_PICTURE = {b'IHDR': 13, b'PLTE': 768, b'tRNS': 256, b'bKGD': 6, b'sBIT': 4}
_PIXELS, _END = b'IDAT', b'IEND'
_COLOUR = {b'sRGB': 1, b'gAMA': 4, b'cHRM': 32, b'cICP': 4, b'mDCV': 24, b'cLLI': 8, b'pHYs': 9, b'tIME': 7}
#: Samples a pixel by the type of colour; of interlaced pictures first column and row and steps of each pass.
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_MAX_KEYWORD = 79
_TEXTS = (b'tEXt', b'zTXt', b'iTXt')
_XMP = b'XML:com.adobe.xmp'
#: How ImageMagick and others store EXIF, IPTC and XMP: name, size and hexadecimal digits.
_RAW_PROFILE = re.compile(rb'Raw profile type (exif|app1|iptc|8bim|xmp)$', re.IGNORECASE)
_HEXADECIMAL = re.compile(rb'\s*(\w{1,16})\s+(\d{1,12})\s+([0-9a-fA-F\s]*)$')
_XMP_SEGMENT = b'http://ns.adobe.com/xap/1.0/\x00'
#: Longer texts are none; a few bytes can be unpacked to gigabytes.
_MAX_TEXT = 1 << 24
_BLOCK = 1 << 20


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
        wanted.leave_out(BYTES_BEHIND)
    parts = [_SIGNATURE]
    chunks = list(png_chunks(memoryview(encoded)))  # Views, not copies: pixels may be most of the memory.
    pixels = _wanted_pixels(chunks, wanted)
    for kind, payload in chunks:
        if kind in _PICTURE:
            if len(payload) > _PICTURE[kind]:
                wanted.leave_out(BYTES_BETWEEN)
            parts += _chunk_parts(kind, payload[: _PICTURE[kind]])
        if kind == b'IHDR':
            parts.extend(metadata)  # Colour must come before the palette, the rest may stand anywhere.
        if kind == _PIXELS:
            for part in pixels:
                parts += _chunk_parts(kind, part)
            pixels = []
    if chunks[-1][1] and encoded is original:
        wanted.leave_out(BYTES_BETWEEN)
    return b''.join([*parts, _chunk(_END, b'')])


def _wanted_pixels(chunks: list[tuple[bytes, bytes]], wanted: MetadataFilter) -> list[bytes]:
    """Returns the payloads of the pixels' chunks, as far as they hold rows of the picture."""
    payloads = [payload for kind, payload in chunks if kind == _PIXELS]
    size, unpacker, used, unpacked = _bytes_of_rows(dict(chunks)[b'IHDR']), zlib.decompressobj(), 0, 0
    for payload in payloads:
        for start in range(0, len(payload), _BLOCK):  # What is not unpacked yet is copied with each step.
            rest = payload[start : start + _BLOCK]
            used += len(rest)
            produced = _BLOCK
            while not unpacker.eof and (rest or produced == _BLOCK):
                produced = len(unpacker.decompress(rest, _BLOCK))
                unpacked, rest = unpacked + produced, unpacker.unconsumed_tail
            if unpacker.eof:
                break
        if unpacker.eof:
            used -= len(unpacker.unused_data)
            break
    if unpacker.eof and unpacked <= size and used == sum(map(len, payloads)):
        return payloads
    wanted.leave_out(BYTES_BETWEEN)
    whole = b''.join(payloads)
    if unpacked <= size:
        return [whole[:used]]
    return [zlib.compress(zlib.decompressobj().decompress(whole, size))]


def _bytes_of_rows(header: bytes) -> int:
    """Counts the bytes that the unpacked rows take, each with the byte of its filter."""
    width, height, depth, colour, _, _, interlaced = struct.unpack('>IIBBBBB', header[:13])
    bits = depth * _CHANNELS.get(colour, 4)
    size = 0
    for left, top, across, down in _PASSES if interlaced else ((0, 0, 1, 1),):
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            size += rows * (1 + -(-columns * bits // 8))
    return size


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
    return b''.join(_chunk_parts(kind, payload))


def _chunk_parts(kind: bytes, payload: bytes) -> list[bytes]:
    checksum = zlib.crc32(payload, zlib.crc32(kind))
    return [struct.pack('>I4s', len(payload), kind), payload, struct.pack('>I', checksum)]


def _wanted_chunk(kind: bytes, payload: bytes, wanted: MetadataFilter) -> bytes | None:
    """Returns what to keep of one chunk of metadata, None when it is left out."""
    if kind in _COLOUR:
        if len(payload) > _COLOUR[kind]:
            wanted.leave_out(BYTES_BETWEEN)
        return payload[: _COLOUR[kind]]
    if kind == b'iCCP':
        return _wanted_profile(payload, wanted)
    if kind == b'eXIf':
        kept = clean_exif(payload, wanted)
        return kept[len(EXIF_HEADER) :] if kept else None
    if kind in _TEXTS:
        return _wanted_text(kind, payload, wanted)
    if kind not in (*_PICTURE, _PIXELS, _END):
        wanted.leave_out('unknown chunks')
    return None


def _wanted_profile(payload: bytes, wanted: MetadataFilter) -> bytes | None:
    """Cleans an ICC profile: name, zero, kind of packing, and the packed profile."""
    name, _, rest = payload.partition(b'\0')
    profile, is_exact = _inflate(rest[1:])
    kept = clean_icc(profile, wanted)
    if kept is None:
        return None
    if kept == profile and is_exact and len(name) <= _MAX_KEYWORD:
        return payload
    if not is_exact:
        wanted.leave_out(BYTES_BETWEEN)
    return b'icc\0\0' + zlib.compress(kept)


def _wanted_text(kind: bytes, payload: bytes, wanted: MetadataFilter) -> bytes | None:
    """Cleans a text chunk: keyword, zero, for ``iTXt`` two bytes, language and translation, and the text."""
    keyword, end, rest = payload.partition(b'\0')
    if not end or len(keyword) > _MAX_KEYWORD:
        wanted.leave_out('texts that cannot be read')
        return None
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
    text, is_exact = _inflate(rest) if compressed else (rest, True)
    if text is None:
        wanted.leave_out('texts that cannot be read')
        return None
    if not is_exact:
        wanted.leave_out(BYTES_BETWEEN)
    kept = _clean_text(keyword, text, wanted)
    if kept == text and is_exact:
        return payload
    if kept is None:
        return None
    return keyword + b'\0' + head + (zlib.compress(kept) if compressed else kept)


def _inflate(data: bytes) -> tuple[bytes | None, bool]:
    """Unpacks a text, and tells whether nothing stands behind it."""
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, _MAX_TEXT)
    except zlib.error:
        return None, False
    return (text if unpacker.eof else None), not unpacker.unused_data


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
