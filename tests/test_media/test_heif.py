"""HEIC and AVIF: read upright and as deep as stored, written as HEIC, and nothing but the picture stays."""

import io
import struct

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from mmlp.media import UnreadableMediaError, find_media, read_image, write_image

BOX = (slice(20, 50), slice(30, 90))
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:City="Berlin" '
    b'p:Credit="Jane"/></rdf:RDF></x:xmpmeta>'
)


def photo(size=(160, 96)):
    values = np.random.default_rng(0).integers(40, 216, (6, 8, 3)).astype(np.uint8)
    return Image.fromarray(values).resize(size, Image.Resampling.BICUBIC)


def exif(orientation=1):
    block = Image.Exif()
    block[0x0112], block[0x0110], block[0x010E] = orientation, 'Phone 3', '38.905991,-76.987828'
    block[0x8825] = {1: 'N', 2: (38.0, 54.0, 21.0)}
    return block.tobytes()


def heic(*images, **options):
    file = pillow_heif.HeifFile()
    for image in images or (photo(),):
        file.add_from_pillow(image)
    buffer = io.BytesIO()
    file.save(buffer, quality=95, **options)
    return buffer.getvalue()


def with_thumbnail():
    file = pillow_heif.from_pillow(photo())
    file.info['thumbnails'] = [64]
    buffer = io.BytesIO()
    file.save(buffer, quality=95, exif=exif(), xmp=XMP)
    return buffer.getvalue()


def cover(picture):
    edited = picture.bgr.copy()
    edited[BOX] = 0
    return edited


def box(kind, payload):
    return struct.pack('>I4s', len(payload) + 8, kind) + payload


FILM = box(b'mpvd', box(b'ftyp', b'mp42\0\0\0\0') + box(b'mdat', bytes(500)))


@pytest.mark.parametrize('mode', ['RGB', 'L', 'RGBA'])
@pytest.mark.parametrize('chroma', [420, 444])
def test_covered_inside_and_the_same_outside(tmp_path, mode, chroma):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    image = photo().convert(mode)
    if mode == 'RGBA':
        image.putalpha(Image.linear_gradient('L').resize(image.size))
    image.info['icc_profile'] = profile
    (tmp_path / 'a.heic').write_bytes(heic(image, chroma=chroma, exif=exif()))
    picture = read_image(tmp_path / 'a.heic')
    assert (picture.format, picture.mode) == ('HEIF', mode)
    write_image(tmp_path / 'b.heic', picture, cover(picture))
    before, after = (pillow_heif.open_heif(tmp_path / name) for name in ('a.heic', 'b.heic'))
    assert after.mimetype == 'image/heic' and after.mode == before.mode
    assert after.info['icc_profile'] == profile and after.info.get('chroma') == before.info.get('chroma')
    again = read_image(tmp_path / 'b.heic')
    outside = np.ones(picture.bgr.shape[:2], bool)
    outside[10:60, 20:100] = False
    assert np.abs(again.bgr.astype(int) - picture.bgr)[outside].max() < 10
    assert again.bgr[BOX].max() < 12
    if mode == 'RGBA':
        alpha, given = again.stored[..., 3].astype(int), picture.stored[..., 3].astype(int)
        assert np.abs(alpha - given)[60:].max() < 6
        assert np.abs(alpha[BOX] - given[BOX].max()).max() < 6 < np.ptp(given[BOX])
    kept = Image.Exif()
    kept.load(after.info['exif'])
    assert kept[0x0110] == 'Phone 3' and kept.get_ifd(0x8825)


def test_turned_once(tmp_path):
    """The file's own turn counts; a viewer that follows EXIF too must not turn again."""
    image = photo()
    image.info['exif'] = exif(6)
    buffer = io.BytesIO()
    image.save(buffer, 'HEIF', quality=95)
    picture = read_image(buffer.getvalue())
    upright = np.asarray(photo().transpose(Image.Transpose.ROTATE_270))[..., ::-1]
    assert picture.bgr.shape == upright.shape and picture.orientation == 1
    assert np.abs(picture.bgr.astype(int) - upright).mean() < 3
    for edited in (None, cover(picture)):
        write_image(tmp_path / 'a.heic', picture, edited)
        again = Image.open(tmp_path / 'a.heic')
        assert again.size == upright.shape[1::-1] and again.getexif().get(0x0112, 1) == 1
        assert np.abs(read_image(tmp_path / 'a.heic').bgr[60:].astype(int) - upright[60:]).mean() < 3


@pytest.mark.parametrize('depth', [10, 12])
@pytest.mark.parametrize('channels', [1, 3, 4])
def test_more_than_8_bits_stay(tmp_path, depth, channels):
    ramp = np.linspace(8000, 60000, 160).astype(np.uint16)
    values = np.repeat(np.repeat(ramp[None, :, None], 96, axis=0), channels, axis=2)
    mode = {1: 'I;16', 3: 'RGB;16', 4: 'RGBA;16'}[channels]
    file = pillow_heif.from_bytes(mode=mode, size=(160, 96), data=values.tobytes())
    file.info['bit_depth'] = depth
    buffer = io.BytesIO()
    file.save(buffer, quality=100, chroma=444)
    picture = read_image(buffer.getvalue())
    assert picture.mode == mode and picture.stored.dtype == np.uint16
    write_image(tmp_path / 'a.hif', picture, cover(picture))
    after = pillow_heif.open_heif(tmp_path / 'a.hif', convert_hdr_to_8bit=False)
    assert after.info['bit_depth'] == depth
    stored = np.asarray(after).reshape(96, 160, -1)
    assert np.abs(stored[60:, :, 0].astype(int) - values[60:, :, 0]).max() < 1200
    assert len(np.unique(stored[90, :, 0])) > 100, '8 bits would leave fewer levels'
    assert stored[BOX][..., 0].max() < 3000


