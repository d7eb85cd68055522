"""A picture hidden in a WebP."""

import struct

from helpers.metadata_samples import coded

from .common import EXIF, ICC, PHOTO, SECRET, SIZE, XMP


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


def places():
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
