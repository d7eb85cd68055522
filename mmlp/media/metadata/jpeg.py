"""JPEG files as lists of their segments, so that metadata travel without touching pixels."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from .data_in_texts import holds_letters
from .exif import EXIF_HEADER, clean_exif
from .filter import BYTES_BEHIND, BYTES_BETWEEN, FURTHER_PICTURES, MetadataFilter
from .icc import clean_icc
from .photoshop import PHOTOSHOP_HEADER, clean_resources
from .slack import hides_image, without_slack
from .xmp import clean_xmp

_XMP_HEADER = b'http://ns.adobe.com/xap/1.0/\x00'
_EXTENDED_XMP_HEADER = b'http://ns.adobe.com/xmp/extension/\x00'
_ICC_HEADER = b'ICC_PROFILE\x00'
_ADOBE_HEADER = b'Adobe\x00'
_MAX_PAYLOAD = 0xFFFF - 2
_SOS, _EOI, _COM, _APP0, _DNL = 0xDA, 0xD9, 0xFE, 0xE0, 0xDC
#: What tells how a file is put together, and need not be told, is short.
_MOST_OF_STRUCTURE = 512
#: Stands for what is no segment.
_GAP = 0x00
#: Markers without a payload.
_ALONE = (0x01, *range(0xD0, 0xD8))
#: Frames, tables, restart intervals, scans, number of lines: what a decoder needs.
_PICTURE = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD}) - {0xC8}
#: Segments that are left out, by marker and start, and what they are; others are unknown.
_LEFT_OUT = (
    (0xE0, b'JFXX\x00', 'thumbnail'),
    (0xE1, _EXTENDED_XMP_HEADER, 'extended XMP'),
    (0xE1, b'FLIR\x00', 'thermal picture'),
    (0xE2, b'MPF\x00', None),  # Lists the further pictures behind the end, which tell themselves.
    (0xE2, b'urn:iso:std:iso:ts:21496:-1\x00', 'gain map'),
    (0xE2, b'FPXR\x00', 'thumbnail'),
    (0xEB, b'JP', 'content credentials'),
    (0xEC, b'Ducky', None),
    (0xEE, _ADOBE_HEADER, None),  # Belongs to the coded pixels.
)


def with_jpeg_metadata(encoded: bytes, original: bytes, wanted: MetadataFilter) -> bytes:
    """Puts the metadata of one JPEG file onto the coded pixels of another.

    Kept: JFIF (the resolution), EXIF, XMP, ICC profile, IPTC, comments. Left out: everything that may show
    the picture a second time (thumbnails, previews, gain maps, further pictures and films behind its end),
    unknown segments, and on request the place.

    Args:
        encoded (bytes): The JPEG file with the pixels; may be ``original`` itself.
        original (bytes): The JPEG file with the metadata.
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes: A JPEG file.
    """
    metadata = [_segment(marker, payload) for marker, payload in _wanted_metadata(original, wanted)]
    pixels = _pixels(encoded)
    if encoded is original:
        _cut_scans(pixels, wanted)
    return _join([*metadata, *pixels])


def _cut_scans(pixels: list[bytes], wanted: MetadataFilter) -> None:
    """Cuts what stands behind the coded pixels of the last scan, and of others that look like it."""
    for index, part in enumerate(pixels):
        is_last = index == len(pixels) - 1
        if part[1] == _SOS and (is_last or hides_image(part) or holds_letters(part)):
            before, behind = pixels[:index], pixels[index + 1 :]
            kept = without_slack(part, lambda scan: _join([*before, scan, *behind]))  # noqa: B023
            if kept != part:
                wanted.leave_out(BYTES_BETWEEN)
                pixels[index] = kept


def bare_jpeg(data: bytes) -> bytes:
    """Returns a JPEG file, or its tables alone, without anything that a decoder does not need.

    Args:
        data (bytes): As it stands in a strip of a TIFF file.

    Raises:
        ValueError: It is no JPEG or ends within a segment.
    """
    return _join(_pixels(data))


def _pixels(data: bytes) -> list[bytes]:
    """Returns the segments that a decoder needs, the scan last."""
    parts = []
    for marker, payload in jpeg_segments(data):
        if marker == _SOS:
            parts.append(payload)
        elif marker == _DNL:
            parts.append(_segment(marker, payload[:2]))
        elif marker in _PICTURE:
            parts.append(_segment(marker, payload))
        elif marker == 0xEE and payload.startswith(_ADOBE_HEADER):
            parts.append(_segment(marker, payload[:12]))
    return parts


def _join(parts: list[bytes]) -> bytes:
    return b''.join([b'\xff\xd8', *parts, b'\xff\xd9'])


def jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Walks over the segments of a JPEG file, up to the end of its first picture.

    Args:
        data (bytes): A JPEG file.

    Yields:
        tuple[int, bytes]: Marker code and payload without its length; of a scan (0xDA) marker, header and
        coded pixels; 0 and bytes that are no segment. The last one is (0xD9, what lies behind the end).

    Raises:
        ValueError: The file is no JPEG or ends within a segment.
    """
    position = 2
    while True:
        start = position
        while position + 1 < len(data) and (data[position] != 0xFF or data[position + 1] in (0x00, 0xFF)):
            position += 1
        if gap := data[start:position].strip(b'\xff'):
            yield _GAP, gap
        if data[position : position + 2] == b'\xff\xd9':
            yield _EOI, data[position + 2 :]
            return
        if data[position + 1 : position + 2] and data[position + 1] in _ALONE:
            position += 2
            continue
        if len(data) < position + 4 or data[position + 1] == 0xD8:
            raise ValueError(f'no JPEG segment at byte {start}')
        marker = data[position + 1]
        (length,) = struct.unpack_from('>H', data, position + 2)
        if marker != _SOS:
            yield marker, data[position + 4 : position + 2 + length]
            position += 2 + length
            continue
        end = _end_of_scan(data, position + 2 + length)
        yield marker, data[position:end]
        if end >= len(data):  # Without the marker of the end, which some cameras forget.
            yield _EOI, b''
            return
        position = end


