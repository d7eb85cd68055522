"""Anonymised pictures: what is covered, what stays, and where it goes."""

import io
import json
import os

import cv2
import numpy as np
import pillow_heif
import pytest
from helpers.bright_plates import (
    BOX,
    BrightSegmenter,
    background,
    hidden_files,
    is_legible,
    plate_box,
    plate_picture,
    read_video,
    result_of,
    write_video,
)
from PIL import Image, ImageCms, ImageOps

from mmlp.cli import media_jobs
from mmlp.jobs import Redaction, anonymize_image, anonymize_media
from mmlp.jobs.redaction import read_cover
from mmlp.media import write_image


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize('method', ['blur', 'pixelate', 'solid', 'image'])
def test_plates_are_covered_and_the_rest_stays(method, tmp_path):
    write_image(tmp_path / 'in/photo.png', plate_picture())
    cover = np.full((20, 60, 3), (200, 30, 30), np.uint8) if method == 'image' else None
    report = anonymize_media(
        tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), Redaction(method, margin=20, cover=cover)
    )
    before, after = read(tmp_path / 'in/photo.png'), read(tmp_path / 'out/photo.png')
    assert not is_legible(after, BOX)
    changed = (before != after).any(axis=2)
    changed[50 - 4 : 66 + 4, 40 - 4 : 88 + 4] = False  # 20 % of 16 pixels, and one of antialiasing.
    assert not changed.any()
    (result,) = report.files
    assert (result.status, result.plates, result.review) == ('done', 1, [])
    document = json.loads((tmp_path / 'out/report.json').read_text())
    assert document['files'][0]['plates'] == 1 and document['settings']['redaction']['method'] == method


def test_arrays():
    image = plate_picture()
    result, plates = anonymize_image(BrightSegmenter(), image)
    assert len(plates) == 1 and not is_legible(result, BOX) and is_legible(image, BOX)


def deep_grey(path):
    cv2.imwrite(str(path), plate_picture()[:, :, 0].astype(np.uint16) * 257)


def deep_colour(path):
    cv2.imwrite(str(path), plate_picture().astype(np.uint16) * 257)


def read_deep(path):
    """Pixels of any picture, on a scale of 0 to 255."""
    pixels = read(path) if 'deep' in path.name else np.asarray(Image.open(path).convert('RGB'))
    return pixels / (257 if pixels.dtype == np.uint16 else 1)


def saved_as(mode, **options):
    def write(path):
        Image.fromarray(plate_picture()[:, :, ::-1]).convert(mode).save(path, **options)

    return write


@pytest.mark.parametrize(
    'name, write',
    [
        ('deep_grey.png', deep_grey),
        ('deep_colour.png', deep_colour),
        ('deep_colour.tif', deep_colour),
        ('grey.jpg', saved_as('L')),
        ('alpha.png', saved_as('RGBA')),
        ('palette.png', saved_as('P')),
        ('cmyk.jpg', saved_as('CMYK', quality=95)),
        ('still.gif', saved_as('P')),
        ('photo.webp', saved_as('RGB', quality=90)),
    ],
)
def test_kinds_of_pictures_stay_what_they_are(name, write, tmp_path):
    (tmp_path / 'in').mkdir()
    write(tmp_path / 'in' / name)
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    assert report.exit_code == 0 and report.files[0].plates == 1
    with Image.open(tmp_path / 'in' / name) as before, Image.open(tmp_path / 'out' / name) as after:
        assert (after.mode, after.format, after.size) == (before.mode, before.format, before.size)
    before, after = (read_deep(tmp_path / place / name) for place in ('in', 'out'))
    assert is_legible(before, BOX) and not is_legible(after, BOX)
    if name.startswith('deep'):
        assert read(tmp_path / 'out' / name).dtype == np.uint16


