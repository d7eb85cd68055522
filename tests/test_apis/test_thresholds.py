"""One segmenter at several thresholds finds what as many segmenters would."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.apis import ANONYMIZING, PlateSegmenter, Runtime
from mmlp.apis.thresholds import RememberingBackend, with_thresholds
from mmlp.datasets.synthetic import render_scene

RUNTIME = Runtime(device='cpu', num_threads=1)
pytestmark = pytest.mark.needs('matplotlib')  # whose fonts are drawn with


class Counting:
    """A network that counts how often it is asked."""

    name = 'counting'

    def __init__(self):
        self.calls = 0

    def __call__(self, pictures):
        self.calls += 1
        return pictures[..., 0].astype(np.float32) / 255


@pytest.fixture(scope='module')
def picture():
    return render_scene(np.random.default_rng(3), (320, 240))[0]


@pytest.mark.parametrize('options', [{}, ANONYMIZING], ids=['segment', 'anonymize'])
def test_the_finds_are_those_of_a_new_segmenter(picture, options):
    base = PlateSegmenter(runtime=RUNTIME, **options)
    base.backend, base.refiner = RememberingBackend(base.backend), RememberingBackend(base.refiner)
    before = (base.threshold, base.min_score)
    for threshold, min_score in ((0.2, None), (0.7, None), (None, 0.3), (None, 0.9), (0.4, 0.5)):
        usual = {**options, 'runtime': RUNTIME, 'min_score': min_score}
        if threshold is not None:
            usual['threshold'] = threshold
        new = PlateSegmenter(**usual)
        made = with_thresholds(base, threshold, min_score)
        assert (made.threshold, made.min_score) == (new.threshold, new.min_score)
        expected, found = (each.predict(picture).plates for each in (new, made))
        assert len(expected) == len(found)
        for one, other in zip(expected, found):
            np.testing.assert_array_equal(one.polygon, other.polygon)
            assert one.score == other.score
    assert (base.threshold, base.min_score) == before


def test_wrong_thresholds_are_refused(picture):
    base = PlateSegmenter(runtime=RUNTIME)
    for wrong in ({'threshold': 1.5}, {'min_score': -1}, {'threshold': float('nan')}):
        with pytest.raises(ValueError, match='must be'):
            with_thresholds(base, **wrong)


def test_what_was_answered_is_not_computed_again():
    network = Counting()
    remembering = RememberingBackend(network)
    pictures = np.random.default_rng(0).integers(0, 256, (2, 8, 9, 3), np.uint8)
    first = remembering(pictures)
    np.testing.assert_array_equal(remembering(pictures.copy()), first)
    assert network.calls == 1 and remembering.name == 'counting'
    remembering(pictures[:1])
    # The same bytes in another shape are another picture.
    remembering(pictures.reshape(2, 9, 8, 3))
    assert network.calls == 3
    with pytest.raises(ValueError, match='read-only'):
        first[0, 0, 0] = 1
    remembering.forget()
    remembering(pictures)
    assert network.calls == 4


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr('mmlp.apis.thresholds._MOST_REMEMBERED', 100)
    network = Counting()
    remembering = RememberingBackend(network)
    small, large = np.zeros((1, 9, 9, 3), np.uint8), np.zeros((1, 20, 20, 3), np.uint8)
    for pictures in (small, large, small, large):
        remembering(pictures)
    assert network.calls == 3
