"""Which files are pictures and which are videos: by their first bytes, and by their suffix."""

from __future__ import annotations

import os
import re
from pathlib import Path

from .unsupported import why_unsupported

#: Suffixes of files that are taken for pictures without looking.
IMAGE_SUFFIXES = frozenset(
    {'.jpg', '.jpeg', '.jpe', '.jfif', '.mpo', '.png', '.apng', '.bmp', '.dib', '.tif', '.tiff', '.webp'}
    | {'.gif', '.jp2', '.j2k', '.avif', '.heic', '.heif', '.hif', '.pbm', '.pgm', '.ppm', '.pnm'}
)
#: Suffixes of files that are taken for videos without looking.
VIDEO_SUFFIXES = frozenset(
    {'.mp4', '.m4v', '.mov', '.mkv', '.webm', '.avi', '.ts', '.mts', '.m2ts', '.mpg', '.mpeg', '.vob', '.3gp'}
    | {'.3g2', '.wmv', '.asf', '.flv', '.ogv', '.dav', '.mjpeg', '.mjpg', '.h264', '.264', '.h265', '.265'}
)
#: Enough of a file to tell its kind.
HEAD_BYTES = 512

_IMAGE_MAGIC = (
    b'\xff\xd8\xff',  # JPEG
    b'\x89PNG\r\n\x1a\n',
    b'GIF87a',
    b'GIF89a',
    b'II*\x00',  # TIFF
    b'MM\x00*',
    b'II+\x00',  # BigTIFF
    b'MM\x00+',
    b'\x00\x00\x00\x0cjP  ',  # JPEG 2000
    b'\xff\x4f\xff\x51',  # its bare code stream
)
_VIDEO_MAGIC = (
    b'\x1a\x45\xdf\xa3',  # Matroska, WebM
    b'\x00\x00\x01\xba',  # MPEG program stream
    b'\x00\x00\x01\xb3',
    b'FLV\x01',
    b'0&\xb2u\x8ef\xcf\x11',  # ASF, WMV
    b'DHAV',  # Recorders of Dahua
    b'\x06\x0e\x2b\x34\x02\x05\x01\x01',  # MXF
    b'.RMF\x00',  # RealMedia
    b'YUV4MPEG2 ',
    b'DKIF\x00',  # IVF
)
_START_CODES = (b'\x00\x00\x00\x01', b'\x00\x00\x01')
#: What bare streams of H.264 and HEVC begin with, behind a start code: delimiters and sets of parameters.
_H264_UNITS, _HEVC_UNITS = (b'\x67', b'\x27', b'\x47', b'\x09'), (b'\x40\x01', b'\x42\x01', b'\x46\x01')
_IMAGE_BRANDS = (b'avif', b'avis', b'heic', b'heix', b'heim', b'heis', b'hevc', b'hevx', b'hevm', b'hevs')
_IMAGE_BRANDS += (b'mif1', b'mif2', b'msf1', b'miaf')
#: Suffixes of films that are JPEG pictures one behind the other.
_JPEG_FILMS = ('.mjpeg', '.mjpg')
_AUDIO_BRANDS = (b'M4A ', b'M4B ', b'M4P ')
_QUICKTIME_ATOMS = (b'moov', b'mdat', b'wide', b'free', b'skip', b'pnot')
_BITMAP_HEADERS = (12, 40, 52, 56, 108, 124)


def sniff_kind(head: bytes) -> str | None:
    """Tells what a file holds from its first bytes.

    Args:
        head (bytes): The first ``HEAD_BYTES`` bytes.

    Returns:
        str | None: ``'image'`` (also of those that cannot be read), ``'video'``, or None when the bytes are
        of neither.
    """
    if why_unsupported(head) is not None:
        return 'image'
    if head[4:8] == b'ftyp':
        brand = head[8:12]
        return 'image' if brand in _IMAGE_BRANDS else None if brand in _AUDIO_BRANDS else 'video'
    if _is_image(head):
        return 'image'
    return 'video' if _is_video(head) else None


def _is_image(head: bytes) -> bool:
    if head.startswith(b'BM'):
        # Two letters alone would take some texts for bitmaps: the size of the header follows.
        return int.from_bytes(head[14:18], 'little') in _BITMAP_HEADERS
    is_portable_anymap = re.match(rb'P[1-6]\s+[\d#]', head) is not None
    return (
        head.startswith(_IMAGE_MAGIC) or (head[:4] == b'RIFF' and head[8:12] == b'WEBP') or is_portable_anymap
    )


def _is_video(head: bytes) -> bool:
    if head.startswith(_VIDEO_MAGIC) or head[4:8] in _QUICKTIME_ATOMS:
        return True
    if head[:4] == b'RIFF' and head[8:11] == b'AVI':
        return True
    for code in _START_CODES:
        if head.startswith(code) and head.startswith((*_H264_UNITS, *_HEVC_UNITS), len(code)):
            return True
    return _is_transport_stream(head)


def _is_transport_stream(head: bytes) -> bool:
    # Each packet starts with a G; camcorders put a time stamp of 4 bytes before it.
    return any(head[at : at + 1] == head[2 * at + 188 : 2 * at + 189] == b'G' for at in (0, 4))


def sniff_container(head: bytes) -> str | None:
    """Tells the container of a video by its first bytes.

    Args:
        head (bytes): The first ``HEAD_BYTES`` bytes.

    Returns:
        str | None: FFmpeg's name of a container that can be written: ``'mp4'``, ``'mov'``, ``'matroska'``,
        ``'webm'`` or ``'mpegts'``; None for others.
    """
    if sniff_kind(head) != 'video':
        return None
    if head[4:8] == b'ftyp':
        return 'mov' if head[8:12] == b'qt  ' else 'mp4'
    if head[4:8] in _QUICKTIME_ATOMS:
        return 'mov'
    if head.startswith(_VIDEO_MAGIC[0]):
        return 'webm' if b'\x42\x82\x84webm' in head else 'matroska'
    return 'mpegts' if _is_transport_stream(head) else None


def suffix_kind(path: str | os.PathLike) -> str | None:
    """Tells what a file should hold by its name: ``'image'``, ``'video'``, or None."""
    suffix = Path(path).suffix.lower()
    return 'image' if suffix in IMAGE_SUFFIXES else 'video' if suffix in VIDEO_SUFFIXES else None


def file_kind(path: str | os.PathLike) -> str | None:
    """Tells what a file holds: by its content and, when that says nothing, by its suffix.

    Args:
        path (str | os.PathLike): An existing file.

    Returns:
        str | None: ``'image'``, ``'video'``, or None.

    Raises:
        OSError: The file cannot be opened.
    """
    with open(path, 'rb') as file:
        head = file.read(HEAD_BYTES)
    if Path(path).suffix.lower() in _JPEG_FILMS and head.startswith(_IMAGE_MAGIC[0]):
        return 'video'
    return sniff_kind(head) or suffix_kind(path)
