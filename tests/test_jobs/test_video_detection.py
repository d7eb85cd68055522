"""Frames are looked at turned where the plates of a video stand turned, all around where it shows all."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from helpers.bright_plates import background, draw_plate, read_video, result_of, write_video
from PIL import Image

from mmlp.apis.views import View
from mmlp.jobs import anonymize_media, segment_media
from mmlp.jobs.segmenters import PANORAMA_NOTE, TURNED_NOTE
from mmlp.jobs.video_detection import VideoDetector
from mmlp.media import VideoReader
from mmlp.plates import Plate

CORNERS = np.array([[10, 10], [50, 10], [50, 20], [10, 20]], np.float32)


@dataclasses.dataclass
class Found:
    plates: list
    turns: int = 0


class Segmenter:
    """Finds a plate in frames of which the grey level says how they stand: 10, 20, ... for 1, 2, ... turns.

    Of level 0 it finds nothing; 40 stands for an upright one, 45 for one of which it is not sure.
    """

    sure_score, turned, panoramas = 0.8, True, True

    def __init__(self):
        self.views = []

    def predict_batch(self, images):
        return self.predict_views(images, [View()] * len(images))

    def predict_views(self, images, views):
        self.views += views
        return [self._look(int(image[0, 0, 0]), view) for image, view in zip(images, views)]

    def _look(self, level, view):
        if not level:
            return Found([])
        stands = round(level / 10) % 4
        score = 0.6 if level % 10 else 0.9
        if view.turns is None:
            return Found([Plate(CORNERS, CORNERS, score)], stands)
        return Found([Plate(CORNERS, CORNERS, score)] if view.turns == stands else [], view.turns or 0)


@pytest.fixture
def make_look(tmp_path):
    def make(segmenter, frames=20):
        with VideoReader(write_video(tmp_path / 'v.mp4', frames)) as video:
            look = VideoDetector(segmenter, video.info)
        segmenter.views.clear()
        return look

    return make


def frame(level):
    return np.full((40, 60, 3), level, np.uint8)


def test_upright_frames_are_looked_at_turned_now_and_then(make_look):
    segmenter = Segmenter()
    look = make_look(segmenter)
    assert [len(plates) for plates in look.find_plates([frame(40)] * 10)] == [1] * 10
    assert [view.turns for view in segmenter.views] == [None, 0, 0, 0, 0, None, 0, 0, 0, 0]
    assert look.notes == [] and look.turns == 0


def test_two_frames_that_agree_turn_the_rest(make_look):
    segmenter = Segmenter()
    look = make_look(segmenter)
    found = [look.find_plates([frame(10)])[0] for _ in range(6)]
    assert all(found)
    assert [view.turns for view in segmenter.views] == [None, None, 1, 1, 1, 1]
    assert look.notes == [TURNED_NOTE]


def test_one_frame_alone_does_not(make_look):
    segmenter = Segmenter()
    look = make_look(segmenter)
    for level in (10, 0, 0, 0, 0, 0):
        look.find_plates([frame(level)])
    assert look.turns == 0


def test_a_video_that_is_turned_back_loses_nothing(make_look):
    segmenter = Segmenter()
    look = make_look(segmenter)
    levels = [30] * 6 + [40] * 4 + [30, 30] * 6
    found = [look.find_plates([frame(level)])[0] for level in levels]
    missed = [index for index, plates in enumerate(found) if not plates]
    assert all(found[:10]), 'turned frames are looked at as they are, too, when nothing is sure in them'
    assert len(missed) <= 4 and all(index < 15 for index in missed), 'at the latest, the fifth frame tells'
    assert look.turns == 3


def test_doubtful_plates_of_upright_frames_are_kept_in_a_turned_video(make_look):
    look = make_look(Segmenter())
    look.find_plates([frame(20)])
    look.find_plates([frame(20)])
    assert look.turns == 2
    assert [plate.score for plate in look.find_plates([frame(45)])[0]] == [0.6]


class BrightAround:
    """Takes what is bright for plates, if it is looked at after the right turns; notes the views."""

    sure_score, turned, panoramas = 0.8, True, True

    def __init__(self, turns=0):
        self.turns, self.views = turns, []

    def predict_batch(self, images):
        return self.predict_views(images, [View()] * len(images))

    def predict_views(self, images, views):
        self.views += views
        return [self._look(image, view) for image, view in zip(images, views)]

    def _look(self, image, view):
        rows, columns = np.nonzero(image.min(axis=2) > 200)
        if len(rows) < 50 or view.turns not in (None, self.turns):
            return Found([], view.turns or 0)
        left, top, right, bottom = columns.min(), rows.min(), columns.max(), rows.max()
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
        return Found([Plate(corners, corners, 0.95)], self.turns)


def test_a_turned_video_is_covered_from_its_first_plate_on(tmp_path):
    """The frames before the one that tells are looked at turned as well: a few are looked at in advance."""
    path = write_video(tmp_path / 'in.mp4', 70)
    segmenter = BrightAround(turns=1)
    report = anonymize_media([path], tmp_path / 'out', segmenter)
    result = result_of(report, 'in.mp4')
    assert result.video['frames_with_plates'] == 70
    assert result.notes == [TURNED_NOTE]
    assert sum(view.turns == 1 for view in segmenter.views) >= 68
    for image in read_video(tmp_path / 'out' / 'in.mp4'):
        assert image.min(axis=2).max() < 245


def test_a_video_of_all_directions_is_looked_at_all_around(tmp_path, monkeypatch):
    monkeypatch.setattr('mmlp.media.panorama._LEAST_WIDTH', 160)
    monkeypatch.setattr('mmlp.media.panorama._EDGE_DIFFERENCE', 255.0)
    path = write_video(tmp_path / 'in.mp4', 6, size=(192, 96))
    segmenter = BrightAround()
    report = segment_media([path], tmp_path / 'out', segmenter, save=['json'])
    assert {(view.panorama.width, view.panorama.wraps) for view in segmenter.views} == {(192, True)}
    assert result_of(report, 'in.mp4').notes == [PANORAMA_NOTE]
    segmenter = BrightAround()
    segmenter.panoramas = False
    report = segment_media([path], tmp_path / 'flat', segmenter, save=['json'])
    assert {view.panorama for view in segmenter.views} == {None}
    assert result_of(report, 'in.mp4').notes == []


def test_pictures_of_all_directions_are_told_in_the_report(tmp_path, monkeypatch):
    monkeypatch.setattr('mmlp.media.panorama._LEAST_WIDTH', 160)
    Image.fromarray(draw_plate(background((192, 96)) // 8, (80, 40, 110, 50))).save(tmp_path / 'around.png')
    Image.fromarray(draw_plate(background((180, 96)), (80, 40, 110, 50))).save(tmp_path / 'plain.png')
    segmenter = BrightAround()
    report = anonymize_media([tmp_path / 'around.png', tmp_path / 'plain.png'], tmp_path / 'out', segmenter)
    assert result_of(report, 'around.png').notes == [PANORAMA_NOTE]
    assert result_of(report, 'plain.png').notes == []
    assert [view.panorama is not None for view in segmenter.views] == [True, False]
