"""What files are whose names promise neither picture nor video, so that none is passed over in silence."""

from __future__ import annotations

import dataclasses
import os
import re
import stat
import warnings
from pathlib import Path

import av
from PIL import Image

from .formats import HEAD_BYTES, sniff_kind

#: No picture that shows a legible plate takes fewer bytes.
_LEAST_PICTURE_BYTES = 100
_BLOCK_BYTES = 1 << 20
#: Where the signature of a file stands that may hold pictures, the signature, and what it is.
_MAY_HOLD_PICTURES = (
    (0, b'%PDF', 'PDF document'),
    (0, b'%!PS', 'PostScript document'),
    (0, b'{\\rtf', 'RTF document'),
    (0, b'PK\x03\x04', 'ZIP archive or office document'),
    (0, b'PK\x05\x06', 'ZIP archive or office document'),
    (0, b'Rar!\x1a\x07', 'RAR archive'),
    (0, b'7z\xbc\xaf\x27\x1c', '7-Zip archive'),
    (257, b'ustar', 'tar archive'),
    (0, b'\x1f\x8b', 'gzip archive'),
    (0, b'BZh', 'bzip2 archive'),
    (0, b'\xfd7zXZ\x00', 'xz archive'),
    (0, b'\x28\xb5\x2f\xfd', 'Zstandard archive'),
    (0, b'MSCF', 'cabinet archive'),
    (0, b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'old office document or folder of thumbnails'),
    (0, b'SQLite format 3\x00', 'SQLite database'),
    (0, b'\x93NUMPY', 'array of numpy'),
    (0, b'\x89HDF', 'HDF5 file'),
)
#: The same for files that hold none.
_HOLD_NO_PICTURES = (
    (0, b'ID3', 'sound'),
    (0, b'\xff\xf1', 'sound'),
    (0, b'\xff\xf9', 'sound'),
    (0, b'\xff\xfa', 'sound'),
    (0, b'\xff\xfb', 'sound'),
    (0, b'\xff\xf2', 'sound'),
    (0, b'\xff\xf3', 'sound'),
    (0, b'fLaC', 'sound'),
    (0, b'#!AMR', 'sound'),
    (0, b'MThd', 'sound'),
    (0, b'caff', 'sound'),
    (8, b'AIF', 'sound'),
    (8, b'WAVE', 'sound'),
    (4, b'Bud1', 'settings of a folder'),
    (0, b'\x00\x05\x16\x07', 'attributes of a file (AppleDouble)'),
    (8, b'.FIT', 'track of a GPS device'),
    (0, b'L\x00\x00\x00\x01\x14\x02\x00', 'shortcut'),
    (0, b'HDMV0', 'index of a camera card'),
    (0, b'INDX0', 'index of a camera card'),
    (0, b'MOBJ0', 'index of a camera card'),
    (0, b'MPLS0', 'index of a camera card'),
    (0, b'DVDVIDEO-V', 'index of a camera card'),
)
#: Bytes that texts of no encoding hold, but for line breaks, tabs and the like.
_NOT_IN_TEXTS = bytes(set(range(0x20)) - set(b'\t\n\x0b\x0c\r\x1a\x1b\x08')) + b'\x7f'
_TEXT_MARKS = {b'\xff\xfe': 'utf-16-le', b'\xfe\xff': 'utf-16-be'}
#: How JPEG, PNG, GIF, WebP, TIFF, HEIF, PDF and ZIP begin in base64, and enough of what follows.
_PICTURE_IN_TEXT = re.compile(
    rb'(?:(?<![A-Za-z0-9+/])|(?<=\\n))'
    rb'(?:\\?/9j\\?/[24w/]|iVBORw0KGgo|R0lGOD|UklGR|SUkqA|TU0AK|AAAA[A-Za-z0-9+/]GZ0eX|JVBERi|UEsDB)'
    rb'(?:[A-Za-z0-9+/]|\s|\\[rn/]|&#x[AD];){200}'
)
_PLACE_IN_TEXT = re.compile(rb'latitude|<trkpt|<wpt|GPS\w*(?:Lat|Lon)|\$G[PN](?:RMC|GGA)', re.IGNORECASE)
_TGA_END = b'TRUEVISION-XFILE.\x00'
#: What FFmpeg takes for one of these is one; other formats it finds in programs and noise as well.
_SURE_FORMATS = frozenset(
    {'asf', 'avi', 'dhav', 'dv', 'flv', 'gxf', 'ivf', 'matroska,webm', 'mov,mp4,m4a,3gp,3g2,mj2', 'mpegts'}
    | {'mxf', 'nsv', 'nut', 'ogg', 'rm', 'wtv', 'yuv4mpegpipe'}
    | {'aiff', 'amr', 'ape', 'au', 'caf', 'flac', 'w64', 'wav'}
)
#: Longer than what the patterns match, so that nothing is missed between two blocks.
_OVERLAP_BYTES = 4096


