"""Portable anymaps (PBM, PGM, PPM) as header, comments and pixels."""

from __future__ import annotations

import re

from .filter import BYTES_BEHIND, MetadataFilter

#: A number of the header behind what separates it from the one before.
_NUMBER = re.compile(rb'(?:\s|#[^\n]*\n)+(\d{1,9})')
_COMMENT = re.compile(rb'#([^\n]*)\n')
_BITMAP, _HEADER_SIZE = b'4', 4096


def with_pnm_metadata(encoded: bytes, original: bytes, wanted: MetadataFilter) -> bytes:
    """Puts the comments of one portable anymap onto the pixels of another.

    Args:
        encoded (bytes): The file with the pixels, not as digits; may be ``original`` itself.
        original (bytes): The file with the comments.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: A file of header, comments and pixels, byte for byte the same when nothing had to go.

    Raises:
        ValueError: The pixels are stored as digits, or the file is cut off.
    """
    try:
        head = _read_header(original)
    except ValueError:
        if encoded is original:
            raise
        if b'#' in original[:_HEADER_SIZE]:
            wanted.leave_out('comments')
        return encoded
    comments = _COMMENT.findall(original[: head[0]])
    text = b'\n'.join(comments)
    kept = text if not text else wanted.raw_text(text)
    if encoded is original:
        end = head[0] + head[1]
        if original[end:].strip(b'\0\r\n '):
            wanted.leave_out(BYTES_BEHIND)
        if kept == text:
            return original[:end]
    start, size = _read_header(encoded)
    numbers = re.sub(rb'#[^\n]*\n', b' ', encoded[:start]).split()
    lines = [
        numbers[0],
        *(b'#' + line for line in (kept or b'').split(b'\n') if kept),
        b' '.join(numbers[1:3]),
    ]
    return b'\n'.join([*lines, *numbers[3:], encoded[start : start + size]])


def _read_header(data: bytes) -> tuple[int, int]:
    """Returns where the pixels begin and how many bytes they take."""
    position, numbers = 2, []
    kind = data[1:2]
    if data[:1] != b'P' or kind not in (b'4', b'5', b'6'):
        raise ValueError('a portable anymap of digits')
    for _ in range(2 if kind == _BITMAP else 3):
        match = _NUMBER.match(data, position)
        if match is None:
            raise ValueError('a portable anymap without its size')
        numbers.append(int(match[1]))
        position = match.end()
    position += 1
    width, height = numbers[:2]
    if kind == _BITMAP:
        size = -(-width // 8) * height
    else:
        size = width * height * (3 if kind == b'6' else 1) * (2 if numbers[2] > 255 else 1)
    if len(data) < position + size:
        raise ValueError('a portable anymap that is cut off')
    return position, size
