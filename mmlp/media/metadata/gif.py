"""GIF files as lists of their blocks, so that comments and XMP travel without touching pixels."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from .filter import BYTES_BEHIND, BYTES_BETWEEN, MetadataFilter
from .icc import clean_icc
from .slack import without_slack
from .xmp import clean_xmp

_EXTENSION, _IMAGE, _TRAILER = 0x21, 0x2C, 0x3B
_CONTROL, _COMMENT, _APPLICATION = 0xF9, 0xFE, 0xFF
_XMP = b'XMP DataXMP'
#: Repetition, with its size, and ICC profile.
_REPETITIONS, _ICC = (b'NETSCAPE2.0', b'ANIMEXTS1.0'), b'ICCRGBG1012'
#: Ends XMP, so that readers of sub-blocks find its end wherever they are.
_REPETITION_SIZE, _CONTROL_SIZE = 19, 8
_XMP_END = b'\x01' + bytes(range(0xFF, -1, -1)) + b'\x00'


class _Block(NamedTuple):
    """A part of the file: ``head``, ``picture``, the code of an extension, or ``tail``."""

    kind: str | int
    data: bytes


def with_gif_metadata(encoded: bytes, original: bytes, wanted: MetadataFilter) -> bytes:
    """Puts comments and XMP of one GIF file onto the coded pixels of another.

    Args:
        encoded (bytes): The GIF file with the pixels; may be ``original`` itself.
        original (bytes): The GIF file with the metadata.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: A GIF file.

    Raises:
        ValueError: A file ends within a block.
    """
    metadata = []
    kept_in_place = []
    for block in _blocks(original):
        if block.kind in ('head', 'picture') or _is_control(block):
            kept_in_place.append(block.data)
        elif block.kind == 'tail':
            if block.data[1:].strip(b'\0'):
                wanted.leave_out(BYTES_BEHIND)
        else:
            kept = _wanted_extension(block, wanted)
            metadata += [kept] if kept else []
            kept_in_place += [kept] if kept else []
    if encoded is original:
        _cut_image(kept_in_place, wanted)
        return b''.join([*kept_in_place, bytes([_TRAILER])])
    pixels = [block for block in _blocks(encoded) if block.kind in ('head', 'picture') or _is_control(block)]
    # Comments and the like are of the later version.
    head = b'GIF89a' + pixels[0].data[6:] if metadata else pixels[0].data
    return b''.join([head, *metadata, *(block.data for block in pixels[1:]), bytes([_TRAILER])])


def _is_control(block: _Block) -> bool:
    return block.kind == _CONTROL and len(block.data) == _CONTROL_SIZE


def _cut_image(parts: list[bytes], wanted: MetadataFilter) -> None:
    """Cuts what stands behind the coded pixels, within their blocks."""
    for index, part in enumerate(parts):
        if index and part[0] == _IMAGE:
            start = 11 + _table_size(part[9])
            coded = _join(part[start:])

            def build(shorter: bytes, index: int = index, head: bytes = part[:start]) -> bytes:
                return b''.join(
                    [*parts[:index], head, _split(shorter), *parts[index + 1 :], bytes([_TRAILER])]
                )

            kept = without_slack(coded, build)
            if kept != coded:
                wanted.leave_out(BYTES_BETWEEN)
                parts[index] = part[:start] + _split(kept)


def count_gif_frames(data: bytes) -> int:
    """Counts the pictures of a GIF file, up to where it ends or is damaged."""
    frames = 0
    with contextlib.suppress(ValueError, IndexError):
        for block in _blocks(data):
            frames += block.kind == 'picture'
    return frames


def _blocks(data: bytes) -> Iterator[_Block]:
    position = 13 + _table_size(data[10])
    yield _Block('head', data[:position])
    while position < len(data) and data[position] != _TRAILER:
        start, introducer = position, data[position]
        if introducer == _EXTENSION:
            kind, position = data[position + 1], position + 2
        elif introducer == _IMAGE:
            kind, position = 'picture', position + 10 + _table_size(data[position + 9]) + 1
        else:
            raise ValueError(f'no GIF block at byte {position}')
        while data[position]:  # Raises IndexError where the file is cut off.
            position += data[position] + 1
        position += 1
        yield _Block(kind, data[start:position])
    yield _Block('tail', data[position:])


def _table_size(flags: int) -> int:
    """Bytes of the colour table that flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _wanted_extension(block: _Block, wanted: MetadataFilter) -> bytes | None:
    if block.kind == _COMMENT:
        text = _join(block.data[2:])
        kept = wanted.raw_text(text)
        return block.data if kept == text else None if kept is None else block.data[:2] + _split(kept)
    if block.kind == _APPLICATION:
        name = block.data[3:14]
        if name in _REPETITIONS and len(block.data) == _REPETITION_SIZE:
            return block.data
        if name == _ICC:
            profile = _join(block.data[14:])
            kept = clean_icc(profile, wanted)
            return block.data if kept == profile else block.data[:14] + _split(kept) if kept else None
        if name == _XMP:
            end = block.data.rfind(b'\x01\xff\xfe\xfd')
            packet = block.data[14:end]
            kept = clean_xmp(packet, wanted) if end > 0 else None
            if kept == packet:
                return block.data
            return block.data[:14] + kept + _XMP_END if kept else None
    wanted.leave_out('unknown blocks')
    return None


def _join(blocks: bytes) -> bytes:
    """Puts sub-blocks, each behind its length, together."""
    parts, position = [], 0
    while blocks[position]:
        parts.append(blocks[position + 1 : position + 1 + blocks[position]])
        position += blocks[position] + 1
    return b''.join(parts)


def _split(text: bytes) -> bytes:
    parts = [text[start : start + 255] for start in range(0, len(text), 255)]
    return b''.join(bytes([len(part)]) + part for part in parts) + b'\0'
