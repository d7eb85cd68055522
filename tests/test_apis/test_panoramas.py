"""Plates of panoramas are found all around, each once, and those across the seam at both edges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmlp.apis.overlaps import drop_repeated
from mmlp.apis.panoramas import clip_polygon, find_plates_around, split_at_seam
from mmlp.apis.prediction import Prediction
from mmlp.apis.views import View, detect_in_views
from mmlp.media.panorama import Panorama, full_sphere
from mmlp.plates import Plate, extract_plates, paint_polygon, polygon_area

WIDTH, HEIGHT = 1440, 720
SPHERE = full_sphere(WIDTH, HEIGHT, is_tagged=True)


def detect(pictures):
    """Takes what is bright for a plate."""
    return [
        Prediction(
            picture.shape[:2], extract_plates((picture[..., 0] > 128).astype(np.uint8), min_area=12), []
        )
        for picture in pictures
    ]


def panorama_with_plate(left, top=340, width=60, height=16, base=20):
    """A dark panorama with a bright plate, whose columns go on at the other edge."""
    picture = np.full((HEIGHT, WIDTH, 3), base, np.uint8)
    picture[top : top + height, np.arange(left, left + width) % WIDTH] = 255
    return picture


def painted(plates):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    for plate in plates:
        paint_polygon(mask, plate.polygon, 1)
    return mask


@pytest.mark.parametrize('left', [700, 1420, 1385, 1439, 0, -30, 240, 1380])
def test_a_plate_is_covered_wherever_the_seam_is(left):
    picture = panorama_with_plate(left)
    plates = find_plates_around(detect, picture, SPHERE)
    crosses = left % WIDTH + 60 > WIDTH
    assert len(plates) == 1 + crosses
    truth = picture[..., 0] > 128
    mask = painted(plates) > 0
    assert (mask & truth).sum() / (mask | truth).sum() > 0.9
    for plate in plates:
        x1, y1, x2, y2 = plate.box
        assert -0.5 <= x1 < x2 <= WIDTH - 0.5 and -0.5 <= y1 < y2 <= HEIGHT - 0.5
        # The corners are of the whole plate.
        assert plate.width == pytest.approx(60, abs=3)
    assert sum(plate.area for plate in plates) == pytest.approx(60 * 16, rel=0.1)


@pytest.mark.parametrize('top', [60, 200, 500, 660])
def test_plates_far_from_the_horizon_are_found(top):
    picture = panorama_with_plate(900, top, 60, 20)
    plates = find_plates_around(detect, picture, SPHERE)
    truth, mask = picture[..., 0] > 128, painted(plates) > 0
    assert (mask & truth).sum() / (mask | truth).sum() > 0.85
    assert len(plates) == 1


def test_the_part_of_a_turn_is_not_joined_at_its_edges():
    part = Panorama(WIDTH, HEIGHT, 2 * WIDTH, HEIGHT / 2, is_tagged=True)
    picture = panorama_with_plate(1420)
    plates = find_plates_around(detect, picture, part)
    truth, mask = picture[..., 0] > 128, painted(plates) > 0
    assert len(plates) == 2
    assert all(plate.width < 45 for plate in plates), 'two plates that the edges cut'
    assert (mask & truth).sum() / (mask | truth).sum() > 0.85


def test_very_large_panoramas_are_looked_at_smaller():
    picture = np.full((600, 12000, 3), 20, np.uint8)
    picture[260:340, 5000:5300] = 255
    strip = Panorama(12000, 600, 12000, 300.0, is_tagged=True)
    sides = []

    def note(pictures):
        sides.extend(picture.shape[0] for picture in pictures)
        return detect(pictures)

    (plate,) = find_plates_around(note, picture, strip)
    assert set(sides) == {2560}
    assert plate.box == pytest.approx((4999.5, 259.5, 5299.5, 339.5), abs=3)


def test_a_plate_around_the_pole_stays_in_the_picture():
    ring = np.array([[-200, 700], [1300, 700], [1300, 719], [-200, 719]], np.float32)
    parts = split_at_seam(Plate(ring, ring), SPHERE)
    assert parts and all(part.box[0] >= -0.5 and part.box[2] <= WIDTH - 0.5 for part in parts)


def test_what_is_only_supposed_to_be_a_panorama_is_looked_at_as_it_is_too():
    """A wide picture of an ordinary camera keeps what was found in it."""
    picture = panorama_with_plate(900, top=4, height=12)
    asked = []

    def note(pictures):
        asked.extend(each.shape for each in pictures)
        return detect(pictures)

    supposed = View(panorama=full_sphere(WIDTH, HEIGHT))
    (prediction,) = detect_in_views(note, None, [picture], [supposed])
    assert picture.shape in asked
    assert len(prediction.plates) == 1
    asked.clear()
    detect_in_views(note, None, [picture], [View(panorama=SPHERE)])
    assert picture.shape not in asked


def test_pictures_come_back_in_their_order():
    pictures = [panorama_with_plate(100), panorama_with_plate(1000), panorama_with_plate(600)]
    views = [View(), View(panorama=SPHERE), View(turns=2)]
    found = detect_in_views(detect, None, pictures, views)
    lefts = [prediction.plates[0].box[0] for prediction in found]
    assert lefts == pytest.approx([100, 1000, 600], abs=1.5)


def test_clipping_leaves_what_lies_in_the_box():
    rng = np.random.default_rng(0)
    box = np.array([[10, 20], [90, 20], [90, 70], [10, 70]], np.float32)
    for _ in range(50):
        polygon = cv2.convexHull(rng.uniform(-20, 120, (6, 2)).astype(np.float32))[:, 0]
        clipped = clip_polygon(polygon, (10, 20), (90, 70))
        expected, _ = cv2.intersectConvexConvex(polygon, box)
        area = abs(polygon_area(clipped)) if len(clipped) else 0.0
        assert area == pytest.approx(expected, abs=0.05)


def rectangle(x, y, width, height, score):
    corners = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float32)
    return Plate(corners, corners, score)


def test_plates_over_one_another_count_once():
    best, same, beside = (
        rectangle(0, 0, 40, 10, 0.9),
        rectangle(5, 0, 40, 10, 0.8),
        rectangle(60, 0, 40, 10, 0.7),
    )
    around = rectangle(-50, -50, 100, 100, 0.6)
    assert drop_repeated([best, same, beside, around]) == [best, beside]
    assert drop_repeated([best, rectangle(1005, 0, 40, 10, 0.5)], period=1000) == [best]
    far = rectangle(1005, 0, 40, 10, 0.5)
    assert drop_repeated([best, far]) == [best, far]
