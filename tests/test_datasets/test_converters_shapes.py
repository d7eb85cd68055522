"""Corners in any order, degenerate outlines, run lengths and EXIF orientations."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from helpers.converter_samples import oracle
from PIL import Image, ImageOps
from pycocotools import mask as coco_mask

from mmlp.datasets.converters import rle
from mmlp.datasets.converters.orientation import refers_to_stored, turn_upright
from mmlp.datasets.converters.painting import paint
from mmlp.datasets.converters.shapes import (
    FormatError,
    bitmap,
    box,
    ellipse,
    polygon,
    quad,
    rotated_box,
)
from mmlp.plates import encode_rle

PLATE = np.array([[20.0, 30.0], [90.0, 40.0], [92.0, 60.0], [22.0, 50.0]])


@pytest.mark.parametrize('order', list(itertools.permutations(range(4))))
def test_four_points_in_any_order_become_ordered_corners(order: tuple) -> None:
    shape = polygon(PLATE[list(order)])
    assert shape.kind == 'quad'
    np.testing.assert_array_equal(shape.parts[0], PLATE)


@pytest.mark.parametrize('degrees', [-40, -15, 0, 15, 40])
def test_first_corner_is_top_left_of_the_plate_not_of_the_picture(degrees: float) -> None:
    shape = rotated_box((80, 60), (60, 14), degrees)
    angle = np.deg2rad(degrees)
    top_left = [80 - 30 * np.cos(angle) + 7 * np.sin(angle), 60 - 30 * np.sin(angle) - 7 * np.cos(angle)]
    np.testing.assert_allclose(shape.parts[0][0], top_left)
    np.testing.assert_array_equal(polygon(np.roll(shape.parts[0], 2, axis=0)).parts[0], shape.parts[0])


def test_stated_order_of_corners_is_kept_for_a_plate_upside_down() -> None:
    upside_down = np.roll(PLATE, 2, axis=0)
    np.testing.assert_array_equal(quad(upside_down).parts[0], upside_down)


def test_stated_order_that_cannot_be_is_put_right() -> None:
    np.testing.assert_array_equal(quad(PLATE[[0, 2, 1, 3]]).parts[0], PLATE)
    np.testing.assert_array_equal(quad(PLATE[::-1]).parts[0], PLATE)


def test_four_points_of_a_concave_outline_are_no_corners() -> None:
    shape = polygon([[10, 10], [60, 10], [25, 20], [10, 60]])
    assert shape.kind == 'polygon'


def test_closing_point_is_dropped() -> None:
    assert polygon([*PLATE, PLATE[0]]).kind == 'quad'


@pytest.mark.parametrize(
    ('points', 'message'),
    [
        ([[1, 1], [2, 2]], '3 points or more, got 2'),
        ([[1, 1], [5, 5], [9, 9]], 'no area'),
        ([[1, 1], [5, 1], [9, 1], [3, 1]], 'no area'),
        ([[1, 1], [1, 1], [1, 1]], 'no area'),
        ([[1, 1], [5, float('nan')], [9, 2]], 'not a finite number'),
        ([1, 2, 3, 4, 5], 'pairs of numbers'),
        ('abc', 'pairs of numbers'),
    ],
)
def test_outlines_without_area(points: object, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        polygon(points)


@pytest.mark.parametrize('edges', [(10, 10, 10, 20), (10, 10, 5, 20), (10, 20, 20, 20)])
def test_boxes_without_area(edges: tuple) -> None:
    with pytest.raises(FormatError, match='without area'):
        box(edges)


def test_ellipse_area() -> None:
    shape = ellipse((80, 60), (40, 20), np.deg2rad(30))
    painted = paint([shape], 160, 120).mask == 255
    assert painted.sum() == pytest.approx(np.pi * 40 * 20, rel=5e-3)
    rows = np.flatnonzero(painted.any(axis=1))
    # Half height of an ellipse turned by 30 degrees.
    assert rows[-1] + 1 - rows[0] == pytest.approx(2 * np.hypot(40 * 0.5, 20 * np.sqrt(0.75)), abs=1.5)


@pytest.mark.parametrize('seed', range(6))
def test_rle_both_kinds_against_pycocotools(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random((37, 53)) < rng.choice([0.02, 0.5, 0.98])
    if seed == 0:
        mask[:] = True
    compressed = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    np.testing.assert_array_equal(rle.decode(compressed), mask)
    as_text = {**compressed, 'counts': compressed['counts'].decode()}
    np.testing.assert_array_equal(rle.decode(as_text), mask)
    plain = encode_rle(mask)
    np.testing.assert_array_equal(rle.decode(plain), mask)
    np.testing.assert_array_equal(coco_mask.decode(coco_mask.frPyObjects(plain, 37, 53)), mask)


@pytest.mark.parametrize(
    ('counts', 'message'),
    [
        ([5, 5], 'add up to 10 pixels, expected 100'),
        ([50, -10, 60], 'whole numbers'),
        ([50, 10.5, 39.5], 'whole numbers'),
        ('', 'add up to 0'),
        ('0', 'add up to'),
        ('o', 'ends within a number'),
        ('\x01', 'not a character'),
        ('é', 'not a character'),
        (7, 'list or a string'),
    ],
)
def test_rle_that_does_not_fit(counts: object, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        rle.decode({'size': [10, 10], 'counts': counts})


def exif_turn(mask: np.ndarray, orientation: int) -> np.ndarray:
    """Pillow's reading of an EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    Image.fromarray(mask).save(buffer, 'PNG', exif=exif)
    return np.asarray(ImageOps.exif_transpose(Image.open(buffer)))


@pytest.mark.parametrize('orientation', range(1, 9))
def test_shapes_of_the_stored_frame_are_turned_as_the_picture(orientation: int) -> None:
    stored = (160, 120)
    spot = oracle(PLATE + 20, stored)[40:100, 30:150]
    shapes = [
        polygon(PLATE + 0.07),
        box((100, 5, 150, 25)),
        polygon([[5.13, 90.2], [30.07, 80.3], [28, 110.1], [20.4, 100], [8.2, 111.7]]),
        bitmap(lambda: spot, b'spot', (30, 40), (120, 60)),
        polygon(np.array([[0.101, 0.803], [0.202, 0.801], [0.203, 0.902], [0.104, 0.953]]), normalized=True),
    ]
    as_stored = paint(shapes, *stored).mask
    shown = exif_turn(as_stored, orientation)
    turned = [turn_upright(shape, orientation, stored) for shape in shapes]
    painted = paint(turned, *shown.shape[::-1])
    np.testing.assert_array_equal(painted.mask, shown)
    for annotation in painted.annotations:
        if annotation['kind'] == 'quad':
            corners = np.array(annotation['corners'])
            assert polygon(corners).kind == 'quad'
    left, top, width, height = painted.annotations[1]['bbox']
    assert {width, height} == {50, 20}
    assert (painted.mask[int(top) : int(top + height), int(left) : int(left + width)] == 255).all()


def test_frame_is_told_by_the_stated_size() -> None:
    shown, stored = (120, 160), (160, 120)
    assert not refers_to_stored(shown, shown, stored, 'auto')
    assert refers_to_stored(stored, shown, stored, 'auto')
    assert not refers_to_stored(None, shown, stored, 'auto')
    assert refers_to_stored(None, shown, stored, 'stored')
    with pytest.raises(FormatError, match='made on a picture of 640 x 480, this one has 120 x 160'):
        refers_to_stored((640, 480), shown, stored, 'auto')