def test_orientation_and_place(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 3
    exif.get_ifd(0x8825)[1] = 'N'
    turned = Image.fromarray(np.ascontiguousarray(plate_picture()[::-1, ::-1, ::-1]))
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()
    turned.save(tmp_path / 'photo.jpg', exif=exif, quality=95, icc_profile=profile)
    for number, strip in enumerate((False, True)):
        target = tmp_path / f'out{number}.jpg'
        anonymize_media(tmp_path / 'photo.jpg', target, BrightSegmenter(), strip_location=strip)
        with Image.open(target) as after:
            assert after.getexif()[0x0112] == 3
            assert after.info['icc_profile'] == profile
            assert bool(after.getexif().get_ifd(0x8825)) is not strip
        assert not is_legible(read(target), BOX)  # OpenCV turns it upright.
    assert not (tmp_path / 'report.json').exists()


def test_what_an_output_lacks_is_told_with_and_without_plates(tmp_path, capsys):
    (tmp_path / 'in').mkdir()
    thumbnail = io.BytesIO()
    Image.new('RGB', (16, 12)).save(thumbnail, 'JPEG')
    film = b'\0\0\0\x18ftypmp42' + bytes(3000)
    for name, picture in (('plate.jpg', plate_picture()), ('none.jpg', background())):
        Image.fromarray(picture[:, :, ::-1]).save(tmp_path / 'in' / name, quality=95)
        data = (tmp_path / 'in' / name).read_bytes()
        (tmp_path / 'in' / name).write_bytes(data + thumbnail.getvalue() + film)
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    for name, plates in (('plate.jpg', 1), ('none.jpg', 0)):
        result = result_of(report, name)
        assert result.plates == plates and result.status == 'done'
        assert len(result.notes) == 2 and 'left out: motion film' in result.notes
        written = (tmp_path / 'out' / name).read_bytes()
        assert b'ftyp' not in written and written.count(b'\xff\xd8\xff') == 1
    files = json.loads((tmp_path / 'out/report.json').read_text())['files']
    assert all('left out: motion film' in entry['notes'] for entry in files)
    media_jobs.print_summary(report)
    assert capsys.readouterr().err.count('note: left out: motion film') == 1


@pytest.mark.parametrize('name', ['IMG_1.heic', 'IMG_1.JPG'])
@pytest.mark.parametrize('in_place', [False, True])
def test_heic_stays_heic(name, in_place, tmp_path):
    """Phones also call HEIC files JPG when they hand them on."""
    path = tmp_path / 'in' / name
    path.parent.mkdir()
    pillow_heif.from_pillow(Image.fromarray(plate_picture()[:, :, ::-1])).save(path, quality=95)
    before = np.asarray(Image.open(path))[:, :, ::-1]
    report = anonymize_media(
        tmp_path / 'in', None if in_place else tmp_path / 'out', BrightSegmenter(), in_place=in_place
    )
    assert report.exit_code == 0 and report.files[0].plates == 1
    written = path if in_place else tmp_path / 'out' / name
    after = np.asarray(Image.open(written))[:, :, ::-1]
    assert pillow_heif.get_file_mimetype(written.read_bytes()) == 'image/heic'
    assert is_legible(before, BOX) and not is_legible(after, BOX)
    assert np.abs(after[80:].astype(int) - before[80:]).max() < 12


def test_existing_files_are_replaced_on_request_only(tmp_path):
    write_image(tmp_path / 'in/a.png', plate_picture())
    write_image(tmp_path / 'out/a.png', plate_picture())
    with pytest.raises(FileExistsError, match=r'a\.png exists already'):
        anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    with pytest.raises(ValueError, match='would replace an original'):
        anonymize_media(tmp_path / 'in', tmp_path / 'in', BrightSegmenter(), overwrite=True)
    os.symlink(tmp_path / 'in', tmp_path / 'link')
    with pytest.raises(ValueError, match='would replace an original'):
        anonymize_media(tmp_path / 'in', tmp_path / 'link', BrightSegmenter(), overwrite=True)
    assert is_legible(read(tmp_path / 'in/a.png'), BOX)
    # Nothing tells that a former run made what lies in the output folder.
    with pytest.raises(FileExistsError, match=r'there is no report .* of a former run'):
        anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), resume=True)
    assert is_legible(read(tmp_path / 'out/a.png'), BOX)
    anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), Redaction('solid'), overwrite=True)
    assert not read(tmp_path / 'out/a.png')[50:66, 40:88].any()
    with pytest.raises(ValueError, match='other settings'):
        anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), Redaction('blur'), resume=True)