@dataclasses.dataclass(frozen=True)
class OtherFile:
    """A file that is neither picture nor video.

    Attributes:
        path (Path): Where it is.
        what (str): What it is, for people: ``'ZIP archive or office document'``.
        may_hold_pictures (bool): Whether somebody could find a picture in it.
    """

    path: Path
    what: str
    may_hold_pictures: bool


def look_into(path: Path) -> OtherFile | str:
    """Finds out what a file is whose name promises neither picture nor video.

    First bytes decide, then the whole of a text (which may hold pictures in base64), then what Pillow and
    FFmpeg make of it.

    Args:
        path (Path): An existing file.

    Returns:
        OtherFile | str: ``'image'`` or ``'video'``, or what it is else.

    Raises:
        OSError: The file cannot be read.
    """
    status = os.stat(path)
    if not stat.S_ISREG(status.st_mode):  # Opening a pipe may wait for ever.
        return OtherFile(path, 'not a regular file', False)
    if not status.st_size:
        return OtherFile(path, 'empty', False)
    with open(path, 'rb') as file:
        head = file.read(HEAD_BYTES)
    if sniff_kind(head) == 'image':
        return 'image'
    # Before the others: a text may begin as anything does.
    known = _find(path, head, _MAY_HOLD_PICTURES, True) or _read_text(path)
    return known or _find(path, head, _HOLD_NO_PICTURES, False) or _ask_libraries(path, head)


def _ask_libraries(path: Path, head: bytes) -> OtherFile | str:
    """Asks Pillow and FFmpeg, which know more formats and tell sound from videos in the same containers."""
    if sniff_kind(head) == 'video':  # Which cannot be opened when it is cut off.
        kind, _ = _ask_ffmpeg(path)
        return OtherFile(path, kind, False) if kind == 'sound' else 'video'
    if len(head) < _LEAST_PICTURE_BYTES:
        return OtherFile(path, 'too small for a picture', False)
    if _is_known_to_pillow(path):
        return 'image'
    kind, container = _ask_ffmpeg(path)
    if kind is None or container not in _SURE_FORMATS:
        return OtherFile(path, 'of unknown kind', True)
    return kind if kind == 'video' else OtherFile(path, kind, False)


def _find(
    path: Path, head: bytes, signatures: tuple[tuple[int, bytes, str], ...], may_hold_pictures: bool
) -> OtherFile | None:
    for at, signature, what in signatures:
        if head.startswith(signature, at):
            return OtherFile(path, what, may_hold_pictures)
    return None


def _read_text(path: Path) -> OtherFile | None:
    """Reads a text to its end; None when it is none."""
    has_image = has_place = False
    former = b''
    with open(path, 'rb') as file:
        encoding = _TEXT_MARKS.get(file.read(2))
        file.seek(0)
        while block := file.read(_BLOCK_BYTES):
            if encoding is not None:
                block = block.decode(encoding, 'replace').encode('utf-8')
            if len(block.translate(None, _NOT_IN_TEXTS)) < len(block):
                return None
            block = former + block
            has_image |= _PICTURE_IN_TEXT.search(block) is not None
            has_place |= not former and _PLACE_IN_TEXT.search(block) is not None  # The start tells.
            former = block[-_OVERLAP_BYTES:]
    what = 'text with a picture in it' if has_image else 'text with places' if has_place else 'text'
    return OtherFile(path, what, has_image)


def _is_known_to_pillow(path: Path) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            with Image.open(path) as image:
                image_format = image.format
        if image_format != 'TGA':
            return True
        with open(path, 'rb') as file:  # Its first bytes may be those of anything, its last ones are its own.
            file.seek(-len(_TGA_END), os.SEEK_END)
            return file.read() == _TGA_END
    except Exception:  # Pillow lets the errors of struct and others through.
        return False


def _ask_ffmpeg(path: Path) -> tuple[str | None, str]:
    """Returns ``'video'``, ``'sound'`` or, for what FFmpeg does not know, None; and the container."""
    try:
        with av.open(f'file:{os.fspath(path)}', metadata_errors='replace') as container:
            # The cover of a record is a stream of pictures too.
            images = [
                stream
                for stream in container.streams.video
                if not stream.disposition & av.stream.Disposition.attached_pic
            ]
            kind = 'video' if images else 'sound' if container.streams.audio else None
            return kind, container.format.name
    except (OSError, ValueError, av.FFmpegError):
        return None, ''
