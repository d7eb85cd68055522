"""A picture hidden in a portable anymap."""

from .common import LETTERS, LINES, PHOTO, RAW, SECRET


def places():
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
