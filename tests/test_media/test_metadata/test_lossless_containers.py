"""Files are put together anew without their pixels being coded anew, and metadata go with pixels that are."""

import io
import struct

import numpy as np
import pytest
from helpers.hiding_places import PLACES
from helpers.hiding_places.bmp import bmp5
from helpers.hiding_places.common import PROFILE, icc
from helpers.hiding_places.jp2 import JP2, UUIDS, box
from helpers.hiding_places.tiff import TIFF, read_tiff, with_tags
from helpers.hiding_places.webp import riff, webp
from helpers.metadata_samples import ascii_entry, coded, exif_block, iptc_record, picture, xmp_packet
from PIL import Image, ImageCms

from mmlp.media import read_image, write_image
from mmlp.media.metadata import MetadataFilter, clean_icc

BOX = (slice(10, 20), slice(10, 30))
EXIF = exif_block([ascii_entry(0x013B, 'Jane Doe')])
XMP = xmp_packet('photoshop:Credit="Jane Doe"')


def edited(source):
    bgr = source.bgr.copy()
    bgr[BOX] = 7
    return bgr


def test_strips_of_jpeg_stay_as_they_were_coded(tmp_path):
    """Coded anew, each pixel would change; as deflate, the file would grow several times."""
    data = coded(picture(), 'TIFF', compression='jpeg')
    write_image(tmp_path / 'a.tif', with_tags(data, [(50000, 7, bytes(range(200)))]))
    written = (tmp_path / 'a.tif').read_bytes()
    assert read_tiff(written)[1] == read_tiff(data)[1] and bytes(range(200)) not in written


@pytest.mark.parametrize(('order', 'big'), TIFF)
def test_metadata_of_tiff_go_with_other_pixels(tmp_path, order, big):
    records = iptc_record(120, 'Three cars') + iptc_record(116, 'Jane Doe')
    further = [(270, 2, b'By night\0'), (700, 1, XMP), (33723, 7, records), (34675, 7, PROFILE)]
    further.append((282, 5, struct.pack(order + 'II', 300, 1)))
    data = with_tags(TIFF[order, big], further)
    source = read_image(data)
    assert write_image(tmp_path / 'same.tif', source) == []
    assert (tmp_path / 'same.tif').read_bytes() == data
    assert write_image(tmp_path / 'a.tif', source, edited(source)) == []
    with Image.open(tmp_path / 'a.tif') as after:
        tags = after.tag_v2
        assert (tags[270], tags[282], after.info['icc_profile']) == ('By night', 300, PROFILE)
        assert (bytes(tags[700]), bytes(tags[33723])) == (XMP, records)


def test_metadata_of_jpeg_2000_go_with_other_pixels(tmp_path):
    start, header = JP2.index(b'jp2c') - 4, JP2.index(b'colr') - 4
    size = int.from_bytes(JP2[header : header + 4], 'big')
    inner = (
        JP2[JP2.index(b'jp2h') + 4 : header] + box(b'colr', b'\2\0\0' + PROFILE) + JP2[header + size : start]
    )
    boxes = box(b'uuid', UUIDS['XMP'] + XMP) + box(b'uuid', UUIDS['EXIF'] + EXIF)
    data = JP2[: JP2.index(b'jp2h') - 4] + box(b'jp2h', inner) + boxes + JP2[start:]
    source = read_image(data)
    assert write_image(tmp_path / 'same.jp2', source) == []
    assert (tmp_path / 'same.jp2').read_bytes() == data
    assert write_image(tmp_path / 'a.jp2', source, edited(source)) == []
    written = (tmp_path / 'a.jp2').read_bytes()
    assert XMP in written and EXIF in written
    assert box(b'colr', b'\2\0\0' + PROFILE) in written
    np.testing.assert_array_equal(read_image(written).bgr, edited(source))


def test_a_picture_whose_box_ends_behind_the_file_is_not_lost(tmp_path):
    start = JP2.index(b'jp2c') - 4
    data = JP2[:start] + struct.pack('>I', len(JP2) - start + 5) + JP2[start + 4 :]
    source = read_image(data)
    assert write_image(tmp_path / 'a.jp2', source)
    np.testing.assert_array_equal(read_image(tmp_path / 'a.jp2').bgr, source.bgr)


