"""HEIF and AVIF files as lists of their items, so that all but the picture goes and its coded pixels stay."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterator

from .heif_file import (
    META_BOXES,
    MOST_OF_NAME,
    MOST_OF_PROPERTY,
    HeifFile,
    HeifItem,
    read_heif,
    write_heif,
)
from .heif_pixels import bare_item
from .metadata import MetadataFilter, clean_exif, clean_icc, clean_xmp
from .metadata.boxes import boxes_of
from .metadata.data_in_texts import holds_image
from .metadata.exif import EXIF_HEADER
from .metadata.filter import BYTES_BEHIND, BYTES_BETWEEN, FURTHER_PICTURES

#: Properties that tell how a picture is coded and shown.
_PROPERTIES = frozenset(
    (
        b'ispe pixi colr hvcC av1C irot imir clap pasp auxC clli mdcv amve ndwt cclv lsel a1op a1lx rloc '
        b'vvcC j2kH jpgC uncC cmpd'
    ).split()
)
#: Tables that decoders need; what others take is short.
_CODING = (b'hvcC', b'av1C', b'vvcC', b'j2kH', b'jpgC', b'uncC', b'cmpd')
_MOST_OF_CODING = 4096
_COLOUR, _PROFILES = b'colr', (b'prof', b'rICC')
_FILM_BOXES = (b'mpvd', b'moov', b'moof')
#: Parts of the file that hold the picture, or nothing.
_KNOWN_BOXES = (b'ftyp', b'meta', b'mdat', b'free', b'skip')
_XMP_TYPE = b'application/rdf+xml'


def clean_heif(data: bytes, wanted: MetadataFilter) -> bytes:
    """Rewrites a HEIF or AVIF file of one picture with its coded pixels as they are.

    Kept: the primary picture with its transparency, EXIF and XMP. Left out: thumbnails, depth and gain maps,
    mattes, further pictures, films, and on request the place.

    Args:
        data (bytes): The file.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: The file.

    Raises:
        ValueError: The file is put together in a way that is not known here.
    """
    try:
        file = read_heif(data)
    except (struct.error, KeyError, IndexError) as error:
        raise ValueError(f'not a HEIF file of a known structure: {error}') from error
    image = file.image()
    _record_extras(data, file, image, wanted)
    if file.items[file.primary].kind == b'tmap':
        raise ValueError('the picture is put together with a gain map')
    kept = []
    for item in file.items.values():
        if item.number in image:
            properties = [(*entry[:2], bool(entry[2])) for entry in _wanted_properties(item, wanted)]
            coded = bare_item(item.kind, item.data)
            if len(coded) < len(item.data):
                wanted.leave_out(BYTES_BETWEEN)
            kept.append(dataclasses.replace(item, data=coded, properties=properties))
    for item in file.items.values():
        described = any(
            kind == b'cdsc' and number == item.number and not image.isdisjoint(targets)
            for kind, number, targets in file.references
        )
        cleaned = _clean_metadata(item, wanted) if described else None
        if cleaned is not None:
            kept.append(dataclasses.replace(item, data=cleaned, properties=[]))
    kept = [dataclasses.replace(item, entry=_bare_entry(item)) for item in kept]
    if _is_whole(data, file, kept, wanted):
        return data
    if not wanted.notes:
        wanted.leave_out(BYTES_BETWEEN)
    return write_heif(file, kept)


def _wanted_properties(item: HeifItem, wanted: MetadataFilter) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yields the properties to keep of an item."""
    for kind, payload, essential in item.properties:
        if kind == _COLOUR and payload[:4] in _PROFILES:
            profile = clean_icc(payload[4:], wanted)
            if profile:
                yield kind, payload[:4] + profile, essential
            continue
        most = _MOST_OF_CODING if kind in _CODING else MOST_OF_PROPERTY
        if kind in _PROPERTIES and len(payload) <= most and not holds_image(payload):
            yield kind, payload, essential
        else:
            wanted.leave_out('unknown properties')


def _bare_entry(item: HeifItem) -> bytes:
    """Returns an item's row of the table of contents without a long name."""
    start = 12 if item.entry[0] == 2 else 14
    names = item.entry[start:].split(b'\0')
    count = 3 if item.kind in (b'mime', b'uri ') else 1
    names = [name if len(name) <= MOST_OF_NAME else b'' for name in names[:count]]
    row = item.entry[:start] + b'\0'.join(names) + b'\0'
    return item.entry if item.entry.rstrip(b'\0') == row.rstrip(b'\0') else row


def _is_whole(data: bytes, file: HeifFile, kept: list[HeifItem], wanted: MetadataFilter) -> bool:
    """Tells whether a file holds nothing but what is kept, in its items and between them."""
    boxes = list(boxes_of(data))
    meta = list(boxes_of(dict(boxes)[b'meta'][4:]))
    before = {item.number: item for item in file.items.values()}
    same = len(kept) == len(before) and all(
        (item.data, item.entry) == (before[item.number].data, before[item.number].entry) for item in kept
    )
    room = sum(len(payload) for kind, payload in boxes if kind == b'mdat')
    room += sum(len(payload) for kind, payload in meta if kind == b'idat')
    gaps = any(payload.strip(b'\0') for kind, payload in (*boxes, *meta) if kind in (b'free', b'skip'))
    used = {entry[:2] for item in kept for entry in item.properties}
    return (
        same
        and not gaps
        and not wanted.notes
        and file.is_exact
        and used == set(file.properties)
        and room == sum(len(item.data) for item in kept)
    )


def _clean_metadata(item: HeifItem, wanted: MetadataFilter) -> bytes | None:
    if item.kind == b'Exif' and len(item.data) > 4:
        start = 4 + struct.unpack_from('>I', item.data)[0]
        block = item.data[start:] if start < len(item.data) else item.data[4:]
        kept = clean_exif(block, wanted)
        return struct.pack('>I', len(EXIF_HEADER)) + kept if kept else None
    if item.kind == b'mime' and item.content_type == _XMP_TYPE:
        return clean_xmp(item.data, wanted)
    return None


def _record_extras(data: bytes, file: HeifFile, image: set[int], wanted: MetadataFilter) -> None:
    thumbnails = {item for kind, item, _ in file.references if kind == b'thmb'}
    for item in file.items.values():
        purpose = item.auxiliary.lower()
        if item.number in image or item.kind == b'Exif' or item.content_type == _XMP_TYPE:
            continue
        if item.number in thumbnails:
            wanted.leave_out('thumbnail')
        elif b'gainmap' in purpose or item.kind == b'tmap':
            wanted.leave_out('gain map')
        elif b'depth' in purpose or b'auxid:2' in purpose:
            wanted.leave_out('depth map')
        elif purpose:
            wanted.leave_out('auxiliary pictures')
        elif item.kind in (b'mime', b'uri '):
            wanted.leave_out('further metadata')
        elif not any(item.number in to for kind, _, to in file.references if kind == b'dimg'):
            wanted.leave_out(FURTHER_PICTURES)
    if any(kind not in META_BOXES for kind, _ in boxes_of(dict(boxes_of(data))[b'meta'][4:])):
        wanted.leave_out('unknown boxes')
    for kind, payload in boxes_of(data):
        if kind in _FILM_BOXES or (kind not in _KNOWN_BOXES and b'ftyp' in payload[:64]):
            wanted.leave_out('motion film')
        elif kind not in _KNOWN_BOXES and payload.strip(b'\0'):
            wanted.leave_out(BYTES_BEHIND)
