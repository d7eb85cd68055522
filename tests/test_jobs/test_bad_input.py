"""What cannot be read or written: it is named, all else is processed, and nothing half-written stays."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from helpers.bright_plates import (
    BOX,
    BrightSegmenter,
    background,
    draw_plate,
    hidden_files,
    is_legible,
    plate_box,
    plate_picture,
    read_video,
    result_of,
    write_video,
)
from PIL import Image

from mmlp.jobs import anonymize_media, segment_media
from mmlp.media import MediaWriteError, VideoWriter, write_image

ALL = ('overlay', 'mask', 'instance', 'json', 'coco', 'crop')
#: Part of what is said of each file of :func:`bad_files` that cannot be processed.
REASONS = {
    'cut.jpg': 'damaged or cut off',
    'cut.png': 'damaged or cut off',
    'empty.jpg': 'empty',
    'empty.mp4': 'empty',
    'text.jpg': "not a picture, whatever its name says: it begins with 'No picture",
    'text.mp4': 'is not a video',
    'moving.gif': '3 frames',
    'large.png': '300 x 200 pixels, more than max_pixels=40,000',
    'headless.mp4': 'cut off',
    'link.jpg': 'is a link to a file that does not exist',
    'absent': 'no such file',
}


def bad_files(folder):
    folder.mkdir()
    write_image(folder / 'good.png', plate_picture())
    write_image(folder / 'nothing.png', background())
    write_image(folder / 'large.png', plate_picture((300, 200)))
    whole = cv2.imencode('.jpg', plate_picture())[1].tobytes()
    (folder / 'cut.jpg').write_bytes(whole[: len(whole) // 2])
    whole = cv2.imencode('.png', plate_picture().astype(np.uint16) * 257)[1].tobytes()
    (folder / 'cut.png').write_bytes(whole[: len(whole) // 2])
    for name in ('empty.jpg', 'empty.mp4'):
        (folder / name).write_bytes(b'')
    for name in ('text.jpg', 'text.mp4'):
        (folder / name).write_text('No picture at all.')
    (folder / 'link.jpg').symlink_to('nowhere.jpg')
    (folder / 'notes.txt').write_text('Left alone.')
    frames = [Image.fromarray(plate_picture(seed=seed)[:, :, ::-1]) for seed in range(3)]
    frames[0].save(folder / 'moving.gif', save_all=True, append_images=frames[1:])
    write_video(folder / 'drive.mp4', frames=20)
    data = (folder / 'drive.mp4').read_bytes()
    (folder / 'headless.mp4').write_bytes(data[: len(data) // 2])
    with av.open(str(folder / 'drive.mp4')) as source, av.open(str(folder / 'cut.mkv'), 'w') as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    data = (folder / 'cut.mkv').read_bytes()
    (folder / 'cut.mkv').write_bytes(data[: 3 * len(data) // 4])


def check_reasons(report):
    failed = [result for result in report.files if result.status == 'failed']
    assert len(failed) == len(REASONS)
    for name, reason in REASONS.items():
        result = result_of(report, name)
        assert (result.status, result.outputs) == ('failed', []) and reason in result.error, name


def test_what_cannot_be_processed_is_named_and_never_copied(tmp_path):
    bad_files(tmp_path / 'in')
    out = tmp_path / 'out'
    report = anonymize_media(
        [tmp_path / 'in', tmp_path / 'absent'], out, BrightSegmenter(), max_pixels=200 * 200
    )
    assert report.exit_code == 1
    written = sorted(path.name for path in out.rglob('*'))
    assert written == ['cut.mkv', 'drive.mp4', 'good.png', 'nothing.png', 'report.json']
    assert not hidden_files(tmp_path)
    check_reasons(report)
    assert result_of(report, 'nothing.png').review == [{'reason': 'no plate found'}]
    cut = result_of(report, 'cut.mkv')
    assert cut.status == 'incomplete' and 'ends after' in cut.error
    frames = read_video(out / 'cut.mkv')
    assert len(frames) == cut.video['frames'] > 5
    assert not any(is_legible(frame, plate_box(index)) for index, frame in enumerate(frames))
    document = json.loads((out / 'report.json').read_text())
    assert document['summary']['failed'] == len(REASONS) and document['summary']['incomplete'] == 1
    (other,) = document['not_processed']
    assert other == {'path': str(tmp_path / 'in/notes.txt'), 'what': 'text', 'may_hold_pictures': False}


def test_what_cannot_be_segmented_is_named_and_has_no_output(tmp_path):
    bad_files(tmp_path / 'in')
    inputs, out = [tmp_path / 'in', tmp_path / 'absent'], tmp_path / 'out'
    report = segment_media(inputs, out, BrightSegmenter(), save=ALL, max_pixels=200 * 200)
    assert report.exit_code == 1 and not hidden_files(tmp_path)
    check_reasons(report)
    assert {path.name for path in (out / 'overlay').iterdir()} == {
        *('cut.mkv.mp4', 'drive.mp4', 'good.jpg', 'nothing.jpg')  # There are other files named cut.
    }
    assert {image['file_name'] for image in json.loads((out / 'coco.json').read_text())['images']} == {
        *('good.png', 'nothing.png')
    }
    cut = result_of(report, 'cut.mkv')
    assert cut.status == 'incomplete' and 'ends after' in cut.error
    lines = (out / 'json/cut.mkv.jsonl').read_text().splitlines()
    assert len(lines) == len(list((out / 'mask/cut.mkv').iterdir())) == cut.video['frames'] > 5


@pytest.fixture()
def ordinary_folder():
    """A folder that everybody may write to, and the rights of an ordinary user."""
    if not hasattr(os, 'geteuid'):
        pytest.skip('this system knows no rights of files')
    with tempfile.TemporaryDirectory(prefix='mmlp-test-') as folder:
        os.chmod(folder, 0o777)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        yield Path(folder)
        if is_root:
            os.seteuid(0)


def test_what_may_not_be_read_or_written_is_named(ordinary_folder):
    write_image(ordinary_folder / 'in/good.png', plate_picture())
    write_image(ordinary_folder / 'in/secret.png', plate_picture())
    os.chmod(ordinary_folder / 'in/secret.png', 0)
    (ordinary_folder / 'in/closed').mkdir(mode=0)
    report = anonymize_media(ordinary_folder / 'in', ordinary_folder / 'out', BrightSegmenter())
    assert report.exit_code == 1
    assert result_of(report, 'good.png').status == 'done'
    assert 'cannot be looked into: Permission denied' in result_of(report, 'closed').error
    assert 'Permission denied' in result_of(report, 'secret.png').error
    segmented = segment_media(ordinary_folder / 'in', ordinary_folder / 'found', BrightSegmenter())
    assert [(result.status, result.error) for result in segmented.files] == [
        (result.status, result.error) for result in report.files
    ]
    (ordinary_folder / 'locked').mkdir(mode=0o555)
    for job in (anonymize_media, segment_media):
        with pytest.raises(
            MediaWriteError, match='Permission denied'
        ):  # The report cannot be written either.
            job(ordinary_folder / 'in/good.png', ordinary_folder / 'locked', BrightSegmenter())


@pytest.fixture()
def small_disk():
    """No file may get larger than 12,000 bytes, as if the disk were full then."""
    resource = pytest.importorskip('resource')
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (12_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_full_disk(tmp_path, request):
    write_image(tmp_path / 'in/small.png', draw_plate(np.full((120, 160, 3), 90, np.uint8), BOX))
    noise = np.random.default_rng(0).integers(0, 200, (120, 160, 3), dtype=np.uint8)
    write_image(tmp_path / 'in/large.png', noise)
    write_video(tmp_path / 'in/drive.mp4', frames=20)
    former = tmp_path / 'out/large.png'
    write_image(former, background())
    bytes_before = former.read_bytes()
    request.getfixturevalue('small_disk')
    report = anonymize_media(
        tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), overwrite=True, crf=1, codec='h264'
    )
    assert report.exit_code == 1
    assert result_of(report, 'small.png').status == 'done'
    assert not is_legible(cv2.imread(str(tmp_path / 'out/small.png')), BOX)
    for name in ('large.png', 'drive.mp4'):
        assert 'could not be written: File too large' in result_of(report, name).error
    assert former.read_bytes() == bytes_before
    assert not (tmp_path / 'out/drive.mp4').exists() and not hidden_files(tmp_path)


@pytest.fixture()
def tiny_disk(tmp_path):
    """A disk of 256 KB, where the system lets us have one."""
    folder = tmp_path / 'disk'
    folder.mkdir()
    command = ['mount', '-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', str(folder)]
    if not shutil.which('mount') or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip('no disk can be mounted here')
    yield folder
    subprocess.run(['umount', str(folder)], check=True)


@pytest.mark.parametrize('job', [anonymize_media, segment_media])
def test_a_disk_that_gets_full_and_has_room_again(job, tiny_disk, tmp_path):
    noise = np.random.default_rng(0).integers(0, 190, (560, 720, 3), dtype=np.uint8)
    small = plate_picture()
    for name, picture in (('a.png', small), ('large.png', noise), ('z.png', small)):
        write_image(tmp_path / 'in' / name, picture)
    with VideoWriter(tmp_path / 'in/drive.mp4', fps=25) as writer:
        for index in range(4):
            writer.write(np.roll(noise, 31 * index, axis=index % 2))
    report = job(tmp_path / 'in', tiny_disk / 'out', BrightSegmenter(), crf=1)
    assert report.exit_code == 1
    assert {result.path.rsplit('/')[-1]: result.status for result in report.files} == {
        **{'a.png': 'done', 'drive.mp4': 'failed', 'large.png': 'failed', 'z.png': 'done'}
    }
    for name in ('drive.mp4', 'large.png'):
        assert 'could not be written: No space left on device' in result_of(report, name).error
    assert not hidden_files(tiny_disk) and not list(tiny_disk.rglob('*drive*'))
    subprocess.run(['mount', '-o', 'remount,size=64m', str(tiny_disk)], check=True)
    again = job(tmp_path / 'in', tiny_disk / 'out', BrightSegmenter(), crf=1, resume=True)
    assert again.exit_code == 0 and again.summary()['kept_from_former_runs'] == 2


def test_damaged_videos_are_not_replaced_in_place(tmp_path):
    bad_files(tmp_path / 'in')
    before = (tmp_path / 'in/cut.mkv').read_bytes()
    report = anonymize_media(tmp_path / 'in/cut.mkv', None, BrightSegmenter(), in_place=True)
    assert report.files[0].status == 'failed' and (tmp_path / 'in/cut.mkv').read_bytes() == before
