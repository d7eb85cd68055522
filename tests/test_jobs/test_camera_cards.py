"""A camera's folder: what has a suffix of its own is done under its name, and all else is named."""

import json
import os
import zipfile

import cv2
import pytest
from helpers.bright_plates import (
    BOX,
    BrightSegmenter,
    is_legible,
    plate_box,
    plate_picture,
    read_video,
    result_of,
    write_video,
)

from mmlp.cli import media_jobs
from mmlp.jobs import anonymize_media, segment_media
from mmlp.jobs.output_paths import is_file_output
from mmlp.media import find_media, write_image

PICTURES = ('GX010001.THM', 'IMG_0001.insp', 'photo')
VIDEOS = {'GL010001.LRV': 'mp4', 'VID_0001.insv': 'mov', 'clip.TOD': 'ts', 'clip.bin': 'mkv', 'clip': 'mp4'}


def card(folder):
    folder.mkdir()
    for name in PICTURES:
        (folder / name).write_bytes(cv2.imencode('.jpg', plate_picture(), [cv2.IMWRITE_JPEG_QUALITY, 97])[1])
    for name, suffix in VIDEOS.items():
        os.rename(write_video(folder / f'x.{suffix}', frames=4), folder / name)
    (folder / 'DJI_0001.SRT').write_text('1\n00:00:00,000 --> 00:00:01,000\n[latitude: 38.9]\n')
    return folder


def are_covered(folder):
    for name in PICTURES:
        assert not is_legible(cv2.imread(str(folder / name)), BOX), name
    for name in VIDEOS:
        frames = read_video(folder / name)
        assert len(frames) == 4, name
        assert not any(is_legible(frame, plate_box(i)) for i, frame in enumerate(frames)), name


def test_suffixes_of_cameras_are_done_and_stay(tmp_path):
    folder = card(tmp_path / 'in')
    heads = {name: (folder / name).read_bytes()[:3] for name in (*PICTURES, *VIDEOS)}
    report = anonymize_media(folder, tmp_path / 'out', BrightSegmenter())
    assert report.exit_code == 0 and report.summary()['done'] == len(PICTURES) + len(VIDEOS)
    assert {path.name for path in (tmp_path / 'out').iterdir()} == {*PICTURES, *VIDEOS, 'report.json'}
    are_covered(tmp_path / 'out')
    assert anonymize_media(folder, None, BrightSegmenter(), in_place=True).exit_code == 0
    are_covered(folder)
    assert {name: (folder / name).read_bytes()[:3] for name in heads} == heads
    segmented = segment_media(folder, tmp_path / 'found', BrightSegmenter())
    assert segmented.exit_code == 0 and len(segmented.files) == len(PICTURES) + len(VIDEOS)


def test_a_container_that_cannot_be_written_is_not_replaced(tmp_path):
    folder = tmp_path / 'in'
    folder.mkdir()
    for name in ('a.own', 'b'):
        os.rename(write_video(folder / 'x.avi', frames=4), folder / name)
        before = (folder / name).read_bytes()
        report = anonymize_media(folder / name, None, BrightSegmenter(), in_place=True)
        assert 'cannot be written' in report.files[0].error and report.exit_code == 1
        assert (folder / name).read_bytes() == before
    report = anonymize_media(folder, tmp_path / 'out', BrightSegmenter())
    assert sorted(path.name for path in (tmp_path / 'out').iterdir()) == ['a.mp4', 'b.mp4', 'report.json']


def test_one_input_may_go_to_a_file_of_its_suffix(tmp_path):
    folder = card(tmp_path / 'in')
    items = find_media(folder / 'GL010001.LRV').items
    assert is_file_output(items, tmp_path / 'out.lrv') and not is_file_output(items, tmp_path / 'out')
    report = anonymize_media(folder / 'GL010001.LRV', tmp_path / 'out.lrv', BrightSegmenter())
    assert report.exit_code == 0 and len(read_video(tmp_path / 'out.lrv')) == 4


