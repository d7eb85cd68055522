"""HEIF and AVIF files as their items with properties and references, read and written."""

from __future__ import annotations

import dataclasses
import struct

from .metadata.boxes import box, boxes_of

#: What belongs into the table of contents.
META_BOXES = frozenset(b'hdlr pitm iloc iinf iprp iref idat dinf free skip'.split())
#: Names, and what else is short.
MOST_OF_NAME, MOST_OF_PROPERTY = 64, 256
_ALPHA = (b'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', b'urn:mpeg:hevc:2015:auxid:1')


@dataclasses.dataclass
class HeifItem:
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
class HeifFile:
    """The parts of a file that matter."""

    brands: bytes
    handler: bytes
    primary: int
    items: dict[int, HeifItem]
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

    def image(self) -> set[int]:
        """The primary picture with its tiles and its transparency."""
        image = self.parts_of(self.primary)
        for kind, item, targets in self.references:
            is_alpha = kind == b'auxl' and item in self.items and self.items[item].auxiliary in _ALPHA
            if is_alpha and not image.isdisjoint(targets):
                image |= self.parts_of(item)
        return image


def read_heif(data: bytes) -> HeifFile:
    """Reads a file of one picture.

    Args:
        data (bytes): The file.

    Raises:
        ValueError: It is put together in a way that is not known here.
        struct.error: A table is cut off.
        LookupError: A table is missing.
    """
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
        items[number] = HeifItem(number, kind, content_type, entry, b''.join(pieces))
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
        and META_BOXES.issuperset(kinds)
        and all(kind == b'infe' for kind, _ in entries)
        and len(meta[b'pitm']) <= 8
        and len(meta[b'hdlr']) <= 24 + MOST_OF_NAME
        and len(dict(boxes)[b'ftyp']) <= MOST_OF_PROPERTY
        and len(meta.get(b'dinf', b'')) <= MOST_OF_PROPERTY
    )
    file_type = dict(boxes)[b'ftyp'][:MOST_OF_PROPERTY]
    handler = meta[b'hdlr'] if len(meta[b'hdlr']) <= 24 + MOST_OF_NAME else meta[b'hdlr'][:24] + b'\0'
    return HeifFile(file_type, handler, primary, items, references, properties, is_exact)


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


def _read_properties(payload: bytes, items: dict[int, HeifItem]) -> tuple[list[tuple[bytes, bytes]], int]:
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


def write_heif(file: HeifFile, kept: list[HeifItem]) -> bytes:
    """Writes a file of some items.

    Args:
        file (HeifFile): The file that they come from.
        kept (list[HeifItem]): The items.

    Returns:
        bytes: The file.
    """
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
