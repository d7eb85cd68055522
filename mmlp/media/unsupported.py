"""Pictures that are known by their content and cannot be processed: raw photographs, layers, and others."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable

from PIL import Image

from .bit_depth import coded_depth
from .metadata.bmp import hidden_channel
from .metadata.filter import FURTHER_CHANNELS
from .metadata.gif import count_gif_frames
from .metadata.jpeg import jpeg_segments
from .metadata.tiff import samples_of

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
#: Of other formats Pillow decodes a part alone, or writes none.
_FORMATS = frozenset(
    {
        'JPEG',
        'MPO',
        'PNG',
        'TIFF',
        'GIF',
        'BMP',
        'DIB',
        'WEBP',
        'AVIF',
        'JPEG2000',
        'PPM',
        'TGA',
        'PCX',
        'QOI',
    }
)
_MPO_ENTRIES = 0xB002
_JPEG_BEHIND_JPEG = b'\xff\xd9\xff\xd8\xff'
#: Kinds of further pictures in MPO files that were taken by a camera, not made of the first one.
_MPO_ORIGINALS = {
    'Multi-Frame Image (Panorama)': 'further pictures of a panorama',
    'Multi-Frame Image: (Disparity)': 'second picture of a stereo pair',
    'Multi-Frame Image: (Multi-Angle)': 'pictures from other angles',
}
#: The last bytes of pictures and videos of Insta360, behind what stitches them.
STITCHING_DATA = 'data for stitching (Insta360)'
_STITCHING_MARK = b'8db42d694ccc418790edff439fe026bf'


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


def why_undecodable(image: Image.Image, data: bytes, pages: int) -> str | None:
    """Tells why a picture that Pillow has opened is not processed.

    Args:
        image (Image.Image): The picture, its pixels not loaded yet.
        data (bytes): The file.
        pages (int): Pages of a TIFF file; of other formats Pillow tells.

    Returns:
        str | None: As of :func:`why_unsupported`.
    """
    if image.format not in _FORMATS:
        return f'is a picture of a kind ({image.format}) that cannot be kept; convert it to PNG or JPEG'
    frames = _count_frames(image, data, pages)
    if frames > 1 and image.format != 'MPO':
        return (
            f'has {frames} frames or pages ({image.format}); only the first would be processed. '
            'Convert it to a video or to single pictures'
        )
    depth = coded_depth(image.format, data)
    # Pillow makes 8 bits of them, whatever they are; 16 bits of grey in JPEG 2000 it keeps.
    is_kept = image.format == 'JPEG2000' and depth == 16 and image.mode == 'I;16'
    if depth > 8 and image.format in ('JPEG2000', 'PPM') and not is_kept:
        return f'has {depth} bits a sample ({image.format}); convert it to a 16-bit PNG or TIFF, or to 8 bit'
    if image.mode in ('I', 'F') or image.mode.startswith('I;32'):
        return f'has 32-bit or signed pixels (mode {image.mode}); convert it to 8 bit, or 16 without sign'
    return None


def _count_frames(image: Image.Image, data: bytes, pages: int) -> int:
    if image.format == 'TIFF':
        return pages
    # Pillow builds the frames of GIF up to count them, which takes minutes for a few megabytes.
    return count_gif_frames(data) if image.format == 'GIF' else getattr(image, 'n_frames', 1)


def further_originals(image: Image.Image, data: bytes) -> tuple[str, ...]:
    """Tells what a file holds besides the picture that Pillow reads, and nobody can make again of that.

    Args:
        image (Image.Image): The picture.
        data (bytes): The file.

    Returns:
        tuple[str, ...]: A phrase each; previews and gain maps are not among them.
    """
    entries = image.mpinfo.get(_MPO_ENTRIES, ())[1:] if image.format == 'MPO' else ()
    kinds = [entry['Attribute']['MPType'] for entry in entries]
    found = list(dict.fromkeys(_MPO_ORIGINALS[kind] for kind in kinds if kind in _MPO_ORIGINALS))
    if image.format == 'JPEG' and _next_jpeg_size(data) == image.size:
        found.append('pictures of the same size behind the first')
    if coded_depth(image.format, data) > 8 and image.format == 'AVIF':
        found.append('colours finer than 8 bits')
    if _has_hidden_channels(image, data):
        found.append(FURTHER_CHANNELS)
    if data.endswith(_STITCHING_MARK):
        found.append(STITCHING_DATA)
    return tuple(found)


def _has_hidden_channels(image: Image.Image, data: bytes) -> bool:
    """Tells whether a file's pixels have samples that Pillow does not read: saved selections, inks."""
    if image.format in ('BMP', 'DIB'):
        return image.mode == 'RGB' and hidden_channel(data)
    return image.format == 'TIFF' and samples_of(data) > len(image.getbands())


def _next_jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Returns width and height of the JPEG file that begins right behind the end of another; None if none."""
    if _JPEG_BEHIND_JPEG not in data:  # Quicker than walking over all segments.
        return None
    try:
        *_, (_, rest) = jpeg_segments(data)
        with Image.open(io.BytesIO(rest), formats=['JPEG']) as image:
            return image.size
    except (
        Exception
    ):  # Pillow lets the errors of struct and others through: nothing follows, or nothing whole.
        return None


def has_stitching_data(path: str | os.PathLike) -> bool:
    """Tells whether a video ends with what stitches its two halves to a sphere (Insta360)."""
    with open(path, 'rb') as file:
        file.seek(max(0, os.path.getsize(path) - len(_STITCHING_MARK)))
        return file.read() == _STITCHING_MARK


def _find(head: bytes, signatures: Iterable[tuple[int, bytes, str]]) -> str | None:
    return next((what for at, signature, what in signatures if head.startswith(signature, at)), None)
