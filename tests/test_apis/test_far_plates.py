"""Far plates are found beside a near one, in pictures of any size."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.brightness_network import brightness_probability, draw_plates
from helpers.flat_settings import grouped

from mmlp.apis import PlateSegmenter, Tiles, large_inputs
from mmlp.apis.far_plates import drop_unlikely, enlarge_long_side, find_all_candidates
from mmlp.apis.large_inputs import run_in_tiles
from mmlp.apis.probability_maps import ProbabilityMap
from mmlp.plates import extract_plates

NEAR = [(100, 400), (339, 400), (339, 459), (100, 459)]
FAR = [(700, 80), (711, 80), (711, 87), (700, 87)]


@pytest.fixture
def make(brightness_checkpoint):
    def segmenter(**options) -> PlateSegmenter:
        # The detection sees the far plate as some ten values, too few for a plate.
        options = {'long_side': 200, 'zoom_in_long_side': 200, 'refinement': False, 'min_area': 40, **options}
        return PlateSegmenter(brightness_checkpoint, **grouped(backend='pytorch', device='cpu', **options))

    return segmenter


def seen_at(prediction, quad) -> bool:
    centre = np.mean(quad, axis=0)
    return any(np.abs(plate.corners.mean(axis=0) - centre).max() < 3 for plate in prediction.plates)


def test_a_near_plate_does_not_keep_a_far_one_from_being_found(make):
    picture = draw_plates((600, 800), [NEAR, FAR])
    without = make(zoom_in_long_side=800).predict(picture)
    assert seen_at(without, NEAR) and not seen_at(without, FAR), 'else this test shows nothing'
    found = make(smallest_plate=8).predict(picture)
    assert len(found.plates) == 2 and seen_at(found, NEAR) and seen_at(found, FAR)


def test_a_near_plate_stays_as_the_detection_saw_it(make):
    picture = draw_plates((600, 800), [NEAR, FAR])
    found = make(smallest_plate=8).predict(picture)
    (plate,) = [plate for plate in found.plates if plate.width > 100]
    assert np.abs(plate.corners - NEAR).max() < 2


@pytest.mark.parametrize(
    ('long_side', 'smallest', 'height', 'expected'),
    [
        (512, None, 3.2, 512),
        (512, 8, 3.2, 1600),
        (1280, 8, 8.0, 4000),
        (512, 40, 3.2, 512),
        (1, 16, 8.0, 2000),
    ],
)
def test_sizes_show_the_smallest_plate_at_a_height(long_side, smallest, height, expected):
    assert enlarge_long_side(long_side, (3000, 4000), smallest, height) == expected


def test_all_candidates_are_zoomed_in_on():
    values = np.zeros((40, 60), np.float32)
    values[5:8, 10:20], values[20:30, 30:58], values[35:37, 2:6] = 0.12, 0.95, 0.08
    probability_map = ProbabilityMap.over_box(values, (0, 0, 60, 40))
    assert find_all_candidates(probability_map) == [(10, 5, 20, 8), (30, 20, 58, 30)]


def test_near_things_that_the_detection_took_for_nothing_are_dropped():
    values = np.zeros((60, 80), np.float32)
    values[5:25, 5:35], values[40:44, 60:70], values[35:55, 5:35] = 0.2, 0.2, 0.6
    first = ProbabilityMap.over_box(values, (0, 0, 160, 120))
    closer = np.zeros((120, 160), np.float32)
    lamp, far, near = (
        (slice(10, 50), slice(10, 70)),
        (slice(80, 88), slice(120, 140)),
        (slice(70, 110), slice(10, 70)),
    )
    for window in (lamp, far, near):
        closer[window] = 0.9
    plates = extract_plates(closer)
    assert len(plates) == 3
    kept = drop_unlikely(plates, first)
    assert sorted(round(float(plate.corners[:, 1].mean())) for plate in kept) == [84, 90]


def test_large_inputs_are_cut_into_parts_that_fit(make, monkeypatch):
    monkeypatch.setattr(large_inputs, 'MAX_PIXELS', 40_000)
    monkeypatch.setattr(large_inputs, '_TILE', 160)
    monkeypatch.setattr(large_inputs, '_OVERLAP', 32)
    picture = draw_plates((600, 800), [NEAR, FAR])
    sizes = []

    def network(pictures):
        sizes.append(pictures.shape[1] * pictures.shape[2])
        return np.stack([brightness_probability(one) for one in pictures]).astype(np.float32)

    whole = run_in_tiles(picture, (600, 800), network)
    # Of 30 tiles; those of one colour show no plate.
    assert 5 < len(sizes) < 20 and max(sizes) <= 160 * 160
    np.testing.assert_allclose(whole, brightness_probability(picture), atol=1e-3)
    half = run_in_tiles(picture, (300, 400), network)
    assert half.shape == (300, 400)
    coarse = brightness_probability(picture).reshape(300, 2, 400, 2).mean(axis=(1, 3))
    assert np.abs(half - coarse).mean() < 2e-3


def test_a_picture_too_large_for_the_network_is_searched_in_parts(make, monkeypatch):
    monkeypatch.setattr('mmlp.apis.plate_segmenter.MAX_PIXELS', 100_000)
    monkeypatch.setattr('mmlp.apis.plate_segmenter.MAX_WORKING_PIXELS', 100_000)
    monkeypatch.setattr(large_inputs, 'MAX_PIXELS', 100_000)
    monkeypatch.setattr(large_inputs, '_TILE', 256)
    monkeypatch.setattr(large_inputs, '_OVERLAP', 64)
    picture = draw_plates((900, 1200), [NEAR, [(x + 400, y) for x, y in FAR]])
    segmenter = make(smallest_plate=8)
    sizes, run = [], segmenter.backend._run
    segmenter.backend._run = lambda pictures: sizes.append(pictures.shape[1:3]) or run(pictures)
    found = segmenter.predict(picture)
    assert len(found.plates) == 2
    assert max(height * width for height, width in sizes) <= 100_000


def test_traces_in_tiles_are_found_as_in_a_map(make, monkeypatch):
    monkeypatch.setattr('mmlp.apis.plate_segmenter.MAX_PIXELS', 100_000)
    monkeypatch.setattr(large_inputs, 'MAX_PIXELS', 100_000)
    monkeypatch.setattr(large_inputs, '_TILE', 256)
    monkeypatch.setattr(large_inputs, '_OVERLAP', 64)
    picture = draw_plates((900, 1200), [NEAR, [(x + 400, y) for x, y in FAR]])
    expected = make(smallest_plate=8).predict(picture)
    monkeypatch.setattr('mmlp.apis.plate_segmenter.MAX_MAP_PIXELS', 1)
    found = make(smallest_plate=8).predict(picture)
    assert len(found.plates) == len(expected.plates) == 2
    for plate, other in zip(found.plates, expected.plates):
        np.testing.assert_allclose(plate.corners, other.corners, atol=1.5)
    assert all(probability_map.values.dtype == np.float16 for probability_map in found.maps[1:])


def test_tiles_of_one_colour_are_not_run(monkeypatch):
    monkeypatch.setattr(large_inputs, 'MAX_PIXELS', 10_000)

    def network(pictures):
        raise AssertionError('looked at')

    values = run_in_tiles(np.full((3000, 2000, 3), 90, np.uint8), (2000, 1500), network)
    assert values.shape == (2000, 1500) and not values.any()


def test_tiles_show_all_and_need_no_search(make):
    picture = draw_plates((600, 800), [NEAR, FAR])
    segmenter = make(smallest_plate=8, tiles=Tiles(400, 100))
    sizes, run = [], segmenter.backend._run
    segmenter.backend._run = lambda pictures: sizes.append(pictures.shape[1:3]) or run(pictures)
    assert seen_at(segmenter.predict(picture), FAR)
    assert sizes[0] == (150, 200) and set(sizes[1:]) == {(400, 400)}


def test_the_description_says_that_all_is_searched(make):
    assert 'all of it for plates from 8 px on' in make(smallest_plate=8).describe()
    assert 'all of it' not in make().describe()


def test_nothing_smaller_than_a_pixel_is_looked_for(make):
    with pytest.raises(ValueError, match='smallest_plate must be at least 1, got 0'):
        make(smallest_plate=0)
