"""No picture that is hidden in a file comes along, whatever the format and the place."""

import io
import json
import shutil
import subprocess

import av
import numpy as np
import pytest
from helpers.carver import find_copies
from helpers.hiding_places import HIDDEN, LETTERS, PHOTO, PLACES, RAW, SECRET
from helpers.metadata_samples import coded
from PIL import Image, ImageCms

from mmlp.media import read_image, write_image

CASES = [(fmt, name) for fmt, places in PLACES.items() for name in places]
BOX = (slice(10, 20), slice(10, 30))
#: Coded anew, other pixels do not get what stood behind the ones they replace, and need not tell it.
BEHIND_PIXELS = (
    'before the end',
    'behind the pixels',
    'further rows',
    'background',
    'transparency',
    'the end',
)
#: Plain pixels, which have no beginning that could be searched for, and coded ones of HEIC and AVIF.
PLAIN = [RAW[at : at + 24] for at in range(300, 1500, 200)]
ITEMS = {fmt: coded(HIDDEN, kind, quality=quality) for fmt, kind, quality in [('heic', 'HEIF', 90)]}
if 'avif' in PLACES:
    ITEMS['avif'] = coded(HIDDEN, 'AVIF', quality=80)


def copies_in(data, fmt):
    item = ITEMS.get(fmt, b'')
    pixels = item[item.find(b'mdat') + 4 :]
    marks = [*PLAIN, *([pixels[at : at + 24] for at in range(0, 200, 40)] if item else [])]
    return [*find_copies(data, SECRET, HIDDEN), *(mark for mark in marks if mark in data)]


def is_found(name):
    """Whether the search finds what is hidden; else another of the same kind stands for it."""
    others = (
        'in numbers',
        'base85',
        'uuencode',
        'PNG',
        'keywords',
        'pieces',
        'in lines',
        'further',
        'nobody',
    )
    return not any(part in name for part in (*others, 'second picture', 'fourth channel'))


@pytest.mark.parametrize(('fmt', 'name'), CASES)
def test_nothing_hidden_comes_along(tmp_path, fmt, name):
    data = PLACES[fmt][name]
    if is_found(name):
        assert copies_in(data, fmt), 'the file hides nothing'
    picture = read_image(data)
    edited = picture.bgr.copy()
    edited[BOX] = 7
    for bgr, strip in ((None, False), (None, True), (edited, False)):
        notes = write_image(tmp_path / f'a.{fmt}', picture, bgr, strip_location=strip)
        written = (tmp_path / f'a.{fmt}').read_bytes()
        assert not copies_in(written, fmt)
        assert notes or bgr is not None, 'it is told'
        again = read_image(written)
        if bgr is None:
            stored = picture.bgr if picture.stored is None else picture.stored
            np.testing.assert_array_equal(again.bgr if again.stored is None else again.stored, stored)
        if name.startswith('EXIF,'):
            assert b'Jane Doe' in written or b'Jane Doe' not in data, 'the rest stays'


def colours(profile):
    """What a profile makes of colours."""
    samples = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    lab = ImageCms.createProfile('LAB')
    image = Image.fromarray(samples)
    return np.asarray(ImageCms.profileToProfile(image, io.BytesIO(profile), lab, outputMode='LAB'))


#: Pillow reads no profile of the formats left out; where a table or all of it is a picture, none stays.
PROFILES = [(fmt, name) for fmt, name in CASES if 'ICC' in name and fmt not in ('gif', 'bmp', 'jp2')]
PROFILES = [(fmt, name) for fmt, name in PROFILES if 'table' not in name and 'no profile' not in name]


@pytest.mark.parametrize(('fmt', 'name'), PROFILES)
def test_colours_stay(tmp_path, fmt, name):
    write_image(tmp_path / f'a.{fmt}', PLACES[fmt][name])
    with Image.open(tmp_path / f'a.{fmt}') as image:
        kept = image.info['icc_profile']
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    np.testing.assert_array_equal(colours(kept), colours(plain))


