"""Coded pixels of HEIC and AVIF without what decoders pass over: messages, padding, what stands behind."""

from __future__ import annotations

from .metadata.data_in_texts import holds_letters
from .metadata.slack import hides_image

#: Units of HEVC and VVC that hold messages; of AV1 those of metadata, tile lists and padding.
_HEVC_MESSAGES, _VVC_MESSAGES, _AV1_MESSAGES = (39, 40), (23, 24), (5, 8, 15)
_LENGTH = 4


def bare_item(kind: bytes, data: bytes) -> bytes:
    """Returns an item's data as far as they hold pixels.

    Args:
        kind (bytes): Type of the item.
        data (bytes): Units of HEVC or VVC behind their lengths, units of AV1, or others, which stay.

    Returns:
        bytes: The same where nothing had to go. Messages of a few words, such as of the encoder, stay.
    """
    if kind in (b'hvc1', b'vvc1'):
        return _bare_units(data, kind == b'hvc1')
    return _bare_av1(data) if kind == b'av01' else data


def _bare_units(data: bytes, is_hevc: bool) -> bytes:
    kept, position = [], 0
    while position + _LENGTH + 2 <= len(data):
        size = int.from_bytes(data[position : position + _LENGTH], 'big')
        unit = data[position + _LENGTH : position + _LENGTH + size]
        if len(unit) < max(size, 2):
            break
        code = unit[0] >> 1 & 0x3F if is_hevc else unit[1] >> 3
        if code not in (_HEVC_MESSAGES if is_hevc else _VVC_MESSAGES) or not _is_suspect(unit):
            kept.append(data[position : position + _LENGTH + size])
        position += _LENGTH + size
    return b''.join(kept)


def _bare_av1(data: bytes) -> bytes:
    kept, position = [], 0
    while position < len(data):
        header = data[position]
        code, has_extension, has_size = header >> 3 & 0xF, header >> 2 & 1, header >> 1 & 1
        if header & 0x81 or not code:  # Bits that must be zero, a type that must not be.
            break
        start = position + 1 + has_extension
        end = len(data)
        if has_size:
            size, start = _leb128(data, start)
            end = start + size
        if end > len(data):
            break
        if code not in _AV1_MESSAGES or not _is_suspect(data[start:end]):
            kept.append(data[position:end])
        position = end
    return b''.join(kept)


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    """Reads a number of seven bits a byte, and where it ends."""
    value = 0
    for index, byte in enumerate(data[position : position + 8]):
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return value, position + index + 1
    return 1 << 62, position


def _is_suspect(unit: bytes) -> bool:
    return hides_image(unit) or holds_letters(unit)
