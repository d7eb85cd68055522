"""Files replaced in place: what stays, and how a later run knows them."""

import os
import shutil

import cv2
import numpy as np
import pytest
from helpers.bright_plates import BOX, BrightSegmenter, is_legible, plate_picture, write_video
from PIL import Image

from mmlp.jobs import anonymize_media
from mmlp.jobs.replacing import copy_attributes
from mmlp.media import write_image

TIME = 1_234_567_890_123_456_789


def in_place(folder, report, **options):
    return anonymize_media(folder, None, BrightSegmenter(), in_place=True, report=report, **options)


def test_times_stay_and_finished_files_are_known(tmp_path):
    folder, report = tmp_path / 'in', tmp_path / 'report.json'
    write_image(folder / 'a.png', plate_picture())
    write_image(folder / 'b.bmp', plate_picture())  # Is as long anonymised as before.
    write_video(folder / 'c.mp4', frames=4)
    for path in folder.iterdir():
        os.utime(path, ns=(TIME - 5, TIME))
    shutil.copytree(folder, tmp_path / 'backup')
    assert in_place(folder, report).exit_code == 0
    assert {path.stat().st_mtime_ns for path in folder.iterdir()} == {TIME}
    assert not is_legible(cv2.imread(str(folder / 'a.png')), BOX)
    assert in_place(folder, report, resume=True).summary()['kept_from_former_runs'] == 3
    # The original comes back, with the time and size that the finished file has.
    shutil.copy2(tmp_path / 'backup/b.bmp', folder / 'b.bmp')
    again = in_place(folder, report, resume=True)
    assert again.summary()['kept_from_former_runs'] == 2
    assert not is_legible(cv2.imread(str(folder / 'b.bmp')), BOX)


def test_permissions_owner_and_attributes_stay(tmp_path):
    path = tmp_path / 'a.txt'
    path.write_text('before')
    path.chmod(0o640)
    is_root = hasattr(os, 'geteuid') and os.geteuid() == 0
    if is_root:
        os.chown(path, 1234, 4321)
    try:
        os.setxattr(path, 'user.xdg.tags', b'holiday')
    except (AttributeError, OSError):
        pytest.skip('this file system has no extended attributes')
    for strip_location in (False, True):
        (tmp_path / 'new').write_text('after')
        copy_attributes(path, tmp_path / 'new', strip_location=strip_location)
        os.replace(tmp_path / 'new', path)
        assert path.stat().st_mode & 0o777 == 0o640 and path.read_text() == 'after'
        assert not is_root or (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)
        assert ('user.xdg.tags' in os.listxattr(path)) is not strip_location


@pytest.mark.parametrize('name', ['IMG_0001.insp', 'VID_0001.insv'])
def test_what_stitches_two_halves_is_not_lost(tmp_path, name):
    path = tmp_path / name
    if name.endswith('p'):
        path.write_bytes(cv2.imencode('.jpg', plate_picture())[1].tobytes())
    else:
        os.rename(write_video(tmp_path / 'x.mp4', frames=4), path)
    before = path.read_bytes() + bytes(500) + b'8db42d694ccc418790edff439fe026bf'
    path.write_bytes(before)
    report = anonymize_media(path, None, BrightSegmenter(), in_place=True)
    assert 'data for stitching (Insta360)' in report.files[0].error
    assert path.read_bytes() == before and report.exit_code == 1
    report = anonymize_media(path, tmp_path / 'out', BrightSegmenter())
    assert report.exit_code == 0 and 'left out: data for stitching (Insta360)' in report.files[0].notes


def test_what_would_be_lost_for_good_is_not_replaced(tmp_path):
    image = Image.fromarray(plate_picture()[:, :, ::-1])
    image.save(
        tmp_path / 'layers.tif', tiffinfo={37724: b'Adobe Photoshop Document Data Block\0MIB8ryaL\1\0\0\0'}
    )
    before = (tmp_path / 'layers.tif').read_bytes()
    report = anonymize_media(tmp_path / 'layers.tif', None, BrightSegmenter(), in_place=True)
    assert report.exit_code == 1 and (tmp_path / 'layers.tif').read_bytes() == before
    assert report.files[0].error == (
        'layers would be lost, so the file cannot be replaced in place; write to a folder instead'
    )
    report = anonymize_media(tmp_path / 'layers.tif', tmp_path / 'out', BrightSegmenter())
    assert report.exit_code == 0 and 'left out: layers' in report.files[0].notes
    with Image.open(tmp_path / 'out/layers.tif') as written:
        assert 37724 not in written.tag_v2 and not is_legible(np.asarray(written)[:, :, ::-1], BOX)
