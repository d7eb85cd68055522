from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmseg.registry import TRANSFORMS

from mmlp.datasets.synthetic.light import measure_light
from mmlp.datasets.synthetic.paste import PasteSyntheticPlate
from mmlp.datasets.synthetic.paste_places import component_quad, covering_quad

NOTHING = dict(
    replace_prob=0, add_prob=0, clutter_prob=0, overlay_prob=0, bend_prob=0, light_prob=0, vehicle_prob=0
)


def sample(angle: float = 8) -> dict:
    """A grey picture with a white plate, turned by some degrees, and ignored pixels in a corner."""
    rng = np.random.default_rng(0)
    image = rng.integers(90, 120, (160, 200, 3), np.uint8)
    mask = np.zeros((160, 200), np.uint8)
    quad = cv2.boxPoints(((100, 80), (70, 16), angle)).astype(np.int32)
    cv2.fillPoly(image, [quad], (235, 235, 235))
    cv2.fillPoly(mask, [quad], 1)
    mask[:20, :30] = 255
    return dict(img=image, gt_seg_map=mask)


def run(seed: int, **options) -> tuple[dict, dict]:
    before = sample()
    np.random.seed(seed)
    after = PasteSyntheticPlate(**{**NOTHING, **options})(
        {key: value.copy() for key, value in before.items()}
    )
    return before, after


def test_is_registered():
    transform = TRANSFORMS.build(dict(type='PasteSyntheticPlate', replace_prob=0.5))
    assert isinstance(transform, PasteSyntheticPlate) and 'replace_prob=0.5' in repr(transform)


def test_chance_zero_changes_nothing():
    before, after = run(0)
    for key in before:
        np.testing.assert_array_equal(before[key], after[key])


@pytest.mark.parametrize('seed', range(8))
def test_replaced_plate_covers_the_old_one(seed):
    before, after = run(seed, replace_prob=1)
    old, new = before['gt_seg_map'] == 1, after['gt_seg_map'] == 1
    assert new[old].all(), 'a pixel of the old plate is left'
    assert new.sum() < 6 * old.sum()
    assert (before['img'][old] != after['img'][old]).mean() > 0.5
    np.testing.assert_array_equal(after['gt_seg_map'] == 255, before['gt_seg_map'] == 255)
    count, _ = cv2.connectedComponents(new.astype(np.uint8))
    assert count == 2, 'one plate stays one plate'


@pytest.mark.parametrize('seed', range(4))
def test_replaced_plate_covers_the_rim_that_was_ignored(seed):
    """An annotation that leaves the outline open becomes an exact one; other ignored pixels stay."""
    before = sample()
    plate = (before['gt_seg_map'] == 1).astype(np.uint8)
    rim = cv2.dilate(plate, np.ones((9, 9), np.uint8)).astype(bool)
    before['gt_seg_map'][rim & (plate == 0)] = 255
    np.random.seed(seed)
    mask = PasteSyntheticPlate(**{**NOTHING, 'replace_prob': 1})(dict(before))['gt_seg_map']
    assert (mask[rim] == 1).all()
    assert (mask == 255).sum() == 20 * 30


def test_replaced_mask_is_the_new_plate_and_not_its_holder():
    """Outside the mask, pixels change in a narrow rim (the holder and its blur) alone."""
    for seed in range(6):
        before, after = run(seed, replace_prob=1)
        changed = (before['img'] != after['img']).any(2)
        reach = cv2.dilate((after['gt_seg_map'] == 1).astype(np.uint8), np.ones((19, 19), np.uint8)) > 0
        assert not (changed & ~reach).any()


def test_added_plates_keep_off_plates_and_ignored_pixels():
    added = 0
    for seed in range(12):
        before, after = run(seed, add_prob=1, width_range=(20, 60))
        old, new = before['gt_seg_map'], after['gt_seg_map']
        np.testing.assert_array_equal(new[old > 0], old[old > 0])
        added += bool((new != old).any())
        np.testing.assert_array_equal(before['img'][old == 1], after['img'][old == 1])
    assert added >= 8


def test_clutter_stays_background():
    changed = 0
    for seed in range(12):
        before, after = run(seed, clutter_prob=1, overlay_prob=1, width_range=(20, 60))
        np.testing.assert_array_equal(before['gt_seg_map'], after['gt_seg_map'])
        plate = before['gt_seg_map'] == 1
        np.testing.assert_array_equal(before['img'][plate], after['img'][plate])
        changed += bool((before['img'] != after['img']).any())
    assert changed >= 10


@pytest.mark.parametrize('seed', range(10))
def test_bent_plates_cover_what_they_replace(seed):
    before, after = run(seed, replace_prob=1, bend_prob=1)
    old, new = before['gt_seg_map'] == 1, after['gt_seg_map'] == 1
    assert new[old].all(), 'a pixel of the old plate is left'
    assert new.sum() < 8 * old.sum()
    np.testing.assert_array_equal(after['gt_seg_map'] == 255, before['gt_seg_map'] == 255)


def test_two_wheelers_are_drawn_with_their_plates():
    plates = 0
    for seed in range(16):
        before, after = run(seed, vehicle_prob=1)
        changed = (before['img'] != after['img']).any(2)
        assert changed.mean() > 0.02
        old, new = before['gt_seg_map'] == 1, after['gt_seg_map'] == 1
        assert not (new & ~old & ~changed).any(), 'plate where nothing was drawn'
        assert not (new & ~old).sum() > 0.4 * changed.sum()
        plates += bool((new & ~old).any())
    assert plates >= 6


