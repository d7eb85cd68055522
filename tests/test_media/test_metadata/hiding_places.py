"""Pictures of every format with a smaller picture hidden in every place that they have for one."""

import base64
import binascii
import struct
import zlib

import cv2
import numpy as np
import pillow_heif
from metadata_samples import (
    XMP_HEADER,
    ascii_entry,
    chunk,
    coded,
    directory,
    exif_block,
    iptc_record,
    resource,
    segment,
    with_chunks,
    with_segments,
    xmp_packet,
)
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()
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


def jpeg(*segments, tail=b'', **options):
    return with_segments(coded(PHOTO, 'JPEG', quality=90, **options), *segments) + tail


def icc_segments(profile, step=60000):
    parts = [profile[at : at + step] for at in range(0, len(profile), step)]
    head = [b'ICC_PROFILE\0' + bytes([number + 1, len(parts)]) for number in range(len(parts))]
    return [segment(0xE2, start + part) for start, part in zip(head, parts)]


def pieces(marker, head, data, step=300):
    return [segment(marker, head + data[at : at + step]) for at in range(0, len(data), step)]


def _jpeg():
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
        'the comment as HTML': jpeg(segment(0xFE, b'<img src="data:image/jpeg;base64,%s">' % LETTERS.encode())),
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


PNG = coded(PHOTO, 'PNG')


def _png():
    def text(*parts):
        return with_chunks(PNG, chunk(*parts))

    end = len(PNG) - 12
    data = PNG.index(b'IDAT') - 4
    (size,) = struct.unpack_from('>I', PNG, data)
    idat = PNG[data + 8 : data + 8 + size]
    rows = zlib.decompress(idat)
    palette = coded(PHOTO.quantize(64), 'PNG')
    places = {
        'text': text(b'tEXt', b'Comment\0' + SECRET),
        'text of letters': text(b'tEXt', b'Comment\0' + LETTERS.encode()),
        'text without an end of its name': text(b'tEXt', SECRET.replace(b'\0', b'\1')),
        'text with a long name': text(b'tEXt', LETTERS.encode() + b'\0text'),
        'packed text': text(b'zTXt', b'Comment\0\0' + zlib.compress(SECRET)),
        'packed text of lines': text(b'zTXt', b'Comment\0\0' + zlib.compress(LINES.encode())),
        'behind a packed text': text(b'zTXt', b'Comment\0\0' + zlib.compress(b'text') + SECRET),
        'international text': text(b'iTXt', b'Comment\0\0\0\0\0' + LETTERS.encode()),
        'its language': text(b'iTXt', b'Comment\0\0\0' + LETTERS.encode() + b'\0\0text'),
        'its translated name': text(b'iTXt', b'Comment\0\0\0en\0' + LETTERS.encode() + b'\0text'),
        'behind international text': text(b'iTXt', b'Comment\0\1\0\0\0' + zlib.compress(b'text') + SECRET),
        'a raw profile': text(b'tEXt', b'Raw profile type 8bim\0\n8bim\n%8d\n%s\n' % (len(SECRET), SECRET.hex().encode())),
        'an unknown chunk': text(b'prVt', SECRET),
        'a palette nobody needs': text(b'sPLT', b'name\0\x08' + RAW[:2400]),
        'a histogram': text(b'hIST', SECRET),
        'the end': PNG[:end] + chunk(b'IEND', SECRET),
        'the time': text(b'tIME', b'\7\xea\1\1\1\1\1' + SECRET),
        'the size of a pixel': text(b'pHYs', bytes(9) + SECRET),
        'gamma': text(b'gAMA', b'\0\0\xb1\x8f' + SECRET),
        'background': text(b'bKGD', bytes(6) + SECRET),
        'transparency': palette.replace(b'IDAT', b'IDAT').replace(
            palette[palette.index(b'IDAT') - 4 :], chunk(b'tRNS', b'\xff' * 64 + SECRET) + palette[palette.index(b'IDAT') - 4 :]),
        'behind the pixels in their chunk': PNG[:data] + chunk(b'IDAT', idat + SECRET) + PNG[end:],
        'behind the pixels in a chunk': PNG[:end] + chunk(b'IDAT', SECRET) + PNG[end:],
        'further rows': PNG[:data] + chunk(b'IDAT', zlib.compress(rows + RAW)) + PNG[end:],
        'behind the end': PNG + SECRET,
        'behind the end, chunks': PNG + coded(HIDDEN, 'PNG'),
        'EXIF with its header': text(b'eXIf', b'Exif\0\0' + EXIF['the thumbnail']),
    }  # fmt: skip
    places |= {
        f'XMP, {name}': text(b'iTXt', b'XML:com.adobe.xmp\0\0\0\0\0' + packet) for name, packet in XMP.items()
    }
    places |= {f'EXIF, {name}': text(b'eXIf', block) for name, block in EXIF.items()}
    places |= {
        f'ICC, {name}': text(b'iCCP', b'icc\0\0' + zlib.compress(profile)) for name, profile in ICC.items()
    }
    places['behind ICC'] = text(b'iCCP', b'icc\0\0' + zlib.compress(PROFILE) + SECRET)
    return places


