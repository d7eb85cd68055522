"""A picture hidden in a HEIC or an AVIF."""

import struct

from .common import EXIF, ICC, LETTERS, SECRET, XMP
from .jp2 import box


def full(kind, payload, version=0, flags=0):
    return box(kind, struct.pack('>I', version << 24 | flags) + payload)


def properties_and_pixels(data):
    """Properties and coded pixels of a HEIF or AVIF file of one item, as libheif and libavif write it."""
    meta = data.index(b'meta') + 8
    start = data.index(b'ipco') + 4
    end = start - 8 + int.from_bytes(data[start - 8 : start - 4], 'big')
    properties, position = [], start
    while position < end:
        size = int.from_bytes(data[position : position + 4], 'big')
        properties.append((data[position + 4 : position + 8], data[position + 8 : position + size]))
        position += size
    table = data.index(b'ipma', meta) + 4
    (count,) = data[table + 10 : table + 11]
    essential = {value & 0x7F for value in data[table + 11 : table + 11 + count] if value & 0x80}
    used = [value & 0x7F for value in data[table + 11 : table + 11 + count]]
    pixels = data[data.index(b'mdat') + 4 :]
    return [(*properties[number - 1], number in essential) for number in used], pixels


def heif(plain, items=(), references=(), *, properties=(), replaced=None, meta=b'', gap=b'', boxes=b'',
         handler=b'', name=b'', names=b'', types=b''):  # fmt: skip
    """Writes a file of one picture with further items of (kind, row of the contents, data, properties)."""
    kind = plain[plain.index(b'infe') + 12 : plain.index(b'infe') + 16]
    own, coded_pixels = properties_and_pixels(plain)
    own = [(name_, (replaced or {}).get(name_, value), flag) for name_, value, flag in own]
    own += [(*entry, False) for entry in properties]
    rows = [(kind, name + b'\0', coded_pixels, own), *items]
    every = [entry for row in rows for entry in row[3]]
    infos = b''.join(
        full(b'infe', struct.pack('>HH', number, 0) + row[0] + row[1], 2)
        for number, row in enumerate(rows, 1)
    )
    links = b''.join(box(what, struct.pack('>HHH', item, 1, to)) for what, item, to in references)
    associations, at = b'', 1
    for number, row in enumerate(rows, 1):
        if row[3]:
            values = bytes(at + index | (0x80 if entry[2] else 0) for index, entry in enumerate(row[3]))
            associations += struct.pack('>HB', number, len(values)) + values
            at += len(values)
    count = sum(bool(row[3]) for row in rows)
    head = full(b'hdlr', bytes(4) + b'pict' + bytes(12) + handler + b'\0') + full(b'pitm', b'\0\1')
    inner = full(b'iinf', struct.pack('>H', len(rows)) + infos)
    inner += full(b'iref', links) if links else b''
    inner += box(b'iprp', box(b'ipco', b''.join(box(*entry[:2]) for entry in every))
                 + full(b'ipma', struct.pack('>I', count) + associations + names))  # fmt: skip

    def contents(start):
        places = b''
        for number, row in enumerate(rows, 1):
            places += struct.pack('>HHHII', number, 0, 1, start, len(row[2]))
            start += len(row[2])
        table = full(b'iloc', b'\x44\0' + struct.pack('>H', len(rows)) + places)
        return box(b'ftyp', plain[8 : int.from_bytes(plain[:4], 'big')] + types) + full(
            b'meta', head + table + inner + meta
        )

    start = len(contents(0)) + 8 + len(gap)
    return contents(start) + box(b'mdat', gap + b''.join(row[2] for row in rows)) + boxes


def places(plain, small):
    own, pixels = properties_and_pixels(small)
    kind = small[small.index(b'infe') + 12 : small.index(b'infe') + 16]

    def auxiliary(urn):
        return (kind, b'\0', pixels, [*own, (b'auxC', bytes(4) + urn + b'\0', True)])

    def metadata(row, data, name=b'mime'):
        return heif(plain, [(name, row, data, [])], [(b'cdsc', 2, 1)])

    places = {
        'a thumbnail': heif(plain, [(kind, b'\0', pixels, own)], [(b'thmb', 2, 1)]),
        'a depth map': heif(plain, [auxiliary(b'urn:mpeg:hevc:2015:auxid:2')], [(b'auxl', 2, 1)]),
        'a gain map': heif(plain, [auxiliary(b'urn:com:apple:photo:2020:aux:hdrgainmap')], [(b'auxl', 2, 1)]),
        'a JPEG item': heif(plain, [(b'jpeg', b'\0', SECRET, [])], [(b'thmb', 2, 1)]),
        'further metadata': metadata(b'\0application/octet-stream\0', SECRET),
        'a link': metadata(b'\0urn:any\0', SECRET, b'uri '),
        'its own box': heif(plain, boxes=box(b'uuid', bytes(16) + SECRET)),
        'a box of the contents': heif(plain, meta=box(b'uuid', bytes(16) + SECRET)),
        'free room': heif(plain, boxes=box(b'free', SECRET)),
        'free room of the contents': heif(plain, meta=box(b'free', SECRET)),
        'a gap': heif(plain, gap=SECRET),
        'behind the end': plain + SECRET,
        'a property': heif(plain, properties=[(b'udes', bytes(4) + LETTERS.encode() + b'\0\0\0\0')]),
        'a private property': heif(plain, properties=[(b'uuid', bytes(16) + SECRET)]),
        'the name': heif(plain, name=LETTERS.encode()),
        'the handler': heif(plain, handler=LETTERS.encode()),
        'the brands': heif(plain, types=LETTERS.encode()),
        'behind a table': heif(plain, names=SECRET),
    }  # fmt: skip
    for name, packet in XMP.items():
        places[f'XMP, {name}'] = metadata(b'\0application/rdf+xml\0', packet)
    for name, block in EXIF.items():
        places[f'EXIF, {name}'] = metadata(b'\0', bytes(4) + block, b'Exif')
    for name, profile in ICC.items():
        places[f'ICC, {name}'] = heif(plain, replaced={b'colr': b'prof' + profile})
    return places
