"""Metadata as cameras, phones and programs write them, put together by their definitions."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

PLACE = '38.905991,-76.987828 Maryland Ave'
XMP_HEADER = b'http://ns.adobe.com/xap/1.0/\0'


def picture(size=(64, 48)):
    values = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)


def coded(image, fmt, **options):
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def thumbnail():
    return coded(picture((16, 12)), 'JPEG')


def directory(entries, offset, order='<', following=0):
    """A TIFF directory at ``offset``: entries of (tag, type, count, bytes)."""
    out, values = struct.pack(order + 'H', len(entries)), b''
    start = offset + 2 + 12 * len(entries) + 4
    for tag, kind, count, data in sorted(entries):
        out += struct.pack(order + 'HHI', tag, kind, count)
        if len(data) <= 4:
            out += data.ljust(4, b'\0')
        else:
            out += struct.pack(order + 'I', start + len(values))
            values += data + b'\0' * (len(data) % 2)
    return out + struct.pack(order + 'I', following) + values


def ascii_entry(tag, text):
    data = text.encode() + b'\0'
    return (tag, 2, len(data), data)


def exif_block(main, details=(), place=(), order='<', thumb=b''):
    """An EXIF block without its header, with a directory of a thumbnail behind the others if there is one."""
    main = [entry for entry in main if entry[0] not in (0x8769, 0x8825)]
    links = [(tag, 4, 1, bytes(4)) for tag, part in ((0x8769, details), (0x8825, place)) if part]
    position = 8 + len(directory([*main, *links], 8, order))
    blocks, links = [], []
    for tag, part in ((0x8769, details), (0x8825, place)):
        if part:
            links.append((tag, 4, 1, struct.pack(order + 'I', position)))
            blocks.append(directory(part, position, order))
            position += len(blocks[-1])
    last = b''
    if thumb:
        entries = [(0x0103, 3, 1, struct.pack(order + 'H', 6))]
        entries += [(0x0201, 4, 1, struct.pack(order + 'I', position + 2 + 36 + 4))]
        entries += [(0x0202, 4, 1, struct.pack(order + 'I', len(thumb)))]
        last = directory(entries, position, order) + thumb
    head = (b'II*\0' if order == '<' else b'MM\0*') + struct.pack(order + 'I', 8)
    first = directory([*main, *links], 8, order, position if thumb else 0)
    return head + first + b''.join(blocks) + last


def xmp_packet(attributes='', elements=''):
    spaces = {
        'dc': 'http://purl.org/dc/elements/1.1/',
        'exif': 'http://ns.adobe.com/exif/1.0/',
        'photoshop': 'http://ns.adobe.com/photoshop/1.0/',
        'xmp': 'http://ns.adobe.com/xap/1.0/',
        'Iptc4xmpCore': 'http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/',
        'Iptc4xmpExt': 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
        'GPano': 'http://ns.google.com/photos/1.0/panorama/',
        'own': 'http://example.org/own/',
    }
    declared = ' '.join(f'xmlns:{prefix}="{uri}"' for prefix, uri in spaces.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {declared} {attributes}>{elements}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta>'
    ).encode()


def segment(marker, payload):
    return struct.pack('>BBH', 0xFF, marker, len(payload) + 2) + payload


def with_segments(jpeg, *segments):
    return jpeg[:2] + b''.join(segments) + jpeg[2:]


def resource(number, data):
    return b'8BIM' + struct.pack('>HHI', number, 0, len(data)) + data + b'\0' * (len(data) % 2)


def iptc_record(number, data, record=2):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack('>BBBH', 0x1C, record, number, len(data)) + data


def chunk(kind, payload):
    return struct.pack('>I4s', len(payload), kind) + payload + struct.pack('>I', zlib.crc32(kind + payload))


def with_chunks(png, *chunks):
    """Puts chunks behind the header of a PNG file."""
    return png[:33] + b''.join(chunks) + png[33:]


def raw_profile(name, data):
    digits = data.hex()
    lines = '\n'.join(digits[start : start + 72] for start in range(0, len(digits), 72))
    return f'\n{name}\n{len(data):8d}\n{lines}\n'.encode()
