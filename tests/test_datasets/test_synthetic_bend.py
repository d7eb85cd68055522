"""Bent plates: the outline is that of the bent sheet, and the drawing shows it there."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from helpers.convex_mask import convex_mask
from PIL import Image, ImageDraw

from mmlp.datasets.synthetic import exact_polygon_mask, render_plate
from mmlp.datasets.synthetic.plates.bend import Bend, bend_plate, random_bend, subdivide
from mmlp.datasets.synthetic.plates.render import PlateImage
from mmlp.datasets.synthetic.scenes.camera import Camera, Canvas
from mmlp.datasets.synthetic.scenes.mounting import _view, mount_plate

pytestmark = pytest.mark.needs('matplotlib')  # whose fonts are drawn with

ARC = np.linspace(-1, 1, 129)


def white_sheet(cols: int = 200, rows: int = 100) -> PlateImage:
    """A white plate without holder, so that all that is opaque is plate."""
    plate = render_plate(np.random.default_rng(0), 'eu')
    corners = np.array(
        [[-0.5, -0.5], [cols - 0.5, -0.5], [cols - 0.5, rows - 0.5], [-0.5, rows - 0.5]], np.float32
    )
    image, alpha = np.full((rows, cols, 3), 255, np.uint8), np.full((rows, cols), 255, np.uint8)
    return replace(plate, image=image, alpha=alpha, corners=corners, outline=corners, flat=corners)


def cover(shape: tuple[int, int], polygon: np.ndarray, factor: int = 8) -> np.ndarray:
    """Which pixels a polygon covers by half, by another rasteriser."""
    canvas = Image.new('L', (shape[1] * factor, shape[0] * factor), 0)
    ImageDraw.Draw(canvas).polygon([tuple((p + 0.5) * factor - 0.5) for p in polygon.astype(float)], fill=255)
    return np.asarray(canvas.resize(shape[::-1], Image.Resampling.BOX)) >= 128


def random_star(rng: np.random.Generator) -> np.ndarray:
    """A polygon of 12 corners with dents."""
    turn = (np.arange(12) + rng.uniform(-0.3, 0.3, 12)) * np.pi / 6
    return np.stack([np.cos(turn), np.sin(turn)], 1) * rng.uniform(16, 28, (12, 1)) + rng.uniform(25, 35, 2)


def test_polygon_mask_agrees_with_another_rasteriser():
    rng = np.random.default_rng(0)
    for _ in range(30):
        star = random_star(rng)
        mask, other = exact_polygon_mask(star, (60, 60)), cover((60, 60), star)
        rim = cv2.morphologyEx(other.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        assert ((mask != other) & ~rim).sum() == 0
        assert (mask != other).sum() < 0.12 * rim.sum()


def test_polygon_mask_of_convex_corners_is_the_convex_mask():
    quad = np.array([[3.2, 4.1], [40.7, 8.4], [37.1, 30.8], [6.3, 26.2]])
    np.testing.assert_array_equal(exact_polygon_mask(subdivide(quad), (40, 50)), convex_mask((40, 50), quad))


def test_round_an_upright_axis_by_hand():
    """A sheet 200 wide, bent by 0.6 to either side, is as wide as a chord of its circle."""
    plate = bend_plate(white_sheet(), Bend(0.0, 0.6 * ARC))
    radius = 100 / 0.6
    assert np.ptp(plate.outline[:, 0]) == pytest.approx(2 * radius * np.sin(0.6), abs=0.3)
    assert np.ptp(plate.outline[:, 1]) == pytest.approx(100, abs=0.3), 'seen straight on, edges stay straight'


def test_seen_from_above_the_edges_bow():
    """From above, the ends of the sheet, which lie deeper, appear higher: by the depth times the slope."""
    plate = bend_plate(white_sheet(), Bend(0.0, 0.6 * ARC, (0.0, -0.5)))
    depth = 100 / 0.6 * (1 - np.cos(0.6))
    top = plate.outline[plate.outline[:, 1] < plate.flat[:, 1].mean()]
    middle = top[np.abs(top[:, 0] - plate.flat[:, 0].mean()) < 15, 1].mean()
    ends = (plate.corners[0, 1] + plate.corners[1, 1]) / 2
    assert middle - ends == pytest.approx(0.5 * depth, abs=1.0)


@pytest.mark.parametrize('seed', range(12))
def test_drawing_is_opaque_where_the_outline_is(seed):
    rng = np.random.default_rng(seed)
    plate = bend_plate(white_sheet(), random_bend(rng, tuple(rng.normal(0, 0.4, 2))))
    opaque, outlined = plate.alpha > 127, cover(plate.alpha.shape, plate.outline)
    rim = cv2.morphologyEx(outlined.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8)) > 0
    assert not ((opaque != outlined) & ~rim).any()
    assert (opaque != outlined).sum() < 0.35 * rim.sum()
    np.testing.assert_array_equal(exact_polygon_mask(plate.outline, outlined.shape) & ~rim, outlined & ~rim)


def test_what_is_not_bent_stays_as_it_is():
    sheet = white_sheet()
    sheet.image[20:40, 30:90] = 0
    plate = bend_plate(sheet, Bend(0.7, np.zeros(9)))
    low = plate.flat[0] + 0.5
    x, y = low.astype(int)
    assert np.abs(plate.image[y : y + 100, x : x + 200].astype(int) - sheet.image).max() <= 2
    np.testing.assert_allclose(plate.corners, plate.flat, atol=0.01)


def test_no_part_hides_another():
    bend = Bend(0.0, 3.0 * ARC, (1.5, 0.0)).tamed()
    assert (np.cos(bend.angles) + 1.5 * np.sin(bend.angles)).min() >= 0.2
    assert np.abs(bend.angles).max() > 0.2


def test_view_by_hand():
    """A plane 4 m ahead and 1 m to the right of the eye, 0.5 m under it."""
    camera = Camera((640, 480), 500, 1.5, 0.0, 0.0)

    def place(points: np.ndarray, lift: float = 0.03) -> np.ndarray:
        return camera.project(np.array([(1 + x, 1.0 + y, 4 - lift) for x, y in points]))

    assert _view(place, (0.0, 0.0)) == pytest.approx((-0.25, -0.125), abs=0.01)


@pytest.mark.parametrize('seed', range(6))
def test_mounted_the_mask_is_the_bent_outline(seed):
    rng = np.random.default_rng(seed)
    canvas = Canvas(Camera((240, 180), 260, 1.2, 0.1, 0.0))

    def place(points: np.ndarray, lift: float = 0.03) -> np.ndarray:
        return canvas.camera.project(np.array([(0.2 + x, 0.9 + y, 1.2 + 0.3 * x - lift) for x, y in points]))

    plate = mount_plate(
        rng, canvas, place, (0.0, 0.0), replace(render_plate(rng, 'eu_square').layout, framed=0), 1.0
    )
    _, (mask,) = canvas.finish()
    np.testing.assert_array_equal(mask, exact_polygon_mask(plate.outline, mask.shape))
    assert len(plate.outline) > 4 and plate.corners.shape == (4, 2)
    other = cover(mask.shape, plate.outline)
    rim = cv2.morphologyEx(other.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    assert not ((mask != other) & ~rim).any()
    near = cv2.distanceTransform((~other).astype(np.uint8), cv2.DIST_L2, 3)
    assert all(near[tuple(np.clip(np.round(c[::-1]).astype(int), 0, [179, 239]))] < 2 for c in plate.corners)
