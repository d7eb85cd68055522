"""Large pictures and frames are in memory one by one, and become what smaller ones become."""

import gc
import weakref

import av
import numpy as np
import pytest
from helpers.bright_plates import (
    BOX,
    BrightSegmenter,
    is_legible,
    plate_picture,
    read_video,
    result_of,
    write_video,
)

from mmlp.jobs import Redaction, anonymize_media, segment_media
from mmlp.media import VideoReader, read_image, write_image
from mmlp.plates import Plate


class Watching(BrightSegmenter):
    """Counts the pictures that are alive when it looks at others, and how many it gets at once."""

    def __init__(self):
        super().__init__()
        self.seen, self.alive, self.batches = [], [], []

    def predict_batch(self, images):
        gc.collect()
        self.alive.append(sum(reference() is not None for reference in self.seen))
        self.batches.append(len(images))
        self.seen += [weakref.ref(image) for image in images]
        return super().predict_batch(images)


def write_images(folder, number):
    for index in range(number):
        write_image(folder / f'{index}.png', plate_picture(seed=index))


@pytest.mark.parametrize('batch_size', [1, 3])
def test_large_pictures_are_let_go_before_the_next_is_decoded(tmp_path, monkeypatch, batch_size):
    monkeypatch.setattr('mmlp.jobs.runner.MAX_MEMORY_AT_ONCE', 1)
    write_images(tmp_path / 'in', 6)
    segmenter = Watching()
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', segmenter, batch_size=batch_size)
    assert report.exit_code == 0 and len(report.files) == 6
    assert segmenter.batches == [1] * 6 and segmenter.alive == [0] * 6


def test_small_pictures_come_together(tmp_path):
    write_images(tmp_path / 'in', 6)
    (tmp_path / 'in/2.png').write_bytes(b'damaged')
    segmenter = Watching()
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', segmenter, batch_size=3)
    assert segmenter.batches == [2, 3]
    assert [result.status for result in report.files] == ['done', 'done', 'failed', 'done', 'done', 'done']


def test_a_batch_that_fills_the_memory_goes_on_as_it_is(tmp_path, monkeypatch):
    write_images(tmp_path / 'in', 7)
    segmenter = Watching()
    # Room for two: their files and what is estimated for their pixels.
    monkeypatch.setattr('mmlp.jobs.runner.MAX_MEMORY_AT_ONCE', 500_000)
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', segmenter, batch_size=4)
    assert report.exit_code == 0 and sum(segmenter.batches) == 7 and max(segmenter.batches) < 4


def test_frames_that_are_large_are_covered_as_others(tmp_path, monkeypatch):
    write_video(tmp_path / 'a.mp4', frames=30, size=(200, 96))
    # Not H.264: equal frames make unequal files in libx264, by what its memory held before.
    usual = anonymize_media(tmp_path / 'a.mp4', tmp_path / 'usual', Watching(), codec='mpeg4')
    monkeypatch.setattr('mmlp.jobs.video_job.LARGE_FRAME', 0)
    segmenter = Watching()
    twice = anonymize_media(tmp_path / 'a.mp4', tmp_path / 'twice', segmenter, codec='mpeg4')
    assert max(segmenter.alive) <= 2, 'the memory over frames holds none'
    assert result_of(twice, 'a.mp4').plates == result_of(usual, 'a.mp4').plates > 0
    frames, expected = read_video(tmp_path / 'twice/a.mp4'), read_video(tmp_path / 'usual/a.mp4')
    assert len(frames) == 30
    np.testing.assert_array_equal(frames, expected)


@pytest.mark.parametrize('job', [anonymize_media, segment_media])
def test_the_limit_holds_for_pictures_and_frames(tmp_path, job):
    write_images(tmp_path / 'in', 1)
    write_video(tmp_path / 'in/a.mp4', frames=5, size=(200, 96))
    report = job(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), max_pixels=10_000)
    assert [result.status for result in report.files] == ['failed'] * 2 and report.exit_code == 1
    assert 'has 160 x 120 pixels, more than max_pixels=10,000' in result_of(report, '0.png').error
    assert 'has frames of 200 x 96 pixels, more than max_pixels=10,000' in result_of(report, 'a.mp4').error


@pytest.mark.parametrize('method', ['blur', 'pixelate', 'solid'])
def test_all_that_redacting_changes_lies_in_its_boxes(method):
    generator = np.random.default_rng(0)
    data = np.random.default_rng(1).integers(0, 255, (150, 200, 3), np.uint8)
    for _ in range(20):
        corners = (generator.uniform(-20, 180, 2) + generator.uniform(-40, 40, (4, 2))).astype(np.float32)
        plates = [Plate(corners, corners)]
        redaction = Redaction(method, margin=25, feather=15)
        expected = data.copy()
        redaction.apply(expected, plates)
        picture = read_image(data.copy())
        bgr, touched = redaction.apply_to_image(picture, plates)
        np.testing.assert_array_equal(bgr, expected)
        np.testing.assert_array_equal(touched, (expected != data).any(axis=2))


def test_plates_in_a_picture_edited_in_place_are_covered(tmp_path):
    write_image(tmp_path / 'a.png', plate_picture())
    anonymize_media(tmp_path / 'a.png', tmp_path / 'out', BrightSegmenter())
    assert is_legible(read_image(tmp_path / 'a.png').bgr, BOX)
    assert not is_legible(read_image(tmp_path / 'out/a.png').bgr, BOX)


def test_a_file_without_pictures_is_named(tmp_path):
    path = tmp_path / 'a.mp4'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('aac', rate=48000, layout='mono')
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), 's16', 'mono')
        sound.sample_rate = 48000
        container.mux([*stream.encode(sound), *stream.encode(None)])
    (result,) = anonymize_media(path, tmp_path / 'out', BrightSegmenter()).files
    assert result.status == 'failed' and result.error == 'has no video stream'


def test_streams_that_are_too_large_together_are_refused(tmp_path):
    path = tmp_path / 'a.mkv'
    with av.open(str(path), 'w') as container:
        streams = []
        for _ in range(2):
            stream = container.add_stream('libx264', rate=25)
            stream.width, stream.height, stream.pix_fmt = 96, 64, 'yuv420p'
            streams.append(stream)
        for stream in streams:
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 96, 3), np.uint8), 'bgr24')
            container.mux([*stream.encode(frame), *stream.encode(None)])
    with VideoReader(path) as video:
        assert len(video.info.streams) == 2
    report = anonymize_media(path, tmp_path / 'out', BrightSegmenter(), max_pixels=96 * 64)
    assert 'has 2 streams of pictures, whose frames have at least 12,288 pixels' in report.files[0].error
    assert anonymize_media(path, tmp_path / 'b', BrightSegmenter(), max_pixels=2 * 96 * 64).exit_code == 0
