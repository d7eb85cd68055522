"""A picture hidden in a BMP."""

import struct

import numpy as np

from helpers.metadata_samples import coded

from .common import HIDDEN, ICC, PHOTO, PROFILE, SECRET, SIZE

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


def places():
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
