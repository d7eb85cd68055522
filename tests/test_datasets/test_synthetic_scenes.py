from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from mmlp.datasets.synthetic import exact_polygon_mask, render_scene
from mmlp.datasets.synthetic.scenes import effects
from mmlp.datasets.synthetic.scenes.bodies import BODIES, Pose, skin
from mmlp.datasets.synthetic.scenes.camera import Camera, Canvas
from mmlp.datasets.synthetic.scenes.scene_types import Lamp, ScenePlate, Sunlight
from mmlp.datasets.synthetic.scenes.two_wheelers.draw import TWO_WHEELERS
from mmlp.datasets.synthetic.scenes.vehicles import draw_vehicle

pytestmark = pytest.mark.needs('matplotlib')  # whose fonts are drawn with

SIZE = (320, 240)
DAY = Sunlight(np.array([0.3, 0.8, -0.5]), 0.8, np.full(3, 200.0), np.full(3, 220.0), np.full(3, 100.0))


@pytest.fixture(scope='module')
def scenes():
    return [render_scene(np.random.default_rng([11, i]), SIZE) for i in range(12)]


def pil_mask(polygon: np.ndarray, factor: int = 8) -> np.ndarray:
    canvas = Image.new('L', (SIZE[0] * factor, SIZE[1] * factor), 0)
    ImageDraw.Draw(canvas).polygon([tuple((p + 0.5) * factor - 0.5) for p in polygon.astype(float)], fill=255)
    return np.asarray(canvas.resize(SIZE, Image.Resampling.BOX)) >= 128


def test_what_comes_out(scenes):
    for image, mask, plates in scenes:
        assert image.shape == (SIZE[1], SIZE[0], 3) and image.dtype == np.uint8 and image.std() > 3
        assert mask.shape == (SIZE[1], SIZE[0]) and mask.dtype == np.uint8 and set(np.unique(mask)) <= {0, 1}
        union = np.zeros(mask.shape, bool)
        for plate in plates:
            assert plate.corners.shape == (4, 2) and plate.mask.any()
            union |= plate.mask
        np.testing.assert_array_equal(union, mask == 1)
    assert sum(len(plates) for _, _, plates in scenes) >= 8


def test_masks_lie_in_their_outlines(scenes):
    """The mask is the outline, as another rasteriser draws it, but for what is hidden, within a pixel."""
    one_more = np.ones((3, 3), np.uint8)
    whole = 0
    for _, _, plates in scenes:
        for plate in plates:
            outline = pil_mask(plate.outline)
            assert not (plate.mask & ~cv2.dilate(outline.astype(np.uint8), one_more).astype(bool)).any()
            missing = outline & ~plate.mask
            exact = exact_polygon_mask(plate.outline, outline.shape)
            if np.array_equal(plate.mask, exact):  # nothing in front
                whole += 1
                assert not (missing & cv2.erode(outline.astype(np.uint8), one_more).astype(bool)).any()
    assert whole >= 5


def test_corners_are_in_reading_order(scenes):
    for _, _, plates in scenes:
        for plate in plates:
            if plate.layout == 'front_strip':
                continue  # fixed along a mudguard, it may be read from below
            top_left, top_right, bottom_right, bottom_left = plate.corners
            assert top_left[0] < top_right[0] and bottom_left[0] < bottom_right[0]
            assert top_left[1] < bottom_left[1] and top_right[1] < bottom_right[1]


def test_same_seed_same_scene():
    np.random.seed(0)
    first = render_scene(np.random.default_rng(3), SIZE)
    np.random.rand(7)  # the global generator has no say
    second = render_scene(np.random.default_rng(3), SIZE)
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    assert (render_scene(np.random.default_rng(4), SIZE)[0] != first[0]).any()


def test_pictures_without_plates():
    for seed in range(3):
        _, mask, plates = render_scene(np.random.default_rng(seed), SIZE, with_plates=False)
        assert not mask.any() and not plates


@pytest.mark.parametrize('size', [(96, 64), (200, 300)])
def test_other_sizes(size):
    image, mask, _ = render_scene(np.random.default_rng(0), size)
    assert image.shape[:2] == mask.shape == size[::-1]


