"""XMP packets that are fit to travel with a redacted picture."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from .filter import DATA_IN_TEXTS, FURTHER_PICTURES, MetadataFilter
from .places import names_place

#: What is left out, by the names of its properties, and by their namespaces.
_PICTURES = {
    'motion film': re.compile('MicroVideo|MotionPhoto', re.IGNORECASE),
    'gain map': re.compile('hdrgm|HDRGain', re.IGNORECASE),
    'depth map': re.compile('GDepth|DepthMap', re.IGNORECASE),
    'thumbnail': re.compile('Thumbnails?', re.IGNORECASE),
    'extended XMP': re.compile('HasExtendedXMP', re.IGNORECASE),
    FURTHER_PICTURES: re.compile(r'GImage|Image\d?$|Container|Directory', re.IGNORECASE),
}
_NAMESPACES = {'gain map': 'hdr-gain-map', 'depth map': '/depthmap/', FURTHER_PICTURES: '/1.0/image/'}
_LANGUAGE = '{http://www.w3.org/XML/1998/namespace}lang'
#: Comments, definitions and instructions, which are not among what is parsed.
_ASIDES = re.compile(r'<!--|<!DOCTYPE|<\?(?!(?:xpacket|xml|adobe)\b[^>]{0,200}>)')
_NAMES = re.compile(
    r'\sxmlns(?::[^\s=]+)?\s*=\s*["\']([^"\']*)|<[/!?]?([^\s<>]+)|\s([^\s=<>"\']+)\s*=\s*["\']'
)
#: Names of properties and of what they belong to are short.
_MOST_OF_NAME = 256
#: Larger or deeper packets describe no picture, and take gigabytes or Python's stack.
_MAX_BYTES, _MAX_DEPTH = 1 << 23, 200


def clean_xmp(xmp: bytes | None, wanted: MetadataFilter) -> bytes | None:
    """Rewrites an XMP packet without embedded pictures and, on request, without the place.

    Args:
        xmp (bytes | None): The packet (XML, UTF-8).
        wanted (MetadataFilter): What may stay.

    Returns:
        bytes | None: The packet, byte for byte the same when nothing had to go; None when there is none, or
        when it is not well-formed.
    """
    if not xmp:
        return None
    packet = bytes(xmp).strip(b'\x00')
    try:
        check_xml_size(packet)
        events = ElementTree.XMLPullParser(['start-ns'])
        events.feed(packet)
        for _, (prefix, uri) in events.read_events():
            if prefix and not re.fullmatch(r'ns\d+|xml', prefix):
                ElementTree.register_namespace(prefix, uri)
        root = ElementTree.fromstring(packet)
        if _depth(root) > _MAX_DEPTH:
            raise ValueError('XMP is nested too deeply')
    except (ElementTree.ParseError, ValueError, LookupError):
        wanted.leave_out('XMP that cannot be read')
        return None
    changed = _clean(root, wanted)
    text = packet.decode('utf-16' if packet[:2] in (b'\xff\xfe', b'\xfe\xff') else 'utf-8', 'replace')
    if not changed and not _ASIDES.search(text) and not _has_long_names(text):
        return xmp
    body = ElementTree.tostring(root, encoding='utf-8')
    if _has_long_names(body.decode('utf-8')):
        wanted.leave_out(DATA_IN_TEXTS)
        return None
    if not changed:
        wanted.leave_out('comments in XMP')
    return b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>' + body + b'<?xpacket end="w"?>'


def check_xml_size(packet: bytes) -> None:
    """Refuses XML that would take a hundred times its size when it is parsed.

    Raises:
        ValueError: It is larger than any description of a picture.
    """
    if len(packet) > _MAX_BYTES:
        raise ValueError(f'XMP of {len(packet):,} bytes')


def _depth(root: ElementTree.Element) -> int:
    depth, level = 0, [root]
    while level and depth <= _MAX_DEPTH:
        depth, level = depth + 1, [child for element in level for child in element]
    return depth


def _clean(element: ElementTree.Element, wanted: MetadataFilter) -> bool:
    """Takes what must not stay out of an element; tells whether there was any."""
    changed = False
    for name, value in list(element.attrib.items()):
        kept = _wanted_value(name, value, wanted)
        if kept != value:
            changed = True
            if kept is None:
                del element.attrib[name]
            else:
                element.attrib[name] = kept
    for child in list(element):
        had_content = _has_content(child)
        if _is_unwanted(child.tag, wanted):
            element.remove(child)
            changed = True
            continue
        changed |= _clean(child, wanted)
        if had_content and not _has_content(child) and not child.attrib.keys() - {_LANGUAGE}:
            element.remove(child)  # All of it went, such as every entry of a list.
    for part, place in [(element, 'text'), *((child, 'tail') for child in element)]:
        text = getattr(part, place) or ''
        kept = wanted.text(text) if text.strip() else text
        if kept != text:
            setattr(part, place, kept)
            changed = True
    return changed


def _has_long_names(text: str) -> bool:
    """Tells whether what stands between values is long enough to hold data: names, and their namespaces."""
    return any(len(max(names, key=len)) > _MOST_OF_NAME for names in _NAMES.findall(text))


def _has_content(element: ElementTree.Element) -> bool:
    return len(element) > 0 or bool((element.text or '').strip())


def _wanted_value(name: str, value: str, wanted: MetadataFilter) -> str | None:
    return None if _is_unwanted(name, wanted) else wanted.text(value)


def _is_unwanted(name: str, wanted: MetadataFilter) -> bool:
    """Tells whether a property goes by its name, and records what it was."""
    uri, _, local = name.rpartition('}')
    for what, pattern in _PICTURES.items():
        if pattern.search(local) or (what in _NAMESPACES and _NAMESPACES[what] in uri):
            wanted.leave_out(what)
            return True
    if wanted.strip_location and names_place(local):
        wanted.leave_out('places')
        return True
    return False
