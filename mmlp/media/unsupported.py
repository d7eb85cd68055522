"""Pictures that are known by their content and cannot be processed: raw photographs, layers, and others."""

from __future__ import annotations

from collections.abc import Iterable

#: What raw photographs are answered with.
RAW_ADVICE = 'of which only a preview could be covered; develop it to JPEG or TIFF first'
_TIFF_STARTS = (b'II*\x00', b'MM\x00*')
#: Where the signature of a raw photograph stands, the signature, and who writes it.
_RAW = (
    (0, b'FUJIFILMCCD-RAW', 'Fujifilm RAF'),
    (0, b'IIU\x00', 'Panasonic or Leica RW2'),
    (0, b'IIRO', 'Olympus ORF'),
    (0, b'IIRS', 'Olympus ORF'),
    (0, b'MMOR', 'Olympus ORF'),
    (0, b'FOVb', 'Sigma X3F'),
    (0, b'\x00MRM', 'Minolta MRW'),
    (4, b'ftypcrx ', 'Canon CR3'),
    (6, b'HEAPCCDR', 'Canon CRW'),
)
#: Raw photographs that begin as TIFF does.
_RAW_TIFF = (
    (8, b'CR\x02', 'Canon CR2'),
    (8, b'IIII', 'Phase One IIQ'),
    (8, b'MMMM', 'Phase One IIQ'),
)
#: Other pictures: where the signature stands, the signature, and what is said of them.
_OTHERS = (
    (
        0,
        b'8BPS',
        'is a Photoshop document, whose layers cannot be kept; export it as PNG, TIFF or JPEG',
    ),
    (0, b'gimp xcf', 'is a GIMP document, whose layers cannot be kept; export it as PNG, TIFF or JPEG'),
    (0, b'\x00\x00\x00\x0cJXL ', 'is a JPEG XL picture, which cannot be read; convert it to PNG or JPEG'),
    (0, b'\xff\x0a', 'is a JPEG XL picture, which cannot be read; convert it to PNG or JPEG'),
    (0, b'II\xbc\x01', 'is a JPEG XR picture, which cannot be read; convert it to PNG or JPEG'),
    (0, b'v/1\x01', 'is an OpenEXR picture, which cannot be read; convert it to a 16-bit PNG or TIFF'),
    (0, b'#?RADIANCE', 'is a Radiance picture, which cannot be read; convert it to a 16-bit PNG or TIFF'),
    (0, b'SDPX', 'is a DPX picture, which cannot be read; convert it to a 16-bit PNG or TIFF'),
    (0, b'XPDS', 'is a DPX picture, which cannot be read; convert it to a 16-bit PNG or TIFF'),
    (0, b'SIMPLE  =', 'is a FITS file, which cannot be read; convert it to a 16-bit PNG or TIFF'),
    (128, b'DICM', 'is a DICOM picture, which cannot be read; convert it to PNG or TIFF'),
    (
        0,
        b'MM\x00+',
        'is a BigTIFF file of the byte order MM, which cannot be read; convert it to TIFF',
    ),
    (0, b'AT&TFORM', 'is a DjVu document, which cannot be read; convert its pages to PNG'),
    (0, b'icns', 'holds icons of several sizes, of which only one would be processed; convert it to PNG'),
)


def why_unsupported(head: bytes) -> str | None:
    """Tells by a file's first bytes why it is not processed, though it is a picture.

    TIFF files tell more in their directories, see :func:`~mmlp.media.tiff_contents.read_tiff_contents`.

    Args:
        head (bytes): At least the first 132 bytes.

    Returns:
        str | None: What it is and what to do, to follow the file's name; None when nothing speaks against it.
    """
    maker = _find(head, _RAW) or (_find(head, _RAW_TIFF) if head.startswith(_TIFF_STARTS) else None)
    if maker is not None:
        return f'is a raw photograph ({maker}), {RAW_ADVICE}'
    is_icon = head[:4] in (b'\x00\x00\x01\x00', b'\x00\x00\x02\x00') and head[5:6] == b'\x00' != head[4:5]
    if is_icon and head[9:10] == b'\x00':
        return 'holds icons of several sizes, of which only one would be processed; convert it to PNG'
    return _find(head, _OTHERS)


def _find(head: bytes, signatures: Iterable[tuple[int, bytes, str]]) -> str | None:
    return next((what for at, signature, what in signatures if head.startswith(signature, at)), None)
