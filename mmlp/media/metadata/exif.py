"""EXIF blocks that are fit to travel with a redacted picture.

Read and written here, since Pillow changes the types of values and turns accents into question marks.
"""

from __future__ import annotations

import struct
from collections.abc import Container
from typing import NamedTuple

from .filter import MetadataFilter

EXIF_HEADER = b'Exif\x00\x00'
_HEADERS = {'<': b'II*\x00', '>': b'MM\x00*'}

_ORIENTATION, _EXIF_IFD, _GPS_IFD, _INTEROP_IFD, _MAKER_NOTE = 0x0112, 0x8769, 0x8825, 0xA005, 0x927C
_USER_COMMENT, _XP_KEYWORDS = 0x9286, 0x9C9E
_XP_TEXTS = range(0x9C9B, 0x9CA0)
#: Tags of the standard (EXIF 3.0) that describe the picture, and ratings and texts of Windows. Not among them
#: are blocks that hold previews: maker's notes, Photoshop's resources, XMP, private tags.
_MAIN_TAGS = frozenset(
    {0x0100, 0x0101, 0x0102, 0x0106, 0x010D, 0x010E, 0x010F, 0x0110, 0x0112, 0x0115, 0x011A, 0x011B, 0x011C}
    | {0x011D, 0x0128, 0x012D, 0x0131, 0x0132, 0x013B, 0x013C, 0x013E, 0x013F, 0x0211, 0x0212, 0x0213, 0x0214}
    | {0x4746, 0x4749, 0x8298, *_XP_TEXTS}
)
_EXIF_TAGS = frozenset(
    {0x829A, 0x829D, 0x8822, 0x8824, 0x8827, 0x8828, *range(0x8830, 0x8836), 0x9000, 0x9003, 0x9004, 0x9010}
    | {0x9011, 0x9012, 0x9101, 0x9102, *range(0x9201, 0x920B), 0x9214, _USER_COMMENT, 0x9290, 0x9291, 0x9292}
    | {*range(0x9400, 0x9407), *range(0xA000, 0xA005), 0xA20B, 0xA20C, 0xA20E, 0xA20F, 0xA210, 0xA214, 0xA215}
    | {0xA217, *range(0xA300, 0xA303), *range(0xA401, 0xA40D), 0xA420, *range(0xA430, 0xA43D), 0xA460, 0xA461}
    | {0xA462, 0xA500}
)
_GPS_TAGS = range(0x20)
_INTEROP_TAGS = frozenset({0x0001, 0x0002, 0x1001, 0x1002})
#: Links and structure, whose loss nobody has to be told.
_STRUCTURE = frozenset(
    {_EXIF_IFD, _GPS_IFD, _INTEROP_IFD, _MAKER_NOTE, 0x0103, 0x0111, 0x0116, 0x0117, 0x0201, 0x0202, 0xEA1C}
)
_THUMBNAIL_TAGS = frozenset({0x0201, 0x0111})
#: Bytes a value takes by its type.
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
_TEXT_TYPES, _BYTE_TYPES = (2, 129), (1, 6, 7)
_CHARACTER_CODES = (b'ASCII\0\0\0', b'UNICODE\0', b'JIS\0\0\0\0\0', bytes(8))
#: Numbers and codes of the standard take less.
_MAX_VALUE = 4096
_JPEG_START = b'\xff\xd8\xff'


class Entry(NamedTuple):
    """One value: its type and how many there are of it, as in TIFF, and its bytes."""

    kind: int
    count: int
    data: bytes


Directory = dict[int, Entry]


def read_orientation(exif: bytes | None) -> int:
    """Reads the EXIF orientation.

    Args:
        exif (bytes | None): A TIFF-structured EXIF block, with or without its header.

    Returns:
        int: 1 to 8; 1 (upright) when there is none or the block cannot be read.
    """
    try:
        order, tiff, first = _open(exif or b'')
        entry = _read_directory(tiff, first, order)[0].get(_ORIENTATION)
    except (ValueError, struct.error):
        return 1
    value = 1 if entry is None else int.from_bytes(entry.data, 'little' if order == '<' else 'big')
    return value if 1 <= value <= 8 else 1


def read_tiff_block(data: bytes, tag: int) -> bytes | None:
    """Returns the bytes of a tag of the first directory of a TIFF file, whatever type it is declared as.

    Args:
        data (bytes): The file.
        tag (int): Number of the tag.

    Returns:
        bytes | None: Its bytes; None when there is no such tag, or no such file.
    """
    try:
        order, tiff, first = _open(data)
        entry = _read_directory(tiff, first, order)[0].get(tag)
    except (ValueError, struct.error):
        return None
    return None if entry is None else entry.data


