"""Motorcycles and scooters from all sides, lorries with several plates, and what is written on vehicles."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
import pytest

from mmlp.datasets.synthetic import LAYOUTS, exact_polygon_mask, render_scene, write_dataset
from mmlp.datasets.synthetic.scenes import effects
from mmlp.datasets.synthetic.scenes.bodies import BODIES, Pose
from mmlp.datasets.synthetic.scenes.camera import Camera, Canvas
from mmlp.datasets.synthetic.scenes.coachwork import seen_screens
from mmlp.datasets.synthetic.scenes.livery import draw_livery
from mmlp.datasets.synthetic.scenes.plate_spots import plate_in_window
from mmlp.datasets.synthetic.scenes.scene_types import Lamp, Sunlight
from mmlp.datasets.synthetic.scenes.two_wheelers.draw import TWO_WHEELERS
from mmlp.datasets.synthetic.scenes.two_wheelers.solids import Assembly
from mmlp.datasets.synthetic.scenes.vehicles import draw_vehicle, random_body

pytestmark = pytest.mark.needs('matplotlib')  # whose fonts are drawn with

DAY = Sunlight(np.array([0.3, 0.8, -0.5]), 0.8, np.full(3, 200.0), np.full(3, 220.0), np.full(3, 100.0))
PAINT = np.array([40.0, 40, 200])


def show(name: str, yaw: float, seed: int, distance: float = 3.0, **options: object):
    canvas = Canvas(Camera((320, 240), 400, 1.3, 0.12, 0))
    canvas.image[:] = 128
    body = BODIES[name]
    pose = Pose(body, 0.0, distance + body.length / 2 * abs(np.cos(yaw)), yaw, PAINT)
    plates, lamps = draw_vehicle(np.random.default_rng(seed), pose, canvas, DAY, **options)
    image, masks = canvas.finish()
    return image, masks, plates, lamps, pose


@pytest.mark.parametrize('name', TWO_WHEELERS)
def test_from_behind_every_one_shows_one_plate(name):
    areas = []
    for seed in range(12):
        _, masks, plates, lamps, _ = show(name, 0.1, seed)
        assert len(plates) == 1 and lamps[0].colour[2] > lamps[0].colour[0], (
            'the rear has one plate and a red lamp'
        )
        areas.append(masks[0].sum() / max(cv2.contourArea(plates[0].outline), 1))
        assert LAYOUTS[plates[0].layout].two_wheeled > 0
    assert np.mean(np.array(areas) > 0.85) > 0.8, 'something of its own hides the plate'


@pytest.mark.parametrize('name', TWO_WHEELERS)
def test_from_before_some_have_one_and_it_is_narrow_or_square(name):
    found = [show(name, np.pi + 0.1, seed)[2] for seed in range(30)]
    names = Counter(plate.layout for plates in found for plate in plates)
    assert 5 < sum(map(bool, found)) < 28
    assert names['front_strip'] >= 3 and len(names) >= 2


@pytest.mark.parametrize('yaw', [np.pi / 2, -np.pi / 2])
def test_from_the_side_the_wheels_are_seen_and_no_plate_of_the_ends(yaw):
    for seed in range(6):
        image, masks, plates, _, _ = show('motorcycle', yaw, seed)
        assert all(plate.layout == 'front_strip' for plate in plates)
        drawn = (image != 128).any(2)
        assert np.ptp(np.nonzero(drawn)[1]) > 180, 'a motorcycle is two metres long'
        assert sum(mask.sum() for mask in masks) < 0.1 * drawn.sum()


def test_no_plate_when_none_is_asked_for():
    for name in TWO_WHEELERS:
        assert show(name, 0.1, 0, with_plate=False)[2] == []


def test_solids_are_sorted_by_their_distance():
    canvas = Canvas(Camera((100, 100), 100, 1.0, 0, 0))
    bike = Assembly(Pose(BODIES['scooter'], 0.0, 5.0, 0.0, PAINT), canvas)
    bike.panel([(-0.5, 0.5, 0.1), (0.5, 0.5, 0.1), (0.5, 1.5, 0.1), (-0.5, 1.5, 0.1)], (0, 0, 250))
    bike.panel([(-0.5, 0.5, 1.5), (0.5, 0.5, 1.5), (0.5, 1.5, 1.5), (-0.5, 1.5, 1.5)], (0, 250, 0))
    bike.draw()
    image, _ = canvas.finish()
    assert image[50, 50].tolist() == [0, 0, 250], 'the rear end is nearer'
    points = np.array([[0.2, 0.4, 1.0], [-0.3, 1.1, 0.2]])
    np.testing.assert_allclose(
        bike.project(points), canvas.camera.project(bike.pose.world(points)), atol=1e-6
    )
    assert bike.distance(points) == pytest.approx(
        np.linalg.norm(bike.pose.world(points).mean(0) - canvas.camera.eye), abs=1e-6
    )
    assert bike.faces((0, 1.0, 0), (0, 0, -1)) == pytest.approx(1.0, abs=0.01)


def test_lorries_and_trailers_have_plates_off_the_centre_and_several():
    places, counts = [], []
    for seed in range(40):
        _, masks, plates, _, _ = show('truck', 0.0, seed, 6.0, adorned=True)
        counts.append(len(plates))
        places += [plate.corners.mean(0) for plate in plates]
        assert all(mask.any() for mask in masks)
    places = np.array(places)
    assert max(counts) >= 2 and np.mean(counts) > 1
    assert np.ptp(places[:, 0]) > 60 and np.ptp(places[:, 1]) > 40
    assert np.mean(np.abs(places[:, 0] - 160) > 10) > 0.3


def test_vans_are_lettered_on_the_side_that_is_seen():
    canvas = Canvas(Camera((320, 240), 300, 1.3, 0.0, 0))
    pose = Pose(BODIES['van'], 0.0, 8.0, np.pi / 2, np.full(3, 128.0))
    canvas.image[:] = 128
    changed = 0
    for seed in range(6):
        before = canvas.image.copy()
        draw_livery(np.random.default_rng(seed), pose, canvas)
        changed += bool((canvas.image != before).any())
    assert changed >= 3
    assert not canvas.outlines


def test_only_the_kinds_asked_for_are_drawn(tmp_path):
    for seed in range(3):
        _, _, plates = render_scene(
            np.random.default_rng(seed), (320, 240), vehicles=['motorcycle', 'scooter']
        )
        assert all(LAYOUTS[plate.layout].two_wheeled > 0 for plate in plates)
    with pytest.raises(ValueError, match="'boat' is unknown; choose from sedan"):
        write_dataset(tmp_path / 'x', 1, 0, vehicles=['boat'])
    assert not list(tmp_path.iterdir())


def test_places_without_vehicles_are_full_of_things_and_have_no_plate():
    for seed in range(4):
        image, mask, plates = render_scene(np.random.default_rng(seed), (160, 120), vehicles=[])
        assert not mask.any() and not plates and image.std() > 3


def test_a_plate_behind_a_window_of_a_car():
    """It stands within the rear window, and its mask is its outline."""
    canvas = Canvas(Camera((320, 240), 400, 1.5, 0.08, 0))
    pose = Pose(BODIES['sedan'], 0.0, 7.0, 0.1, PAINT)
    draw_vehicle(np.random.default_rng(0), pose, canvas, DAY, with_plate=False)
    (screen,) = seen_screens(pose, canvas)
    plate = plate_in_window(np.random.default_rng(1), canvas, screen)
    mask = canvas.finish()[1][0]
    np.testing.assert_array_equal(mask, exact_polygon_mask(plate.outline, mask.shape))
    window = cv2.convexHull(canvas.camera.project(screen).astype(np.float32))
    assert all(cv2.pointPolygonTest(window, tuple(map(float, c)), True) > -2 for c in plate.corners)


def test_masks_of_two_wheelers_lie_in_their_outlines():
    whole = 0
    for seed in range(10):
        _, mask, plates = render_scene(np.random.default_rng([21, seed]), (320, 240), vehicles=TWO_WHEELERS)
        for plate in plates:
            inside = exact_polygon_mask(plate.outline, mask.shape)
            assert not (plate.mask & ~inside).any()
            whole += np.array_equal(plate.mask, inside)
    assert whole >= 4


def test_the_mix_of_vehicles():
    """About a quarter are two-wheelers, and cars stay the most."""
    rng = np.random.default_rng(0)
    names = Counter(random_body(rng).name for _ in range(2000))
    assert 0.2 < sum(names[name] for name in TWO_WHEELERS) / 2000 < 0.3
    assert sum(count for name, count in names.items() if not BODIES[name].tall) > 1000
    assert set(names) == set(BODIES)
    assert {random_body(rng, ['bus', 'scooter']).name for _ in range(30)} == {'bus', 'scooter'}


def test_brake_light_colours_what_is_near_red():
    image = np.full((120, 160, 3), 150, np.uint8)
    effects.brake_light(np.random.default_rng(0), image, [Lamp((80.0, 60.0), 5.0, (40.0, 40.0, 255.0))], True)
    near, far = image[60, 84].astype(int), image[5, 5].astype(int)
    assert near[2] - near[0] > 50 and np.ptp(far) < 5
    before = image.copy()
    effects.brake_light(
        np.random.default_rng(0), image, [Lamp((20.0, 20.0), 5.0, (225.0, 240.0, 255.0))], True
    )
    np.testing.assert_array_equal(image, before)


def test_light_of_one_colour_leaves_no_other():
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    shown = effects.one_colour(np.random.default_rng(2), image).astype(float)
    shares = shown / shown.sum(2, keepdims=True).clip(1)
    assert shares.std((0, 1)).mean() < 0.5 * (image / image.sum(2, keepdims=True).clip(1)).std((0, 1)).mean()