def riff(*chunks):
    body = b''.join(
        kind + struct.pack('<I', len(payload)) + payload + b'\0' * (len(payload) % 2)
        for kind, payload in chunks
    )
    return b'RIFF' + struct.pack('<I', len(body) + 4) + b'WEBP' + body


def webp(*chunks, flags=0, lossless=True, inner=b''):
    plain = coded(PHOTO, 'WEBP', lossless=lossless, quality=90)
    kind, size = struct.unpack_from('<4sI', plain, 12)
    before = [entry for entry in chunks if entry[0] == b'ICCP']
    head = (
        struct.pack('<I', flags) + (SIZE[0] - 1).to_bytes(3, 'little') + (SIZE[1] - 1).to_bytes(3, 'little')
    )
    after = [entry for entry in chunks if entry[0] != b'ICCP']
    return riff((b'VP8X', head), *before, (kind, plain[20 : 20 + size] + inner), *after)


def _webp():
    places = {}
    for name, lossless in (('lossless', True), ('lossy', False)):
        places |= {
            f'{name}, an unknown chunk': webp((b'PRVT', SECRET), lossless=lossless),
            f'{name}, behind the pixels': webp(lossless=lossless, inner=SECRET),
            f'{name}, behind the end': webp(lossless=lossless) + SECRET,
        }
    plain = webp()
    size = SIZE[0] - 1, SIZE[1] - 1
    frame = bytes(6) + b''.join(value.to_bytes(3, 'little') for value in size) + b'\x64\0\0\0' + plain[30:]
    places['an animation of one frame'] = riff(
        (b'VP8X', b'\2' + plain[21:30]), (b'ANIM', bytes(6)), (b'ANMF', frame), (b'PRVT', SECRET)
    )
    places |= {f'XMP, {name}': webp((b'XMP ', packet), flags=4) for name, packet in XMP.items()}
    places |= {f'EXIF, {name}': webp((b'EXIF', block), flags=8) for name, block in EXIF.items()}
    places |= {f'ICC, {name}': webp((b'ICCP', profile), flags=0x20) for name, profile in ICC.items()}
    return places


def tiff_tag(tag, kind, data, order='<', big=False, source=None):
    """A TIFF file with one more tag."""
    data = data + b'\0' * (-len(data) % {1: 1, 2: 1, 3: 2, 4: 4, 7: 1, 12: 8}[kind])
    return with_tags(source or TIFF[order, big], [(tag, kind, data)])


def _plain_tiff(order, big, compression='raw'):
    pixels = PHOTO.tobytes() if compression == 'raw' else zlib.compress(PHOTO.tobytes())
    tags = [(256, 3, 64), (257, 3, 48), (258, 3, (8, 8, 8)), (259, 3, 1 if compression == 'raw' else 8)]
    tags += [(262, 3, 2), (277, 3, 3), (278, 3, 48), (284, 3, 1)]
    letters = {3: 'H', 4: 'I'}
    entries = []
    for tag, kind, value in tags:
        values = value if isinstance(value, tuple) else (value,)
        entries.append((tag, kind, struct.pack(f'{order}{len(values)}{letters[kind]}', *values)))
    return write_tiff(entries, [pixels], order, big)


def write_tiff(entries, strips, order='<', big=False, gap=b'', tail=b''):
    """Writes a TIFF file: header, strips, tags."""
    word = 'Q' if big else 'I'
    mark = (b'II' if order == '<' else b'MM') + struct.pack(order + 'H', 43 if big else 42)
    head_size = 16 if big else 8
    body, places = gap, []
    for strip in strips:
        places.append(head_size + len(body))
        body += strip + b'\0' * (len(strip) % 2)
    entries = [entry for entry in entries if entry[0] not in (273, 279)]
    entries.append((273, 4, struct.pack(f'{order}{len(strips)}I', *places)))
    entries.append((279, 4, struct.pack(f'{order}{len(strips)}I', *map(len, strips))))
    start = head_size + len(body) + len(body) % 2
    body += b'\0' * (len(body) % 2)
    width, inline = (20, 8) if big else (12, 4)
    table = struct.pack(order + ('Q' if big else 'H'), len(entries))
    values, position = b'', start + len(table) + width * len(entries) + inline
    for tag, kind, data in sorted(entries):
        count = len(data) // {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8, 13: 4}[kind]
        table += struct.pack(order + 'HH' + word, tag, kind, count)
        if len(data) <= inline:
            table += data.ljust(inline, b'\0')
        else:
            table += struct.pack(order + word, position + len(values))
            values += data + b'\0' * (len(data) % 2)
    head = mark + (struct.pack(order + 'HHQ', 8, 0, start) if big else struct.pack(order + 'I', start))
    return head + body + table + bytes(inline) + values + tail