def test_light_falls_on_plates_and_moves_no_outline():
    for seed in range(5):
        before, after = run(seed, light_prob=1)
        np.testing.assert_array_equal(before['gt_seg_map'], after['gt_seg_map'])
        plate = before['gt_seg_map'] == 1
        warmth = [np.subtract(*s['img'][plate][:, [2, 0]].astype(int).mean(0)) for s in (before, after)]
        assert warmth[1] > warmth[0] + 20


def test_follows_the_toolboxs_seed():
    options = dict(replace_prob=1, add_prob=1, clutter_prob=1, overlay_prob=1)
    first, again, other = (run(seed, **options)[1] for seed in (4, 4, 5))
    for key in first:
        np.testing.assert_array_equal(first[key], again[key])
    assert (first['img'] != other['img']).any()


def test_does_not_write_into_its_input():
    given = sample()
    kept = {key: value.copy() for key, value in given.items()}
    np.random.seed(0)
    PasteSyntheticPlate(1, 1, 2, 1, 3, 1)(dict(given))
    for key, value in kept.items():
        np.testing.assert_array_equal(given[key], value)


def test_types_stay():
    _, after = run(1, replace_prob=1, add_prob=1, clutter_prob=1)
    assert after['img'].dtype == after['gt_seg_map'].dtype == np.uint8
    assert set(np.unique(after['gt_seg_map'])) <= {0, 1, 255}


@pytest.mark.parametrize('shape', [(24, 24), (40, 300)])
def test_odd_pictures(shape):
    for seed in range(10):
        np.random.seed(seed)
        given = dict(img=np.full((*shape, 3), 80, np.uint8), gt_seg_map=np.zeros(shape, np.uint8))
        given['gt_seg_map'][5:20, 2:18] = 1
        given['gt_seg_map'][0, :] = 1  # a plate of which one row is seen
        out = PasteSyntheticPlate(1, 1, 2, 1, 2, 1)(given)
        assert out['img'].shape == (*shape, 3) and out['gt_seg_map'].shape == shape


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(replace_prob=1.5), 'replace_prob is a probability and must lie in 0..1, got 1.5'),
        (dict(clutter_prob=-0.1), 'clutter_prob'),
        (dict(vehicle_prob=2), 'vehicle_prob'),
        (dict(bend_prob=-1), 'bend_prob'),
        (dict(width_range=(50, 20)), r'width_range.*\(50, 20\)'),
        (dict(width_range=(0, 20)), 'width_range'),
    ],
)
def test_wrong_settings(options, message):
    with pytest.raises(ValueError, match=message):
        PasteSyntheticPlate(**options)


@pytest.mark.parametrize('angle', [-35, -10, 0, 10, 35])
def test_component_quad_finds_the_corners_in_reading_order(angle):
    turn = np.deg2rad(angle)
    across, down = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    corners = np.array([(-30, -8), (30, -8), (30, 8), (-30, 8)])
    expected = np.array([60, 50]) + corners[:, :1] * across + corners[:, 1:] * down
    mask = np.zeros((100, 120), np.uint8)
    cv2.fillPoly(mask, [np.round(expected).astype(np.int32)], 1)
    ys, xs = np.nonzero(mask)
    quad = component_quad(np.stack([xs, ys], 1))
    np.testing.assert_allclose(quad, expected, atol=3)


def test_component_quad_of_nothing_much():
    assert component_quad(np.array([[3, 3], [4, 3]])) is None
    assert component_quad(np.array([[x, 7] for x in range(20)])) is None


@pytest.mark.parametrize('aspect', [1.0, 3.0, 5.0])
def test_covering_quad_covers_and_has_the_shape_asked_for(aspect):
    quad = cv2.boxPoints(((100, 80), (60, 20), 0)).astype(np.float32)
    quad = quad[np.lexsort((quad[:, 0], quad[:, 1]))][[0, 1, 3, 2]]
    xs, ys = np.meshgrid(np.arange(70, 131), np.arange(70, 91))
    points = np.stack([xs.ravel(), ys.ravel()], 1)
    new = covering_quad(quad, points, aspect, 0.1)
    inside = [cv2.pointPolygonTest(new[:, None], tuple(map(float, p)), False) > 0 for p in points[::37]]
    assert all(inside)
    assert np.ptp(new[:, 0]) / np.ptp(new[:, 1]) == pytest.approx(aspect, rel=0.05)


def test_light_makes_paper_as_bright_as_the_plate_was():
    rng = np.random.default_rng(0)
    quad = np.array([[40, 40], [100, 40], [100, 60], [40, 60]], np.float32)
    for paper in (90, 160, 230):
        image = np.full((100, 140, 3), 60, np.uint8)
        image[40:61, 40:101] = paper
        image[46:55, 50:90:6] = 25
        light = measure_light(image, quad, rng, on_plate=True)
        shown = light.apply(np.full((20, 60, 3), 238, np.uint8))
        assert shown.mean() == pytest.approx(paper, rel=0.12)
        assert light.apply(np.full((20, 60, 3), 22, np.uint8)).mean() < 45


def test_light_of_a_blurred_picture_is_blurred():
    rng = np.random.default_rng(0)
    quad = np.array([[20, 20], [180, 20], [180, 60], [20, 60]], np.float32)
    image = np.zeros((80, 200, 3), np.uint8)
    image[:, ::40] = image[:, 1::40] = image[:, 2::40] = 255
    image[20:60, 100:160] = 255
    sharp = measure_light(image, quad, rng, on_plate=True).sigma
    soft = measure_light(cv2.GaussianBlur(image, (0, 0), 3), quad, rng, on_plate=True).sigma
    assert sharp < 0.7
    assert soft > 1.2
