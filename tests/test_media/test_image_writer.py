"""Writing pictures back: only the touched pixels differ, and nothing shows the picture a second time."""

import io
import resource

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin
from PIL.ExifTags import IFD

from mmlp.media import MediaWriteError, read_image, write_image
from mmlp.media.orientation import apply_orientation

BOX = (slice(8, 20), slice(12, 40))


@pytest.fixture
def photo():
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (6, 8, 3)).astype(np.uint8)
    return cv2.resize(small, (64, 48), interpolation=cv2.INTER_CUBIC)


def coded(image, fmt, **options):
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def cover(picture, colour=(10, 20, 30)):
    edited = picture.bgr.copy()
    edited[BOX] = colour
    return edited


def stored(path):
    image = Image.open(path)
    image.load()
    return image


LOSSLESS = {
    'PNG': ['RGB', 'L', 'RGBA', 'LA', 'P', '1'],
    'TIFF': ['RGB', 'L', 'RGBA', 'P', '1', 'CMYK'],
    'WEBP': ['RGB', 'RGBA'],
    'BMP': ['RGB', 'P'],
    'GIF': ['P'],
    'JPEG2000': ['RGB'],
}
#: TIFF is turned upright on reading; the others below know no orientation.
TURNED = {'PNG': [1, 6, 7], 'WEBP': [1, 8]}
CASES = [
    (mode, fmt, turn) for fmt, modes in LOSSLESS.items() for mode in modes for turn in TURNED.get(fmt, [1])
]


