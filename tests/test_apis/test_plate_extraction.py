"""Plates found on maps come out in the picture's pixels."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.brightness_network import brightness_probability, draw_plates

from mmlp.apis.plate_extraction import find_plates
from mmlp.apis.probability_maps import ProbabilityMap
from mmlp.apis.tiling import iterate_tiles
from mmlp.plates import extract_plates

QUADS = [
    [(20, 30), (70, 34), (69, 52), (19, 48)],
    [(150, 60), (230, 60), (230, 90), (150, 90)],
    [(110, 5), (140, 5), (140, 15), (110, 15)],
]


@pytest.fixture(scope='module')
def probability():
    return brightness_probability(draw_plates((120, 260), QUADS)).astype(np.float32)


def sorted_by_place(plates):
    return sorted(plates, key=lambda plate: plate.box)


def test_layer_at_the_pictures_size_gives_what_the_map_gives(probability):
    probability_map = ProbabilityMap.over_box(probability, (0, 0, 260, 120))
    found, expected = find_plates([probability_map], 0.5, 16, 0.0), extract_plates(probability)
    assert len(found) == 3
    for plate, reference in zip(found, expected):
        np.testing.assert_allclose(plate.corners, reference.corners, atol=1e-4)
        np.testing.assert_allclose(plate.polygon, reference.polygon, atol=1e-4)
        assert plate.area == pytest.approx(reference.area)


def test_magnified_layer_keeps_corners_and_area_in_picture_pixels(probability):
    larger = ProbabilityMap.over_box(probability, (0, 0, 4 * 260, 3 * 120))
    plate = sorted_by_place(find_plates([larger], 0.5, 16, 0.0))[0]
    reference = sorted_by_place(extract_plates(probability))[0]
    # The centre of pixel x lies at 4 x + 1.5 when every pixel becomes four.
    np.testing.assert_allclose(plate.corners, reference.corners * (4, 3) + (1.5, 1.0), atol=1e-3)
    assert plate.area == pytest.approx(12 * reference.area)


def test_plates_cut_by_tiles_are_whole_again(probability):
    maps = [
        tile.to_map(probability[tile.box[1] : tile.box[3], tile.box[0] : tile.box[2]]).trim(0.05)
        for tile in iterate_tiles((120, 260), 64, 24)
    ]
    maps = [probability_map for probability_map in maps if probability_map is not None]
    assert len(maps) > 3, 'the plates lie in several tiles'
    found = sorted_by_place(find_plates(maps, 0.5, 16, 0.0))
    expected = sorted_by_place(extract_plates(probability))
    assert len(found) == len(expected) == 3
    for plate, reference in zip(found, expected):
        np.testing.assert_allclose(plate.corners, reference.corners, atol=0.05)
        assert plate.area == pytest.approx(reference.area, rel=0.01)
        assert plate.score == pytest.approx(reference.score, abs=0.01)


def test_a_coarse_and_a_fine_layer_show_one_plate_once(probability):
    coarse = ProbabilityMap.over_box(probability[::2, ::2], (0, 0, 260, 120))
    fine = ProbabilityMap.over_box(probability, (0, 0, 260, 120)).cut(0, 0, 130, 120)
    found = find_plates([coarse, fine], 0.5, 16, 0.0)
    assert len(found) == 3


def test_specks_and_doubtful_plates_are_dropped():
    values = np.zeros((40, 60), np.float32)
    values[5:15, 5:35] = 0.6
    values[25:35, 5:35] = 0.9
    values[20:23, 50:53] = 0.9
    probability_map = ProbabilityMap.over_box(values, (0, 0, 60, 40))
    assert len(find_plates([probability_map], 0.5, 1, 0.0)) == 3
    assert len(find_plates([probability_map], 0.5, 10, 0.0)) == 2
    assert [plate.score for plate in find_plates([probability_map], 0.5, 10, 0.7)] == [pytest.approx(0.9)]


def test_plate_all_over_a_large_picture_is_looked_at_coarsely(monkeypatch):
    monkeypatch.setattr('mmlp.apis.plate_extraction._MAX_REGION', 1000)
    maps = [
        ProbabilityMap.over_box(np.full((100, 100), 0.9, np.float32), (left, 0, left + 100, 100))
        for left in (0, 50, 100)
    ]
    (plate,) = find_plates(maps, 0.5, 1, 0.0)
    assert plate.area == pytest.approx(200 * 100, rel=0.1)


def test_nothing_gives_nothing():
    assert find_plates([], 0.5, 16, 0.0) == []
