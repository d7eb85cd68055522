"""HEIF and AVIF files as lists of their items, so that all but the picture goes and its coded pixels stay."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterator

from .heif_pixels import bare_item
from .metadata import MetadataFilter, clean_exif, clean_icc, clean_xmp
from .metadata.boxes import box, boxes_of
from .metadata.data_in_texts import holds_picture
from .metadata.exif import EXIF_HEADER
from .metadata.filter import BYTES_BEHIND, BYTES_BETWEEN, FURTHER_PICTURES

#: Properties that tell how a picture is coded and shown.
_PROPERTIES = frozenset(
    {
        b'ispe',
        b'pixi',
        b'colr',
        b'hvcC',
        b'av1C',
        b'irot',
        b'imir',
        b'clap',
        b'pasp',
        b'auxC',
        b'clli',
        b'mdcv',
    }
    | {
        b'amve',
        b'ndwt',
        b'cclv',
        b'lsel',
        b'a1op',
        b'a1lx',
        b'rloc',
        b'vvcC',
        b'j2kH',
        b'jpgC',
        b'uncC',
        b'cmpd',
    }
)
#: Tables that decoders need; what others take is short.
_CODING = (b'hvcC', b'av1C', b'vvcC', b'j2kH', b'jpgC', b'uncC', b'cmpd')
_MOST_OF_CODING, _MOST_OF_PROPERTY, _MOST_OF_NAME = 4096, 256, 64
_COLOUR, _PROFILES = b'colr', (b'prof', b'rICC')
#: What belongs into the table of contents.
_META_BOXES = frozenset(b'hdlr pitm iloc iinf iprp iref idat dinf free skip'.split())
_ALPHA = (b'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', b'urn:mpeg:hevc:2015:auxid:1')
_FILM_BOXES = (b'mpvd', b'moov', b'moof')
#: Parts of the file that hold the picture, or nothing.
_KNOWN_BOXES = (b'ftyp', b'meta', b'mdat', b'free', b'skip')
_XMP_TYPE = b'application/rdf+xml'


@dataclasses.dataclass
class _Item:
    """An item of the file: a picture, a tile, or a block of metadata."""

    number: int
    kind: bytes
    content_type: bytes
    entry: bytes
    data: bytes
    properties: list[tuple[bytes, bytes, bool]] = dataclasses.field(default_factory=list)

    @property
    def auxiliary(self) -> bytes:
        """What an auxiliary picture is for, as a URN; empty for others."""
        kinds = [payload[4:].partition(b'\0')[0] for kind, payload, _ in self.properties if kind == b'auxC']
        return kinds[0] if kinds else b''


@dataclasses.dataclass
class _File:
    """The parts of a file that matter."""

    brands: bytes
    handler: bytes
    primary: int
    items: dict[int, _Item]
    #: Kind, item, and the items it refers to.
    references: list[tuple[bytes, int, tuple[int, ...]]]
    #: Kind and payload of all properties, whoever uses them.
    properties: list[tuple[bytes, bytes]]
    #: Whether the tables hold nothing but what was read.
    is_exact: bool

    def parts_of(self, number: int) -> set[int]:
        """An item and all that it is put together from."""
        parts, waiting = set(), [number]
        while waiting:
            number = waiting.pop()
            if number not in parts and number in self.items:
                parts.add(number)
                waiting += [
                    to
                    for kind, item, to_ in self.references
                    if (kind, item) == (b'dimg', number)
                    for to in to_
                ]
        return parts

    def picture(self) -> set[int]:
        """The primary picture with its tiles and its transparency."""
        picture = self.parts_of(self.primary)
        for kind, item, targets in self.references:
            is_alpha = kind == b'auxl' and item in self.items and self.items[item].auxiliary in _ALPHA
            if is_alpha and not picture.isdisjoint(targets):
                picture |= self.parts_of(item)
        return picture


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
        file = _read(data)
    except (struct.error, KeyError, IndexError) as error:
        raise ValueError(f'not a HEIF file of a known structure: {error}') from error
    picture = file.picture()
    if file.items[file.primary].kind == b'tmap':
        raise ValueError('the picture is put together with a gain map')
    _record_extras(data, file, picture, wanted)
    kept = []
    for item in file.items.values():
        if item.number in picture:
            properties = [(*entry[:2], bool(entry[2])) for entry in _wanted_properties(item, wanted)]
            coded = bare_item(item.kind, item.data)
            if len(coded) < len(item.data):
                wanted.leave_out(BYTES_BETWEEN)
            kept.append(dataclasses.replace(item, data=coded, properties=properties))
    for item in file.items.values():
        described = any(
            kind == b'cdsc' and number == item.number and not picture.isdisjoint(targets)
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
    return _write(file, kept)


def _wanted_properties(item: _Item, wanted: MetadataFilter) -> Iterator[tuple[bytes, bytes, bool]]:
    """Yields the properties to keep of an item."""
    for kind, payload, essential in item.properties:
        if kind == _COLOUR and payload[:4] in _PROFILES:
            profile = clean_icc(payload[4:], wanted)
            if profile:
                yield kind, payload[:4] + profile, essential
            continue
        most = _MOST_OF_CODING if kind in _CODING else _MOST_OF_PROPERTY
        if kind in _PROPERTIES and len(payload) <= most and not holds_picture(payload):
            yield kind, payload, essential
        else:
            wanted.leave_out('unknown properties')


def _bare_entry(item: _Item) -> bytes:
    """Returns an item's row of the table of contents without a long name."""
    start = 12 if item.entry[0] == 2 else 14
    names = item.entry[start:].split(b'\0')
    count = 3 if item.kind in (b'mime', b'uri ') else 1
    names = [name if len(name) <= _MOST_OF_NAME else b'' for name in names[:count]]
    row = item.entry[:start] + b'\0'.join(names) + b'\0'
    return item.entry if item.entry.rstrip(b'\0') == row.rstrip(b'\0') else row


