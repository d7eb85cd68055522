"""A picture hidden in a TIFF."""

import struct
import zlib

import cv2
import numpy as np

from helpers.metadata_samples import coded, directory, iptc_record, resource, segment

from .common import HIDDEN, ICC, LETTERS, PHOTO, RAW, SECRET, SIZE, XMP


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


def places():
    places = {}
    for (order, big), plain in TIFF.items():
        name = f'{"II" if order == "<" else "MM"}{" Big" if big else ""}'

        place, size = (struct.pack(order + 'I', number) for number in (len(plain) + 250, len(SECRET)))

        def tag(*args, source=plain):
            return tiff_tag(*args, source=source)

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
                plain, [(513, 4, place), (514, 4, size)], tail=bytes(300) + SECRET),
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