def test_colours_of_bmp_go_with_other_pixels(tmp_path):
    data = bmp5(PROFILE)
    source = read_image(data)
    assert write_image(tmp_path / 'same.bmp', source) == []
    assert (tmp_path / 'same.bmp').read_bytes() == data
    assert write_image(tmp_path / 'a.bmp', source, edited(source)) == []
    written = (tmp_path / 'a.bmp').read_bytes()
    offset, size = struct.unpack_from('<II', written, 126)
    assert written[14 + offset :] == PROFILE and size == len(PROFILE)
    np.testing.assert_array_equal(read_image(written).bgr, edited(source))


def test_comments_of_anymaps_go_with_other_pixels(tmp_path):
    data = b'P6\n# Three cars\n64 48\n255\n' + picture().tobytes()
    source = read_image(data)
    write_image(tmp_path / 'a.ppm', source, edited(source))
    assert b'# Three cars\n' in (tmp_path / 'a.ppm').read_bytes()
    np.testing.assert_array_equal(read_image(tmp_path / 'a.ppm').bgr, edited(source))


def test_rows_below_a_jpeg_that_its_header_cuts_off(tmp_path):
    """A picture that was cropped by its header alone still has the rows below."""
    whole = coded(picture((64, 256)), 'JPEG', quality=90)
    height = whole.index(b'\xff\xc0') + 5
    cropped = whole[:height] + struct.pack('>H', 64) + whole[height + 2 :]
    assert write_image(tmp_path / 'a.jpg', cropped) == ['left out: bytes between the parts of the file']
    written = (tmp_path / 'a.jpg').read_bytes()
    np.testing.assert_array_equal(read_image(written).bgr, read_image(cropped).bgr)
    restored = written[:height] + struct.pack('>H', 256) + written[height + 2 :]
    below = np.asarray(Image.open(io.BytesIO(restored)))[80:]
    assert below.std() < 1 < np.asarray(picture((64, 256)))[80:].std()


@pytest.mark.parametrize('lossless', [False, True])
def test_an_animation_of_one_frame_becomes_a_picture(tmp_path, lossless):
    plain = webp(lossless=lossless)
    frame = bytes(6) + plain[24:30] + b'\x64\0\0\0' + plain[30:]
    data = riff((b'VP8X', b'\2' + plain[21:30]), (b'ANIM', bytes(6)), (b'ANMF', frame))
    write_image(tmp_path / 'a.webp', data)
    assert (tmp_path / 'a.webp').read_bytes() == plain


def test_icc_keeps_colours_and_texts_and_loses_the_rest():
    private = icc((b'PRVT', b'data' + bytes(100)), (b'targ', b'text\0\0\0\0(c) Jane Doe\0'))
    wanted = MetadataFilter()
    kept = clean_icc(private, wanted)
    assert b'PRVT' not in kept and b'(c) Jane Doe' in kept
    assert wanted.notes == ['left out: parts of the ICC profile that tell no colours']
    assert len(kept) == int.from_bytes(kept[:4], 'big') and clean_icc(kept, MetadataFilter()) == kept
    ImageCms.getProfileName(ImageCms.ImageCmsProfile(io.BytesIO(kept)))
    for name in ('sRGB', 'LAB', 'XYZ'):
        whole = ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()
        assert clean_icc(whole, MetadataFilter()) == whole
    for broken in (b'x', PROFILE[:100], PROFILE[:36] + b'none' + PROFILE[40:], PROFILE[:-300]):
        wanted = MetadataFilter()
        assert clean_icc(broken, wanted) is None and wanted.notes


def test_channels_that_are_not_shown_are_left_out(tmp_path):
    data = PLACES['tif']['a further channel']
    notes = write_image(tmp_path / 'a.tif', data)
    assert notes == ['left out: further channels']
    np.testing.assert_array_equal(read_image(tmp_path / 'a.tif').bgr, read_image(data).bgr)