@pytest.mark.parametrize('name', BODIES)
@pytest.mark.parametrize('yaw', [0.15, np.pi - 0.15])
def test_every_vehicle_shows_its_plate(name, yaw):
    canvas = Canvas(Camera((320, 240), 400, 1.3, 0.05, 0))
    canvas.image[:] = 128
    body = BODIES[name]
    pose = Pose(body, 0.0, 4 + body.length / 2, yaw, np.array([40.0, 40, 200]))
    plates, lamps = draw_vehicle(np.random.default_rng(0), pose, canvas, DAY)
    _, masks = canvas.finish()
    assert lamps
    if name in TWO_WHEELERS and yaw > 1 and not plates:
        return  # not all of them have one in front
    assert len(plates) == 1
    assert masks[0].sum() > 0.9 * cv2.contourArea(plates[0].outline), 'something of its own hides the plate'
    outline = pose.silhouette(canvas.camera)
    assert all(cv2.pointPolygonTest(outline, tuple(map(float, c)), False) >= 0 for c in plates[0].corners)


def test_bus_of_which_only_the_end_is_seen():
    canvas = Canvas(Camera((320, 240), 320, 1.3, 0, 0))
    canvas.image[:] = 128
    pose = Pose(BODIES['bus'], 2.5, 8.6, np.deg2rad(198), np.array([40.0, 40, 200]))
    plates, _ = draw_vehicle(np.random.default_rng(0), pose, canvas, DAY)
    image, masks = canvas.finish()
    assert plates and masks[0].any()
    hull = np.zeros((240, 320), np.uint8)
    cv2.fillConvexPoly(hull, np.round(pose.silhouette(canvas.camera)).astype(np.int32), 1)
    assert (image[hull > 0] == 128).all(1).mean() < 0.15, 'the body is missing'


def test_vehicle_in_front_hides_the_plate_behind():
    canvas = Canvas(Camera((320, 240), 400, 1.3, 0.05, 0))
    rng, paint = np.random.default_rng(0), np.array([40.0, 40, 200])
    draw_vehicle(rng, Pose(BODIES['hatch'], 0.0, 12.0, 0.0, paint), canvas, DAY)
    assert canvas.finish()[1][0].sum() > 20
    draw_vehicle(rng, Pose(BODIES['truck'], 0.0, 8.0, 0.0, paint), canvas, DAY)
    assert canvas.finish()[1][0].sum() == 0


def test_vehicle_behind_the_eye_is_not_drawn():
    canvas = Canvas(Camera((320, 240), 400, 1.3, 0.05, 0))
    pose = Pose(BODIES['sedan'], 0.0, 1.0, 0.0, np.array([40.0, 40, 200]))
    assert draw_vehicle(np.random.default_rng(0), pose, canvas, DAY) == ([], [])
    assert not canvas.image.any()


def test_skin_is_symmetric_and_as_long_as_the_vehicle():
    for body in BODIES.values():
        rings, shares = skin(body)
        np.testing.assert_allclose(rings[:, ::-1] * [-1, 1, 1], rings, atol=1e-9)
        assert rings[..., 2].min() == 0 and rings[..., 2].max() == pytest.approx(body.length)
        assert rings[..., 1].min() == pytest.approx(body.clearance) and (np.diff(shares) > 0).all()


def test_night_is_dark_and_lit_plates_stand_out():
    image = np.full((120, 160, 3), 160, np.uint8)
    plate = ScenePlate(np.array([[60, 50], [90, 50], [90, 60], [60, 60.0]]), 'eu', 'X')
    plate.mask = np.zeros((120, 160), bool)
    plate.mask[50:61, 60:91] = True
    lamp = Lamp((20.0, 30.0), 4.0, (225.0, 240.0, 255.0))
    dark = effects.darken(np.random.default_rng(0), image, [lamp], [plate], own_lights=True)
    assert dark[5:20, 120:].mean() < 100
    assert dark[plate.mask].mean() > dark[45:49, 60:91].mean() + 20
    assert dark[30, 20].mean() > 150, 'the lamp is not lit'


@pytest.mark.parametrize('length', [3.0, 5.5])
def test_motion_blur_keeps_light_and_place(length):
    image = np.zeros((41, 41, 3), np.uint8)
    image[20, 20] = 255
    blurred = effects.motion_blur(image, length, 0.0)[..., 0].astype(float)
    assert blurred.sum() == pytest.approx(255, rel=0.1)
    xs = np.arange(41)
    assert (blurred * xs).sum() / blurred.sum() == pytest.approx(20, abs=0.6)
    assert (blurred > 0).sum(0).max() == 1 and (blurred > 0).sum() == pytest.approx(length, abs=1.5)