def _end_of_scan(data: bytes, position: int) -> int:
    """Returns where the coded pixels at ``position`` end: at a marker other than those of restarts."""
    while True:
        position = data.find(b'\xff', position)
        if position < 0 or position + 1 >= len(data):
            return len(data)
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker == 0x00 or 0xD0 <= marker <= 0xD7:
            position += 2
        else:
            return position


def _segment(marker: int, payload: bytes) -> bytes:
    return struct.pack('>BBH', 0xFF, marker, len(payload) + 2) + payload


def _wanted_metadata(data: bytes, wanted: MetadataFilter) -> Iterator[tuple[int, bytes]]:
    """Yields the segments of metadata to keep, in their order; Photoshop's, which may be cut, come joined."""
    segments = list(jpeg_segments(data))
    photoshop = [
        payload[len(PHOTOSHOP_HEADER) :]
        for marker, payload in segments
        if marker == 0xED and payload.startswith(PHOTOSHOP_HEADER)
    ]
    profiles = [payload for marker, payload in segments if _is_icc(marker, payload)]
    for marker, payload in segments:
        if _is_icc(marker, payload):
            yield from _wanted_profile(profiles, wanted)
            profiles = []
        elif marker == 0xED and payload.startswith(PHOTOSHOP_HEADER):
            resources = clean_resources(b''.join(photoshop), wanted) if photoshop else None
            photoshop = []
            step = _MAX_PAYLOAD - len(PHOTOSHOP_HEADER)
            for start in range(0, len(resources or b''), step):
                yield marker, PHOTOSHOP_HEADER + resources[start : start + step]
        elif marker == _COM or _APP0 <= marker <= 0xEF:
            kept = _wanted_segment(marker, payload, wanted)
            if kept is not None and len(kept) <= _MAX_PAYLOAD:
                yield marker, kept
        elif marker == _GAP or (marker == _DNL and len(payload) > 2):
            wanted.leave_out(BYTES_BETWEEN)
        elif marker == _EOI:
            _describe_rest(payload, wanted)


def _is_icc(marker: int, payload: bytes) -> bool:
    return marker == 0xE2 and payload.startswith(_ICC_HEADER)


def _wanted_profile(segments: list[bytes], wanted: MetadataFilter) -> Iterator[tuple[int, bytes]]:
    """Yields the segments of an ICC profile, which stand in the order of their numbers."""
    start = len(_ICC_HEADER) + 2
    segments = sorted(segments, key=lambda payload: payload[start - 2 : start - 1])
    profile = b''.join(payload[start:] for payload in segments)
    kept = clean_icc(profile, wanted)
    if kept == profile:
        yield from ((0xE2, payload) for payload in segments)
    elif kept:
        step = _MAX_PAYLOAD - start
        parts = [kept[at : at + step] for at in range(0, len(kept), step)]
        for number, part in enumerate(parts, 1):
            yield 0xE2, _ICC_HEADER + bytes([number, len(parts)]) + part


def _wanted_segment(marker: int, payload: bytes, wanted: MetadataFilter) -> bytes | None:
    """Returns what to keep of one segment of metadata, None when it is left out."""
    if marker == _APP0 and payload.startswith(b'JFIF\x00'):
        if len(payload) > 14:
            wanted.leave_out('thumbnail')
        return payload[:12] + b'\x00\x00'  # Without its thumbnail.
    if marker == 0xE1 and payload.startswith(EXIF_HEADER):
        return clean_exif(payload, wanted)
    if marker == 0xE1 and payload.startswith(_XMP_HEADER):
        kept = clean_xmp(payload[len(_XMP_HEADER) :], wanted)
        return _XMP_HEADER + kept if kept else None
    if marker == _COM:
        return wanted.raw_text(payload)
    known = [what for code, start, what in _LEFT_OUT if code == marker and payload.startswith(start)]
    what = known[0] if known else 'unknown segments'
    if what is None and len(payload) > _MOST_OF_STRUCTURE:
        what = 'unknown segments'
    if what is not None:
        wanted.leave_out(what)
    return None


def _describe_rest(rest: bytes, wanted: MetadataFilter) -> None:
    """Records what lies behind the end of the picture."""
    if not rest.strip(b'\x00\xff'):
        return
    if b'ftyp' in rest:
        wanted.leave_out('motion film')
    if b'hdr-gain-map' in rest or b'HDRGainMap' in rest or b'urn:iso:std:iso:ts:21496' in rest:
        wanted.leave_out('gain map')
    elif b'\xff\xd8\xff' in rest:
        wanted.leave_out(FURTHER_PICTURES)
    elif b'ftyp' not in rest:
        wanted.leave_out(BYTES_BEHIND)
