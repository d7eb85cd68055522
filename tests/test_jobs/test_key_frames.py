"""Plates looked for in some frames of a video and followed in between: nothing open, nothing lost."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from helpers.bright_plates import BrightSegmenter, read_video, result_of
from helpers.media_samples import encode_video
from helpers.moving_plates import as_plate, place, rectangle, scenery

from mmlp.jobs import ExcludingSegmenter, Redaction, Region, anonymize_media, segment_media
from mmlp.jobs.key_frames import KeyFrames
from mmlp.plates import quadrilateral_iou

GROUNDS = scenery(seed=0), 255 - scenery(seed=3)


def way(number):
    return rectangle(60, 80) + number * np.array((4.0, 1.5))


@dataclasses.dataclass
class Film:
    """Frames of which it is known where the plate is; looks at them are noted."""

    places: list
    grounds: list

    def __post_init__(self):
        self.looked_at = []

    def frames(self):
        for index, (corners, ground) in enumerate(zip(self.places, self.grounds)):
            picture = GROUNDS[ground].copy()
            yield SimpleNamespace(index=index, bgr=picture if corners is None else place(picture, corners))

    def look(self, frame):
        self.looked_at.append(frame.index)
        corners = self.places[frame.index]
        return [] if corners is None else [as_plate(corners)], []

    def check(self, found):
        """Whether each frame has come once, in order, and its plate is where it is."""
        assert [one.frame.index for one in found] == list(range(len(self.places)))
        for one, corners in zip(found, self.places):
            if corners is not None:
                overlaps = [quadrilateral_iou(plate.corners, corners) for plate in one.plates]
                assert max(overlaps, default=0) >= 0.85, one.frame.index


def test_every_fourth_frame_is_looked_at_and_the_plate_is_in_all():
    film = Film([way(number) for number in range(18)], [0] * 18)
    keys = KeyFrames(film.look, 4)
    film.check(list(keys.stream(film.frames())))
    assert film.looked_at == [0, 4, 8, 12, 16, 17] and keys.looks == 6


@pytest.mark.parametrize('count', [0, 1, 2, 3, 9])
def test_short_films_lose_no_frame(count):
    film = Film([way(number) for number in range(count)], [0] * count)
    film.check(list(KeyFrames(film.look, 4).stream(film.frames())))
    assert len(set(film.looked_at)) == len(film.looked_at)


def test_both_frames_at_a_cut_are_looked_at():
    film = Film([way(number) for number in range(20)], [0] * 7 + [1] * 13)
    film.check(list(KeyFrames(film.look, 10).stream(film.frames())))
    assert {6, 7} <= set(film.looked_at) and len(film.looked_at) < 8


def test_a_plate_that_appears_between_key_frames_is_covered_from_its_first_frame_on():
    film = Film([None] * 3 + [way(number) for number in range(3, 17)], [0] * 17)
    found = list(KeyFrames(film.look, 8).stream(film.frames()))
    film.check(found)
    assert not found[2].plates and 8 in film.looked_at and len(film.looked_at) < 10


def test_frames_are_looked_at_up_to_where_a_plate_is_lost():
    """One that is lost makes the frame in the middle be looked at, and so on up to where it is lost."""
    film = Film([way(number) for number in range(5)] + [None] * 12, [0] * 17)
    film.check(list(KeyFrames(film.look, 8).stream(film.frames())))
    assert {4, 5} <= set(film.looked_at)


def test_the_interval_adapts_itself():
    steady = Film([way(number / 3) for number in range(60)], [0] * 60)
    keys = KeyFrames(steady.look, 'auto', fps=30)
    steady.check(list(keys.stream(steady.frames())))
    assert max(np.diff(steady.looked_at)) > 6
    flickering = Film([way(number / 3) if number // 4 % 2 else None for number in range(60)], [0] * 60)
    flickering.check(list(KeyFrames(flickering.look, 'auto', fps=30).stream(flickering.frames())))
    assert len(flickering.looked_at) > 2 * len(steady.looked_at)


def test_few_frames_are_held_however_long_the_film_is(monkeypatch):
    film = Film([way(number % 20) for number in range(100)], [0] * 100)
    read = []

    def reading():
        for frame in film.frames():
            read.append(frame.index)
            yield frame

    for number, _ in enumerate(KeyFrames(film.look, 5).stream(reading())):
        assert len(read) - number <= 7
    read.clear()
    monkeypatch.setattr('mmlp.jobs.key_frames._MOST_PIXELS', 3 * 320 * 200)
    for number, _ in enumerate(KeyFrames(film.look, 50).stream(reading())):
        assert len(read) - number <= 5


def test_intervals_that_are_none_are_refused():
    for interval in (0, -1, 'often'):
        with pytest.raises(ValueError, match='at least 1'):
            KeyFrames(lambda frame: ([], []), interval)


class Counting(BrightSegmenter):
    """Takes what is bright for plates, and counts the frames that it sees."""

    def __init__(self):
        super().__init__(185)
        self.count = 0

    def predict_batch(self, images):
        self.count += len(images)
        found = super().predict_batch(images)
        for one in found:
            one.plates = [plate for plate in one.plates if plate.width > 20][:1]
        return found


def bright(picture, corners):
    """A plate that is bright all over, with marks that can be followed."""
    place(picture, corners)
    left, top = np.round(corners[0]).astype(int)
    part = picture[top : top + 17, left : left + 65]
    part[:] = 190 + part // 5
    return picture


@pytest.fixture
def film(tmp_path):
    def draw(index, size):
        return bright(scenery(size), way(index))

    return encode_video(tmp_path / 'in.mp4', 30, (320, 200), drawing=draw, options={'crf': '10'})


def test_an_anonymised_video_has_all_frames_and_no_plate(film, tmp_path):
    segmenter = Counting()
    report = anonymize_media(film, tmp_path / 'out', segmenter, Redaction('solid'), detect_every=6)
    result = result_of(report, 'in.mp4')
    assert report.exit_code == 0 and segmenter.count == 6
    assert result.video['frames'] == result.video['frames_with_plates'] == 30
    pictures = read_video(tmp_path / 'out/in.mp4')
    assert len(pictures) == 30
    for number, picture in enumerate(pictures):
        left, top = np.round(way(number)[0]).astype(int)
        assert picture[top : top + 16, left : left + 64].max() < 60
    assert report.settings['detect_every'] == 6


def test_a_run_goes_on_only_with_the_same_interval(film, tmp_path):
    anonymize_media(film, tmp_path / 'out', Counting(), detect_every=6)
    with pytest.raises(ValueError, match='detect_every'):
        anonymize_media(film, tmp_path / 'out', Counting(), detect_every=4, resume=True)
    with pytest.raises(ValueError, match='at least 1'):
        anonymize_media(film, tmp_path / 'other', Counting(), detect_every=0)
    with pytest.raises(ValueError, match='at least 1'):
        segment_media(film, tmp_path / 'other', Counting(), detect_every='never')


def test_segmented_videos_are_the_same_each_time(film, tmp_path):
    lines = []
    for name in ('one', 'two'):
        report = segment_media(film, tmp_path / name, Counting(), save=['json'], detect_every='auto')
        assert report.exit_code == 0
        lines.append((tmp_path / name / 'json/in.jsonl').read_text())
    assert lines[0] == lines[1] and len(lines[0].splitlines()) >= 30


def test_nothing_is_followed_to_where_nothing_counts(film, tmp_path):
    segmenter = ExcludingSegmenter(Counting(), [Region.parse('130,0,190,200')])
    report = segment_media(film, tmp_path / 'out', segmenter, save=['json'], detect_every=6)
    result = result_of(report, 'in.mp4')
    # More than half of the plate is in the region from 4 x number > 130 - 60 - 32 on.
    assert 9 <= result.video['frames_with_plates'] <= 11


def test_large_frames_are_looked_at_one_after_the_other(film, tmp_path, monkeypatch):
    monkeypatch.setattr('mmlp.jobs.video_job.LARGE_FRAME', 1000)
    segmenter = Counting()
    report = anonymize_media(film, tmp_path / 'out', segmenter, Redaction('solid'), detect_every=6)
    assert result_of(report, 'in.mp4').video['frames_with_plates'] == 30 and segmenter.count == 6
