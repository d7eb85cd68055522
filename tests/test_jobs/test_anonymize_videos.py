"""Anonymised videos: no frame left open, times and audio kept, and nothing broken left behind."""

import _thread
import itertools
import signal
import subprocess
import sys
import textwrap
import weakref
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import cv2
import numpy as np
import pytest
from helpers.bright_plates import (
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
from helpers.media_samples import encode_video

from mmlp.files import part_path
from mmlp.jobs import Progress, Redaction, anonymize_media
from mmlp.jobs.video_job import VideoStatistics
from mmlp.media import Frame, Timeline, VideoReader, write_image
from mmlp.plates import Plate, TemporalMemory


def upright(index, size=(160, 96)):
    return draw_plate(background(size), plate_box(index))


@pytest.mark.parametrize(
    'name, options',
    [
        ('silent.mp4', {}),
        ('audio_first.mp4', dict(audio=(2,), audio_first=True)),
        ('tracks.mkv', dict(audio=(1, 2))),
        (
            'variable.mkv',
            dict(ticks=[0, 40, 50, 130, 140, 150, 400, 410, 420, 460, 500, 501], time_base=Fraction(1, 1000)),
        ),
        ('odd.mkv', dict(size=(161, 97), codec='mpeg4')),
        ('turned.mp4', dict(rotation=90, size=(96, 160))),
    ],
)
def test_kinds_of_videos(name, options, tmp_path):
    turn = options.get('rotation', 0) // 90
    size = options.get('size', (160, 96))[:: -1 if turn else 1]
    encode_video(
        tmp_path / name,
        12,
        **{'size': size, 'options': {'crf': '12'}, **options},
        drawing=lambda index, _: np.rot90(upright(index, size), -turn),
    )
    report = anonymize_media(tmp_path / name, tmp_path / 'out', BrightSegmenter(), Redaction('solid'))
    assert report.exit_code == 0
    with VideoReader(tmp_path / name) as source, VideoReader(tmp_path / 'out' / name) as copy:
        before, after = list(source), list(copy)
        assert [track.channels for track in copy.info.audio] == list(options.get('audio', ()))
        assert copy.info.orientation == 1
    assert len(before) == len(after) == 12
    for index, (frame, covered) in enumerate(zip(before, after)):
        assert is_legible(frame.bgr, plate_box(index)) and not is_legible(covered.bgr, plate_box(index))
        assert abs(frame.time - covered.time) < Fraction(1, 500)
        # H.264 knows even sizes only.
        assert covered.bgr.shape[:2] == tuple(side + side % 2 for side in frame.bgr.shape[:2])
        assert np.abs(covered.bgr[:30, :160].astype(int) - frame.bgr[:30, :160]).mean() < 4


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


KILLED = """
    import glob, os, signal, sys
    sys.path.append({tests!r})
    from helpers.bright_plates import BrightSegmenter
    from mmlp.jobs import Progress, anonymize_media

    class Killing(Progress):
        def frame(self):
            if glob.glob('out/.mmlp-*'):  # The encoder holds the first frames back.
                os.kill(os.getpid(), signal.SIGKILL)

    anonymize_media('in', 'out', BrightSegmenter(), progress=Killing())
"""


@pytest.mark.skipif(not hasattr(signal, 'SIGKILL'), reason='this system kills in other ways')
def test_a_run_that_was_killed_goes_on(tmp_path):
    write_image(tmp_path / 'in/a.png', plate_picture())
    write_video(tmp_path / 'in/b.mp4', frames=60, size=(200, 96))
    code = textwrap.dedent(KILLED).format(tests=str(Path(__file__).parents[1]))
    command = [sys.executable, '-c', code]
    killed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    out = tmp_path / 'out'
    # The unfinished video, and the room kept for the report.
    assert not (out / 'b.mp4').exists() and len(hidden_files(out)) == 2
    # Somebody else's unfinished file, and another one of this process, stay.
    others = [out / '.mmlp-00000000-1-00000000.part.mp4', part_path(out / 'c.mp4')]
    for other in others:
        other.write_bytes(b'')
    report = anonymize_media(tmp_path / 'in', out, BrightSegmenter(), resume=True)
    assert report.exit_code == 0 and sorted(hidden_files(out)) == sorted(others)
    assert not is_legible(cv2.imread(str(out / 'a.png')), (40, 50, 88, 66))
    frames = read_video(out / 'b.mp4')
    assert len(frames) == 60
    assert not any(is_legible(frame, plate_box(index)) for index, frame in enumerate(frames))


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


def test_parts_that_are_not_listed_are_counted():
    """Every second frame of a still video has an uncertain plate."""
    statistics = VideoStatistics(doubtful_score=0.6, pause=0)
    corners = np.array([[40, 50], [88, 50], [88, 66], [40, 66]], np.float32)
    plate = Plate(polygon=corners, corners=corners, score=0.4, area=768.0)
    for index in range(1204):
        frame = Frame(index, np.zeros((2, 2, 3), np.uint8), Fraction(index, 10))
        statistics.add(frame, [plate] if index % 2 == 0 else [])
    video = SimpleNamespace(problem=None, info=SimpleNamespace(stream=0, timeline=Timeline()))
    review = statistics.result(SimpleNamespace(path='drive.mp4'), video, []).review
    assert len(review) == 501
    assert review[-1] == {'reason': '102 more parts are not listed: look at all from second 100 on'}
    assert review[-2]['frames'] == [998, 998]