def clean_exif(exif: bytes | None, wanted: MetadataFilter) -> bytes | None:
    r"""Rewrites an EXIF block without embedded pictures and, on request, without the place.

    Kept are the values of the standard, bit by bit, the orientation included. Left out are the thumbnail,
    previews, the maker's notes (which may hold previews, and are bound to their place in the file) and
    private tags.

    Args:
        exif (bytes | None): A TIFF-structured EXIF block, with or without its header.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes | None: The block with its header ``b'Exif\0\0'``; None when there is none, or when it is
        damaged, since what cannot be read cannot be vouched for.
    """
    if not exif:
        return None
    try:
        order, tiff, first = _open(exif)
        main, following = _read_directory(tiff, first, order)
        parts, interop = _wanted_parts(tiff, main, order, wanted)
    except (ValueError, struct.error):
        wanted.leave_out('EXIF that cannot be read')
        return None
    if following or not _THUMBNAIL_TAGS.isdisjoint(main):
        wanted.leave_out('thumbnail')
    kept = _wanted_entries(main, _MAIN_TAGS, wanted)
    if not kept and not any(part for _, part in parts):
        return None
    header = _HEADERS[order] + struct.pack(order + 'I', 8)
    return EXIF_HEADER + header + b''.join(_blocks(kept, parts, interop, 8, order))


def add_exif(encoded: bytes, original: bytes, wanted: MetadataFilter) -> bytes:
    """Adds the EXIF and GPS directories of one TIFF file to another.

    Args:
        encoded (bytes): The file with the pixels, of one directory.
        original (bytes): The file with the metadata.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: The file, with a new first directory at its end.
    """
    try:
        source_order, source, first = _open(original)
        main = _read_directory(source, first, source_order)[0]
        parts, interop = _wanted_parts(source, main, source_order, wanted)
    except (ValueError, struct.error):  # A file of the larger kind, or EXIF that is damaged.
        wanted.leave_out('EXIF that cannot be read')
        return encoded
    if not any(part for _, part in parts):
        return encoded
    order, _, first = _open(encoded)
    if order != source_order:
        parts = [(tag, _swapped(part)) for tag, part in parts]
        interop = _swapped(interop)
    encoded += b'\0' * (len(encoded) % 2)
    blocks = _blocks(_read_directory(encoded, first, order)[0], parts, interop, len(encoded), order)
    return b''.join([encoded[:4], struct.pack(order + 'I', len(encoded)), encoded[8:], *blocks])


def _wanted_parts(
    tiff: bytes, main: Directory, order: str, wanted: MetadataFilter
) -> tuple[list[tuple[int, Directory]], Directory]:
    """Returns what to keep of the directories that the main one points to, and of the one behind them."""
    details = _follow(tiff, main, _EXIF_IFD, order)
    place = _follow(tiff, main, _GPS_IFD, order)
    interop = _follow(tiff, details, _INTEROP_IFD, order)
    if _MAKER_NOTE in details or _MAKER_NOTE in main:
        wanted.leave_out("maker's notes")
    if place and wanted.strip_location:
        wanted.leave_out('places')
        place = {}
    parts = [
        (_EXIF_IFD, _wanted_entries(details, _EXIF_TAGS, wanted)),
        (_GPS_IFD, _wanted_entries(place, _GPS_TAGS, wanted)),
    ]
    return parts, _wanted_entries(interop, _INTEROP_TAGS, wanted)


def _swapped(directory: Directory) -> Directory:
    """Turns values round that were read from a file of the other byte order."""

    def swap(entry: Entry) -> Entry:
        width = 4 if entry.kind in (5, 10) else _TYPE_SIZES[entry.kind]
        numbers = [entry.data[start : start + width][::-1] for start in range(0, len(entry.data), width)]
        return entry._replace(data=b''.join(numbers))

    return {tag: swap(entry) for tag, entry in directory.items()}


def _open(exif: bytes) -> tuple[str, bytes, int]:
    """Returns the byte order of a block, the block without its header, and where its first directory is."""
    tiff = exif[len(EXIF_HEADER) :] if exif.startswith(EXIF_HEADER) else exif
    order = next((order for order, header in _HEADERS.items() if tiff[:4] == header), None)
    if order is None:
        raise ValueError('no TIFF header')
    return order, tiff, struct.unpack_from(order + 'I', tiff, 4)[0]


