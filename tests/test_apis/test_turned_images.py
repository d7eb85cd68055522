"""Pictures that are stored turned are looked at turned, others are not."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.apis import PlateSegmenter, Runtime, Search
from mmlp.apis.prediction import Prediction
from mmlp.apis.probability_maps import Patch, ProbabilityMap
from mmlp.apis.quarter_turns import turn_back, turn_image
from mmlp.apis.turned_images import TurnedDetector
from mmlp.datasets.synthetic import render_scene
from mmlp.plates import Plate, extract_plates, paint_polygon

HEIGHT, WIDTH = 384, 512
#: Left, top, right, bottom of the plate of :func:`picture_with_plate`.
BOX = (100, 250, 190, 280)


def picture_with_plate(box=BOX, shape=(HEIGHT, WIDTH)):
    """A plate with a light upper half: it shows which way is up."""
    left, top, right, bottom = box
    picture = np.zeros((*shape, 3), np.uint8)
    picture[top:bottom, left:right] = 150
    picture[top : (top + bottom) // 2, left:right] = 250
    return picture


class Network:
    """Sees plates by their light half: sure of upright ones, in doubt of others; notes the sizes it sees."""

    def __init__(self, upside_down=0.7, sideways=0.27):
        self.answers = {'up': 0.97, 'down': upside_down, 'side': sideways}
        self.sizes = []

    def __call__(self, pictures):
        self.sizes += [picture.shape[:2] for picture in pictures]
        return np.stack([self._see(picture[..., 0].astype(float)) for picture in pictures])

    def _see(self, grey):
        plate = grey > 75
        values = np.full(grey.shape, 0.01, np.float32)
        if plate.any():
            rows, columns = np.nonzero(plate)
            light_rows, light_columns = np.nonzero(grey > 200)
            down = light_rows.mean() - rows.mean()
            aside = light_columns.mean() - columns.mean()
            way = 'side' if abs(aside) > abs(down) else 'down' if down > 0 else 'up'
            values[plate] = self.answers[way]
        return values


def make_detectors(network, sure=0.8):
    def detect(pictures):
        found = []
        for picture, values in zip(pictures, network(np.stack(pictures))):
            probability_map = ProbabilityMap.over_box(values, (0, 0, picture.shape[1], picture.shape[0]))
            plates = extract_plates(values, 0.15, min_score=0.55)
            found.append(Prediction(picture.shape[:2], plates, [probability_map], (), 0.15))
        return found

    return detect, TurnedDetector(detect, network, 512, sure)


@pytest.mark.parametrize('turns', [1, 2, 3])
def test_a_turned_picture_gives_what_the_upright_one_gives(turns):
    picture = turn_image(picture_with_plate(), -turns)
    network = Network()
    detect, detect_turned = make_detectors(network)
    (upright,) = detect([picture])
    found = detect_turned(picture, upright)
    assert found.turns == turns
    (plate,) = found.plates
    mask = np.zeros(picture.shape[:2], np.uint8)
    paint_polygon(mask, plate.polygon, 1)
    truth = turn_image(np.pad(np.ones((30, 90)), ((250, 104), (100, 322))), -turns) > 0
    assert (mask[truth] == 1).mean() > 0.9 and mask[~truth].sum() < 0.1 * truth.sum()
    # The first corner is the plate's own upper left one, wherever that is in the picture.
    light = plate.corners[:2].mean(axis=0) * 0.75 + plate.corners[2:].mean(axis=0) * 0.25
    assert picture[round(float(light[1])), round(float(light[0])), 0] == 250


def test_probabilities_and_refinements_turn_with_the_plates():
    rng = np.random.default_rng(0)
    values, closer = (rng.random(shape).astype(np.float32) for shape in ((40, 60), (10, 20)))
    probability_map = ProbabilityMap.over_box(values, (0, 0, 120, 80))
    patch = Patch(ProbabilityMap.over_box(closer, (10, 20, 50, 40)), (14.3, 24.3, 46.3, 36.3))
    corners = np.array([[10, 20], [50, 20], [50, 40], [10, 40]], np.float32)
    prediction = Prediction((80, 120), [Plate(corners, corners)], [probability_map], [patch])
    for turns in range(4):
        back = turn_back(prediction, turns)
        assert back.turns == turns
        expected = np.rot90(prediction.probability, turns)
        np.testing.assert_allclose(back.probability, expected, atol=1e-5)
        expected = np.rot90(prediction.mask, turns)
        np.testing.assert_array_equal(back.mask, expected)


def test_an_upright_picture_is_not_looked_at_again():
    network = Network()
    detect, detect_turned = make_detectors(network)
    picture = picture_with_plate()
    (upright,) = detect([picture])
    network.sizes.clear()
    assert detect_turned(picture, upright) is upright
    assert network.sizes == []


def test_a_picture_without_anything_costs_nothing_and_one_in_doubt_a_tiny_try():
    network = Network(sideways=0.1)
    detect, detect_turned = make_detectors(network)
    empty = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    (upright,) = detect([empty])
    network.sizes.clear()
    assert detect_turned(empty, upright).plates == []
    assert network.sizes == []
    # In doubt as it is, but not when it is turned.
    probability_map = ProbabilityMap.over_box(
        np.full((HEIGHT, WIDTH), 0.27, np.float32), (0, 0, WIDTH, HEIGHT)
    )
    doubtful = Prediction((HEIGHT, WIDTH), [], [probability_map])
    assert detect_turned(empty, doubtful) is doubtful
    assert network.sizes == [(128, 96)]


def test_a_turned_plate_that_is_not_sure_is_none():
    """Lettering and grilles look like plates in some direction or other."""
    network = Network()
    network.answers['up'] = 0.75
    detect, detect_turned = make_detectors(network)
    picture = turn_image(picture_with_plate(), 1)
    (upright,) = detect([picture])
    assert detect_turned(picture, upright) is upright


def test_what_was_found_upright_elsewhere_is_kept():
    network = Network()
    detect, detect_turned = make_detectors(network)
    picture = turn_image(picture_with_plate(), -1)
    (upright,) = detect([picture])
    corners = np.array([[10, 10], [60, 10], [60, 25], [10, 25]], np.float32)
    upright.plates.append(Plate(corners, corners, 0.6))
    found = detect_turned(picture, upright)
    assert [round(plate.score, 1) for plate in found.plates] == [1.0, 0.6]


@pytest.fixture(scope='module')
def scene():
    """A street with one car of the generator, and the mask of its plate."""
    picture, mask, _ = render_scene(np.random.default_rng(8), (640, 480))
    return picture, mask


@pytest.mark.needs('matplotlib')
@pytest.mark.parametrize('turns', [1, 3])
def test_the_plate_of_a_turned_street_is_found(scene, turns):
    picture, mask = (turn_image(each, turns) for each in scene)
    segmenter = PlateSegmenter(search=Search(turned=True), runtime=Runtime(num_threads=1))
    found = segmenter.predict(picture)
    assert found.turns == 4 - turns
    assert (found.mask & mask).sum() / (found.mask | mask).sum() > 0.8
    segmenter = PlateSegmenter(runtime=Runtime(num_threads=1))
    assert segmenter.predict(picture).plates == []


@pytest.mark.needs('matplotlib')
def test_an_upright_street_is_seen_as_before(scene):
    segmenter = PlateSegmenter(search=Search(turned=True), runtime=Runtime(num_threads=1))
    found = segmenter.predict(scene[0])
    before = PlateSegmenter(runtime=Runtime(num_threads=1)).predict(scene[0])
    assert found.turns == 0
    assert [plate.to_dict() for plate in found.plates] == [plate.to_dict() for plate in before.plates]
