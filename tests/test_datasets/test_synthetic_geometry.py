from __future__ import annotations

import numpy as np
import pytest
from helpers.convex_mask import convex_mask
from PIL import Image, ImageDraw

from mmlp.datasets.synthetic.geometry import (
    composite,
    premultiply,
    rect_corners,
    tilted_quad,
)
from mmlp.datasets.synthetic.scenes.camera import Camera, Canvas, ground_map
from mmlp.plates.geometry import find_homography, map_points


def random_quad(rng: np.random.Generator) -> np.ndarray:
    centre = tuple(rng.uniform(20, 60, 2))
    return tilted_quad(centre, rng.uniform(10, 60), rng.uniform(5, 20), *rng.uniform(-40, 40, 3))


def rasterise(shape: tuple[int, int], polygon: np.ndarray, factor: int = 16) -> np.ndarray:
    """Share of each pixel that a polygon covers, by another rasteriser: PIL at many times the size."""
    canvas = Image.new('L', (shape[1] * factor, shape[0] * factor), 0)
    # pixel (x, y) of the picture fills x * factor .. (x + 1) * factor of the canvas
    ImageDraw.Draw(canvas).polygon(
        [tuple((p + 0.5) * factor - 0.5) for p in np.asarray(polygon, float)], fill=1
    )
    return np.asarray(canvas, float).reshape(shape[0], factor, shape[1], factor).mean((1, 3))


def test_convex_mask_takes_the_pixels_whose_centre_is_inside():
    # centres at x = 1, 2, 3 and y = 2, 3 lie between 0.6 .. 3.4 and 1.5 .. 3.5
    mask = convex_mask((6, 7), rect_corners(0.6, 1.5, 3.4, 3.5))
    expected = np.zeros((6, 7), bool)
    expected[2:4, 1:4] = True
    np.testing.assert_array_equal(mask, expected)


@pytest.mark.parametrize('turned', [False, True])
def test_convex_mask_does_not_care_which_way_round(turned):
    quad = np.array([[2.2, 1.1], [9.7, 3.4], [8.1, 8.8], [1.3, 7.2]])
    mask = convex_mask((12, 12), quad[::-1] if turned else quad)
    inside = Image.new('L', (12, 12))
    assert mask[5, 5] and not mask[1, 9]
    assert mask.sum() == pytest.approx(rasterise(inside.size[::-1], quad).sum(), abs=3)


def test_convex_mask_agrees_with_another_rasteriser_within_a_pixel():
    rng, excess = np.random.default_rng(0), []
    for _ in range(40):
        quad = random_quad(rng)
        mask, cover = convex_mask((80, 80), quad), rasterise((80, 80), quad)
        assert mask[cover > 0.97].all(), 'a pixel that is covered is missing'
        assert not mask[cover < 0.03].any(), 'a pixel that is not covered is taken'
        perimeter = np.linalg.norm(quad - np.roll(quad, -1, axis=0), axis=1).sum()
        excess.append((mask.sum() - cover.sum()) / perimeter)
    # Pixels are neither grown nor shrunk: on average, the edges lie within a twentieth of a pixel.
    assert abs(np.mean(excess)) < 0.05


def test_convex_mask_is_not_shifted():
    rng = np.random.default_rng(1)
    shifts = []
    for _ in range(60):
        quad = random_quad(rng)
        mask, cover = convex_mask((80, 80), quad), rasterise((80, 80), quad)
        ys, xs = np.mgrid[0:80, 0:80]
        middle = [np.array([(xs * m).sum(), (ys * m).sum()]) / m.sum() for m in (mask, cover)]
        shifts.append(middle[0] - middle[1])
    np.testing.assert_allclose(np.mean(shifts, axis=0), 0, atol=0.03)


def test_convex_mask_outside_the_picture_is_empty():
    assert not convex_mask((5, 5), rect_corners(7, 7, 9, 9)).any()
    assert convex_mask((5, 5), rect_corners(-50, -50, 50, 50)).all()


@pytest.mark.parametrize('size', [(40, 20), (400, 200), (1000, 500)])
def test_composite_covers_what_the_outline_says(size):
    """Whatever the size of the drawing: the laid layer's coverage is the outline's, pixel by pixel."""
    cols, rows = size
    layer = np.full((rows, cols, 4), 255, np.uint8)
    rng = np.random.default_rng(2)
    corners = rect_corners(-0.5, -0.5, cols - 0.5, rows - 0.5)
    for _ in range(10):
        quad = random_quad(rng)
        image = np.zeros((80, 80, 3), np.uint8)
        composite(image, layer, find_homography(corners, quad))
        cover = rasterise((80, 80), quad)
        assert np.abs(image[..., 0] / 255 - cover).max() < 0.4
        assert np.abs(image[..., 0] / 255 - cover).mean() < 0.01
        assert image[..., 0].sum() / 255 == pytest.approx(cover.sum(), rel=0.06, abs=4)


def test_composite_of_an_unscaled_layer_is_exact():
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 256, (10, 12, 3), np.uint8)
    image = np.zeros((30, 40, 3), np.uint8)
    layer = premultiply(picture, np.full((10, 12), 255, np.uint8))
    composite(image, layer, np.array([[1, 0, 5], [0, 1, 7], [0, 0, 1.0]]))
    np.testing.assert_array_equal(image[7:17, 5:17], picture)
    image[7:17, 5:17] = 0
    assert not image.any()


def test_composite_averages_fine_patterns_instead_of_aliasing():
    stripes = np.zeros((400, 400), np.uint8)
    stripes[:, ::2] = 255
    layer = premultiply(np.dstack([stripes] * 3), np.full((400, 400), 255, np.uint8))
    image = np.zeros((40, 40, 3), np.uint8)
    composite(
        image, layer, find_homography(rect_corners(-0.5, -0.5, 399.5, 399.5), rect_corners(0, 0, 37.3, 37.3))
    )
    inner = image[3:34, 3:34, 0].astype(float)
    assert abs(inner.mean() - 127.5) < 3 and inner.std() < 8


