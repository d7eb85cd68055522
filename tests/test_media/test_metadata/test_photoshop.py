"""Photoshop's resources keep captions and credits, and lose thumbnails and, on request, places."""

import struct

import pytest
from helpers.metadata_samples import PLACE, iptc_record, resource, thumbnail

from mmlp.media.metadata import MetadataFilter, clean_iptc, clean_resources

CREDITS = iptc_record(110, 'Agency XY') + iptc_record(116, '(c) 2026 Jane Doe') + iptc_record(80, 'Jane Doe')
UTF8 = iptc_record(90, b'\x1b%G', record=1)


def test_thumbnails_go_and_credits_stay():
    picture = thumbnail()
    wanted = MetadataFilter()
    resolution = resource(0x03ED, b'\0' * 16)
    block = resource(0x0404, CREDITS) + resource(0x040C, picture) + resolution + resource(0x0409, picture)
    assert clean_resources(block, wanted) == resource(0x0404, CREDITS) + resolution
    assert wanted.notes == ['left out: thumbnail']
    clean_resources(resource(0x0FA0, picture), wanted)
    assert wanted.notes[1] == "left out: further resources of Photoshop's"


def test_names_of_resources_are_passed_over():
    named = b'8BIM' + struct.pack('>H', 0x0404) + b'\x04name\0' + struct.pack('>I', len(CREDITS)) + CREDITS
    assert clean_resources(named + b'\0' * (len(CREDITS) % 2), MetadataFilter()) == resource(0x0404, CREDITS)


def test_digest_stays_with_what_it_was_made_of():
    block = resource(0x0404, CREDITS + iptc_record(90, 'Berlin')) + resource(0x0425, bytes(16))
    assert clean_resources(block, MetadataFilter()) == block
    assert clean_resources(block, MetadataFilter(strip_location=True)) == resource(0x0404, CREDITS)


@pytest.mark.parametrize('number', [26, 27, 90, 92, 95, 100, 101])
def test_places_go_by_their_number(number):
    block = UTF8 + CREDITS + iptc_record(number, 'Maryland Ave')
    wanted = MetadataFilter(strip_location=True)
    assert clean_iptc(block, wanted) == UTF8 + CREDITS
    assert wanted.notes == ['left out: places']
    assert clean_iptc(block, MetadataFilter()) == block


@pytest.mark.parametrize('number', [25, 105, 120])
def test_texts_go_when_they_tell_a_place(number):
    block = CREDITS + iptc_record(number, PLACE) + iptc_record(number, 'Three cars')
    assert clean_iptc(block, MetadataFilter(strip_location=True)) == CREDITS + iptc_record(
        number, 'Three cars'
    )


def test_previews_in_records_go():
    wanted = MetadataFilter()
    picture = thumbnail()
    long = struct.pack('>BBBHI', 0x1C, 2, 202, 0x8004, len(picture)) + picture
    block = (
        iptc_record(125, picture) + CREDITS + iptc_record(10, picture, record=8) + long + iptc_record(5, 'A')
    )
    assert clean_iptc(block, wanted) == CREDITS + iptc_record(5, 'A')
    assert wanted.notes == ['left out: previews in IPTC']


@pytest.mark.parametrize('block', [b'DATA', b'\x1c\x02\x78\xff', b'8BIM\x04\x04\0\0\0\0\xff\xffDATA'])
def test_damaged_blocks_are_left_out_and_told(block):
    wanted = MetadataFilter()
    clean = clean_resources if block.startswith(b'8BIM') else clean_iptc
    assert clean(block, wanted) is None and len(wanted.notes) == 1
