import numpy as np
import pytest

from mmlp.plates import is_convex, order_corners, polygon_area, quadrilateral_iou, side_lengths

PLATE = np.array([[10, 10], [62, 10], [62, 21], [10, 21]], np.float32)


def rotated(corners, degrees):
    turn = np.radians(degrees)
    matrix = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    centre = corners.mean(axis=0)
    return ((corners - centre) @ matrix + centre).astype(np.float32)


def test_area_and_sides():
    assert polygon_area(PLATE) == 52 * 11
    assert polygon_area(PLATE[::-1]) == -52 * 11
    np.testing.assert_allclose(side_lengths(PLATE), [52, 11, 52, 11])


def test_convexity():
    assert is_convex(PLATE) and not is_convex(PLATE[::-1]) and not is_convex(PLATE[[0, 2, 1, 3]])
    assert not is_convex(np.array([[0, 0], [10, 0], [3, 3], [0, 10]], np.float32))


@pytest.mark.parametrize('seed', range(5))
def test_iou_equals_shapely(seed):
    polygon = pytest.importorskip('shapely', reason='shapely is not installed').Polygon
    rng = np.random.default_rng(seed)
    first = PLATE + rng.uniform(-3, 3, (4, 2)) + 1000
    second = rotated(PLATE, 20) + rng.uniform(-3, 3, (4, 2)) + 1000
    shapes = polygon(first), polygon(second)
    expected = shapes[0].intersection(shapes[1]).area / shapes[0].union(shapes[1]).area
    assert quadrilateral_iou(first, second) == pytest.approx(expected, abs=1e-4)


def test_iou_of_strangers_is_zero():
    assert quadrilateral_iou(PLATE, PLATE + 100) == 0.0


@pytest.mark.parametrize('angle', [-89, -60, -30, 0, 10, 45, 89])
@pytest.mark.parametrize('shift', range(4))
@pytest.mark.parametrize('way', [1, -1])
def test_long_plates_are_read_along_the_longer_side_to_the_right(angle, shift, way):
    corners = rotated(PLATE, angle)
    np.testing.assert_array_equal(order_corners(np.roll(corners, shift, axis=0)[::way]), corners)


def test_upright_long_plate_is_read_downwards():
    found = order_corners(rotated(PLATE, 90))
    assert found[1, 1] > found[0, 1] + 40


@pytest.mark.parametrize('angle', [-40, 0, 40])
def test_square_plates_are_read_along_the_horizontal(angle):
    square = np.array([[0, 0], [20, 0], [20, 24], [0, 24]], np.float32)
    corners = rotated(square, angle)
    np.testing.assert_array_equal(order_corners(corners[::-1]), corners)


def test_order_corners_wants_four():
    with pytest.raises(ValueError, match=r'\(4, 2\)'):
        order_corners(PLATE[:3])
