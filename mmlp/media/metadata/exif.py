"""EXIF blocks that are fit to travel with a redacted picture."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Container

import numpy as np

from .data_in_texts import holds_image
from .directories import TYPE_SIZES, Directory, Entry, Tiff, swapped
from .filter import BYTES_BETWEEN, MetadataFilter

EXIF_HEADER = b'Exif\x00\x00'

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
_TEXT_TYPES, _BYTE_TYPES = (2, 129), (1, 6, 7)
_CHARACTER_CODES = (b'ASCII\0\0\0', b'UNICODE\0', b'JIS\0\0\0\0\0', bytes(8))
#: Tables and patterns: curves of sensors and lenses, filters, settings, exposures of a composite picture.
_TABLES = frozenset({0x8828, 0xA20C, 0xA302, 0xA40B, 0xA462})
_CURVE = 0x012D
#: Bytes that numbers take, and tables.
_MOST_OF_NUMBERS, _MOST_OF_TABLES, _CURVE_SIZE = 64, 256, 1536


def read_orientation(exif: bytes | None) -> int:
    """Reads the EXIF orientation.

    Args:
        exif (bytes | None): A TIFF-structured EXIF block, with or without its header.

    Returns:
        int: 1 to 8; 1 (upright) when there is none or the block cannot be read.
    """
    try:
        tiff = _open(exif or b'')
        values = tiff.numbers(tiff.directory(tiff.first)[0].get(_ORIENTATION))
    except (ValueError, struct.error):
        return 1
    return values[0] if len(values) == 1 and 1 <= values[0] <= 8 else 1


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
        tiff = _open(exif)
        main, following = tiff.directory(tiff.first)
        parts = ExifParts.read(tiff, main, wanted)
    except (ValueError, struct.error):
        wanted.leave_out('EXIF that cannot be read')
        return None
    if following or not _THUMBNAIL_TAGS.isdisjoint(main):
        wanted.leave_out('thumbnail')
    kept = _wanted_entries(main, _MAIN_TAGS, wanted)
    if parts.are_whole and not following and kept == without_links(main):
        if not tiff.has_gaps():
            return EXIF_HEADER + tiff.data
        wanted.leave_out(BYTES_BETWEEN)
    if not kept and not parts:
        return None
    return EXIF_HEADER + tiff.header(8) + b''.join(parts.write(tiff, kept, 8))


@dataclasses.dataclass
class ExifParts:
    """What stays of the directories that the main one points to: of EXIF, of GPS, of interoperability.

    Attributes:
        details (Directory): Values of EXIF.
        place (Directory): Values of GPS.
        interop (Directory): Values of interoperability.
        are_whole (bool): Whether all that was there stays.
    """

    details: Directory
    place: Directory
    interop: Directory
    are_whole: bool

    def __bool__(self) -> bool:
        return bool(self.details or self.place or self.interop)

    @classmethod
    def read(cls, tiff: Tiff, main: Directory, wanted: MetadataFilter) -> ExifParts:
        """Reads what to keep.

        Args:
            tiff (Tiff): The file or block.
            main (Directory): Its first directory.
            wanted (MetadataFilter): What may stay.

        Raises:
            struct.error: A directory is cut off.
        """
        details = tiff.follow(main, _EXIF_IFD)
        place = tiff.follow(main, _GPS_IFD)
        interop = tiff.follow(details, _INTEROP_IFD)
        if _MAKER_NOTE in details or _MAKER_NOTE in main:
            wanted.leave_out("maker's notes")
        if place and wanted.strip_location:
            wanted.leave_out('places')
        parts = cls(
            _wanted_entries(details, _EXIF_TAGS, wanted),
            {} if wanted.strip_location else _wanted_entries(place, _GPS_TAGS, wanted),
            _wanted_entries(interop, _INTEROP_TAGS, wanted),
            False,
        )
        found = without_links(details), place, interop
        parts.are_whole = found == (parts.details, parts.place, parts.interop)
        return parts

    def swapped(self) -> ExifParts:
        """Turns values round for a file of the other byte order."""
        return dataclasses.replace(
            self, details=swapped(self.details), place=swapped(self.place), interop=swapped(self.interop)
        )

    def write(self, tiff: Tiff, main: Directory, start: int) -> list[bytes]:
        """Writes a main directory, to lie at ``start``, and behind it those that it points to.

        Args:
            tiff (Tiff): A file of the byte order and kind to write.
            main (Directory): Its values.
            start (int): Where it will stand.

        Returns:
            list[bytes]: The directories one behind the other.
        """
        main, details = dict(main), dict(self.details)
        if self.interop:
            details[_INTEROP_IFD] = tiff.entry(0)
        if details:
            main[_EXIF_IFD] = tiff.entry(0)
        if self.place:
            main[_GPS_IFD] = tiff.entry(0)
        position = start + len(tiff.write(main, 0))
        blocks = []
        if details:
            main[_EXIF_IFD] = tiff.entry(position)
            if self.interop:
                details[_INTEROP_IFD] = tiff.entry(position + len(tiff.write(details, 0)))
            blocks.append(tiff.write(details, position))
            position += len(blocks[-1])
            if self.interop:
                blocks.append(tiff.write(self.interop, position))
                position += len(blocks[-1])
        if self.place:
            main[_GPS_IFD] = tiff.entry(position)
            blocks.append(tiff.write(self.place, position))
        return [tiff.write(main, start), *blocks]


def without_links(directory: Directory) -> Directory:
    """Returns the values of a directory that are not links to those of EXIF, GPS and interoperability."""
    links = (_EXIF_IFD, _GPS_IFD, _INTEROP_IFD)
    return {tag: entry for tag, entry in directory.items() if tag not in links or entry.count > 1}


def _open(exif: bytes) -> Tiff:
    return Tiff.open(exif[len(EXIF_HEADER) :] if exif.startswith(EXIF_HEADER) else exif)


def _wanted_entries(directory: Directory, tags: Container[int], wanted: MetadataFilter) -> Directory:
    kept: Directory = {}
    for tag, entry in directory.items():
        if tag in tags:
            data = _wanted_value(tag, entry, wanted)
            if data is not None:
                kept[tag] = Entry(entry.kind, len(data) // TYPE_SIZES[entry.kind], data)
        elif tag not in _STRUCTURE:
            wanted.leave_out('EXIF tags outside of the standard')
    return kept


def _wanted_value(tag: int, entry: Entry, wanted: MetadataFilter) -> bytes | None:
    data = entry.data
    if tag == _XP_KEYWORDS:
        words = data.decode('utf-16-le', 'replace').rstrip('\0').split(';')
        kept = [word for word in words if _wanted_word(word, wanted)]
        return data if kept == words else (';'.join(kept) + '\0').encode('utf-16-le') if kept else None
    if tag in _XP_TEXTS:
        return wanted.raw_text(data[: len(data) // 2 * 2], encoding='utf-16-le')
    if tag == _USER_COMMENT and data[:8].upper() in _CHARACTER_CODES:
        kept = wanted.raw_text(data[8:])
        return None if kept is None else data[:8] + kept
    if tag not in _TABLES and entry.kind in (*_TEXT_TYPES, *_BYTE_TYPES):
        return wanted.raw_text(data)  # Texts are also found under the types of bytes.
    most = _MOST_OF_TABLES if tag in _TABLES else _MOST_OF_NUMBERS
    if (len(data) > most and not (tag == _CURVE and _is_curve(data))) or holds_image(data):
        wanted.leave_out('EXIF tags outside of the standard')
        return None
    return data


def _wanted_word(word: str, wanted: MetadataFilter) -> bool:
    data = word.encode('utf-16-le', 'replace')
    return wanted.raw_text(data, encoding='utf-16-le') == data


def _is_curve(data: bytes) -> bool:
    """Tells whether data are three curves of 256 rising values of two bytes, in either byte order."""
    if len(data) != _CURVE_SIZE:
        return False
    curves = (np.frombuffer(data, order).reshape(3, 256).astype(int) for order in ('<u2', '>u2'))
    return any((np.diff(curve) >= 0).all() for curve in curves)
