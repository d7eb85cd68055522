"""Plates that stay visible on purpose: each is told, and in case of doubt it is covered."""

import dataclasses
import json

import av
import cv2
import numpy as np
import pytest
from helpers.bright_plates import (
    BrightSegmenter,
    background,
    draw_plate,
    is_legible,
    plate_picture,
    read_video,
    result_of,
    write_video,
)
from helpers.stream_samples import write_streams

from mmlp.jobs import Keeping, Redaction, Region, anonymize_media
from mmlp.media import VideoReader, write_image
from mmlp.plates import TemporalMemory

SIZE = (160, 96)
OWN, OTHER = (20, 20, 68, 36), (90, 60, 138, 76)


class Reading:
    """A reader that answers by the place of a plate."""

    def __init__(self, *answers):
        self.answers = answers
        self.asked = 0

    def read_plates(self, image, plates):
        return [self._read(plate) for plate in plates]

    def _read(self, plate):
        self.asked += 1
        for box, text, score in self.answers:
            if abs(plate.box[0] - box[0]) < 2:
                return dataclasses.replace(plate, text=text, text_score=score)
        return plate

    def describe(self):
        return 'reading'


def legible(tmp_path, keeping, boxes=(OWN, OTHER), **options):
    """Which plates of a picture are legible in the output, and what the report says."""
    write_image(tmp_path / 'in/a.png', plate_picture(SIZE, boxes))
    options = {'redaction': Redaction('solid'), 'overwrite': True, **options}
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), keeping=keeping, **options)
    image = cv2.imread(str(tmp_path / 'out/a.png'))
    return [bool(is_legible(image, box)) for box in boxes], report.files[0]


@pytest.mark.parametrize(
    ('region', 'expected'),
    [
        ('20,20,48,16', True),  # The plate to the pixel.
        ('0,0,50%,50%', True),
        ('21,20,48,16', False),  # One column of it is outside.
        ('0,0,50%,35', False),
        ('100%,0,50%,50%', False),
        ('-100,-100,300,300', True),
    ],
)
def test_plates_wholly_in_a_region_stay(tmp_path, region, expected):
    found, result = legible(tmp_path, Keeping([Region.parse(region)]), (OWN,))
    assert found == [expected]
    assert (result.plates, result.left_visible) == ((0, 1) if expected else (1, 0))
    assert result.visible == ([{'reason': 'place', 'box': [19.5, 19.5, 67.5, 35.5]}] if expected else [])
    assert result.review == []


def test_a_plate_that_the_picture_cuts_lies_in_a_region_up_to_its_edge(tmp_path):
    cut = (130, 80, 160, 96)
    assert legible(tmp_path, Keeping([Region.parse('75%,75%,25%,25%')]), (cut,))[0] == [True]


def test_its_pixels_are_those_of_the_input_and_others_are_covered_as_ever(tmp_path):
    both, result = legible(tmp_path, Keeping([Region.parse('0,0,80,48')]))
    assert both == [True, False] and (result.plates, result.left_visible) == (1, 1)
    kept = cv2.imread(str(tmp_path / 'out/a.png'))
    source = plate_picture(SIZE, (OWN, OTHER))
    legible(tmp_path, None)
    without = cv2.imread(str(tmp_path / 'out/a.png'))
    np.testing.assert_array_equal(kept[:45, :85], source[:45, :85])
    np.testing.assert_array_equal(kept[45:], without[45:])


def test_the_margin_of_a_neighbour_goes_over_it(tmp_path):
    """Plates two pixels apart: the cover of the other one is as wide as it would be without."""
    near = (70, 20, 118, 36)
    _, result = legible(tmp_path, Keeping([Region.parse('0,0,69,96')]), (OWN, near))
    kept = cv2.imread(str(tmp_path / 'out/a.png'))
    assert result.left_visible == 1 and not is_legible(kept, near)
    assert (kept[20:36, 66:118] == 0).all()  # 25 percent of 16 pixels to the left.
    np.testing.assert_array_equal(kept[20:36, 20:65], plate_picture(SIZE, (OWN, near))[20:36, 20:65])


@pytest.mark.parametrize(
    ('text', 'score', 'is_visible'),
    [
        ('AB123CD', 0.99, True),
        ('AB123CD', 0.94, False),
        ('AB123CO', 0.999, False),
        ('AB123CD1', 0.999, False),
        ('B123CD', 0.999, False),
        (None, None, False),
    ],
)
def test_plates_that_read_the_text_for_sure_stay(tmp_path, text, score, is_visible):
    reader = Reading((OWN, text, score), (OTHER, 'XY99', 1.0))
    both, result = legible(tmp_path, Keeping(texts=['ab-123 cd'], reader=reader))
    assert both == [is_visible, False]
    expected = [{'reason': 'text', 'text': 'AB123CD', 'box': [19.5, 19.5, 67.5, 35.5]}]
    assert result.visible == (expected if is_visible else [])


def test_by_place_plates_need_not_be_read(tmp_path):
    reader = Reading()
    legible(tmp_path, Keeping([Region.parse('0,0,80,48')], ['AB'], reader))
    assert reader.asked == 1


@pytest.mark.parametrize('texts', [[''], ['AB', ' - ']])
def test_texts_that_tell_no_plate(texts):
    with pytest.raises(ValueError, match='told by its letters and digits'):
        Keeping(texts=texts, reader=Reading())


def test_texts_need_a_reader():
    with pytest.raises(ValueError, match='give a reader'):
        Keeping(texts=['AB'])


