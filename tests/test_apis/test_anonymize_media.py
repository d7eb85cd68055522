"""Anonymised pictures and videos: what is covered, what stays, and that nothing is lost or left half-done."""

import _thread
import itertools
import json
import os
import tempfile
import weakref
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from bright_plates import (
    BrightSegmenter,
    background,
    draw_plate,
    hidden_files,
    is_legible,
    plate_box,
    plate_picture,
    read_video,
    write_video,
)
from PIL import Image

from mmlp.apis.jobs import Progress, Redaction, anonymize_image, anonymize_media
from mmlp.media import Frame, MediaWriteError, write_image
from mmlp.plates import TemporalMemory

BOX = (40, 50, 88, 66)


def read(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


def result_of(report, name):
    (result,) = [result for result in report.files if result.path.endswith(name)]
    return result


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
    turned.save(tmp_path / 'photo.jpg', exif=exif, quality=95, icc_profile=b'profile of this camera')
    for number, strip in enumerate((False, True)):
        target = tmp_path / f'out{number}.jpg'
        anonymize_media(tmp_path / 'photo.jpg', target, BrightSegmenter(), strip_location=strip)
        with Image.open(target) as after:
            assert after.getexif()[0x0112] == 3
            assert after.info['icc_profile'] == b'profile of this camera'
            assert bool(after.getexif().get_ifd(0x8825)) is not strip
        assert not is_legible(read(target), BOX)  # OpenCV turns it upright.
    assert not (tmp_path / 'report.json').exists()


def bad_files(folder):
    folder.mkdir()
    write_image(folder / 'good.png', plate_picture())
    write_image(folder / 'nothing.png', background())
    write_image(folder / 'large.png', plate_picture((300, 200)))
    whole = cv2.imencode('.jpg', plate_picture())[1].tobytes()
    (folder / 'cut.jpg').write_bytes(whole[: len(whole) // 2])
    (folder / 'empty.jpg').write_bytes(b'')
    (folder / 'text.jpg').write_text('No picture at all.')
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
    reasons = {
        'cut.jpg': 'damaged or cut off',
        'empty.jpg': 'empty',
        'text.jpg': "not a picture, whatever its name says: it begins with 'No picture",
        'moving.gif': '3 frames',
        'large.png': '300 x 200 pixels, more than max_pixels=40,000',
        'headless.mp4': 'cut off',
        'link.jpg': 'is a link to a file that does not exist',
        'absent': 'no such file',
    }
    for name, reason in reasons.items():
        result = result_of(report, name)
        assert (result.status, result.outputs) == ('failed', []) and reason in result.error, name
    assert result_of(report, 'nothing.png').review == [{'reason': 'no plate found'}]
    cut = result_of(report, 'cut.mkv')
    assert cut.status == 'incomplete' and 'ends after' in cut.error
    frames = read_video(out / 'cut.mkv')
    assert len(frames) == cut.video['frames'] > 5
    assert not any(is_legible(frame, plate_box(index)) for index, frame in enumerate(frames))
    document = json.loads((out / 'report.json').read_text())
    assert document['summary']['failed'] == 8 and document['summary']['incomplete'] == 1
    assert [path.rsplit('/')[-1] for path in document['not_processed']] == ['notes.txt']


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
    (ordinary_folder / 'locked').mkdir(mode=0o555)
    with pytest.raises(MediaWriteError, match='Permission denied'):  # The report cannot be written either.
        anonymize_media(ordinary_folder / 'in/good.png', ordinary_folder / 'locked', BrightSegmenter())


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
    assert not is_legible(read(tmp_path / 'out/small.png'), BOX)
    for name in ('large.png', 'drive.mp4'):
        assert 'could not be written: File too large' in result_of(report, name).error
    assert former.read_bytes() == bytes_before
    assert not (tmp_path / 'out/drive.mp4').exists() and not hidden_files(tmp_path)


class Forgetful(BrightSegmenter):
    """Misses plates at random, in a fifth of all frames, after having seen some."""

    def __init__(self, seed=0):
        super().__init__()
        self._random, self._calls = np.random.default_rng(seed), itertools.count()
        self.missed = 0

    def predict_batch(self, images):
        found = super().predict_batch(images)
        for prediction in found:
            if self._random.random() < 0.2 and next(self._calls) > 0:
                self.missed += len(prediction.plates)
                prediction.plates = []
        return found


def test_plates_missed_for_a_moment_stay_covered(tmp_path):
    write_video(tmp_path / 'drive.mp4', frames=50, size=(200, 96), audio=True)
    segmenter = Forgetful()
    report = anonymize_media(tmp_path / 'drive.mp4', tmp_path / 'out.mp4', segmenter, Redaction('solid'))
    assert segmenter.missed >= 5
    frames = read_video(tmp_path / 'out.mp4')
    assert len(frames) == 50
    assert not any(is_legible(frame, plate_box(index)) for index, frame in enumerate(frames))
    (result,) = report.files
    assert result.plates == 50 - segmenter.missed and result.video['frames_with_plates'] == 50
    assert any('not seen for a moment' in part['reason'] for part in result.review)
    with av.open(str(tmp_path / 'out.mp4')) as video:
        assert [stream.codec_context.name for stream in video.streams.audio] == ['aac']
        assert float(video.streams.video[0].duration * video.streams.video[0].time_base) == pytest.approx(2.0)
    # Without the memory some would be seen: the test can fail.
    anonymize_media(
        tmp_path / 'drive.mp4',
        tmp_path / 'open.mp4',
        Forgetful(),
        Redaction('solid'),
        memory=TemporalMemory(0, 0),
    )
    frames = read_video(tmp_path / 'open.mp4')
    assert any(is_legible(frame, plate_box(index)) for index, frame in enumerate(frames))


def test_long_videos_need_no_more_memory_than_short_ones(tmp_path):
    class Counting(BrightSegmenter):
        def __init__(self):
            super().__init__()
            self.seen, self.most = [], 0

        def predict_batch(self, images):
            self.seen += [weakref.ref(image) for image in images]
            self.most = max(self.most, sum(image() is not None for image in self.seen))
            return super().predict_batch(images)

    counts = []
    for frames in (40, 80):
        write_video(tmp_path / f'{frames}.mp4', frames=frames, size=(64, 64))
        segmenter = Counting()
        anonymize_media(tmp_path / f'{frames}.mp4', tmp_path / f'out{frames}.mp4', segmenter)
        counts.append(segmenter.most)
    # What the memory looks ahead, and what waits in the queues and hands of five steps.
    assert max(counts) <= 15 + 15


def interrupt_after(frames):
    class Interrupting(Progress):
        count = 0

        def frame(self):
            self.count += 1
            if self.count == frames:
                _thread.interrupt_main()

    return Interrupting()


def test_interrupted_jobs_leave_nothing_broken_and_go_on(tmp_path):
    folder, out = tmp_path / 'in', tmp_path / 'out'
    write_image(folder / 'a.png', plate_picture())
    write_video(folder / 'b.mp4', frames=40)
    write_image(folder / 'c.png', plate_picture())
    with pytest.raises(KeyboardInterrupt):
        anonymize_media(folder, out, BrightSegmenter(), progress=interrupt_after(1))
    assert sorted(path.name for path in out.rglob('*')) == ['a.png', 'report.json']
    stamp = (out / 'a.png').stat().st_mtime_ns
    report = anonymize_media(folder, out, BrightSegmenter(), resume=True)
    assert report.exit_code == 0 and [result.kept for result in report.files] == [True, False, False]
    assert (out / 'a.png').stat().st_mtime_ns == stamp and len(read_video(out / 'b.mp4')) == 40


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
    # A copy of the original that lies in the output folder was not made by a former run.
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), resume=True)
    assert not report.files[0].kept and not is_legible(read(tmp_path / 'out/a.png'), BOX)
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


def test_damaged_videos_are_not_replaced_in_place(tmp_path):
    bad_files(tmp_path / 'in')
    before = (tmp_path / 'in/cut.mkv').read_bytes()
    report = anonymize_media(tmp_path / 'in/cut.mkv', None, BrightSegmenter(), in_place=True)
    assert report.files[0].status == 'failed' and (tmp_path / 'in/cut.mkv').read_bytes() == before


def test_outputs_as_files(tmp_path):
    write_image(tmp_path / 'in/a.png', plate_picture())
    write_image(tmp_path / 'in/b.png', plate_picture())
    with pytest.raises(ValueError, match='2 inputs cannot go to the one file'):
        anonymize_media(tmp_path / 'in', tmp_path / 'out.png', BrightSegmenter())
    with pytest.raises(ValueError, match='is no video'):
        anonymize_media(tmp_path / 'in/a.png', tmp_path / 'out.mp4', BrightSegmenter())
    anonymize_media(tmp_path / 'in/a.png', tmp_path / 'out.jpg', BrightSegmenter())
    assert not is_legible(read(tmp_path / 'out.jpg'), BOX)


def test_videos_in_other_containers_get_names_of_their_own(tmp_path):
    for name in ('a.avi', 'a.mp4', 'b.avi'):
        (tmp_path / 'in').mkdir(exist_ok=True)
        write_video(tmp_path / 'in' / name, frames=4)
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter())
    assert report.exit_code == 0
    names = sorted(path.name for path in (tmp_path / 'out').iterdir())
    assert names == ['a.avi.mp4', 'a.mp4', 'b.mp4', 'report.json']


@pytest.mark.parametrize('method', ['blur', 'pixelate', 'solid'])
@pytest.mark.parametrize('margin, feather', [(0, 0), (10, 0), (40, 60)])
def test_all_that_changes_in_a_frame_is_within_the_boxes_named(method, margin, feather):
    random = np.random.default_rng(0)
    for _ in range(10):
        image = background((200, 160))
        quad = np.array([[60, 60], [130, 66], [126, 96], [56, 88]]) + random.integers(-75, 75, 2)
        cv2.fillPoly(image, [quad.astype(np.int32)], (240, 240, 240))
        (found,) = BrightSegmenter().predict_batch([image])
        frame = Frame(0, image.copy(), 0)
        Redaction(method, margin, 0.5, feather).apply_to_frame(frame, found.plates)
        changed = (frame.bgr != image).any(axis=2)
        assert changed.any() == bool(found.plates)
        for x0, y0, x1, y1 in frame.touched:
            changed[y0:y1, x0:x1] = False
        assert not changed.any()


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
