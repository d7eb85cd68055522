"""A picture hidden in a JPEG."""

import base64
import binascii
import struct
import zlib

from helpers.metadata_samples import XMP_HEADER, coded, iptc_record, resource, segment, with_segments

from .common import EXIF, HIDDEN, ICC, LETTERS, LINES, PHOTO, RAW, SECRET, XMP


def jpeg(*segments, tail=b'', **options):
    return with_segments(coded(PHOTO, 'JPEG', quality=90, **options), *segments) + tail


def icc_segments(profile, step=60000):
    parts = [profile[at : at + step] for at in range(0, len(profile), step)]
    head = [b'ICC_PROFILE\0' + bytes([number + 1, len(parts)]) for number in range(len(parts))]
    return [segment(0xE2, start + part) for start, part in zip(head, parts)]


def pieces(marker, head, data, step=300):
    return [segment(marker, head + data[at : at + step]) for at in range(0, len(data), step)]


def places():
    plain = coded(PHOTO, 'JPEG', quality=90)
    scans = coded(PHOTO, 'JPEG', quality=90, progressive=True)
    second = scans.index(b'\xff\xc4', scans.index(b'\xff\xda'))
    photoshop = resource(0x040C, bytes(28) + SECRET)
    p = b'Photoshop 3.0\0'
    places = {
        'JFIF': with_segments(plain[:2] + plain[20:], segment(0xE0, plain[6:18] + bytes([40, 30]) + RAW)),
        'JFXX, coded': jpeg(segment(0xE0, b'JFXX\0\x10' + SECRET)),
        'JFXX, plain': jpeg(segment(0xE0, b'JFXX\0\x13' + bytes([40, 30]) + RAW)),
        'extended XMP': jpeg(segment(0xE1, b'http://ns.adobe.com/xmp/extension/\0' + XMP['GImage'])),
        'MPF': jpeg(segment(0xE2, b'MPF\0II*\0' + SECRET)),
        'MPF, behind the end': jpeg(segment(0xE2, b'MPF\0II*\0\x08\0\0\0'), tail=SECRET),
        'FPXR': jpeg(segment(0xE2, b'FPXR\0' + SECRET)),
        'FPXR in pieces': jpeg(*pieces(0xE2, b'FPXR\0', SECRET)),
        'content credentials': jpeg(segment(0xEB, b'JP\0\1\0\0\0\1' + SECRET)),
        'Photoshop': jpeg(segment(0xED, p + photoshop)),
        'Photoshop in pieces': jpeg(*pieces(0xED, p, photoshop)),
        'Photoshop, resources of others': jpeg(segment(0xED, p + resource(0x0FA0, SECRET))),
        'Photoshop, resolution': jpeg(segment(0xED, p + resource(0x03ED, SECRET))),
        'Photoshop, address': jpeg(segment(0xED, p + resource(0x040B, LETTERS.encode()))),
        'Photoshop, name': jpeg(
            segment(0xED, p + b'8BIM\4\4' + bytes([250]) + SECRET[:251] + bytes(4)),
            segment(0xED, p + b'8BIM\4\4\0\0' + struct.pack('>I', len(SECRET)) + SECRET),
        ),
        'IPTC, preview': jpeg(segment(0xED, p + resource(0x0404, iptc_record(202, SECRET)))),
        'IPTC, object': jpeg(segment(0xED, p + resource(0x0404, iptc_record(10, SECRET, record=8)))),
        'IPTC, caption': jpeg(segment(0xED, p + resource(0x0404, iptc_record(120, LETTERS)))),
        'IPTC, caption in bytes': jpeg(segment(0xED, p + resource(0x0404, iptc_record(120, SECRET)))),
        'IPTC, envelope': jpeg(segment(0xED, p + resource(0x0404, iptc_record(20, SECRET, record=1)))),
        'IPTC, keywords': jpeg(
            segment(0xED, p + resource(0x0404, b''.join(
                iptc_record(25, LETTERS[at : at + 64]) for at in range(0, len(LETTERS), 64)))),
        ),
        'the comment': jpeg(segment(0xFE, SECRET)),
        'the comment in letters': jpeg(segment(0xFE, LETTERS.encode())),
        'the comment in lines': jpeg(segment(0xFE, LINES.encode())),
        'the comment in digits': jpeg(segment(0xFE, SECRET.hex(' ').encode())),
        'the comment in hexadecimal lines': jpeg(segment(0xFE, SECRET.hex('\n', 15).encode())),
        'the comment in numbers': jpeg(segment(0xFE, ', '.join(map(str, SECRET)).encode())),
        'the comment in base85': jpeg(segment(0xFE, base64.b85encode(SECRET))),
        'the comment by uuencode': jpeg(
            segment(0xFE, b''.join(binascii.b2a_uu(SECRET[at : at + 45]) for at in range(0, len(SECRET), 45)))
        ),
        'the comment, packed': jpeg(segment(0xFE, zlib.compress(coded(HIDDEN, 'BMP')))),
        'the comment, of letters in pieces': jpeg(*pieces(0xFE, b'', LETTERS.encode())),
        'the comment in a JSON text': jpeg(segment(0xFE, b'{"preview": "%s"}' % LETTERS.encode())),
        'the comment as HTML': jpeg(segment(0xFE, f'<img src="data:image/jpeg;base64,{LETTERS}">'.encode())),
        'a number of lines': jpeg(segment(0xDC, b'\0\x30' + SECRET)),
        'Adobe': jpeg(segment(0xEE, b'Adobe\0\x64\0\0\0\0\1' + SECRET)),
        'between the scans': scans[:second] + segment(0xE5, SECRET) + scans[second:],
        'a comment between the scans': scans[:second] + segment(0xFE, SECRET) + scans[second:],
        'behind the end': plain + SECRET,
        'behind the end, base64': plain + LETTERS.encode(),
        'behind the end, packed': plain + zlib.compress(coded(HIDDEN, 'BMP')),
        'between segments': plain[:20] + LETTERS.encode() + plain[20:],
        'before the end': plain[:-2] + LETTERS.encode() + plain[-2:],
        'before the end, PNG': plain[:-2] + coded(HIDDEN, 'PNG').replace(b'\xff', b'\xfe') + plain[-2:],
    }  # fmt: skip
    for marker in (*range(0xE0, 0xF0),):
        places[f'APP{marker - 0xE0}'] = jpeg(segment(marker, b'Any\0' + SECRET))
    places |= {f'XMP, {name}': jpeg(segment(0xE1, XMP_HEADER + packet)) for name, packet in XMP.items()}
    places |= {f'EXIF, {name}': jpeg(segment(0xE1, b'Exif\0\0' + block)) for name, block in EXIF.items()}
    places |= {f'ICC, {name}': jpeg(*icc_segments(profile)) for name, profile in ICC.items()}
    places['ICC in pieces'] = jpeg(*icc_segments(ICC['a private tag'], 500))
    return places