def read_tiff(data):
    """Entries and strips of a file that ``write_tiff`` or Pillow wrote."""
    order = '<' if data[:2] == b'II' else '>'
    big = struct.unpack_from(order + 'H', data, 2)[0] == 43
    (start,) = struct.unpack_from(order + ('Q' if big else 'I'), data, 8 if big else 4)
    (count,) = struct.unpack_from(order + ('Q' if big else 'H'), data, start)
    width, inline, word = (20, 8, 'Q') if big else (12, 4, 'I')
    entries = []
    for number in range(count):
        at = start + (8 if big else 2) + width * number
        tag, kind, amount = struct.unpack_from(order + 'HH' + word, data, at)
        size = amount * {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 12: 8, 13: 4}[kind]
        place = at + width - inline
        if size > inline:
            (place,) = struct.unpack_from(order + word, data, place)
        entries.append((tag, kind, data[place : place + size]))
    found = {tag: (kind, value) for tag, kind, value in entries}
    numbers = []
    for tag in (273, 279):
        kind, value = found[tag]
        numbers.append(
            struct.unpack(f'{order}{len(value) // (2 if kind == 3 else 4)}{"H" if kind == 3 else "I"}', value)
        )
    return entries, [data[at : at + size] for at, size in zip(*numbers)], order, big


def with_tags(data, further, **options):
    entries, strips, order, big = read_tiff(data)
    kept = [entry for entry in entries if entry[0] not in {tag for tag, _, _ in further}]
    return write_tiff([*kept, *further], strips, order, big, **options)


TIFF = {(order, big): _plain_tiff(order, big) for order, big in (('<', False), ('>', False), ('<', True))}


def with_directory(data, further, link=False):
    """Puts another directory with its picture behind the first one, or below it."""
    entries, strips, order, big = read_tiff(data)
    if link:
        data = write_tiff([*entries, (330, 13, bytes(4))], strips, order, big)
    place = len(data) + len(data) % 2
    picture = directory(further(place), place, order)
    data = bytearray(data.ljust(place, b'\0') + picture)
    (start,) = struct.unpack_from(order + 'I', data, 4)
    (count,) = struct.unpack_from(order + 'H', data, start)
    if link:
        for at in range(start + 2, start + 2 + 12 * count, 12):
            if struct.unpack_from(order + 'H', data, at)[0] == 330:
                struct.pack_into(order + 'I', data, at + 8, place)
    else:
        struct.pack_into(order + 'I', data, start + 2 + 12 * count, place)
    return bytes(data) + SECRET


def _small_jpeg(place):
    """The entries of a reduced picture that follows its own directory."""
    end = place + 2 + 12 * 10 + 4 + 6
    entries = [
        (254, 4, 1, b'\1\0\0\0'),
        (256, 3, 1, b'\x28\0'),
        (257, 3, 1, b'\x1e\0'),
        (258, 3, 3, b'\x08\0' * 3),
    ]
    entries += [(259, 3, 1, b'\7\0'), (262, 3, 1, b'\6\0'), (277, 3, 1, b'\3\0'), (278, 3, 1, b'\x1e\0')]
    return [*entries, (273, 4, 1, struct.pack('<I', end)), (279, 4, 1, struct.pack('<I', len(SECRET)))]