def test_the_report_tells_each_and_another_choice_is_another_run(tmp_path):
    write_image(tmp_path / 'in/a.png', plate_picture(SIZE, (OWN, OTHER)))
    write_image(tmp_path / 'in/b.png', plate_picture(SIZE, (OTHER,)))
    keeping = Keeping([Region.parse('0,0,50%,48')])
    report = anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), keeping=keeping)
    document = json.loads((tmp_path / 'out/report.json').read_text())
    assert document['summary']['left_visible'] == 1 and document['summary']['plates'] == 2
    assert [len(entry['visible']) for entry in document['files']] == [1, 0]
    assert result_of(report, 'b.png').left_visible == 0
    for other in (None, Keeping([Region.parse('0,0,50%,49')])):
        with pytest.raises(ValueError, match='other settings'):
            anonymize_media(tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), keeping=other, resume=True)
    again = anonymize_media(
        tmp_path / 'in', tmp_path / 'out', BrightSegmenter(), keeping=keeping, resume=True
    )
    assert all(result.kept for result in again.files) and again.summary()['left_visible'] == 1


def write_two(path, missing=(), frames=20):
    """A video with one plate that stands and one that moves; the first cannot be seen in some frames."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=25, options={'crf': '8', 'g': '5'})
        stream.width, stream.height, stream.pix_fmt = *SIZE, 'yuv420p'
        for index in range(frames):
            bgr = draw_plate(background(SIZE), moving(index))
            if index not in missing:
                draw_plate(bgr, OWN)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(bgr, 'bgr24')))
        container.mux(stream.encode(None))
    return path


def moving(index):
    return 40 + 2 * index, 70, 80 + 2 * index, 84


def test_in_videos_by_place(tmp_path):
    video = write_two(tmp_path / 'a.mp4')
    keeping = Keeping([Region.parse('0,0,50%,50%')])
    (result,) = anonymize_media(
        video, tmp_path / 'out', BrightSegmenter(), Redaction('solid'), keeping=keeping
    ).files
    frames = read_video(tmp_path / 'out/a.mp4')
    assert [bool(is_legible(frame, OWN)) for frame in frames] == [True] * 20
    assert not any(is_legible(frame, moving(index)) for index, frame in enumerate(frames))
    assert (result.plates, result.left_visible, result.video['frames_with_plates']) == (20, 20, 20)
    assert result.visible == [{'reason': 'place', 'frames': [0, 19], 'seconds': [0.0, 0.76]}]


def test_in_videos_a_plate_that_moves_out_of_the_region_is_covered_from_then_on(tmp_path):
    video = write_video(tmp_path / 'a.mp4')  # From x = 20..60 on, two pixels a frame.
    keeping = Keeping([Region.parse('0,0,80,100%')])
    anonymize_media(video, tmp_path / 'out', BrightSegmenter(), Redaction('solid'), keeping=keeping)
    visible = [
        bool(is_legible(frame, (20 + 2 * index, 40, 60 + 2 * index, 54)))
        for index, frame in enumerate(read_video(tmp_path / 'out/a.mp4'))
    ]
    assert visible == [60 + 2 * index <= 80 for index in range(20)]


def test_in_videos_what_is_not_read_in_a_frame_is_covered_in_it(tmp_path):
    """Also where the memory alone says that there is a plate, and knows what it read before."""
    video = write_two(tmp_path / 'a.mp4', missing=(8, 9))
    reader = Reading((OWN, 'AB123CD', 0.99))
    seen = []
    keeping = Keeping(texts=['AB123CD'], reader=reader)

    class Spy(Keeping):
        def split(self, bgr, plates, **options):
            covered, visible = keeping.split(bgr, plates, **options)
            seen.append(([plate.observed for plate in covered], len(visible)))
            return covered, visible

    (result,) = anonymize_media(
        video,
        tmp_path / 'out',
        BrightSegmenter(),
        Redaction('solid'),
        keeping=Spy(texts=['AB123CD'], reader=reader),
        memory=TemporalMemory(15, 0),
    ).files
    assert result.left_visible == 18
    assert [sorted(observed) for observed, _ in seen] == [
        [False, True] if index in (8, 9) else [True] for index in range(20)
    ]
    assert [count for _, count in seen] == [0 if index in (8, 9) else 1 for index in range(20)]


def test_places_are_those_of_the_first_camera(tmp_path):
    video = write_streams(tmp_path / 'a.mkv', ((25, 8, 0, SIZE), (25, 8, 0, SIZE)))
    keeping = Keeping([Region.parse('0,0,100%,100%')])
    (result,) = anonymize_media(
        video, tmp_path / 'out', BrightSegmenter(), Redaction('solid'), keeping=keeping
    ).files
    for stream, is_visible in ((0, True), (1, False)):
        with VideoReader(tmp_path / 'out/a.mkv', stream=stream) as frames:
            for frame in frames:
                box = 20 + 2 * frame.index, 40, 60 + 2 * frame.index, 54
                assert bool(is_legible(frame.bgr, box)) == is_visible
    assert (result.plates, result.left_visible) == (8, 8)
    assert [part['stream'] for part in result.visible] == [0]


def test_in_videos_a_standing_plate_stays_visible_while_it_is_not_seen(tmp_path):
    """Where the memory puts it with room around it in the region; at the region's edge it is covered then."""
    video = write_two(tmp_path / 'a.mp4', missing=(8, 9))
    for region, count in (('0,0,100%,58', 20), ('10,10,100%,36', 18)):
        (result,) = anonymize_media(
            video,
            tmp_path / 'out',
            BrightSegmenter(),
            keeping=Keeping([Region.parse(region)]),
            overwrite=True,
        ).files
        assert result.left_visible == count