def _read_directory(tiff: bytes, offset: int, order: str) -> tuple[Directory, int]:
    """Reads a directory, and where the next one is; values that lie outside of the block are passed over."""
    (count,) = struct.unpack_from(order + 'H', tiff, offset)
    entries: Directory = {}
    for position in range(offset + 2, offset + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from(order + 'HHI', tiff, position)
        size = _TYPE_SIZES.get(kind, 0) * number
        start = position + 8 if size <= 4 else struct.unpack_from(order + 'I', tiff, position + 8)[0]
        if 0 < size <= len(tiff) - start:
            entries[tag] = Entry(kind, number, tiff[start : start + size])
    end = offset + 2 + 12 * count
    return entries, struct.unpack_from(order + 'I', tiff, end)[0] if len(tiff) >= end + 4 else 0


def _follow(tiff: bytes, directory: Directory, tag: int, order: str) -> Directory:
    """Reads the directory that a tag points to; an empty one when there is none."""
    entry = directory.get(tag)
    if entry is None or len(entry.data) != 4:
        return {}
    return _read_directory(tiff, struct.unpack(order + 'I', entry.data)[0], order)[0]


def _wanted_entries(directory: Directory, tags: Container[int], wanted: MetadataFilter) -> Directory:
    kept: Directory = {}
    for tag, entry in directory.items():
        if tag in tags:
            data = _wanted_value(tag, entry, wanted)
            if data is not None:
                kept[tag] = Entry(entry.kind, len(data) // _TYPE_SIZES[entry.kind], data)
        elif tag not in _STRUCTURE:
            wanted.leave_out('EXIF tags outside of the standard')
    return kept


def _wanted_value(tag: int, entry: Entry, wanted: MetadataFilter) -> bytes | None:
    if tag == _XP_KEYWORDS:
        words = entry.data.decode('utf-16-le', 'replace').rstrip('\0').split(';')
        kept = [word for word in words if wanted.text(word) == word]
        return entry.data if kept == words else (';'.join(kept) + '\0').encode('utf-16-le') if kept else None
    if tag in _XP_TEXTS:
        return wanted.raw_text(entry.data[: len(entry.data) // 2 * 2], encoding='utf-16-le')
    is_text = entry.kind in _TEXT_TYPES or tag == _USER_COMMENT
    if not is_text and (len(entry.data) > _MAX_VALUE or _JPEG_START in entry.data):
        wanted.leave_out('EXIF tags outside of the standard')
        return None
    if tag == _USER_COMMENT and entry.data[:8].upper() in _CHARACTER_CODES:
        kept = wanted.raw_text(entry.data[8:])
        return None if kept is None else entry.data[:8] + kept
    # Texts are also found under the types of bytes.
    return wanted.raw_text(entry.data) if entry.kind in (*_TEXT_TYPES, *_BYTE_TYPES) else entry.data


def _blocks(
    main: Directory, parts: list[tuple[int, Directory]], interop: Directory, start: int, order: str
) -> list[bytes]:
    """Writes the main directory, to lie at ``start``, and behind it those that it points to."""

    def pointer(offset: int) -> Entry:
        return Entry(4, 1, struct.pack(order + 'I', offset))

    main = dict(main)
    main.update({tag: pointer(0) for tag, part in parts if part or (tag == _EXIF_IFD and interop)})
    position = start + len(_directory_bytes(main, 0, order))
    blocks = []
    for tag, part in parts:
        if tag not in main:
            continue
        main[tag] = pointer(position)
        if tag == _EXIF_IFD and interop:
            part = {**part, _INTEROP_IFD: pointer(0)}
            behind = position + len(_directory_bytes(part, 0, order))
            part[_INTEROP_IFD] = pointer(behind)
            block = _directory_bytes(part, position, order) + _directory_bytes(interop, behind, order)
        else:
            block = _directory_bytes(part, position, order)
        blocks.append(block)
        position += len(block)
    return [_directory_bytes(main, start, order), *blocks]


def _directory_bytes(directory: Directory, offset: int, order: str) -> bytes:
    """Writes one directory, to lie at ``offset``, with the values that do not fit into its entries."""
    entries, values = [], []
    position = offset + 2 + 12 * len(directory) + 4
    for tag, entry in sorted(directory.items()):
        entries.append(struct.pack(order + 'HHI', tag, entry.kind, entry.count))
        if len(entry.data) <= 4:
            entries.append(entry.data.ljust(4, b'\0'))
        else:
            entries.append(struct.pack(order + 'I', position))
            values.append(entry.data + b'\0' * (len(entry.data) % 2))
            position += len(values[-1])
    return b''.join([struct.pack(order + 'H', len(directory)), *entries, bytes(4), *values])