def test_only_the_picture_stays(tmp_path):
    data = with_thumbnail() + FILM
    picture = read_image(data)
    for edited, strip in ((None, False), (None, True), (cover(picture), True)):
        notes = write_image(tmp_path / 'a.heic', picture, edited, strip_location=strip)
        assert {'left out: thumbnail', 'left out: motion film'} <= set(notes)
        raw, after = (tmp_path / 'a.heic').read_bytes(), pillow_heif.open_heif(tmp_path / 'a.heic')
        assert b'mp42' not in raw and not after.info['thumbnails']
        assert (b'Berlin' in raw, b'38.905991' in raw) == (not strip, not strip) and b'Jane' in raw
        if edited is None:
            np.testing.assert_array_equal(read_image(raw).bgr, picture.bgr)


@pytest.mark.parametrize('tile_size', [0, 64])
@pytest.mark.parametrize('mode', ['RGB', 'RGBA'])
def test_unchanged_pixels_stay_as_they_were_coded(tmp_path, tile_size, mode):
    plain = heic(photo().convert(mode), tile_size=tile_size)
    write_image(tmp_path / 'a.heic', plain)
    assert (tmp_path / 'a.heic').read_bytes() == plain
    write_image(tmp_path / 'a.heic', plain + b'secret')
    raw = (tmp_path / 'a.heic').read_bytes()
    assert b'secret' not in raw
    np.testing.assert_array_equal(
        np.asarray(Image.open(io.BytesIO(raw))), np.asarray(Image.open(io.BytesIO(plain)))
    )


def test_gain_maps_and_depth_maps_are_told(tmp_path):
    """The alpha of a file, called what phones call their gain and depth maps."""
    image = photo().convert('RGBA')
    image.putalpha(Image.linear_gradient('L').resize(image.size))
    data = heic(image)
    alpha = b'urn:mpeg:hevc:2015:auxid:1'
    assert data.count(alpha) == 1
    for name, note in (
        (b'urn:apple:aux:hdrgainmap', 'gain map'),
        (b'urn:mpeg:hevc:2015:auxid:2', 'depth map'),
        (b'urn:apple:aux:hairmatte', 'auxiliary pictures'),
    ):
        picture = read_image(data.replace(alpha, name.ljust(len(alpha), b'\0')))
        for edited in (None, cover(picture)):
            notes = write_image(tmp_path / 'a.heic', picture, edited)
            assert notes == [f'left out: {note}'] and name not in (tmp_path / 'a.heic').read_bytes()
            assert read_image(tmp_path / 'a.heic').mode == 'RGB'


@pytest.mark.skipif('.avif' not in Image.registered_extensions(), reason='this Pillow has no AVIF')
def test_avif(tmp_path):
    buffer = io.BytesIO()
    photo().save(buffer, 'AVIF', quality=90, exif=exif(6), xmp=XMP)
    data = buffer.getvalue()
    picture = read_image(data)
    assert not write_image(tmp_path / 'a.avif', picture)
    assert (tmp_path / 'a.avif').read_bytes() == data
    notes = write_image(tmp_path / 'a.avif', data + FILM, strip_location=True)
    again = read_image(tmp_path / 'a.avif')
    np.testing.assert_array_equal(again.bgr, picture.bgr)
    raw = (tmp_path / 'a.avif').read_bytes()
    assert 'left out: motion film' in notes and again.orientation == 6
    assert not any(word in raw for word in (b'Berlin', b'38.9', b'mp42')) and b'Jane' in raw


def test_several_pictures_are_refused():
    with pytest.raises(UnreadableMediaError, match=r'holds 2 pictures \(HEIF\)'):
        read_image(heic(photo(), photo()))
    with pytest.raises(UnreadableMediaError, match='holds a sequence'):
        read_image(heic() + box(b'moov', bytes(100)))


@pytest.mark.parametrize('size', [30, 400, -500])
def test_damaged_files_are_refused(size):
    with pytest.raises(UnreadableMediaError, match=r'damaged|cut off'):
        read_image(heic()[:size])


def test_large_pictures_are_refused():
    with pytest.raises(UnreadableMediaError, match='has 160 x 96 pixels, more than max_pixels=100'):
        read_image(heic(), max_pixels=100)


def test_names(tmp_path):
    """A phone's IMG_1.JPG that is HEIC stays HEIC; other suffixes ask for other formats."""
    for name in ('IMG_1.JPG', 'IMG_2.heic', 'IMG_3.HIF', 'IMG_4.heif'):
        (tmp_path / name).write_bytes(heic())
    assert [item.kind for item in find_media(tmp_path)] == ['image'] * 4
    picture = read_image(tmp_path / 'IMG_1.JPG')
    write_image(tmp_path / 'out/IMG_1.JPG', picture, cover(picture))
    assert pillow_heif.open_heif(tmp_path / 'out/IMG_1.JPG').mimetype == 'image/heic'
    write_image(tmp_path / 'out/a.jpeg', picture, cover(picture))
    assert Image.open(tmp_path / 'out/a.jpeg').format == 'JPEG'
    write_image(tmp_path / 'out/b.heic', np.zeros((32, 48, 3), np.uint8))
    assert pillow_heif.open_heif(tmp_path / 'out/b.heic').mimetype == 'image/heic'


def test_a_build_without_encoder_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(pillow_heif, 'libheif_info', lambda: {'HEIF': ''})
    picture = read_image(heic())
    with pytest.raises(
        Exception, match=r'cannot write HEIC; install it .* or name an output that ends with \.jpg'
    ):
        write_image(tmp_path / 'a.heic', picture, cover(picture))
    assert not list(tmp_path.iterdir())