def _tiff():
    places = {}
    for (order, big), plain in TIFF.items():
        name = f'{"II" if order == "<" else "MM"}{" Big" if big else ""}'

        def tag(*args):
            return tiff_tag(*args, source=plain)

        places |= {
            f'{name}, a private tag': tag(50000, 7, SECRET),
            f'{name}, the description': tag(270, 2, f'data:image/jpeg;base64,{LETTERS}'.encode() + b'\0'),
            f'{name}, the description in bytes': tag(270, 2, SECRET),
            f'{name}, Photoshop': tag(34377, 7, resource(0x040C, bytes(28) + SECRET)),
            f'{name}, IPTC': tag(33723, 7, iptc_record(202, SECRET)),
            f'{name}, IPTC object': tag(33723, 7, iptc_record(10, SECRET, record=8)),
            f'{name}, DNG private data': tag(0xC634, 7, SECRET),
            f'{name}, PrintIM': tag(0xC4A5, 7, b'PrintIM\0' + SECRET),
            f'{name}, layers': tag(37724, 7, b'Adobe Photoshop Document Data Block\0' + SECRET),
            f'{name}, tables': tag(347, 7, SECRET),
            f'{name}, a number': tag(282, 4, SECRET),
            f'{name}, numbers of a place': tag(33922, 12, SECRET),
            f'{name}, names of inks': tag(333, 2, SECRET),
            f'{name}, a curve': tag(301, 3, RAW[:1536]),
            f'{name}, an old thumbnail': with_tags(
                plain, [(513, 4, struct.pack(order + 'I', len(plain) + 200)), (514, 4, struct.pack(order + 'I', len(SECRET)))],
                tail=bytes(300) + SECRET),
            f'{name}, a gap': with_tags(plain, [], gap=SECRET),
            f'{name}, behind the end': plain + SECRET,
            f'{name}, behind the pixels': write_tiff(
                read_tiff(plain)[0], [PHOTO.tobytes() + SECRET], order, big),
        }  # fmt: skip
        places |= {f'{name}, XMP, {what}': tag(700, 1, packet) for what, packet in XMP.items()}
        places |= {f'{name}, ICC, {what}': tag(34675, 7, profile) for what, profile in ICC.items()}
    packed = _plain_tiff('<', False, 'deflate')
    entries, strips, *_ = read_tiff(packed)
    places['deflate, behind the pixels'] = write_tiff(entries, [strips[0] + SECRET])
    for compression in ('tiff_lzw', 'packbits', 'jpeg'):
        entries, strips, order, _ = read_tiff(coded(PHOTO, 'TIFF', compression=compression))
        places[f'{compression}, behind the pixels'] = write_tiff(
            entries, [*strips[:-1], strips[-1] + SECRET], order
        )
        places[f'{compression}, a gap'] = write_tiff(entries, strips, order, gap=SECRET)
    start = strips[0][:2] if strips[0][:2] == b'\xff\xd8' else b''
    places['jpeg, a segment of a strip'] = write_tiff(
        entries, [start + segment(0xE5, SECRET) + strips[0][len(start) :], *strips[1:]], order)  # fmt: skip
    places['a reduced picture behind'] = with_directory(TIFF['<', False], _small_jpeg)
    places['a reduced picture below'] = with_directory(TIFF['<', False], _small_jpeg, link=True)
    extra = np.dstack([np.asarray(PHOTO), np.asarray(HIDDEN.resize(SIZE).convert('L'))])
    for code in (0, 1, 2):
        changed = [
            (258, 3, struct.pack('<4H', 8, 8, 8, 8)),
            (277, 3, b'\4\0'),
            (338, 3, struct.pack('<H', code)),
        ]
        kept = [entry for entry in read_tiff(TIFF['<', False])[0] if entry[0] not in (258, 277)]
        if code == 0:
            places['a further channel'] = write_tiff([*kept, *changed], [extra.tobytes()])
    deep = cv2.imencode('.tiff', np.asarray(PHOTO)[:, :, ::-1].astype(np.uint16) * 257)[1].tobytes()
    entries, strips, order, _ = read_tiff(deep)
    places['16 bit, a private tag'] = write_tiff([*entries, (50000, 7, SECRET)], strips, order)
    return places


BMP = coded(PHOTO, 'BMP')


def bmp5(profile=b'', kind=b'DEBM', gap=b'', tail=b''):
    """A bitmap of version 5 with its profile behind the pixels."""
    pixels = BMP[54:]
    start = 14 + 124 + len(gap)
    head = struct.pack('<IiiHHIIiiII', 124, *SIZE, 1, 24, 0, len(pixels), 2835, 2835, 0, 0)
    head += bytes(16) + kind + bytes(36 + 12)
    head += struct.pack('<IIII', 4, 124 + len(gap) + len(pixels) if profile else 0, len(profile), 0)
    data = head + gap + pixels + profile + tail
    return b'BM' + struct.pack('<IHHI', 14 + len(data), 0, 0, start) + data