def _is_whole(data: bytes, file: _File, kept: list[_Item], wanted: MetadataFilter) -> bool:
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


def _clean_metadata(item: _Item, wanted: MetadataFilter) -> bytes | None:
    if item.kind == b'Exif' and len(item.data) > 4:
        start = 4 + struct.unpack_from('>I', item.data)[0]
        block = item.data[start:] if start < len(item.data) else item.data[4:]
        kept = clean_exif(block, wanted)
        return struct.pack('>I', len(EXIF_HEADER)) + kept if kept else None
    if item.kind == b'mime' and item.content_type == _XMP_TYPE:
        return clean_xmp(item.data, wanted)
    return None


def _record_extras(data: bytes, file: _File, picture: set[int], wanted: MetadataFilter) -> None:
    thumbnails = {item for kind, item, _ in file.references if kind == b'thmb'}
    for item in file.items.values():
        purpose = item.auxiliary.lower()
        if item.number in picture or item.kind == b'Exif' or item.content_type == _XMP_TYPE:
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
    if any(kind not in _META_BOXES for kind, _ in boxes_of(dict(boxes_of(data))[b'meta'][4:])):
        wanted.leave_out('unknown boxes')
    for kind, payload in boxes_of(data):
        if kind in _FILM_BOXES or (kind not in _KNOWN_BOXES and b'ftyp' in payload[:64]):
            wanted.leave_out('motion film')
        elif kind not in _KNOWN_BOXES and payload.strip(b'\0'):
            wanted.leave_out(BYTES_BEHIND)


def _read(data: bytes) -> _File:
    boxes = list(boxes_of(data))
    kinds = [kind for kind, _ in boxes]
    if kinds[:1] != [b'ftyp'] or kinds.count(b'meta') != 1 or b'moov' in kinds:
        raise ValueError('not a HEIF file of one picture')
    parts = list(boxes_of(dict(boxes)[b'meta'][4:]))
    meta = dict(parts)
    primary = struct.unpack_from('>I' if meta[b'pitm'][0] else '>H', meta[b'pitm'], 4)[0]
    locations, rest = _read_locations(meta[b'iloc'])
    items = {}
    entries = list(boxes_of(meta[b'iinf'][8 if meta[b'iinf'][0] else 6 :]))
    for _, entry in entries:
        number, kind, content_type = _read_entry(entry)
        extents = locations.get(number, [])
        pieces = [
            (meta[b'idat'] if method else data)[offset : offset + length if length else None]
            for method, offset, length in extents
        ]
        items[number] = _Item(number, kind, content_type, entry, b''.join(pieces))
    properties, more = _read_properties(meta[b'iprp'], items)
    rest += more
    references, more = _read_references(meta[b'iref']) if b'iref' in meta else ([], 0)
    rest += more
    if primary not in items:
        raise ValueError('the file does not have the picture that it names')
    kinds = [kind for kind, _ in parts]
    is_exact = (
        not rest
        and len(set(kinds)) == len(kinds)
        and _META_BOXES.issuperset(kinds)
        and all(kind == b'infe' for kind, _ in entries)
        and len(meta[b'pitm']) <= 8
        and len(meta[b'hdlr']) <= 24 + _MOST_OF_NAME
        and len(dict(boxes)[b'ftyp']) <= _MOST_OF_PROPERTY
        and len(meta.get(b'dinf', b'')) <= _MOST_OF_PROPERTY
    )
    file_type = dict(boxes)[b'ftyp'][:_MOST_OF_PROPERTY]
    handler = meta[b'hdlr'] if len(meta[b'hdlr']) <= 24 + _MOST_OF_NAME else meta[b'hdlr'][:24] + b'\0'
    return _File(file_type, handler, primary, items, references, properties, is_exact)


def _read_entry(entry: bytes) -> tuple[int, bytes, bytes]:
    """Reads number, kind and type of content of an item."""
    if entry[0] not in (2, 3):
        raise ValueError(f'items of version {entry[0]}')
    start = 6 if entry[0] == 2 else 8
    number = int.from_bytes(entry[4:start], 'big')
    kind = entry[start + 2 : start + 6]
    names = entry[start + 6 :].split(b'\0')
    return number, kind, names[1] if kind == b'mime' and len(names) > 1 else b''


