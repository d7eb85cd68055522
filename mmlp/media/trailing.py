"""What stands behind the part of a video file that FFmpeg reads: another file, or data of a camera."""

from __future__ import annotations

import os
import re

#: How files of the kinds begin of which FFmpeg does not read, or not always, what is joined to them.
_BEGINNINGS = re.compile(
    rb'FLV\x01[\x01\x04\x05]\x00\x00\x00\x09'
    rb'|\x1a\x45\xdf\xa3.{0,64}?(?:matroska|webm)'
    rb'|\x00\x00\x00[\x08-\x40]ftyp[\x20-\x7e]{4}',
    re.DOTALL,
)
_CHUNK, _OVERLAP = 1 << 20, 128
#: Top-level boxes of MP4 and MOV files.
_BOXES = frozenset(
    {
        b'ftyp',
        b'styp',
        b'moov',
        b'moof',
        b'mdat',
        b'free',
        b'skip',
        b'wide',
        b'sidx',
        b'ssix',
        b'mfra',
        b'meta',
    }
    | {b'uuid', b'udta', b'emsg', b'prft', b'pdin', b'pnot', b'PICT', b'meco', b'bloc', b'imda', b'beam'}
)


def has_further_file(path: str | os.PathLike, position: int) -> bool:
    """Tells whether another video file is joined to one.

    Args:
        path (str | os.PathLike): The file.
        position (int): Up to where it was read, bytes.
    """
    with open(path, 'rb') as file:
        file.seek(position)
        window = b''
        while chunk := file.read(_CHUNK):
            window = window[-_OVERLAP:] + chunk
            if _BEGINNINGS.search(window):
                return True
    return False


def trailing_bytes(path: str | os.PathLike) -> int:
    """Counts the bytes behind the last box of an MP4 or MOV file, where some cameras write their own data.

    Args:
        path (str | os.PathLike): The file.

    Returns:
        int: 0 too for files that are cut off.
    """
    size, position = os.path.getsize(path), 0
    with open(path, 'rb') as file:
        while position + 8 <= size:
            file.seek(position)
            header = file.read(16)
            length, kind = int.from_bytes(header[:4], 'big'), header[4:8]
            if kind not in _BOXES:
                file.seek(position)
                if not file.read(_CHUNK).strip(b'\0'):  # Room that a recorder did not need.
                    return 0
                break
            if length == 1:
                length = int.from_bytes(header[8:16], 'big')
            if length == 0 or length < 8:  # To the end of the file, or damaged.
                return 0
            position += length
    return max(size - position, 0)
