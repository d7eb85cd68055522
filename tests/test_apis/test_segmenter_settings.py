"""Settings of the segmenter check themselves, and the segmenter tells all of them."""

from __future__ import annotations

import dataclasses
import inspect
import json

import pytest

from mmlp.apis import PlateSegmenter, Refinement, Runtime, Search, Tiles, Trust
from mmlp.jobs import ExcludingSegmenter, Region
from mmlp.jobs.segmenters import settings_of

VALUES = [Runtime(), Search(), Search(tiles=Tiles(64, 16)), Refinement(), Trust()]
CPU = Runtime(device='cpu', num_threads=1)


@pytest.fixture(scope='module')
def make():
    return lambda **options: PlateSegmenter(**{'runtime': CPU, **options})


@pytest.mark.parametrize(
    ('kind', 'settings', 'message'),
    [
        (Runtime, {'batch_size': 0}, 'batch_size must be at least 1, got 0'),
        (Runtime, {'num_threads': 0}, 'num_threads must be at least 1, got 0'),
        (Trust, {'max_parameters': 0}, 'max_parameters must be at least 1, got 0'),
        (Trust, {'allow_imports': 'theirs'}, r"such as \('theirs',\)"),
        (Tiles, {'size': 64, 'overlap': 64}, 'overlap < size, got size=64, overlap=64'),
        (Tiles, {'size': 64, 'overlap': -1}, 'overlap < size'),
        (Tiles, {'size': 64, 'overlap': 8, 'long_side': 0}, 'long_side must be at least 1, got 0'),
        (Search, {'zoom_in_long_side': 0}, 'zoom_in_long_side must be at least 1, got 0'),
        (Search, {'zoom_in_below': -1}, 'zoom_in_below must be at least 0, got -1'),
        (Search, {'zoom_out_above': 1}, 'zoom_out_above must be at least 2, got 1'),
        (Search, {'smallest_plate': 0}, 'smallest_plate must be at least 1, got 0'),
        (Search, {'candidate_threshold': 0}, r'candidate_threshold must be a probability in \(0, 1\), got 0'),
        (Refinement, {'threshold': float('nan')}, r'threshold must be a probability in \(0, 1\), got nan'),
        (Refinement, {'crop_size': (96,)}, 'crop_size is a height and a width'),
        (Refinement, {'plate_width': 0}, 'plate_width must be at least 1'),
        (Refinement, {'max_magnification': 0}, 'max_magnification must be above 0'),
        (Refinement, {'min_overlap': 1.5}, r'min_overlap must be in 0\.\.1, got 1\.5'),
        (Refinement, {'straighten': -0.1}, r'straighten must be in 0\.\.1'),
    ],
)
def test_impossible_settings_are_refused(kind, settings, message):
    with pytest.raises(ValueError, match=message):
        kind(**settings)


@pytest.mark.parametrize('value', VALUES, ids=lambda value: type(value).__name__)
def test_settings_cannot_change(value):
    for field in dataclasses.fields(value):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field.name, None)


def test_the_segmenter_tells_every_setting(make):
    segmenter = make(search=Search(tiles=Tiles(64, 16)))
    settings = json.loads(json.dumps(segmenter.settings))
    assert set(settings) == set(inspect.signature(PlateSegmenter).parameters)
    for name, kind in {
        'search': Search,
        'refinement': Refinement,
        'runtime': Runtime,
        'trust': Trust,
    }.items():
        assert set(settings[name]) == {field.name for field in dataclasses.fields(kind)}
    assert settings['search']['tiles'] == {'size': 64, 'overlap': 16, 'long_side': None}


def test_what_was_left_open_is_told_as_it_came_out(make):
    settings = make().settings
    assert (settings['model'], settings['refinement']['model']) == ('lp_fpn_lite0', 'lp_fpn_lite0_refiner')
    assert settings['runtime']['device'] == 'cpu' and settings['runtime']['backend'] != 'auto'
    assert 0 < settings['threshold'] < settings['min_score'] < 1
    assert make(refinement=False).settings['refinement'] is None


def test_a_setting_that_is_new_is_told_too(make):
    @dataclasses.dataclass(frozen=True)
    class WiderSearch(Search):
        mirrored: bool = False

    known, changed = (settings_of(make(search=WiderSearch(mirrored=each))) for each in (False, True))
    assert not known['search']['mirrored'] and known != changed


@pytest.mark.parametrize(
    'change',
    [
        {'threshold': 0.3},
        {'min_score': 0.3},
        {'min_area': 3},
        {'long_side': None},
        {'refinement': False},
        {'refinement': Refinement('lp_fpn_lite0')},
        *({'refinement': Refinement(**{name: 0.5})} for name in ('min_overlap', 'straighten', 'threshold')),
        *({'search': Search(**{name: 50})} for name in ('zoom_in_long_side', 'zoom_in_below')),
        *({'search': Search(**{name: 50})} for name in ('zoom_out_above', 'smallest_plate')),
        {'search': Search(candidate_threshold=0.3)},
        {'search': Search(tiles=Tiles(64, 16))},
    ],
    ids=str,
)
def test_a_job_notices_what_changes_its_answers(make, change):
    assert settings_of(make(**change)) != settings_of(make())


def test_a_job_goes_on_with_other_threads_and_batches(make):
    other = make(
        runtime=Runtime(device='cpu', num_threads=2, batch_size=9), trust=Trust(max_parameters=10**9)
    )
    assert settings_of(other) == settings_of(make())


def test_a_job_notices_what_is_not_taken_for_a_plate(make):
    segmenter = make()
    known = [
        settings_of(each)
        for each in (
            segmenter,
            ExcludingSegmenter(segmenter, largest_plate=50),
            ExcludingSegmenter(segmenter, [Region.parse('0,0,10,10')]),
        )
    ]
    assert known[0] != known[1] != known[2] != known[0]
    assert known[2]['exclude'] == ['0,0,10,10'] and known[2]['search'] == known[0]['search']


def test_other_segmenters_are_known_by_what_they_say_of_themselves():
    class Silent:
        pass

    class Told:
        def describe(self):
            return 'theirs, version 2'

    assert settings_of(Silent()) == {'description': 'Silent'}
    assert settings_of(Told()) == {'description': 'theirs, version 2'}