def _read_locations(payload: bytes) -> tuple[dict[int, list[tuple[int, int, int]]], int]:
    """Reads where items lie: pieces of (whether within ``idat``, offset, length); counts what is left."""
    version = payload[0]
    sizes = payload[4] >> 4, payload[4] & 15, payload[5] >> 4, payload[5] & 15 if version else 0
    offset_size, length_size, base_size, index_size = sizes
    position = 6

    def number(size: int) -> int:
        nonlocal position
        if position + size > len(payload):
            raise ValueError('a table ends early')
        position += size
        return int.from_bytes(payload[position - size : position], 'big')

    locations = {}
    for _ in range(number(2 if version < 2 else 4)):
        item = number(2 if version < 2 else 4)
        method = number(2) & 15 if version else 0
        if number(2) or method > 1:
            raise ValueError('an item lies outside of the file or within another')
        base, extents = number(base_size), []
        for _ in range(number(2)):
            number(index_size)
            offset = base + number(offset_size)
            extents.append((method, offset, number(length_size)))
        locations[item] = extents
    return locations, len(payload) - position


def _read_properties(payload: bytes, items: dict[int, _Item]) -> tuple[list[tuple[bytes, bytes]], int]:
    """Gives the items their properties; returns all of these, and counts what is left."""
    boxes = list(boxes_of(payload))
    properties = list(boxes_of(dict(boxes)[b'ipco']))
    rest = sum(len(part) for kind, part in boxes if kind not in (b'ipco', b'ipma'))
    for kind, table in boxes:
        if kind != b'ipma':
            continue
        wide, id_size = table[3] & 1, 4 if table[0] else 2
        position = 8
        for _ in range(struct.unpack_from('>I', table, 4)[0]):
            item = int.from_bytes(table[position : position + id_size], 'big')
            count, position = table[position + id_size], position + id_size + 1
            for _ in range(count):
                value = int.from_bytes(table[position : position + 1 + wide], 'big')
                position += 1 + wide
                top = 0x8000 if wide else 0x80
                if item in items and value & (top - 1):
                    items[item].properties.append((*properties[(value & (top - 1)) - 1], bool(value & top)))
        rest += len(table) - position
    return properties, rest


def _read_references(payload: bytes) -> tuple[list[tuple[bytes, int, tuple[int, ...]]], int]:
    """Reads which item refers to which; counts what is left."""
    code, references, rest = 'I' if payload[0] else 'H', [], 0
    for kind, entry in boxes_of(payload[4:]):
        item, count = struct.unpack_from(f'>{code}H', entry)
        start = struct.calcsize(f'>{code}H')
        targets = struct.unpack_from(f'>{count}{code}', entry, start)
        references.append((kind, item, targets))
        rest += len(entry) - start - struct.calcsize(f'>{count}{code}')
    return references, rest


def _write(file: _File, kept: list[_Item]) -> bytes:
    numbers = {item.number for item in kept}
    brands = file.brands[:8] + b''.join(
        file.brands[at : at + 4]
        for at in range(8, len(file.brands), 4)
        if file.brands[at : at + 4] != b'tmap'
    )
    properties = list(dict.fromkeys((kind, payload) for item in kept for kind, payload, _ in item.properties))
    associations = [
        struct.pack('>IB', item.number, len(item.properties))
        + b''.join(
            struct.pack('>H', properties.index((kind, payload)) + 1 | (0x8000 if essential else 0))
            for kind, payload, essential in item.properties
        )
        for item in kept
        if item.properties
    ]
    references = [
        box(kind, struct.pack(f'>IH{len(to)}I', item, len(to), *to))
        for kind, item, targets in file.references
        if item in numbers and kind in (b'dimg', b'auxl', b'cdsc', b'prem')
        for to in [[target for target in targets if target in numbers]]
        if to
    ]
    fixed = [
        box(b'hdlr', file.handler),
        _full_box(b'pitm', 1, struct.pack('>I', file.primary)),
        _full_box(
            b'iinf', 1, struct.pack('>I', len(kept)) + b''.join(box(b'infe', item.entry) for item in kept)
        ),
        box(
            b'iprp',
            box(b'ipco', b''.join(box(*entry) for entry in properties))
            + _full_box(b'ipma', 1, struct.pack('>I', len(associations)) + b''.join(associations), flags=1),
        ),
        _full_box(b'iref', 1, b''.join(references)) if references else b'',
    ]

    def head(start: int) -> bytes:
        places = b''
        for item in kept:
            places += struct.pack('>IHHHII', item.number, 0, 0, 1, start, len(item.data))
            start += len(item.data)
        iloc = _full_box(b'iloc', 2, struct.pack('>BBI', 0x44, 0, len(kept)) + places)
        return box(b'ftyp', brands) + _full_box(b'meta', 0, b''.join([*fixed[:2], iloc, *fixed[2:]]))

    return head(len(head(0)) + 8) + box(b'mdat', b''.join(item.data for item in kept))


def _full_box(kind: bytes, version: int, payload: bytes, flags: int = 0) -> bytes:
    return box(kind, struct.pack('>I', version << 24 | flags) + payload)
