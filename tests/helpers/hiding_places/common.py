"""What is hidden, and the blocks of metadata that formats share with it inside."""

import base64
import struct

import numpy as np
from PIL import Image, ImageCms

from helpers.metadata_samples import (
    ascii_entry,
    coded,
    directory,
    exif_block,
    iptc_record,
    resource,
    xmp_packet,
)

SIZE = (64, 48)


def noise(seed, size, cells=(10, 8)):
    values = np.random.default_rng(seed).integers(0, 256, (cells[1], cells[0], 3)).astype(np.uint8)
    return Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)


#: What is hidden shows something other than the picture: as an uncropped thumbnail does.
PHOTO, HIDDEN = noise(1, SIZE), noise(2, (40, 30))
SECRET = coded(HIDDEN, 'JPEG', quality=80)
LETTERS = base64.b64encode(SECRET).decode()
LINES = '\n'.join(LETTERS[start : start + 32] for start in range(0, len(LETTERS), 32))
RAW = HIDDEN.tobytes()
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


def sequence(*texts):
    return ''.join(f'<rdf:li>{text}</rdf:li>' for text in texts)


def _xmp():
    google = 'xmlns:GImage="http://ns.google.com/photos/1.0/image/" xmlns:GDepth="http://ns.google.com/photos/1.0/depthmap/"'
    adobe = 'xmlns:xmpGImg="http://ns.adobe.com/xap/1.0/g/img/"'
    thumbnails = (
        f'<xmp:Thumbnails><rdf:Alt><rdf:li rdf:parseType="Resource"><xmpGImg:format>JPEG</xmpGImg:format>'
        f'<xmpGImg:image>{LETTERS}</xmpGImg:image></rdf:li></rdf:Alt></xmp:Thumbnails>'
    )
    pieces = [LETTERS[start : start + 72] for start in range(0, len(LETTERS), 72)]
    packet = xmp_packet()
    return {
        'GImage': xmp_packet(f'{google} GImage:Mime="image/jpeg" GImage:Data="{LETTERS}"'),
        'GDepth': xmp_packet(google, f'<GDepth:Data>{LETTERS}</GDepth:Data>'),
        'thumbnails': xmp_packet(adobe, thumbnails),
        'xmpGImg in another list': xmp_packet(
            adobe, f'<own:P><xmpGImg:image>{LETTERS}</xmpGImg:image></own:P>'
        ),
        'an own name': xmp_packet(f'own:Note="{LETTERS}"'),
        'a list of pieces': xmp_packet('', f'<own:Note><rdf:Seq>{sequence(*pieces)}</rdf:Seq></own:Note>'),
        'a data link': xmp_packet(f'own:Note="data:image/jpeg;base64,{LETTERS}"'),
        'lines': xmp_packet('', f'<dc:source>{LINES}</dc:source>'),
        'a comment': packet.replace(b'<rdf:RDF', b'<!-- ' + LETTERS.encode() + b' --><rdf:RDF'),
        'an instruction': packet + b'<?xpacket end="w" data="' + LETTERS.encode() + b'"?>',
        'a definition': b'<!DOCTYPE x [<!ENTITY e "' + LETTERS.encode() + b'">]>' + packet,
        'a namespace': packet.replace(b'http://example.org/own/', LETTERS.encode()),
        'a namespace in use': xmp_packet('own:Note="1"').replace(
            b'http://example.org/own/', LETTERS.encode()
        ),
        'a name': xmp_packet('', f'<own:N{LETTERS.replace("+", "-").replace("/", "_").rstrip("=")}/>'),
    }


XMP = _xmp()


