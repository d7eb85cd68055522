"""The text of plates through a video, and in the files of the segmenting job."""

import dataclasses
import json

import cv2
import numpy as np
import pytest
from helpers.bright_plates import BrightSegmenter, plate_picture, write_video

from mmlp.jobs import segment_media
from mmlp.jobs.reading import VideoReading
from mmlp.media import Frame, write_image
from mmlp.plates import Plate


class ScriptedReader:
    """Answers with the readings of a list, one a plate, and notes the heights of the plates it was given."""

    def __init__(self, *readings):
        self.readings = list(readings)
        self.heights = []

    def read_plates(self, image, plates):
        self.heights += [round(plate.height) for plate in plates]
        found = [self.readings.pop(0) for _ in plates]
        return [
            dataclasses.replace(plate, text=text, text_score=score)
            for plate, (text, score) in zip(plates, found)
        ]

    def describe(self):
        return 'scripted'


def plate(height, track_id=0):
    corners = np.float32([[0, 0], [4 * height, 0], [4 * height, height], [0, height]])
    return Plate(corners, corners, track_id=track_id)


def frame(index):
    return Frame(index, np.zeros((8, 8, 3), np.uint8), index / 25, 1 / 25)


def run(reading, heights, track_id=0):
    return [
        reading.update(frame(index), [plate(height, track_id)])[0].text
        for index, height in enumerate(heights)
    ]


def test_the_best_reading_stays():
    reader = ScriptedReader(('A8', 0.6), ('AB', 0.9), ('A3', 0.7))
    reading = VideoReading(reader, tracked=True)
    # Read at once, when a tenth larger than before, and every five frames while it is not sure.
    heights = [20, 21, 23, 24, 23, 22, 21, 20]
    assert run(reading, heights) == ['A8', 'A8', 'AB', 'AB', 'AB', 'AB', 'AB', 'AB']
    assert reader.heights == [20, 23, 20] and reading.texts == ['AB']


def test_a_sure_reading_is_not_repeated():
    reader = ScriptedReader(('AB', 0.99))
    assert run(VideoReading(reader, tracked=True), [20] * 20) == ['AB'] * 20
    assert reader.heights == [20]


def test_every_number_has_its_own_text_and_none_waits():
    reader = ScriptedReader(('AB', 0.99), ('CD', 0.99))
    reading = VideoReading(reader, tracked=True)
    plates = [plate(20, 7), plate(30, None), plate(40, 3)]
    assert [found.text for found in reading.update(frame(0), plates)] == ['AB', None, 'CD']
    assert reading.texts == ['CD', 'AB']


def test_without_tracking_every_frame_is_read():
    reader = ScriptedReader(('AB', 0.99), ('CD', 0.5))
    reading = VideoReading(reader, tracked=False)
    assert run(reading, [20, 20], track_id=None) == ['AB', 'CD']
    assert reading.texts == []


def test_text_comes_into_the_files_of_a_picture(tmp_path):
    write_image(tmp_path / 'a.png', plate_picture())
    plain = segment_media(tmp_path / 'a.png', tmp_path / 'plain', BrightSegmenter())
    reader = ScriptedReader(('AB12CD', 0.876543))
    report = segment_media(
        tmp_path / 'a.png',
        tmp_path / 'out',
        BrightSegmenter(),
        save=['overlay', 'json', 'coco'],
        reader=reader,
    )
    assert report.files[0].texts == ['AB12CD'] and plain.files[0].texts == []
    (found,) = json.loads((tmp_path / 'out/json/a.json').read_text())['plates']
    assert (found['text'], found['text_score']) == ('AB12CD', 0.8765)
    (annotation,) = json.loads((tmp_path / 'out/coco.json').read_text())['annotations']
    assert annotation['text'] == 'AB12CD'
    with_text, without = (cv2.imread(str(tmp_path / name / 'overlay/a.jpg')) for name in ('out', 'plain'))
    # The caption of six letters is wider than that of the score.
    changed = np.abs(with_text.astype(int) - without).max(axis=2) > 60
    assert changed.any() and not changed[60:].any()


def test_text_comes_into_the_lines_of_a_video(tmp_path):
    pytest.importorskip('trackers')
    write_video(tmp_path / 'drive.mp4', frames=8)
    report = segment_media(
        tmp_path / 'drive.mp4',
        tmp_path / 'out',
        BrightSegmenter(),
        save=['json'],
        tracking=True,
        reader=ScriptedReader(('AB', 0.99)),
    )
    lines = [json.loads(line) for line in (tmp_path / 'out/json/drive.jsonl').open()]
    numbered = [line['plates'][0] for line in lines if 'track_id' in line['plates'][0]]
    assert len(numbered) >= 6 and {found['text'] for found in numbered} == {'AB'}
    assert report.files[0].texts == ['AB']


def test_a_former_run_without_a_reader_is_not_resumed(tmp_path):
    write_image(tmp_path / 'a.png', plate_picture())
    segment_media(tmp_path / 'a.png', tmp_path / 'out', BrightSegmenter(), save=['json'])
    with pytest.raises(ValueError, match="reader None, now 'scripted'"):
        segment_media(
            tmp_path / 'a.png',
            tmp_path / 'out',
            BrightSegmenter(),
            save=['json'],
            reader=ScriptedReader(),
            resume=True,
        )


def test_crops_are_resized_and_sharpened(tmp_path):
    write_image(tmp_path / 'a.png', plate_picture())
    crops = {}
    for name, options in {
        'plain': {},
        'large': {'crop_height': 50},
        'sharp': {'crop_height': 50, 'sharpen': 1.0},
    }.items():
        segment_media(tmp_path / 'a.png', tmp_path / name, BrightSegmenter(), save=['crop'], **options)
        crops[name] = cv2.imread(str(tmp_path / name / 'crop/a_0.png'))
    assert crops['plain'].shape[0] == pytest.approx(16, abs=2) and crops['large'].shape[0] == 50
    assert crops['large'].shape[1] == pytest.approx(150, abs=6)
    # Strokes are told apart by larger steps.
    steps = {
        name: np.abs(np.diff(crop[len(crop) // 2].astype(int), axis=0)).max() for name, crop in crops.items()
    }
    assert crops['sharp'].shape == crops['large'].shape and steps['sharp'] > 1.2 * steps['large']


@pytest.mark.parametrize('options', [{'crop_height': 0}, {'sharpen': -1}])
def test_crops_out_of_range_are_refused(tmp_path, options):
    write_image(tmp_path / 'a.png', plate_picture())
    with pytest.raises(ValueError, match='crop_height must be at least 1 and sharpen not negative'):
        segment_media(tmp_path / 'a.png', tmp_path / 'out', BrightSegmenter(), **options)