@pytest.mark.parametrize(('mode', 'fmt', 'orientation'), CASES)
def test_lossless_outside_and_covered_inside(tmp_path, photo, mode, fmt, orientation):
    image = Image.fromarray(photo)
    image = image.quantize(200) if mode == 'P' else image.convert(mode)
    if mode in ('RGBA', 'LA'):
        image.putalpha(Image.fromarray(photo[:, :, 0]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {'lossless': True, 'exact': True} if fmt == 'WEBP' else {}
    source, target = tmp_path / 'source', tmp_path / 'target'
    source.write_bytes(coded(image, fmt, **({'exif': exif} if orientation != 1 else {}), **options))
    picture = read_image(source)
    write_image(target, picture, cover(picture))

    before, after = stored(source), stored(target)
    assert (after.mode, after.format, after.size) == (before.mode, before.format, before.size)
    again = read_image(target)
    assert again.orientation == orientation
    outside = np.ones(picture.bgr.shape[:2], bool)
    outside[BOX] = False

    def undo(values):
        return apply_orientation(values, orientation)

    np.testing.assert_array_equal(again.bgr[outside], picture.bgr[outside])
    inside = again.bgr[BOX].reshape(-1, 3)
    assert (inside == inside[0]).all(), 'one colour covers all'
    if mode in ('RGB', 'RGBA'):
        assert inside[0].tolist() == [10, 20, 30]
    if mode in ('RGBA', 'LA'):
        kept, given = (undo(np.asarray(image)[..., -1]) for image in (after, before))
        np.testing.assert_array_equal(kept[outside], given[outside])
        assert given[BOX].min() < given[BOX].max() == kept[BOX].max() == kept[BOX].min()
    if mode == 'P':
        assert after.getpalette() == before.getpalette()


@pytest.mark.parametrize('suffix', ['.png', '.tif'])
@pytest.mark.parametrize('channels', [1, 3, 4])
def test_16_bit_stays_16_bit(tmp_path, suffix, channels):
    deep = np.random.default_rng(0).integers(0, 65536, (48, 64, channels)).astype(np.uint16).squeeze()
    picture = read_image(cv2.imencode(suffix, deep)[1].tobytes())
    path = tmp_path / f'a{suffix}'
    write_image(path, picture, cover(picture, (10, 10, 10)))
    again = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    expected = deep.copy()
    expected[BOX if channels == 1 else (*BOX, slice(0, 3))] = 10 * 257
    if channels == 4:
        expected[(*BOX, 3)] = deep[(*BOX, 3)].max()
    assert again.dtype == np.uint16
    np.testing.assert_array_equal(again, expected)


@pytest.mark.parametrize('mode', ['I;16', 'CMYK', 'P'])
def test_no_pattern_stays_under_a_fill_of_the_letters_colour(tmp_path, mode):
    """Black letters, covered by black: what the file stores must not tell letters from ground."""
    letters = np.zeros((30, 60), np.uint8)
    cv2.putText(letters, 'AB12', (2, 22), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2)
    letters = letters > 0
    if mode == 'I;16':
        image = Image.fromarray(np.where(letters, 77, 60000).astype(np.uint16))
    elif mode == 'CMYK':
        inks = np.where(letters[..., None], (255, 255, 255, 9), (0, 0, 0, 0)).astype(np.uint8)
        image = Image.frombytes('CMYK', (60, 30), inks.tobytes())
    else:
        image = Image.fromarray(np.where(letters, 2, 1).astype(np.uint8))
        image.putpalette([0, 0, 0, 255, 255, 255, 0, 0, 0])
    picture = read_image(coded(image, 'TIFF'))
    write_image(tmp_path / 'a.tif', picture, np.zeros_like(picture.bgr))
    for given in (None, np.ones(picture.bgr.shape[:2], np.uint8)):
        write_image(tmp_path / 'a.tif', picture, np.zeros_like(picture.bgr), touched=given)
        after = np.asarray(stored(tmp_path / 'a.tif')).reshape(30 * 60, -1)
        assert len(np.unique(after, axis=0)) == 1


def test_touched_limits_what_is_taken(tmp_path, photo):
    picture = read_image(coded(Image.fromarray(photo), 'PNG'))
    touched = np.zeros(picture.bgr.shape[:2], bool)
    touched[0, 0] = True
    write_image(tmp_path / 'a.png', picture, 255 - picture.bgr, touched=touched)
    again = read_image(tmp_path / 'a.png').bgr
    assert (again != picture.bgr).any(axis=2).sum() == 1


@pytest.mark.parametrize('subsampling', [0, 1, 2])
@pytest.mark.parametrize('quality', [40, 92])
def test_jpeg_keeps_tables_and_subsampling(tmp_path, photo, subsampling, quality):
    source = coded(Image.fromarray(photo), 'JPEG', quality=quality, subsampling=subsampling, progressive=True)
    picture = read_image(source)
    write_image(tmp_path / 'a.jpg', picture, cover(picture))
    before, after = Image.open(io.BytesIO(source)), stored(tmp_path / 'a.jpg')
    assert after.quantization == before.quantization
    assert [layer[1:3] for layer in after.layer] == [layer[1:3] for layer in before.layer]
    assert after.info['progressive']
    # Pillow does the same when the edit is made within its own picture.
    before.paste((30, 20, 10), (12, 8, 40, 20))
    again = Image.open(io.BytesIO(coded(before, 'JPEG', quality='keep', progressive=True)))
    np.testing.assert_array_equal(np.asarray(after), np.asarray(again))
    inside = read_image(tmp_path / 'a.jpg').bgr[BOX][4:-4, 4:-4].astype(int)
    assert np.abs(inside - (10, 20, 30)).max() < 40


@pytest.mark.parametrize('mode', ['L', 'CMYK'])
def test_jpeg_keeps_its_mode(tmp_path, photo, mode):
    picture = read_image(coded(Image.fromarray(photo).convert(mode), 'JPEG', quality=95))
    write_image(tmp_path / 'a.jpg', picture, cover(picture, (10, 10, 10)))
    assert stored(tmp_path / 'a.jpg').mode == mode
    again = read_image(tmp_path / 'a.jpg').bgr
    assert again[BOX].mean() < 25
    assert np.abs(again[30:].astype(int) - picture.bgr[30:]).mean() < 3


def exif_with_everything(thumbnail):
    """An EXIF block of a phone: camera, place, maker's notes, thumbnail behind the main directory."""
    exif = Image.Exif()
    exif[0x0110], exif[0x0112] = 'Dashcam 3000', 6
    exif[IFD.Exif] = {0x829A: 0.01, 0x927C: b'MAKER' + thumbnail, 0x9003: '2024:05:06 07:08:09'}
    exif[IFD.GPSInfo] = {1: 'N', 2: (52.0, 31.0, 12.0), 3: 'E', 4: (13.0, 24.0, 18.0)}
    block = bytearray(exif.tobytes())
    # Append a second directory with a thumbnail, as cameras do: offset and size of a JPEG.
    tiff = 6
    order = 'little' if block[tiff : tiff + 2] == b'II' else 'big'
    first = int.from_bytes(block[tiff + 4 : tiff + 8], order)
    count = int.from_bytes(block[tiff + first : tiff + first + 2], order)
    link = tiff + first + 2 + 12 * count
    second = len(block) - tiff
    block[link : link + 4] = second.to_bytes(4, order)
    entries = [(0x0201, 4, 1, second + 30), (0x0202, 4, 1, len(thumbnail))]
    block += (2).to_bytes(2, order)
    for tag, kind, number, value in entries:
        block += tag.to_bytes(2, order) + kind.to_bytes(2, order)
        block += number.to_bytes(4, order) + value.to_bytes(4, order)
    return bytes(block + bytes(4) + thumbnail)


XMP = b"""<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
 exif:GPSLatitude="52,31.2N" photoshop:City="Berlin" photoshop:Credit="A. Person">
<xmp:Thumbnails>/9j/THUMB</xmp:Thumbnails><dc:format>image/jpeg</dc:format></rdf:Description></rdf:RDF>
</x:xmpmeta><?xpacket end='w'?>"""


@pytest.mark.parametrize('edit', [False, True])
@pytest.mark.parametrize('strip', [False, True])
@pytest.mark.parametrize('fmt', ['JPEG', 'PNG', 'WEBP', 'AVIF'])
def test_metadata_without_second_pictures_and_place(tmp_path, photo, fmt, edit, strip):
    if fmt == 'AVIF' and 'AVIF' not in Image.registered_extensions().values():
        pytest.skip('this Pillow has no AVIF')
    thumbnail = coded(Image.fromarray(photo).resize((16, 12)), 'JPEG')
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    options = {'exif': exif_with_everything(thumbnail), 'icc_profile': profile}
    if fmt == 'PNG':
        text = PngImagePlugin.PngInfo()
        text.add_text('Title', 'A car')
        text.add_itxt('XML:com.adobe.xmp', XMP.decode(), zip=True)
        options.update(pnginfo=text, dpi=(300, 300))
    else:
        options['xmp'] = XMP
    if fmt == 'JPEG':
        options.update(comment=b'by night', dpi=(300, 300))
    data = coded(Image.fromarray(photo), fmt, **options)
    data += thumbnail if fmt == 'JPEG' else b''  # As in MPO files and moving photos.
    assert thumbnail in data
    picture = read_image(data)
    path = tmp_path / f'a.{fmt.lower()}'
    write_image(path, picture, cover(picture) if edit else None, strip_location=strip)

    raw, after = path.read_bytes(), stored(path)
    assert thumbnail not in raw and b'MAKER' not in raw
    assert 'THUMB' not in str(after.info['xmp' if fmt != 'PNG' else 'XML:com.adobe.xmp'])
    exif = after.getexif()
    assert exif[0x0112] == 6 and exif[0x0110] == 'Dashcam 3000'
    assert exif.get_ifd(IFD.Exif)[0x9003] == '2024:05:06 07:08:09'
    assert bool(exif.get_ifd(IFD.GPSInfo)) is not strip
    if not strip:
        assert exif.get_ifd(IFD.GPSInfo)[2] == (52.0, 31.0, 12.0)
    assert after.info['icc_profile'] == profile
    xmp = str(after.info['xmp' if fmt != 'PNG' else 'XML:com.adobe.xmp'])
    assert 'A. Person' in xmp and 'image/jpeg' in xmp
    assert ('Berlin' in xmp, 'GPSLatitude' in xmp) == (not strip, not strip)
    if fmt == 'PNG':
        assert after.info['Title'] == 'A car' and round(after.info['dpi'][0]) == 300
    if fmt == 'JPEG':
        assert after.info['comment'] == b'by night' and after.info['dpi'] == (300, 300)
    if not edit:
        np.testing.assert_array_equal(np.asarray(after), np.asarray(Image.open(io.BytesIO(data))))


def test_malformed_xmp_and_exif_are_left_out(tmp_path, photo):
    data = coded(
        Image.fromarray(photo), 'JPEG', exif=b'Exif\x00\x00II*\x00\xff\xff\xff\x7f', xmp=b'<x:xmpmeta'
    )
    write_image(tmp_path / 'a.jpg', data)
    info = stored(tmp_path / 'a.jpg').info
    assert 'exif' not in info and 'xmp' not in info


@pytest.mark.parametrize('deep', [False, True])
def test_tiff_tags(tmp_path, photo, deep):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    tags = {270: 'a car', 271: 'Maker', 282: 300.0, 283: 300.0, 296: 2, 33922: (1.0, 2.0, 3.0, 4.0, 5.0, 6.0)}
    data = coded(Image.fromarray(photo), 'TIFF', compression='tiff_lzw', icc_profile=profile, tiffinfo=tags)
    picture = read_image(data)
    if deep:  # A 16-bit file with the same tags, as our own writer makes it.
        from mmlp.media.metadata import MetadataFilter, with_tiff_metadata
        from mmlp.media.tiff import encode_tiff

        pixels = photo[:, :, ::-1].astype(np.uint16) * 200
        encoded = encode_tiff(pixels, 'RGB;16', None, picture.info)
        picture = read_image(with_tiff_metadata(encoded, data, MetadataFilter()))
        assert picture.mode == 'RGB;16'
    for strip in (False, True):
        write_image(tmp_path / 'a.tif', picture, cover(picture), strip_location=strip)
        after = stored(tmp_path / 'a.tif')
        assert (
            after.tag_v2[270] == 'a car' and after.tag_v2[282] == 300 and after.info['icc_profile'] == profile
        )
        assert (33922 in after.tag_v2) is not strip
        assert after.info['compression'] == ('tiff_adobe_deflate' if deep else 'tiff_lzw')
        assert after.tag_v2[258] == ((16, 16, 16) if deep else (8, 8, 8))


@pytest.mark.parametrize('fmt', [*LOSSLESS, 'JPEG', 'PPM', 'HEIF', 'AVIF'])
def test_a_file_of_which_nothing_has_to_go_stays_byte_for_byte(tmp_path, photo, fmt):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = 'Maker', 'Jane Doe'
    exif[IFD.Exif] = {0x829A: 0.01, 0x9003: '2024:05:06 07:08:09'}
    options = {}
    if fmt in ('JPEG', 'PNG', 'WEBP', 'TIFF', 'HEIF', 'AVIF'):
        options = {'exif': exif, 'icc_profile': profile}
    if fmt == 'TIFF':
        options = {'tiffinfo': {0x010F: 'Maker', 0x013B: 'Jane Doe'}, 'icc_profile': profile}
    if fmt == 'JPEG':
        options.update(comment=b'by night', xmp=b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>')
    if fmt not in Image.SAVE:
        pytest.skip(f'this Pillow has no {fmt}')
    image = Image.fromarray(photo)
    data = coded(image.quantize(64) if fmt == 'GIF' else image, fmt, **options)
    assert write_image(tmp_path / 'a', data) == []
    assert (tmp_path / 'a').read_bytes() == data


def test_format_follows_suffix_unless_the_source_had_it_too(tmp_path, photo):
    misnamed = tmp_path / 'really_png.jpg'
    misnamed.write_bytes(coded(Image.fromarray(photo), 'PNG'))
    picture = read_image(misnamed)
    write_image(tmp_path / 'b.jpg', picture, cover(picture))
    assert stored(tmp_path / 'b.jpg').format == 'PNG'
    write_image(tmp_path / 'no_suffix', picture)
    assert stored(tmp_path / 'no_suffix').format == 'PNG'
    write_image(tmp_path / 'b.webp', picture)
    assert stored(tmp_path / 'b.webp').format == 'WEBP'
    with pytest.raises(ValueError, match=r"suffix '\.xyz'; try"):
        write_image(tmp_path / 'b.xyz', photo)


def test_other_format_is_written_upright(tmp_path, photo):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_image(coded(Image.fromarray(photo), 'JPEG', exif=exif))
    write_image(tmp_path / 'a.png', picture)
    np.testing.assert_array_equal(np.asarray(stored(tmp_path / 'a.png'))[:, :, ::-1], picture.bgr)


@pytest.mark.parametrize('suffix', ['.png', '.tif', '.bmp', '.jpg', '.webp'])
def test_arrays_are_written(tmp_path, photo, suffix):
    path = tmp_path / f'deep/er/a{suffix}'
    bgr = np.ascontiguousarray(photo[:, :, ::-1])
    write_image(path, bgr)
    again = cv2.imread(str(path))
    assert np.abs(again.astype(int) - bgr).mean() < (6 if suffix in ('.jpg', '.webp') else 1e-9)


def test_masks_are_written_as_they_are(tmp_path):
    mask = np.zeros((5, 7), np.uint8)
    mask[2] = 255
    write_image(tmp_path / 'a.png', mask)
    np.testing.assert_array_equal(np.asarray(stored(tmp_path / 'a.png')), mask)


def test_wrong_edits_are_refused(tmp_path, photo):
    picture = read_image(coded(Image.fromarray(photo), 'PNG'))
    with pytest.raises(ValueError, match=r'bgr must have the shape \(48, 64, 3\)'):
        write_image(tmp_path / 'a.png', picture, picture.bgr[1:])
    with pytest.raises(ValueError, match='dtype uint8'):
        write_image(tmp_path / 'a.png', picture, picture.bgr / 255)
    with pytest.raises(ValueError, match=r'touched must have the shape \(48, 64\)'):
        write_image(tmp_path / 'a.png', picture, cover(picture), touched=np.ones((2, 2), bool))
    assert not list(tmp_path.iterdir())


def test_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, photo):
    path = tmp_path / 'a.bmp'
    path.write_bytes(b'old')
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, before[1]))
    try:
        with pytest.raises(MediaWriteError, match=r'a\.bmp: could not be written: File too large'):
            write_image(path, noise)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_bytes() == b'old' and [entry.name for entry in tmp_path.iterdir()] == ['a.bmp']


def test_folder_in_the_way(tmp_path, photo):
    (tmp_path / 'a.png').mkdir()
    with pytest.raises(MediaWriteError, match=r'a\.png: could not be written'):
        write_image(tmp_path / 'a.png', photo)
    (tmp_path / 'file').write_bytes(b'')
    with pytest.raises(MediaWriteError, match='could not be written'):
        write_image(tmp_path / 'file' / 'a.png', photo)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ['a.png', 'file']