def _bmp():
    start = 54 + len(SECRET)
    palette = coded(PHOTO.quantize(64), 'BMP')
    (offset,) = struct.unpack_from('<I', palette, 10)
    four = np.dstack([np.asarray(PHOTO)[::-1, :, ::-1], np.asarray(HIDDEN.resize(SIZE).convert('L'))[::-1]])
    head = BMP[:28] + struct.pack('<H', 32) + BMP[30:34] + struct.pack('<I', four.size) + BMP[38:54]
    places = {
        'behind the header': BMP[:10] + struct.pack('<I', start) + BMP[14:54] + SECRET + BMP[54:],
        'behind the palette': palette[:10]
        + struct.pack('<I', offset + len(SECRET))
        + palette[14:offset]
        + SECRET
        + palette[offset:],
        'behind the pixels': BMP + SECRET,
        'behind the profile': bmp5(PROFILE, tail=SECRET),
        'behind a header of version 5': bmp5(gap=SECRET),
        'a link to a profile': bmp5(SECRET, b'KNIL'),
        'a profile nobody asks for': bmp5(SECRET, b'BGRs'),
        'a fourth channel': head + four.tobytes(),
    }
    return places | {f'ICC, {name}': bmp5(profile) for name, profile in ICC.items()}


GIF = coded(PHOTO.quantize(64), 'GIF')


def blocks(data):
    return (
        b''.join(bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255))
        + b'\0'
    )


def _gif():
    start = 13 + (3 << ((GIF[10] & 7) + 1))

    def extension(code, data):
        return GIF[:start] + b'\x21' + bytes([code]) + data + GIF[start:]

    end = b'\1' + bytes(range(255, -1, -1)) + b'\0'
    places = {
        'the comment': extension(0xFE, blocks(SECRET)),
        'the comment in letters': extension(0xFE, blocks(LETTERS.encode())),
        'an application': extension(0xFF, b'\x0bOWNOWN1.0\0\0' + blocks(SECRET)),
        'repetition': extension(0xFF, b'\x0bNETSCAPE2.0' + blocks(b'\1\0\0' + SECRET)),
        'repetition, a further block': extension(0xFF, b'\x0bNETSCAPE2.0\3\1\0\0' + blocks(SECRET)),
        'a control block': extension(0xF9, blocks(bytes(4) + SECRET)),
        'a plain text': extension(0x01, b'\x0c' + bytes(12) + blocks(SECRET)),
        'an unknown block': extension(0x42, blocks(SECRET)),
        'behind the pixels': GIF[:-2] + blocks(SECRET) + b';',
        'behind the end': GIF + SECRET,
    }
    places |= {
        f'ICC, {name}': extension(0xFF, b'\x0bICCRGBG1012' + blocks(profile)) for name, profile in ICC.items()
    }
    for name, packet in XMP.items():
        places[f'XMP, {name}'] = extension(0xFF, b'\x0bXMP DataXMP' + packet + end)
    return places


def box(kind, payload):
    return struct.pack('>I4s', len(payload) + 8, kind) + payload


JP2 = coded(PHOTO, 'JPEG2000')
UUIDS = {
    'XMP': bytes.fromhex('be7acfcb97a942e89c71999491e3afac'),
    'EXIF': b'JpgTiffExif->JP2',
    'IPTC': bytes.fromhex('33c7a4d2b81d4723a0baf1a3e097ad38'),
    'GeoTIFF': bytes.fromhex('b14bf8bd083d4b43a5ae8cd7d5a6ce03'),
}


def _jp2():
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
        'information on boxes': between(box(b'uinf', box(b'ulst', bytes(2)) + box(b'url ', bytes(4) + SECRET))),
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


def _ppm():
    rows = PHOTO.tobytes()
    plain = b'P6\n64 48\n255\n' + rows
    return {
        'a comment': b'P6\n# ' + LETTERS.encode() + b'\n64 48\n255\n' + rows,
        'a comment in lines': b'P6\n'
        + b''.join(b'# %s\n' % line for line in LINES.encode().split(b'\n'))
        + plain[3:],
        'behind the pixels': plain + SECRET,
        'a second picture': plain + b'P6\n40 30\n255\n' + RAW,
    }


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


HEIC = coded(PHOTO, 'HEIF', quality=90)


def _heif(plain, small):
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


PLACES = {
    'jpg': _jpeg(),
    'png': _png(),
    'webp': _webp(),
    'tif': _tiff(),
    'bmp': _bmp(),
    'gif': _gif(),
    'jp2': _jp2(),
    'ppm': _ppm(),
    'heic': _heif(HEIC, coded(HIDDEN, 'HEIF', quality=90)),
}
if 'AVIF' in Image.registered_extensions().values():
    PLACES['avif'] = _heif(coded(PHOTO, 'AVIF', quality=90), coded(HIDDEN, 'AVIF', quality=80))
