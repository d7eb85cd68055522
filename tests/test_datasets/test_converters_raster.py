"""Filling and clipping of outlines against shapely, pycocotools and Pillow."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from helpers.converter_samples import oracle
from PIL import Image, ImageDraw
from pycocotools import mask as coco_mask

from mmlp.datasets.converters.choices import DEFAULT_RIM
from mmlp.datasets.converters.painting import paint
from mmlp.datasets.converters.raster import clip_to_image, fill
from mmlp.datasets.converters.shapes import FormatError, box, polygon

SIZE = (160, 120)


def full(parts: list, size: tuple[int, int] = SIZE) -> np.ndarray:
    canvas = np.zeros(size[::-1], bool)
    fill([np.asarray(part, float) for part in parts], *size).paint(canvas, True)
    return canvas


def random_outlines(count: int, seed: int) -> list[np.ndarray]:
    """Star-shaped outlines of 3 to 12 points, many concave, some over the picture's edge."""
    rng = np.random.default_rng(seed)
    outlines = []
    for _ in range(count):
        number = int(rng.integers(3, 13))
        angles = np.sort(rng.uniform(0, 2 * np.pi, number))
        radii = rng.uniform(4, 60, (number, 1))
        points = rng.uniform(0, 1, 2) * SIZE + radii * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        outlines.append(points.round(2) if rng.random() < 0.5 else points)
    return outlines


@pytest.mark.parametrize('points', random_outlines(40, 0))
def test_fill_is_exact_to_the_pixel(points: np.ndarray) -> None:
    if shapely.Polygon(points).is_valid:
        np.testing.assert_array_equal(full([points]), oracle(points, SIZE))


@pytest.mark.parametrize('points', random_outlines(20, 1))
def test_fill_differs_from_pycocotools_and_pillow_on_the_outline_only(points: np.ndarray) -> None:
    ours = full([points])
    x, y = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
    distance = shapely.distance(shapely.Polygon(points).exterior, shapely.points(x, y))
    rle = coco_mask.frPyObjects([points.ravel().tolist()], SIZE[1], SIZE[0])
    theirs = coco_mask.decode(rle)[..., 0].astype(bool)
    image = Image.new('1', SIZE)
    # Pillow counts from pixel centres.
    ImageDraw.Draw(image).polygon([tuple(point - 0.5) for point in points], fill=1)
    assert distance[ours != theirs].max(initial=0) < 0.2
    # Pillow rounds the points to whole pixels and draws the outline itself.
    assert distance[ours != np.asarray(image)].max(initial=0) < 1.5


def test_fill_of_whole_pixels_and_half_pixels() -> None:
    expected = np.zeros(SIZE[::-1], bool)
    expected[20:25, 10:14] = True
    np.testing.assert_array_equal(full([[[10, 20], [14, 20], [14, 25], [10, 25]]]), expected)
    np.testing.assert_array_equal(full([[[10.4, 20.4], [13.6, 20.4], [13.6, 24.6], [10.4, 24.6]]]), expected)


def test_neighbours_that_share_an_edge_share_no_pixel() -> None:
    left, right = full([[[0, 0], [50.5, 0], [30.5, 90]]]), full([[[50.5, 0], [100, 90], [30.5, 90]]])
    assert not (left & right).any()
    np.testing.assert_array_equal(left | right, oracle([[0, 0], [50.5, 0], [100, 90], [30.5, 90]], SIZE))


def test_parts_are_united() -> None:
    square, inner = [[10, 10], [40, 10], [40, 40], [10, 40]], [[20, 20], [30, 20], [30, 30], [20, 30]]
    np.testing.assert_array_equal(full([square, inner]), full([square]))


@pytest.mark.parametrize('points', random_outlines(40, 2))
def test_clip_agrees_with_shapely(points: np.ndarray) -> None:
    outline = shapely.Polygon(points)
    if not outline.is_valid:
        return
    clipped = clip_to_image(points, *SIZE)
    expected = outline.intersection(shapely.box(0, 0, *SIZE)).area
    assert (shapely.Polygon(clipped).area if len(clipped) > 2 else 0) == pytest.approx(expected, abs=1e-6)


def test_painted_ignored_under_plates_over_background() -> None:
    wide = box((10, 10, 60, 40), ignored=True)
    narrow = polygon([[20, 15], [50, 20], [50, 35], [20, 30]])
    painted = paint([narrow, wide], *SIZE)
    plate = oracle(narrow.parts[0], SIZE)
    expected = np.where(plate, 255, np.where(oracle(wide.parts[0], SIZE), 128, 0))
    np.testing.assert_array_equal(painted.mask, expected)
    assert [a['kind'] for a in painted.annotations] == ['quad', 'box']
    assert [a['iscrowd'] for a in painted.annotations] == [0, 1]
    assert painted.annotations[0]['area'] == plate.sum()
    assert painted.annotations[0]['bbox'] == [20, 15, 30, 20]


def test_box_with_ignored_rim() -> None:
    painted = paint([box((20, 30, 120, 70))], *SIZE, rim=0.25)
    expected = np.zeros(SIZE[::-1], np.uint8)
    expected[30:70, 20:120] = 128
    expected[40:60, 45:95] = 255
    np.testing.assert_array_equal(painted.mask, expected)
    annotation = painted.annotations[0]
    assert annotation['kind'] == 'box_ignored_rim'
    assert annotation['bbox'] == [20, 30, 100, 40]
    assert 'corners' not in annotation


@pytest.mark.parametrize('aspect', [4.7, 2.0, 1.3])
def test_inner_part_of_a_box_lies_on_the_plate_for_stated_tilts(aspect: float) -> None:
    for degrees in np.arange(0, 45, 0.5):
        plate = shapely.affinity.rotate(shapely.box(0, 0, aspect, 1), degrees)
        left, top, right, bottom = plate.bounds
        width, height = right - left, bottom - top
        lift = aspect * np.sin(np.deg2rad(degrees)) / height
        if lift <= DEFAULT_RIM / (1 - DEFAULT_RIM):
            rim = DEFAULT_RIM
            inner = shapely.box(
                left + rim * width, top + rim * height, right - rim * width, bottom - rim * height
            )
            assert plate.buffer(1e-9).contains(inner)


def test_outlines_over_the_edge_are_cut_and_counted() -> None:
    points = [[140.1, 50.2], [170, 52.3], [170, 80], [140.1, 78.4]]
    painted = paint([polygon(points)], *SIZE)
    np.testing.assert_array_equal(painted.mask == 255, oracle(points, SIZE))
    annotation = painted.annotations[0]
    assert painted.clipped == 1
    assert max(annotation['segmentation'][0][::2]) == 160
    assert annotation['corners'] == points
    assert annotation['bbox'][0] + annotation['bbox'][2] == 160


@pytest.mark.parametrize(
    ('shape', 'message'),
    [
        (box((150, 20, 190, 40)), 'for more than half outside the picture of 160 x 120'),
        (box((500, 20, 590, 40)), 'outside'),
        (box((30.1, 30.1, 30.3, 30.3)), 'holds no pixel'),
    ],
)
def test_outlines_that_cannot_be(shape: object, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        paint([shape], *SIZE)