def test_premultiplied_edges_have_no_fringe():
    image = np.full((20, 20, 3), 200, np.uint8)
    image[:, 10:] = 0  # what is transparent is black
    alpha = np.zeros((20, 20), np.uint8)
    alpha[:, :10] = 255
    ground = np.full((40, 40, 3), 200, np.uint8)
    composite(ground, premultiply(image, alpha), np.array([[1.3, 0, 4.2], [0.1, 1.3, 4.6], [0, 0, 1.0]]))
    assert ground.min() >= 196


def test_tilted_quad_seen_straight_on_is_a_rectangle():
    quad = tilted_quad((50, 40), 20, 10, 0, 0, 0)
    np.testing.assert_allclose(quad, rect_corners(40, 35, 60, 45), atol=1e-4)


def test_tilted_quad_shows_the_far_side_smaller():
    quad = tilted_quad((50, 40), 40, 20, 50, 0, 0, distance=2)
    left, right = quad[3, 1] - quad[0, 1], quad[2, 1] - quad[1, 1]
    assert abs(left - right) > 2


def test_project_and_homography_are_inverse():
    quad = np.array([[3, 4], [60, 9], [55, 33], [1, 30.0]])
    matrix = find_homography(rect_corners(0, 0, 1, 1), quad)
    np.testing.assert_allclose(map_points(matrix, rect_corners(0, 0, 1, 1)), quad, atol=1e-4)
    np.testing.assert_allclose(map_points(np.linalg.inv(matrix), quad), rect_corners(0, 0, 1, 1), atol=1e-4)


def test_camera_by_hand():
    camera = Camera((640, 480), focal=500, height=1.5, pitch=0, roll=0)
    # 10 m ahead, 2 m to the right, on the ground: 500 * 2 / 10 right of and 500 * 1.5 / 10 under the middle
    np.testing.assert_allclose(camera.project(np.array([[2, 0, 10.0]])), [[319.5 + 100, 239.5 + 75]])
    assert camera.horizon() == pytest.approx(239.5)
    assert camera.depth(np.array([[0, 1.5, 7.0]]))[0] == pytest.approx(7)


def test_ground_map_is_the_camera_on_the_ground():
    camera = Camera((640, 480), focal=600, height=2, pitch=0.2, roll=0.05)
    places = np.array([[1.0, 4], [-3, 9], [0.5, 20]])
    world = np.insert(places, 1, 0, axis=1)
    np.testing.assert_allclose(map_points(ground_map(camera), places), camera.project(world), atol=0.05)


def canvas_of(cols: int, rows: int) -> Canvas:
    return Canvas(Camera((cols, rows), focal=100, height=1, pitch=0, roll=0))


def white_plate(canvas: Canvas, quad: np.ndarray) -> None:
    canvas.plate(np.full((100, 400, 4), 255, np.uint8), rect_corners(-0.5, -0.5, 399.5, 99.5), quad)


def test_canvas_shows_the_plate_where_its_mask_is():
    rng = np.random.default_rng(4)
    for _ in range(10):
        canvas, quad = canvas_of(80, 80), random_quad(rng)
        white_plate(canvas, quad)
        image, (mask,) = canvas.finish()
        np.testing.assert_array_equal(mask, convex_mask((80, 80), quad))
        assert (image[mask] > 90).mean() > 0.98, 'the mask holds pixels that show no plate'
        assert (image[~mask] < 165).mean() > 0.98, 'plate is seen outside the mask'


def test_canvas_mask_leaves_out_what_is_painted_over():
    canvas, quad = canvas_of(80, 60), rect_corners(9.5, 9.5, 59.5, 29.5)
    white_plate(canvas, quad)
    canvas.polygon(rect_corners(29.5, -0.5, 39.5, 59.5), (0, 0, 255))
    _, (mask,) = canvas.finish()
    expected = np.zeros((60, 80), bool)
    expected[10:30, 10:60] = True
    expected[:, 30:40] = False
    # the painted polygon's edge may take one pixel more
    assert not mask[:, 30:40].any()
    assert (mask != expected).sum() <= 40


@pytest.mark.parametrize('how', ['line', 'layer', 'plate'])
def test_canvas_everything_opaque_hides(how):
    canvas = canvas_of(80, 60)
    white_plate(canvas, rect_corners(9.5, 9.5, 59.5, 29.5))
    if how == 'line':
        canvas.line(np.array([[0, 20.0], [79, 20.0]]), (0, 0, 0), 6)
    elif how == 'layer':
        canvas.lay(np.full((10, 10, 4), 255, np.uint8), rect_corners(0, 16.5, 79, 22.5))
    else:
        white_plate(canvas, rect_corners(0, 16.5, 79, 22.5))
    mask = canvas.finish()[1][0]
    assert not mask[18:22].any() and mask[11:15, 11:58].all() and mask[25:28, 11:58].all()


def test_canvas_transparent_layers_and_shadows_hide_nothing():
    canvas, quad = canvas_of(80, 60), rect_corners(9.5, 9.5, 59.5, 29.5)
    white_plate(canvas, quad)
    canvas.shade(rect_corners(0, 0, 80, 60), 0.6, 2)
    canvas.lay(np.zeros((10, 10, 4), np.uint8), rect_corners(0, 0, 79, 59))
    image, (mask,) = canvas.finish()
    np.testing.assert_array_equal(mask, convex_mask((60, 80), quad))
    assert 70 < image[20, 30, 0] < 140
