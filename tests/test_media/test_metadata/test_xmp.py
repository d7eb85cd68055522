"""XMP packets lose pictures and, on request, places, in attributes, elements and lists."""

from xml.etree import ElementTree

import pytest
from helpers.metadata_samples import PLACE, xmp_packet

from mmlp.media.metadata import MetadataFilter, clean_xmp

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'


def item(text):
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{text}</rdf:li></rdf:Alt>'


@pytest.mark.parametrize(
    'attributes, elements',
    [
        ('exif:GPSLatitude="38,54.3595N"', ''),
        ('photoshop:City="Maryland Ave"', ''),
        (f'own:remark="{PLACE}"', ''),
        ('', f'<dc:description>{item(PLACE)}</dc:description>'),
        ('', f'<dc:title>{item("lat=38.905991 lon=-76.98")}</dc:title>'),
        ('', '<photoshop:City>Maryland Ave</photoshop:City>'),
        ('', '<Iptc4xmpCore:Location>Maryland Ave</Iptc4xmpCore:Location>'),
        (
            '',
            '<Iptc4xmpExt:LocationCreated><rdf:Bag><rdf:li rdf:parseType="Resource"><Iptc4xmpExt:City>'
            'Maryland Ave</Iptc4xmpExt:City></rdf:li></rdf:Bag></Iptc4xmpExt:LocationCreated>',
        ),
        ('', '<own:part><rdf:Description own:where="+38.9060-076.9878/"/></own:part>'),
        ('', '<!-- 38.905991,-76.987828 -->'),
        ('', f'<own:part own:a="b"/>{PLACE}'),
    ],
)
def test_places_go_and_the_rest_stays(attributes, elements):
    packet = xmp_packet(
        'photoshop:Credit="A. Person" ' + attributes, elements + '<dc:format>image/jpeg</dc:format>'
    )
    kept = clean_xmp(packet, MetadataFilter(strip_location=True))
    assert not any(word in kept for word in (b'38', b'76', b'Maryland'))
    assert b'A. Person' in kept and b'image/jpeg' in kept
    ElementTree.fromstring(kept)
    if '<!--' not in elements:
        assert clean_xmp(packet, MetadataFilter()) == packet


def test_keywords_go_one_by_one_and_empty_lists_with_the_last():
    keywords = ''.join(f'<rdf:li>{word}</rdf:li>' for word in ('car', 'geo:lat=38.9', 'night'))
    packet = xmp_packet(
        '', f'<dc:subject><rdf:Bag>{keywords}</rdf:Bag></dc:subject><dc:title>{item(PLACE)}</dc:title>'
    )
    kept = clean_xmp(packet, MetadataFilter(strip_location=True))
    root = ElementTree.fromstring(kept)
    assert [entry.text for entry in root.iter() if entry.tag.endswith('li')] == ['car', 'night']
    assert not [entry for entry in root.iter() if entry.tag.endswith('title')]


@pytest.mark.parametrize(
    'attributes, elements, note',
    [
        ('', f'<xmp:Thumbnails>{item("/9j/")}</xmp:Thumbnails>', 'thumbnail'),
        ('xmlns:g="http://ns.google.com/photos/1.0/image/" g:Data="/9j/"', '', 'further pictures'),
        ('xmlns:g="http://ns.google.com/photos/1.0/camera/" g:MotionPhoto="1"', '', 'motion film'),
        ('xmlns:h="http://ns.adobe.com/hdr-gain-map/1.0/" h:Version="1.0"', '', 'gain map'),
        ('xmlns:d="http://ns.google.com/photos/1.0/depthmap/" d:Data="/9j/"', '', 'depth map'),
        (f'own:anything="{"/9j/4AAQ" * 100}"', '', 'data in texts'),
        ('', f'<own:anything>{"/9j/4AAQ" * 100}</own:anything>', 'data in texts'),
    ],
)
def test_pictures_go_under_any_name(attributes, elements, note):
    wanted = MetadataFilter()
    panorama = 'GPano:ProjectionType="equirectangular" GPano:CroppedAreaImageWidthPixels="4096" '
    kept = clean_xmp(xmp_packet(panorama + attributes, elements), wanted)
    assert b'/9j/' not in kept and b'GPano:ProjectionType' in kept and b'GPano:CroppedAreaImage' in kept
    assert [text for text in wanted.notes if text.startswith(f'left out: {note}')]


def test_damaged_packets_are_left_out_and_told():
    wanted = MetadataFilter()
    assert clean_xmp(b'<x:xmpmeta', wanted) is None
    assert wanted.notes == ['left out: XMP that cannot be read']


@pytest.mark.parametrize('packet', [b'<a>' * 300 + b'</a>' * 300, b'<a>' + b'<b/>' * (1 << 21) + b'</a>'])
def test_packets_that_fill_stack_or_memory_are_left_out(packet):
    wanted = MetadataFilter()
    assert clean_xmp(packet, wanted) is None
    assert wanted.notes == ['left out: XMP that cannot be read']


def test_packets_nested_as_deeply_as_any_are_read():
    packet = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + b'<a>' * 100 + b'</a>' * 100 + b'</x:xmpmeta>'
    assert clean_xmp(packet, MetadataFilter()) == packet