def other_files(folder):
    write_image(folder / 'photo.png', plate_picture())
    with zipfile.ZipFile(folder / 'more.zip', 'w') as archive:
        archive.write(folder / 'photo.png', 'photo.png')
    (folder / 'scan.pdf').write_bytes(b'%PDF-1.7\n' + bytes(200))
    (folder / 'notes.txt').write_text('nothing to see')
    (folder / 'track.gpx').write_text('<gpx><trkpt lat="1" lon="2"/></gpx>')


def test_what_may_hold_pictures_makes_a_job_incomplete(tmp_path, capsys):
    other_files(tmp_path / 'in')
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    assert report.exit_code == 1 and report.summary()['done'] == report.summary()['files'] == 1
    media_jobs.print_summary(report)
    lines = capsys.readouterr().err.splitlines()
    advice = 'may hold pictures; unpack or convert it'
    assert lines[:4] == [
        f'warning: not processed: {tmp_path}/in/more.zip (ZIP archive or office document): {advice}',
        f'warning: not processed: {tmp_path}/in/scan.pdf (PDF document): {advice}',
        f'left alone: {tmp_path}/in/notes.txt (text)',
        f'left alone: {tmp_path}/in/track.gpx (text with places)',
    ]
    assert '2 other files that may hold pictures; 2 files left alone' in lines[-1]
    listed = json.loads((tmp_path / 'out/report.json').read_text())['not_processed']
    assert [(entry['path'].rsplit('/')[-1], entry['may_hold_pictures']) for entry in listed] == [
        *(('more.zip', True), ('scan.pdf', True), ('notes.txt', False), ('track.gpx', False))
    ]


def test_many_are_named_a_few_times(tmp_path, capsys):
    write_image(tmp_path / 'in/photo.png', plate_picture())
    for number in range(8):
        (tmp_path / f'in/{number}.txt').write_text('text')
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    media_jobs.print_summary(report)
    lines = capsys.readouterr().err.splitlines()
    assert report.exit_code == 0 and len(lines) == 7
    assert lines[5] == '... and 3 more of these (listed in the report)'


def test_hidden_pictures_make_a_job_incomplete(tmp_path, capsys):
    write_image(tmp_path / 'in/photo.png', plate_picture())
    write_image(tmp_path / 'in/.thumbnails/photo.png', plate_picture())
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    media_jobs.print_summary(report)
    hidden = str(tmp_path / 'in/.thumbnails/photo.png')
    err = capsys.readouterr().err
    assert f'not processed: {hidden} (hidden): --hidden takes them too' in err
    assert '1 hidden picture or video' in err and report.exit_code == 1
    assert json.loads((tmp_path / 'out/report.json').read_text())['hidden'] == [hidden]
    media = media_jobs.find_inputs([str(tmp_path / 'in')], tmp_path / 'all', hidden=True)
    assert anonymize_media(media, tmp_path / 'all', BrightSegmenter()).exit_code == 0
    assert (tmp_path / 'all/.thumbnails/photo.png').exists()


def test_a_folder_without_pictures_says_what_is_there(tmp_path):
    other_files(tmp_path / 'in')
    (tmp_path / 'in/photo.png').unlink()
    with pytest.raises(
        FileNotFoundError, match=r'more\.zip is something else \(ZIP.*notes\.txt is .* \(text'
    ):
        media_jobs.find_inputs([str(tmp_path / 'in')], None)


def test_raw_photographs_are_named_and_never_replaced(tmp_path):
    (tmp_path / 'in').mkdir()
    for name in ('a.RAF', 'b.jpg'):
        (tmp_path / 'in' / name).write_bytes(b'FUJIFILMCCD-RAW ' + bytes(1000))
    for target in (None, tmp_path / 'out'):
        report = anonymize_media(tmp_path / 'in', target, BrightSegmenter(), in_place=target is None)
        assert report.exit_code == 1 and report.summary()['failed'] == 2
        assert 'is a raw photograph (Fujifilm RAF)' in result_of(report, 'a.RAF').error
        assert (tmp_path / 'in/b.jpg').read_bytes() == b'FUJIFILMCCD-RAW ' + bytes(1000)
    assert [path.name for path in (tmp_path / 'out').iterdir()] == ['report.json']
