"""Photoshop's resources and the IPTC records in them: captions, credits and copyrights without previews."""

from __future__ import annotations

import struct
from typing import NamedTuple

from .filter import MetadataFilter

PHOTOSHOP_HEADER = b'Photoshop 3.0\x00'
_SIGNATURE = b'8BIM'
#: Of other programs.
_SIGNATURES = (_SIGNATURE, b'MeSa', b'AgHg', b'PHUT', b'DCSR')
_IPTC, _IPTC_DIGEST = 0x0404, 0x0425
#: Resolution, JPEG quality, copyright flag, with the most bytes that they take, and the web address.
#: Thumbnails, paths, layers and others are left out.
_KEPT_RESOURCES = {0x03ED: 16, 0x0406: 16, 0x040A: 4, _IPTC_DIGEST: 16}
_ADDRESS = 0x040B
_THUMBNAILS = (0x0409, 0x040C)
#: Records of texts, dates and codes: the envelope, and the application record up to where its pictures
#: (rasterised caption, previews), sounds and its own structure begin.
_KEPT_DATASETS = frozenset({(1, number) for number in range(131)} | {(2, number) for number in range(200)})
_KEPT_DATASETS -= {(2, 125), *((2, number) for number in range(150, 155))}
#: Content location, city, sublocation, state, country.
_PLACES = frozenset({(2, number) for number in (26, 27, 90, 92, 95, 100, 101)})
_BINARY_DATASETS = frozenset({(1, 0), (1, 20), (1, 22), (1, 90), (2, 0)})
_MOST_OF_BINARY = 32


class Resource(NamedTuple):
    """One of Photoshop's resources."""

    number: int
    name: bytes
    data: bytes


def clean_resources(block: bytes, wanted: MetadataFilter) -> bytes | None:
    """Rewrites Photoshop's resources: IPTC, resolution, copyright flag and web address.

    Args:
        block (bytes): The resources (``8BIM...``), of all segments that hold a part of them.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes | None: What stays of them; None when nothing does.
    """
    resources = _read_resources(block)
    if resources is None:
        wanted.leave_out("Photoshop's resources that cannot be read")
        return None
    kept = []
    iptc_is_whole = False
    for resource in resources:
        if resource.number == _IPTC:
            data = clean_iptc(resource.data, wanted)
            iptc_is_whole = data == resource.data
        elif resource.number == _ADDRESS:
            data = wanted.raw_text(resource.data)
        elif len(resource.data) <= _KEPT_RESOURCES.get(resource.number, -1):
            data = resource.data
        else:
            data = None
            is_thumbnail = resource.number in _THUMBNAILS
            wanted.leave_out('thumbnail' if is_thumbnail else "further resources of Photoshop's")
        if data:
            kept.append(Resource(resource.number, b'', data))
    # The digest tells readers whether the IPTC records are newer than the XMP.
    kept = [entry for entry in kept if entry.number != _IPTC_DIGEST or iptc_is_whole]
    written = b''.join(map(_resource_bytes, kept))
    return written or None


def _read_resources(block: bytes) -> list[Resource] | None:
    resources, position = [], 0
    while position + 12 <= len(block) and block[position : position + 4] in _SIGNATURES:
        is_own = block[position : position + 4] == _SIGNATURE
        (number,) = struct.unpack_from('>H', block, position + 4)
        name_size = block[position + 6]
        name = block[position + 7 : position + 7 + name_size]
        position += 6 + (name_size + 2) // 2 * 2
        if position + 4 > len(block):
            return None
        (size,) = struct.unpack_from('>I', block, position)
        position += 4
        if position + size > len(block):
            return None
        # Numbers of other programs are others.
        number = number if is_own else -1
        resources.append(Resource(number, name, block[position : position + size]))
        position += size + size % 2
    return resources or None


def _resource_bytes(resource: Resource) -> bytes:
    head = _SIGNATURE + struct.pack('>HHI', resource.number, 0, len(resource.data))
    return head + resource.data + b'\0' * (len(resource.data) % 2)


def clean_iptc(block: bytes, wanted: MetadataFilter) -> bytes | None:
    """Rewrites IPTC records (IIM) without previews and, on request, without the place.

    Args:
        block (bytes): The records.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes | None: What stays of them, each record as it was; None when nothing does.
    """
    kept, position = [], 0
    while position + 5 <= len(block) and block[position] == 0x1C:
        dataset = (block[position + 1], block[position + 2])
        (size,) = struct.unpack_from('>H', block, position + 3)
        start = position + 5
        if size & 0x8000:  # The size itself takes so many bytes.
            width = size & 0x7FFF
            size, start = int.from_bytes(block[start : start + width], 'big'), start + width
        data = block[start : start + size]
        if len(data) == size and _is_wanted(dataset, data, wanted):
            kept.append(block[position:start] + data)
        position = start + size
    if block[position:].strip(b'\0'):
        wanted.leave_out('IPTC that cannot be read')
    return b''.join(kept) or None


def _is_wanted(dataset: tuple[int, int], data: bytes, wanted: MetadataFilter) -> bool:
    if dataset not in _KEPT_DATASETS:
        wanted.leave_out('previews in IPTC')
        return False
    if wanted.strip_location and dataset in _PLACES:
        wanted.leave_out('places')
        return False
    # A record of JSON that would lose a part goes as a whole: its size stands before it.
    if dataset in _BINARY_DATASETS and len(data) <= _MOST_OF_BINARY:
        return True
    return wanted.raw_text(data) == data
