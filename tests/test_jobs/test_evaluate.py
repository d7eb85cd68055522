"""What evaluating counts, with segmenters whose answers are known."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from helpers.bright_plates import BrightSegmenter, background, draw_plate, plate_picture

from mmlp.datasets.labelled_images import UnusableImage, find_labelled_images
from mmlp.jobs import (
    Setting,
    describe_evaluation,
    evaluate_images,
    find_sweeps,
    pick_faults,
    write_tables,
)
from mmlp.jobs.evaluate import Description
from mmlp.media import write_image

SEGMENT, ANONYMIZE = Setting('segment'), Setting('anonymize')
HIGH, LOW = Setting('segment', threshold=0.99), Setting('anonymize', min_score=0.99)
#: Left, top, right, bottom.
NEAR, FAR = (40, 50, 88, 66), (10, 10, 34, 18)


class BrightSegmenters:
    """Takes for plates what is brighter than 200, or the threshold asked for."""

    def __init__(self):
        self.forgotten = 0

    def segmenter(self, setting):
        return BrightSegmenter(255 * (setting.threshold or setting.min_score or 0.785))

    def describe(self, setting):
        return Description('bright', setting.threshold or 0.785, setting.min_score or 0.785)

    def forget(self):
        self.forgotten += 1


def write(root, name, image, *boxes, ignored=()):
    mask = np.zeros(image.shape[:2], np.uint8)
    for (left, top, right, bottom), value in [*((b, 255) for b in boxes), *((b, 128) for b in ignored)]:
        mask[top:bottom, left:right] = value
    write_image(root / 'images' / name, image)
    write_image(root / 'masks' / f'{name}.png', mask)


@pytest.fixture
def folder(tmp_path):
    """Right, a plate that is too dark, one that nobody annotated, one on ignored ground, and none."""
    dark = background()
    dark[50:66, 40:88] = 180
    write(tmp_path, 'a_right.png', plate_picture(boxes=(NEAR, FAR)), NEAR, FAR)
    write(tmp_path, 'b_dark.png', dark, NEAR)
    write(tmp_path, 'c_more.png', plate_picture(boxes=(NEAR, FAR)), NEAR)
    write(tmp_path, 'd_ignored.png', draw_plate(background(), NEAR), ignored=[(30, 40, 100, 80)])
    write(tmp_path, 'e_empty.png', background())
    return tmp_path


@pytest.fixture
def evaluation(folder):
    settings = [SEGMENT, ANONYMIZE, HIGH, LOW, SEGMENT]
    return evaluate_images(find_labelled_images(folder), BrightSegmenters, settings)


def test_figures_of_known_answers(evaluation):
    assert evaluation.settings == (SEGMENT, ANONYMIZE, HIGH, LOW) and len(evaluation.images) == 5
    document = describe_evaluation(evaluation, find_sweeps(evaluation), [], data='here')
    assert document['data'] == 'here' and document['unusable'] == []
    figures = document['commands']['segment']
    assert figures['how'] == 'bright' and figures['threshold'] == 0.785
    assert (figures['plates'], figures['finds']) == (4, 4)
    assert figures['recall']['value'] == figures['precision']['value'] == 0.75
    assert figures['iou_found']['value'] > 0.98
    assert figures['covered']['count'] == 3 and figures['left_readable'] == 1
    # The one that nobody annotated: 24 x 8 pixels with a margin of 2 around, of 120 x 160.
    assert figures['needless_covers']['value'] == 1 / 5
    assert figures['needless_area']['value'] == pytest.approx(28 * 12 / (120 * 160) / 5, rel=0.1)
    assert [row['size'] for row in figures['by_size']] == ['8 to 16 px', '16 to 32 px']
    assert [row['recall']['value'] for row in figures['by_size']] == [1, 2 / 3]
    json.dumps(document, allow_nan=False)


def test_the_sweep_is_in_order_and_holds_what_is_usual(evaluation):
    by_threshold, by_score = find_sweeps(evaluation)
    assert (by_threshold.command, by_threshold.knob) == ('segment', 'threshold')
    assert by_threshold.values == [0.785, 0.99] and by_threshold.usual == 0
    assert [figures['recall']['value'] for figures in by_threshold.figures] == [0.75, 0]
    assert by_threshold.figures[1]['precision']['value'] is None
    assert (by_score.command, by_score.knob, by_score.values) == ('anonymize', 'min_score', [0.785, 0.99])
    assert [figures['left_readable'] for figures in by_score.figures] == [1, 4]


def test_a_value_that_is_usual_is_measured_once(folder):
    asked = []

    class Noting(BrightSegmenters):
        def segmenter(self, setting):
            asked.append(setting)
            return super().segmenter(setting)

    same = Setting('segment', threshold=0.785)
    settings = [SEGMENT, same, HIGH]
    evaluation = evaluate_images(find_labelled_images(folder)[:1], Noting, settings)
    assert asked == [SEGMENT, HIGH]
    (sweep,) = find_sweeps(evaluation)
    assert sweep.values == [0.785, 0.99] and sweep.settings[sweep.usual] == SEGMENT


def test_the_worst_come_first(evaluation):
    kinds = pick_faults(evaluation)
    assert list(kinds) == [
        'left readable by anonymize, the largest first',
        'found by segment with the worst outlines',
        'covered by anonymize for nothing, the largest first',
    ]
    ((readable,), outlines, (needless,)) = kinds.values()
    assert readable.image.source.name == 'b_dark.png' and readable.box == NEAR
    assert readable.caption == '0 % covered, 16 px high'
    assert needless.image.source.name == 'c_more.png'
    np.testing.assert_allclose(needless.box, FAR, atol=1)
    assert [fault.rank for fault in outlines] == sorted(fault.rank for fault in outlines)
    assert (
        len(outlines) == 3
        and len(pick_faults(evaluation, 2)['found by segment with the worst outlines']) == 2
    )


def test_faults_of_one_command(folder):
    pictures = find_labelled_images(folder)
    alone = pick_faults(evaluate_images(pictures, BrightSegmenters, [SEGMENT]))
    assert [fault.image.source.name for fault in alone['missed by segment, the largest first']] == [
        'b_dark.png'
    ]
    assert [f.image.source.name for f in alone['false finds of segment, the surest first']] == ['c_more.png']
    (missed,) = alone['missed by segment, the largest first']
    assert missed.caption == 'nothing found, 16 px high'
    hidden = pick_faults(evaluate_images(pictures, BrightSegmenters, [ANONYMIZE]))
    assert len(hidden) == 2
    assert pick_faults(evaluate_images(pictures[-1:], BrightSegmenters, [SEGMENT])) == {}


def test_tables(evaluation, tmp_path):
    unusable = [UnusableImage('x/f.png', 'is empty')]
    write_tables(evaluation, find_sweeps(evaluation), unusable, tmp_path / 'p.csv', tmp_path / 's.csv')
    rows = {row['name']: row for row in csv.DictReader((tmp_path / 'p.csv').open())}
    assert len(rows) == 6 and rows['x/f.png']['error'] == 'is empty'
    right, dark, more = (rows[f'{name}.png'] for name in ('a_right', 'b_dark', 'c_more'))
    assert (right['plates'], right['segment_found'], right['anonymize_covered'], right['error']) == (
        '2',
        '2',
        '2',
        '',
    )
    assert (dark['segment_found'], dark['anonymize_least_covered'], dark['segment_iou_found']) == (
        '0',
        '0',
        '',
    )
    assert (more['segment_false'], more['anonymize_needless_covers']) == ('1', '1')
    assert (right['width'], right['height']) == ('160', '120')
    sweep = list(csv.DictReader((tmp_path / 's.csv').open()))
    assert [(row['command'], row['option'], row['value'], row['is_usual']) for row in sweep] == [
        ('segment', '--threshold', '0.785', '1'),
        ('segment', '--threshold', '0.99', '0'),
        ('anonymize', '--min-score', '0.785', '1'),
        ('anonymize', '--min-score', '0.99', '0'),
    ]
    assert sweep[0]['recall'] == '0.75' and float(sweep[0]['recall_low']) < 0.75 < float(
        sweep[0]['recall_high']
    )
    assert sweep[1]['precision'] == ''


def test_a_picture_that_fails_does_not_stop_the_others(folder):
    pictures = find_labelled_images(folder)
    (folder / 'images/b_dark.png').write_bytes(b'broken')
    told, built = [], []

    class Failing(BrightSegmenters):
        def __init__(self):
            super().__init__()
            built.append(self)

        def segmenter(self, setting):
            return self if setting == SEGMENT else super().segmenter(setting)

        def predict_batch(self, images):
            if (images[0][NEAR[1] + 1, NEAR[0] + 1] > 200).all():
                raise RuntimeError('out of luck')
            return BrightSegmenter().predict_batch(images)

    evaluation = evaluate_images(pictures, Failing, [SEGMENT], begin=told.append)
    assert [picture.source.name for picture in evaluation.images] == ['e_empty.png']
    assert evaluation.unusable[0].message == 'RuntimeError: out of luck'
    assert len(evaluation.unusable) == 4 and 'not a picture' in evaluation.unusable[1].message
    assert told == [{SEGMENT: Description('bright', 0.785, 0.785)}]
    assert built[0].forgotten == 5


def test_mistakes_of_whoever_builds_the_segmenters_are_told(folder):
    def build():
        raise ValueError('no such model')

    with pytest.raises(ValueError, match='no such model'):
        evaluate_images(find_labelled_images(folder), build, [SEGMENT])


def test_workers_count_the_same(folder, evaluation):
    settings = [SEGMENT, ANONYMIZE, HIGH, LOW]
    shared = evaluate_images(find_labelled_images(folder), BrightSegmenters, settings, workers=2)
    assert [p.source for p in shared.images] == [p.source for p in evaluation.images]
    for one, other in zip(shared.images, evaluation.images):
        for setting in settings:
            for name, value in vars(one.tallies[setting]).items():
                np.testing.assert_array_equal(value, getattr(other.tallies[setting], name))


def test_no_pictures():
    evaluation = evaluate_images([], BrightSegmenters, [SEGMENT])
    assert evaluation.images == () and evaluation.unusable == ()
