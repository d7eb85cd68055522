"""A picture hidden in a PNG."""

import struct
import zlib

from helpers.metadata_samples import chunk, coded, raw_profile, with_chunks

from .common import EXIF, HIDDEN, ICC, LETTERS, LINES, PHOTO, PROFILE, RAW, SECRET, XMP

PNG = coded(PHOTO, 'PNG')


def places():
    def text(*parts):
        return with_chunks(PNG, chunk(*parts))

    end = len(PNG) - 12
    data = PNG.index(b'IDAT') - 4
    (size,) = struct.unpack_from('>I', PNG, data)
    idat = PNG[data + 8 : data + 8 + size]
    rows = zlib.decompress(idat)
    palette = coded(PHOTO.quantize(64), 'PNG')
    start = palette.index(b'IDAT') - 4
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
        'a raw profile': text(b'tEXt', b'Raw profile type 8bim\0' + raw_profile('8bim', SECRET)),
        'an unknown chunk': text(b'prVt', SECRET),
        'a palette nobody needs': text(b'sPLT', b'name\0\x08' + RAW[:2400]),
        'a histogram': text(b'hIST', SECRET),
        'the end': PNG[:end] + chunk(b'IEND', SECRET),
        'the time': text(b'tIME', b'\7\xea\1\1\1\1\1' + SECRET),
        'the size of a pixel': text(b'pHYs', bytes(9) + SECRET),
        'gamma': text(b'gAMA', b'\0\0\xb1\x8f' + SECRET),
        'background': text(b'bKGD', bytes(6) + SECRET),
        'transparency': palette[:start] + chunk(b'tRNS', b'\xff' * 64 + SECRET) + palette[start:],
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