def test_in_place(tmp_path):
    store = tmp_path / 'store'
    write_image(store / 'real.png', plate_picture())
    os.chmod(store / 'real.png', 0o600)
    folder = tmp_path / 'in'
    folder.mkdir()
    os.symlink(store / 'real.png', folder / 'link.png')
    write_video(folder / 'drive.mp4', frames=8)
    write_video(folder / 'old.avi', frames=8)
    avi = (folder / 'old.avi').read_bytes()
    report_path = tmp_path / 'report.json'
    report = anonymize_media(folder, None, BrightSegmenter(), in_place=True, report=report_path)
    assert not is_legible(read(store / 'real.png'), BOX) and (folder / 'link.png').is_symlink()
    assert (store / 'real.png').stat().st_mode & 0o777 == 0o600
    assert not any(is_legible(f, plate_box(i)) for i, f in enumerate(read_video(folder / 'drive.mp4')))
    assert '.avi cannot be written' in result_of(report, 'old.avi').error
    assert (folder / 'old.avi').read_bytes() == avi and not hidden_files(tmp_path)
    again = anonymize_media(folder, None, BrightSegmenter(), in_place=True, report=report_path, resume=True)
    assert again.summary()['kept_from_former_runs'] == 2


def test_outputs_as_files(tmp_path):
    write_image(tmp_path / 'in/a.png', plate_picture())
    write_image(tmp_path / 'in/b.png', plate_picture())
    with pytest.raises(ValueError, match='2 inputs cannot go to the one file'):
        anonymize_media(tmp_path / 'in', tmp_path / 'out.png', BrightSegmenter())
    with pytest.raises(ValueError, match='is no video'):
        anonymize_media(tmp_path / 'in/a.png', tmp_path / 'out.mp4', BrightSegmenter())
    anonymize_media(tmp_path / 'in/a.png', tmp_path / 'out.jpg', BrightSegmenter())
    assert not is_legible(read(tmp_path / 'out.jpg'), BOX)


def test_names_that_are_no_text(tmp_path):
    folder = os.fsencode(tmp_path / 'in')
    os.mkdir(folder)
    write_image(tmp_path / 'a.png', plate_picture())
    try:
        os.rename(tmp_path / 'a.png', os.path.join(folder, b'\xff\xfe plate.png'))
    except OSError:
        pytest.skip('this file system takes names in UTF-8 only')
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    assert report.exit_code == 0
    again = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), resume=True)
    assert again.files[0].kept


def test_a_report_is_replaced_on_request_only(tmp_path):
    write_image(tmp_path / 'a.png', plate_picture())
    notes = tmp_path / 'notes.json'
    notes.write_text('mine')
    with pytest.raises(FileExistsError, match=r'notes\.json exists already'):
        anonymize_media(tmp_path / 'a.png', None, BrightSegmenter(), in_place=True, report=notes)
    assert notes.read_text() == 'mine' and is_legible(read(tmp_path / 'a.png'), BOX)


def test_another_cover_is_another_run(tmp_path):
    write_image(tmp_path / 'in/a.png', plate_picture())
    red, green = (np.full((20, 60, 3), colour, np.uint8) for colour in ((0, 0, 255), (0, 255, 0)))
    anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), Redaction('image', cover=red))
    with pytest.raises(ValueError, match='other settings'):
        anonymize_media(
            tmp_path / 'in',
            tmp_path / 'out',
            BrightSegmenter(),
            Redaction('image', cover=green),
            resume=True,
        )


@pytest.mark.parametrize('mode', ['RGBA', 'LA', 'P', 'RGB'])
@pytest.mark.parametrize('orientation', [1, 6])
def test_covers_keep_their_transparency(mode, orientation, tmp_path):
    rng = np.random.default_rng(0)
    rgba = rng.integers(0, 256, (10, 30, 4), np.uint8)
    rgba[..., 3] = np.where(rgba[..., 3] > 128, 255, 0)
    if mode == 'P':
        picture = Image.fromarray(rgba[..., 0] // 128).convert('P')
        picture.info['transparency'] = 1
    else:
        picture = Image.fromarray(rgba).convert(mode)
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.save(tmp_path / 'cover.png', exif=exif)
    cover = read_cover(tmp_path / 'cover.png')
    with Image.open(tmp_path / 'cover.png') as image:
        upright = np.asarray(ImageOps.exif_transpose(image).convert('RGBA'))
    assert cover.shape == (*upright.shape[:2], 3 if mode == 'RGB' else 4)
    if mode != 'RGB':
        np.testing.assert_array_equal(cover[..., 3], upright[..., 3])
    np.testing.assert_array_equal(cover[..., :3], upright[..., 2::-1])
