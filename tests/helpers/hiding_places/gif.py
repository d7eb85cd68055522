"""A picture hidden in a GIF."""

from helpers.metadata_samples import coded

from .common import ICC, LETTERS, PHOTO, SECRET, XMP

GIF = coded(PHOTO.quantize(64), 'GIF')


def blocks(data):
    return (
        b''.join(bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255))
        + b'\0'
    )


def places():
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
