"""EXIF and XMP blocks that are fit to travel with a redacted picture.

Both may hold smaller copies of the picture (thumbnails, previews in the maker's notes, gain maps), on which
a plate stays readable. They are always left out; the location on request.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from PIL import Image

EXIF_HEADER = b'Exif\x00\x00'

_ORIENTATION, _EXIF_IFD, _GPS_IFD, _SUB_IFDS, _MAKER_NOTE = 0x0112, 0x8769, 0x8825, 0x014A, 0x927C
_INTEROP_IFD = 0xA005
#: Offset and size of a JPEG preview.
_PREVIEW_TAGS = (0x0201, 0x0202)
_XMP_PICTURES = re.compile(
    r'Thumbnails|GImage|GDepth|Image\d?$|Container|Directory|MicroVideo|MotionPhoto|HasExtendedXMP|hdrgm|HDRGain',
    re.IGNORECASE,
)
_XMP_PLACES = re.compile(
    r'GPS|Location|^City$|^State$|^Country|CountryCode|Sublocation|Latitude|Longitude|Altitude|ProvinceState',
    re.IGNORECASE,
)


def read_orientation(exif: bytes | None) -> int:
    """Reads the EXIF orientation.

    Args:
        exif (bytes | None): A TIFF-structured EXIF block, with or without its header.

    Returns:
        int: 1 to 8; 1 (upright) when there is none or the block cannot be read.
    """
    parsed = _parse_exif(exif)
    value = parsed.get(_ORIENTATION, 1) if parsed is not None else 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def clean_exif(exif: bytes | None, strip_location: bool = False) -> bytes | None:
    r"""Rewrites an EXIF block without embedded pictures and, on request, without the place.

    Left out are the thumbnail, previews and the maker's notes (which may hold previews, and are bound to
    their place in the file). Everything else is kept, the orientation included.

    Args:
        exif (bytes | None): A TIFF-structured EXIF block, with or without its header.
        strip_location (bool): Leave out the GPS block too.

    Returns:
        bytes | None: The block with its header ``b'Exif\0\0'``; None when there is none, or when it is
        damaged, since what cannot be read cannot be vouched for.
    """
    parsed = _parse_exif(exif)
    if not parsed:
        return None
    # A new block: in the old one, some versions of Pillow write removed parts all the same.
    unwanted = (_EXIF_IFD, _GPS_IFD, _SUB_IFDS, *_PREVIEW_TAGS)
    kept = Image.Exif()
    for tag, value in parsed.items():
        if tag not in unwanted:
            kept[tag] = value
    details, place = dict(parsed.get_ifd(_EXIF_IFD)), dict(parsed.get_ifd(_GPS_IFD))
    for tag in (_MAKER_NOTE, _INTEROP_IFD):
        details.pop(tag, None)
    if details:
        kept[_EXIF_IFD] = details
    if place and not strip_location:
        kept[_GPS_IFD] = place
    try:
        block = kept.tobytes()
    except Exception:  # Pillow answers odd values with whatever its packing raises.
        return None
    return block if block.startswith(EXIF_HEADER) else EXIF_HEADER + block


def _parse_exif(exif: bytes | None) -> Image.Exif | None:
    """Reads a block with all its parts; None when there is none or it is damaged."""
    if not exif:
        return None
    parsed = Image.Exif()
    try:
        parsed.load(exif)
        for ifd in (_EXIF_IFD, _GPS_IFD):
            parsed.get_ifd(ifd)
        dict(parsed)  # Values are decoded when they are first asked for.
    except Exception:  # Pillow lets the errors of struct, its TIFF reader and others through.
        return None
    return parsed


def clean_xmp(xmp: bytes | None, strip_location: bool = False) -> bytes | None:
    """Rewrites an XMP packet without embedded pictures and, on request, without the place.

    Args:
        xmp (bytes | None): The packet (XML, UTF-8).
        strip_location (bool): Leave out GPS coordinates and names of places too.

    Returns:
        bytes | None: The packet, byte for byte the same when nothing had to go; None when there is none, or
        when it is not well-formed.
    """
    if not xmp:
        return None
    try:
        events = ElementTree.XMLPullParser(['start-ns'])
        events.feed(xmp.rstrip(b'\x00'))
        for _, (prefix, uri) in events.read_events():
            if prefix and not re.fullmatch(r'ns\d+|xml', prefix):
                ElementTree.register_namespace(prefix, uri)
        root = ElementTree.fromstring(xmp.rstrip(b'\x00'))
    except (ElementTree.ParseError, ValueError):
        return None
    unwanted = [_XMP_PICTURES, _XMP_PLACES] if strip_location else [_XMP_PICTURES]
    if not _remove_named(root, unwanted):
        return xmp
    body = ElementTree.tostring(root, encoding='utf-8')
    return b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>' + body + b'<?xpacket end="w"?>'


def _remove_named(element: ElementTree.Element, unwanted: list[re.Pattern]) -> bool:
    """Removes attributes and elements below ``element`` whose names match; tells whether there were any."""

    def matches(name: str) -> bool:
        uri, _, local = name.rpartition('}')
        return any(pattern.search(local) for pattern in unwanted) or 'hdr-gain-map' in uri

    names = [name for name in element.attrib if matches(name)]
    for name in names:
        del element.attrib[name]
    children = [child for child in element if matches(child.tag)]
    for child in children:
        element.remove(child)
    removed = bool(names or children)
    for child in element:
        removed |= _remove_named(child, unwanted)
    return removed
