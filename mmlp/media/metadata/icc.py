"""ICC profiles that are fit to travel with a redacted picture: what tells colours, and nothing else."""

from __future__ import annotations

import struct
from typing import NamedTuple

from .data_in_texts import holds_image
from .filter import BYTES_BETWEEN, MetadataFilter

_HEADER, _ENTRY = 128, 12
_SIGNATURE = slice(36, 40)
_IDENTIFIER = slice(84, 100)
#: Tags of ICC.1 and ICC.2, and those that operating systems add to the profiles of screens.
_TAGS = frozenset(
    (
        b'A2B0 A2B1 A2B2 A2B3 A2M0 B2A0 B2A1 B2A2 B2A3 B2D0 B2D1 B2D2 B2D3 D2B0 D2B1 D2B2 D2B3 M2A0 M2B0 '
        b'bXYZ bTRC bkpt calt chad chrm cicp ciis clot clro cprt crdi csnm desc dmdd dmnd gTRC gXYZ gamt '
        b'gbd0 gbd1 gbd2 gbd3 kTRC lumi meas meta ncl2 ncol pre0 pre1 pre2 pseq psid ps2s ps2i psd0 psd1 '
        b'psd2 psd3 rTRC rXYZ resp rig0 rig2 scrd scrn svcn targ tech ucrI vcgt view vued wtpt aabg aagg '
        b'aarg arts dscm mmod ndin'
    ).split()
)
#: Types of tables; numbers, curves and structures of several texts are shorter.
_TABLES = frozenset([b'mft1', b'mft2', b'mAB ', b'mBA ', b'mpet', b'ncl2', b'gbd ', b'vcgt'])
_MOST_OF_NUMBERS = 1 << 14


class _Tag(NamedTuple):
    name: bytes
    offset: int
    size: int


def clean_icc(profile: bytes | None, wanted: MetadataFilter) -> bytes | None:
    """Rewrites an ICC profile with nothing but the tags of the standard.

    Args:
        profile (bytes | None): The profile.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes | None: The profile, byte for byte the same when nothing had to go; None when there is none, or
        when it cannot be read.
    """
    if not profile:
        return None
    tags = _read(profile)
    if tags is None:
        wanted.leave_out('ICC profile that cannot be read')
        return None
    kept = [tag for tag in tags if _is_wanted(tag, profile, wanted)]
    is_covered = _covers(tags, profile)
    if not is_covered:
        wanted.leave_out(BYTES_BETWEEN)
    elif len(kept) == len(tags):
        return profile
    if len(kept) < len(tags):
        wanted.leave_out('parts of the ICC profile that tell no colours')
    return _write(profile, kept) if kept else None


def _read(profile: bytes) -> list[_Tag] | None:
    """Reads the table of tags, None where there is none."""
    if len(profile) < _HEADER + 4 or profile[_SIGNATURE] != b'acsp':
        return None
    (count,) = struct.unpack_from('>I', profile, _HEADER)
    if not 0 < count <= 1000 or _HEADER + 4 + count * _ENTRY > len(profile):
        return None
    tags = [
        _Tag(*struct.unpack_from('>4sII', profile, _HEADER + 4 + number * _ENTRY)) for number in range(count)
    ]
    return tags if all(tag.size >= 8 and tag.offset + tag.size <= len(profile) for tag in tags) else None


def _is_wanted(tag: _Tag, profile: bytes, wanted: MetadataFilter) -> bool:
    value = profile[tag.offset : tag.offset + tag.size]
    kind = value[:4]
    if tag.name not in _TAGS or holds_image(value):
        return False
    if kind == b'text':
        return wanted.raw_text(value[8:]) is not None
    if kind == b'mluc':
        return wanted.raw_text(_names(value), encoding='utf-16-be') is not None
    if kind == b'desc':  # A text in ASCII, and others of a stated or a fixed size, mostly empty.
        end = 12 + int.from_bytes(value[8:12], 'big')
        return wanted.raw_text(value[12:end]) is not None and wanted.raw_text(value[end:]) is not None
    return kind in _TABLES or tag.size <= _MOST_OF_NUMBERS


def _names(value: bytes) -> bytes:
    """Joins a text's versions in several languages."""
    count, width = struct.unpack_from('>II', value, 8) if len(value) >= 16 else (0, 0)
    names = [b'', *(value[16 + width * number :][:12] for number in range(min(count, 1000)))]
    places = [struct.unpack_from('>II', name, 4) for name in names if len(name) == 12]
    return b''.join(value[offset : offset + size] for size, offset in places)


def _covers(tags: list[_Tag], profile: bytes) -> bool:
    """Tells whether nothing stands between the tags and behind them."""
    position = _HEADER + 4 + len(tags) * _ENTRY
    for tag in sorted(tags, key=lambda tag: tag.offset):
        if profile[position : tag.offset].strip(b'\0'):
            return False
        position = max(position, tag.offset + tag.size)
    return not profile[position:].strip(b'\0')


def _write(profile: bytes, tags: list[_Tag]) -> bytes:
    """Writes a profile of some of the tags; those that shared a value go on to share it."""
    position = _HEADER + 4 + len(tags) * _ENTRY
    places: dict[tuple[int, int], int] = {}
    values = b''
    for tag in tags:
        if tag[1:] not in places:
            places[tag[1:]] = position + len(values)
            value = profile[tag.offset : tag.offset + tag.size]
            values += value + b'\0' * (-len(value) % 4)
    table = b''.join(struct.pack('>4sII', tag.name, places[tag[1:]], tag.size) for tag in tags)
    head = bytearray(profile[:_HEADER])
    head[_IDENTIFIER] = bytes(16)  # A checksum, which may be left open.
    struct.pack_into('>I', head, 0, position + len(values))
    return bytes(head) + struct.pack('>I', len(tags)) + table + values