@pytest.mark.skipif(
    shutil.which('exiftool') is None, reason='exiftool (libimage-exiftool-perl) is not installed'
)
@pytest.mark.parametrize('fmt', PLACES)
def test_exiftool_finds_no_picture(tmp_path, fmt):
    (tmp_path / 'in').mkdir()
    (tmp_path / 'out').mkdir()
    for number, data in enumerate(PLACES[fmt].values()):
        (tmp_path / f'in/{number}.{fmt}').write_bytes(data)
        write_image(tmp_path / f'out/{number}.{fmt}', data)

    def found(folder):
        """All values that exiftool can take out of the files, unknown ones and embedded files too."""
        command = [
            'exiftool',
            '-json',
            '-binary',
            '-all',
            '-unknown',
            '-ee',
            '-G1',
            '-r',
            str(tmp_path / folder),
        ]
        values = json.loads(subprocess.run(command, capture_output=True, check=False).stdout)
        texts = [str(value) for file in values for value in file.values()]
        return [text for text in texts if find_copies(b'\0' + text.encode(), SECRET, HIDDEN)], values

    before, _ = found('in')
    after, values = found('out')
    assert len(values) == len(PLACES[fmt]) and not after
    assert before or fmt == 'ppm'
    previews = ('ThumbnailImage', 'PreviewImage', 'PhotoshopThumbnail', 'JpgFromRaw', 'OtherImage')
    names = {key for file in values for key in file if key.endswith(previews)}
    assert not names - {'IFD0:PreviewImage'}, 'so it calls the strips of a TIFF file that are coded as JPEG'


@pytest.mark.parametrize('fmt', ITEMS)
def test_ffmpeg_finds_one_picture(tmp_path, fmt):
    for name in ('a thumbnail', 'a depth map', 'a gain map'):
        data = PLACES[fmt][name]
        with av.open(io.BytesIO(data)) as container:
            assert len(container.streams.video) == 2
        write_image(tmp_path / f'a.{fmt}', data)
        with av.open(str(tmp_path / f'a.{fmt}')) as container:
            assert len(container.streams.video) == 1


@pytest.mark.parametrize('fmt', ['JPEG', 'PNG', 'TIFF', 'WEBP'])
def test_texts_of_people_stay(tmp_path, fmt):
    """Long captions, links, checksums, code pages and other alphabets are no data."""
    texts = [
        'A car before the town hall. ' * 60,
        'https://example.org/a/very/long/path/' + 'part-of-a-name/' * 12,
        'sha256 ' + '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        'Ein Wagen vor dem Rathaus von Köln – „schön“ ' * 8,
        '市役所の前の車。' * 60,
        'Машина перед ратушей. ' * 40,
        '{"workflow": {"nodes": [{"id": 1, "type": "Crop", "widgets": [0.5, 12, true]}]}}',
        'masterpiece,best quality,((detailed)),red car,street,rain,reflection,' * 12,
    ]
    for text in texts:
        exif = Image.Exif()
        exif[0x8298] = 'Jane Doe'
        exif[0x9C9C] = text.encode('utf-16-le') + b'\0\0'
        exif[0x8769] = {0x9286: b'UNICODE\0' + text.encode('utf-16-be')}
        exif[0x010E] = text.encode('utf-8')
        block = exif.tobytes()
        data = coded(PHOTO, fmt, exif=block) if fmt != 'TIFF' else coded(PHOTO, fmt, tiffinfo={0x010E: text})
        assert write_image(tmp_path / 'a', data) == [], text[:20]
        assert (tmp_path / 'a').read_bytes() == data


@pytest.mark.parametrize('mode', ['RGBA', 'LA'])
@pytest.mark.parametrize('suffix', ['png', 'tif', 'webp'])
def test_letters_in_transparency_are_covered(tmp_path, mode, suffix):
    """A picture whose alpha shows it a second time, and one that is transparent above what it shows."""
    grey = PHOTO.convert('L')
    for alpha in (grey, Image.new('L', PHOTO.size, 0)):
        image = PHOTO.convert(mode)
        image.putalpha(alpha)
        if (mode, suffix) == ('LA', 'webp'):
            return
        options = {'lossless': True, 'exact': True} if suffix == 'webp' else {}
        picture = read_image(coded(image, {'tif': 'TIFF'}.get(suffix, suffix.upper()), **options))
        edited = picture.bgr.copy()
        edited[BOX] = 7
        write_image(tmp_path / f'a.{suffix}', picture, edited)
        with Image.open(tmp_path / f'a.{suffix}') as after:
            values = np.asarray(after.convert('RGBA'))
        assert len(np.unique(values[BOX].reshape(-1, 4), axis=0)) == 1
        outside = np.ones(grey.size[::-1], bool)
        outside[BOX] = False
        np.testing.assert_array_equal(values[..., 3][outside], np.asarray(alpha)[outside])


@pytest.mark.parametrize(('fmt', 'name'), [('tif', 'a further channel'), ('bmp', 'a fourth channel')])
def test_channels_that_are_not_shown_are_originals(fmt, name):
    """So that --in-place leaves the file as it is."""
    assert read_image(PLACES[fmt][name]).originals == ('further channels',)


def test_letters_are_long_enough():
    assert len(LETTERS) > 1000
