"""A picture hidden in a JPEG 2000."""

import struct

from helpers.metadata_samples import coded, iptc_record

from .common import EXIF, HIDDEN, ICC, LETTERS, PHOTO, SECRET, XMP, exif_tag


def box(kind, payload):
    return struct.pack('>I4s', len(payload) + 8, kind) + payload


JP2 = coded(PHOTO, 'JPEG2000')
UUIDS = {
    'XMP': bytes.fromhex('be7acfcb97a942e89c71999491e3afac'),
    'EXIF': b'JpgTiffExif->JP2',
    'IPTC': bytes.fromhex('33c7a4d2b81d4723a0baf1a3e097ad38'),
    'GeoTIFF': bytes.fromhex('b14bf8bd083d4b43a5ae8cd7d5a6ce03'),
}


def places():
    start = JP2.index(b'jp2h') - 4
    stream = JP2.index(b'jp2c') - 4
    header, codes = JP2[start:stream], JP2[stream + 8 :]

    def between(*boxes):
        return JP2[:stream] + b''.join(boxes) + JP2[stream:]

    def inside(*boxes):
        return JP2[:start] + box(b'jp2h', header[8:] + b''.join(boxes)) + JP2[stream:]

    def coloured(profile):
        colour = header.index(b'colr') - 4
        size = int.from_bytes(header[colour : colour + 4], 'big')
        new = header[8:colour] + box(b'colr', b'\2\0\0' + profile) + header[colour + size :]
        return JP2[:start] + box(b'jp2h', new) + JP2[stream:]

    siz = 4 + int.from_bytes(codes[4:6], 'big')
    comment = b'\xff\x64' + struct.pack('>HH', len(SECRET) + 4, 0) + SECRET
    letters = b'\xff\x64' + struct.pack('>HH', len(LETTERS) + 4, 1) + LETTERS.encode()
    places = {
        'an own box': between(box(b'uuid', bytes(16) + SECRET)),
        'an unknown box': between(box(b'prvt', SECRET)),
        'rights': between(box(b'jp2i', SECRET)),
        'an XML box': between(box(b'xml ', b'<a>' + LETTERS.encode() + b'</a>')),
        'an XML box that is none': between(box(b'xml ', SECRET)),
        'information on boxes': between(box(b'uinf', box(b'url ', bytes(4) + SECRET))),
        'free room': between(box(b'free', SECRET)),
        'an association': between(box(b'asoc', box(b'lbl ', SECRET))),
        'IPTC': between(box(b'uuid', UUIDS['IPTC'] + iptc_record(202, SECRET))),
        'GeoTIFF': between(box(b'uuid', UUIDS['GeoTIFF'] + exif_tag(50000, 7, SECRET))),
        'the header': inside(box(b'prvt', SECRET)),
        'resolution': inside(box(b'res ', box(b'resc', bytes(10) + SECRET))),
        'a second picture': JP2 + box(b'jp2c', coded(HIDDEN, 'JPEG2000', no_jp2=True)),
        'a comment': JP2[:stream] + box(b'jp2c', codes[: siz] + comment + codes[siz:]),
        'a comment of letters': JP2[:stream] + box(b'jp2c', codes[: siz] + letters + codes[siz:]),
        'behind the pixels': JP2[:stream] + box(b'jp2c', codes + SECRET),
        'behind the pixels without a size': JP2[:stream] + b'\0\0\0\0jp2c' + codes + SECRET,
        'behind the end': JP2 + SECRET,
        'a bare stream, a comment': codes[: siz] + comment + codes[siz:],
        'a bare stream, behind the end': codes + SECRET,
    }  # fmt: skip
    places |= {f'ICC, {name}': coloured(profile) for name, profile in ICC.items()}
    places |= {f'XMP, {name}': between(box(b'uuid', UUIDS['XMP'] + packet)) for name, packet in XMP.items()}
    places |= {f'EXIF, {name}': between(box(b'uuid', UUIDS['EXIF'] + block)) for name, block in EXIF.items()}
    return places