def exif_tag(tag, kind, data, order='<'):
    size = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1, 12: 8}[kind]
    data = data + b'\0' * (-len(data) % size)
    return exif_block([(tag, kind, len(data) // size, data), ascii_entry(0x013B, 'Jane Doe')], order=order)


def exif_detail(tag, kind, data):
    return exif_block([ascii_entry(0x013B, 'Jane Doe')], [(tag, kind, len(data), data)])


def _uncompressed_thumbnail():
    block = bytearray(exif_block([ascii_entry(0x013B, 'Jane Doe')]))
    place = len(block)
    entries = [(256, 3, 1, struct.pack('<H', 40)), (257, 3, 1, struct.pack('<H', 30))]
    entries += [(258, 3, 1, b'\x08\0'), (259, 3, 1, b'\1\0'), (262, 3, 1, b'\2\0'), (277, 3, 1, b'\3\0')]
    entries += [(278, 3, 1, b'\x1e\0'), (279, 4, 1, struct.pack('<I', len(RAW)))]
    size = len(directory([*entries, (273, 4, 1, bytes(4))], place))
    entries.append((273, 4, 1, struct.pack('<I', place + size)))
    (count,) = struct.unpack_from('<H', block, 8)
    struct.pack_into('<I', block, 10 + 12 * count, place)
    return bytes(block) + directory(entries, place) + RAW


def _exif():
    link = exif_block([(0x014A, 4, 1, struct.pack('<I', 8))])
    return {
        'the thumbnail': exif_block([ascii_entry(0x013B, 'Jane Doe')], thumb=SECRET),
        'a plain thumbnail': _uncompressed_thumbnail(),
        "maker's notes": exif_detail(0x927C, 7, b'Nikon\0\2\0\0\0' + SECRET),
        'maker notes of plain bytes': exif_detail(0x927C, 7, RAW),
        'XMP': exif_tag(700, 1, XMP['GImage']),
        'Photoshop': exif_tag(34377, 7, resource(0x040C, bytes(28) + SECRET)),
        'IPTC': exif_tag(33723, 7, iptc_record(202, SECRET)),
        'DNG private data': exif_tag(0xC634, 7, b'Adobe\0MakN' + SECRET),
        'PrintIM': exif_tag(0xC4A5, 7, b'PrintIM\0' + SECRET),
        'a private tag': exif_tag(0xFDE8, 7, SECRET),
        'a subdirectory': link + SECRET,
        'the description': exif_tag(0x010E, 2, f'data:image/jpeg;base64,{LETTERS}'.encode() + b'\0'),
        'the description in lines': exif_tag(0x010E, 2, LINES.encode() + b'\0'),
        'the description in bytes': exif_tag(0x010E, 2, SECRET),
        'the comment': exif_detail(0x9286, 7, b'ASCII\0\0\0' + SECRET),
        'the comment without a code': exif_detail(0x9286, 7, SECRET),
        'the comment in letters': exif_detail(0x9286, 7, b'ASCII\0\0\0' + LETTERS.encode()),
        'the comment in UTF-16': exif_detail(0x9286, 7, b'UNICODE\0' + LETTERS.encode('utf-16-le')),
        "Windows' comment": exif_tag(0x9C9C, 1, LETTERS.encode('utf-16-le') + b'\0\0'),
        "Windows' comment in bytes": exif_tag(0x9C9C, 1, SECRET),
        "Windows' keywords": exif_tag(0x9C9E, 1, LETTERS.encode('utf-16-le') + b'\0\0'),
        'a number': exif_tag(0x0106, 4, SECRET),
        'plain bytes in a number': exif_tag(0x0106, 3, RAW[:2400]),
        'plain bytes in a pattern': exif_detail(0xA302, 7, RAW[:2400]),
        'a PNG in the settings': exif_detail(0xA40B, 7, coded(HIDDEN.resize((20, 15)), 'PNG')),
        'place, method': exif_block([ascii_entry(0x013B, 'J')], place=[(0x1B, 7, len(SECRET), SECRET)]),
        'behind its end': exif_block([ascii_entry(0x013B, 'Jane Doe')]) + SECRET,
    }


EXIF = _exif()


def icc(*tags, gap=b'', behind=b''):
    """The profile of sRGB with further tags."""
    (count,) = struct.unpack_from('>I', PROFILE, 128)
    moved = 12 * len(tags)
    table = b''
    for number in range(count):
        name, offset, size = struct.unpack_from('>4sII', PROFILE, 132 + 12 * number)
        table += struct.pack('>4sII', name, offset + moved + len(gap), size)
    data = PROFILE[132 + 12 * count :]
    position = 132 + 12 * count + moved + len(gap) + len(data)
    for name, payload in tags:
        table += struct.pack('>4sII', name, position, len(payload))
        payload += b'\0' * (-len(payload) % 4)
        data, position = data + payload, position + len(payload)
    body = PROFILE[4:128] + struct.pack('>I', count + len(tags)) + table + gap + data + behind
    return struct.pack('>I', len(body) + 4) + body


ICC = {
    'a private tag': icc((b'PRVT', b'data\0\0\0\0\0\0\0\1' + SECRET)),
    'a text': icc((b'targ', b'text\0\0\0\0' + LETTERS.encode() + b'\0')),
    'a table': icc((b'A2B0', b'mAB \0\0\0\0' + SECRET)),
    'a gap': icc(gap=SECRET + b'\0' * (-len(SECRET) % 4)),
    'its end': icc(behind=SECRET),
    'behind its end': PROFILE + SECRET,
    'no profile': SECRET,
}
JUNK_ICC = ('no profile',)
