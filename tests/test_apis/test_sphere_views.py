"""Perspective views of a panorama show what an ordinary camera would."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmlp.apis.sphere_views import SphereView, plan_views
from mmlp.media.panorama import Panorama, full_sphere

SPHERE = full_sphere(1440, 720)


def direction(longitude, latitude):
    """Unit vector: x to the right, y up, z ahead."""
    return np.array(
        [
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
            np.cos(latitude) * np.cos(longitude),
        ]
    )


def seen_at(view, longitude, latitude):
    """Where a pinhole camera of 90 degrees sees a direction: by its axes, not by angles."""
    ahead = direction(view.longitude, view.latitude)
    right = np.cross([0, 1, 0], ahead)
    right /= np.linalg.norm(right)
    up = np.cross(ahead, right)
    ray = direction(longitude, latitude)
    assert ray @ ahead > 0
    centre, focal = (view.side - 1) / 2, view.side / 2
    return centre + focal * (ray @ right) / (ray @ ahead), centre - focal * (ray @ up) / (ray @ ahead)


@pytest.mark.parametrize('longitude', [0.0, 1.0, np.pi, 5.5])
@pytest.mark.parametrize('latitude', [0.0, -0.96, 0.96])
def test_points_are_where_a_pinhole_camera_sees_them(longitude, latitude):
    view = SphereView(SPHERE, longitude, latitude, 458)
    for east, north in ((0, 0), (0.3, 0.2), (-0.5, -0.1), (0.1, -0.4)):
        point = seen_at(view, longitude + east, latitude + north)
        column, row = view.to_image(np.array(point))
        expected = SPHERE.to_pixels(longitude + east, latitude + north)
        turns = round((column - expected[0]) / SPHERE.width)
        assert column - turns * SPHERE.width == pytest.approx(expected[0], abs=1e-6)
        assert row == pytest.approx(expected[1], abs=1e-6)


def test_the_seam_is_not_seen():
    columns = np.arange(1440) / 1440 * 2 * np.pi
    wave = (128 + 100 * np.cos(columns)).astype(np.uint8)
    picture = np.repeat(np.repeat(wave[None, :, None], 720, 0), 3, 2)
    view = SphereView(SPHERE, np.pi, 0.0, 458).cut(picture)
    assert np.abs(np.diff(view[229, :, 0].astype(int))).max() <= 2
    assert view[229, 229, 0] == pytest.approx(228, abs=2), 'in the middle of the view'


def test_what_is_20_degrees_wide_is_seen_whole_by_one_view():
    views = list(plan_views(SPHERE))
    rng = np.random.default_rng(0)
    for _ in range(200):
        longitude, latitude = rng.uniform(-np.pi, np.pi), np.arcsin(rng.uniform(-0.97, 0.97))
        ahead = direction(longitude, latitude)
        right = np.cross([0, 1, 0], ahead)
        right /= np.linalg.norm(right)
        ends = [ahead * np.cos(angle) + right * np.sin(angle) for angle in np.radians([-10, 10])]
        assert any(all(is_inside(view, ray) for ray in ends) for view in views)


def is_inside(view, ray):
    longitude, latitude = np.arctan2(ray[0], ray[2]), np.arcsin(ray[1])
    if direction(view.longitude, view.latitude) @ ray <= 0:
        return False
    return all(0 <= value <= view.side - 1 for value in seen_at(view, longitude, latitude))


def test_views_are_as_fine_as_the_panorama_and_not_finer_than_allowed():
    assert {view.side for view in plan_views(SPHERE)} == {round(1440 / np.pi)}
    assert {view.side for view in plan_views(SPHERE, most_pixels=100)} == {100}


def test_of_a_part_only_the_directions_that_it_shows_are_looked_at():
    part = Panorama(360, 180, 1440, 90)
    views = list(plan_views(part))
    assert 0 < len(views) < 8
    picture = np.full((180, 360, 3), 200, np.uint8)
    behind = SphereView(part, np.pi, 0.0, 100)
    assert not behind.shows_image() and behind.cut(picture).max() == 0, 'and not wrapped around'
    ahead = SphereView(part, 0.0, 0.0, 100).cut(picture)
    assert ahead[50, 50, 0] == 200 and ahead[0].max() == 0


def test_a_flat_picture_put_on_the_sphere_comes_back():
    """Through the panorama and back: the picture of a camera is what a view in its direction shows."""
    rng = np.random.default_rng(1)
    flat = cv2.resize(rng.integers(0, 255, (12, 12, 3), np.uint8), (200, 200), interpolation=cv2.INTER_CUBIC)
    sphere = full_sphere(2880, 1440)
    longitude, latitude = 2.9, -0.8
    view = SphereView(sphere, longitude, latitude, 200)
    columns, rows = np.meshgrid(np.arange(2880), np.arange(1440))
    east = (columns + 0.5) / 2880 * 2 * np.pi - np.pi
    north = np.pi / 2 - (rows + 0.5) / 1440 * np.pi
    rays = np.stack([np.cos(north) * np.sin(east), np.sin(north), np.cos(north) * np.cos(east)], -1)
    ahead = direction(longitude, latitude)
    right = np.cross([0, 1, 0], ahead)
    right /= np.linalg.norm(right)
    depth = np.maximum(rays @ ahead, 1e-6)
    x = 99.5 + 100 * (rays @ right) / depth
    y = 99.5 - 100 * (rays @ np.cross(ahead, right)) / depth
    picture = cv2.remap(flat, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR)
    difference = np.abs(view.cut(picture).astype(int) - flat)[5:-5, 5:-5]
    assert difference.mean() < 1.5
