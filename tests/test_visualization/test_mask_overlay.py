"""Fills, outlines, labels and hatching, against values worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.visualization import draw_ignored, draw_mask
from mmlp.visualization.mask_overlay import find_regions


def grey(height=120, width=200, value=100):
    return np.full((height, width, 3), value, np.uint8)


def box_mask(shape, *boxes):
    mask = np.zeros(shape, bool)
    for x, y, width, height in boxes:
        mask[y : y + height, x : x + width] = True
    return mask


def polygon_area(points):
    x, y = points.T
    return abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2


def test_fill_is_blended_and_the_rest_left_alone():
    image = grey()
    mask = box_mask((120, 200), (40, 30, 60, 20))
    drawn = draw_mask(image, mask, color=(255, 48, 0), opacity=0.4)
    # 100 * 0.6 + (255, 48, 0) * 0.4
    assert drawn[40, 70].tolist() == [162, 79, 60]
    far = ~box_mask((120, 200), (36, 26, 68, 28))
    assert (drawn[far] == image[far]).all()
    assert (image == 100).all()


def test_outline_is_opaque_and_on_the_border():
    drawn = draw_mask(grey(), box_mask((120, 200), (40, 30, 60, 20)), color=(255, 0, 0), opacity=0.0)
    red = drawn[40, :, 0].astype(int) - drawn[40, :, 1]
    assert set(np.flatnonzero(red > 60)) <= {38, 39, 40, 99, 100, 101}
    assert red[39:41].max() > 60
    assert red[99:101].max() > 60


def test_large_pictures_have_wider_outlines():
    def painted(factor):
        mask = box_mask((120 * factor, 200 * factor), (40 * factor, 30 * factor, 60 * factor, 20 * factor))
        drawn = draw_mask(grey(120 * factor, 200 * factor), mask, color=(255, 0, 0), opacity=0.0)
        return np.count_nonzero(drawn[40 * factor, :, 0] > 180)

    assert painted(20) > 4 * painted(1)


def test_regions_with_probabilities():
    mask = box_mask((60, 100), (5, 5, 10, 4), (30, 20, 40, 12))
    probability = np.where(mask, 0.9, 0.1).astype(np.float32)
    probability[5:9, 5:15] = 0.6
    large, small = find_regions(mask, probability)
    assert large.box == (30, 20, 40, 12)
    assert small.box == (5, 5, 10, 4)
    assert large.score == pytest.approx(0.9)
    assert small.score == pytest.approx(0.6)
    # From 0.9 to 0.1 the level of 0.5 is half way: the area is that of the pixels, but for cut corners.
    assert polygon_area(large.outline) == pytest.approx(480, rel=0.01)
    # From 0.6 to 0.1 it is passed after a fifth of a pixel: 0.3 less a side
    assert polygon_area(small.outline) == pytest.approx((10 - 0.6) * (4 - 0.6), rel=0.1)


def test_regions_at_the_border():
    regions = find_regions(box_mask((50, 50), (0, 0, 6, 5), (40, 45, 10, 5)))
    assert [region.box for region in regions] == [(40, 45, 10, 5), (0, 0, 6, 5)]
    assert [polygon_area(region.outline) for region in regions] == pytest.approx([50, 30], rel=0.05)


def test_labels_beside_the_plates_inside_the_picture():
    shape = (240, 320)
    mask = box_mask(shape, (2, 1, 60, 20), (250, 215, 68, 24), (120, 100, 80, 30))
    bare = draw_mask(grey(*shape), mask)
    labelled = draw_mask(grey(*shape), mask, label='plate')
    written = (bare != labelled).any(axis=2)
    assert not written[mask].any()
    rows, _ = np.nonzero(written)
    assert {
        'top': (rows < 60).any(),
        'middle': ((rows > 70) & (rows < 130)).any(),
        'end': (rows > 180).any(),
    } == {
        'top': True,
        'middle': True,
        'end': True,
    }


def test_the_score_is_written_after_the_label():
    mask = box_mask((240, 320), (120, 100, 80, 30))
    plain = draw_mask(grey(240, 320), mask, label='plate')
    scored = draw_mask(grey(240, 320), mask, label='plate', probability=np.where(mask, 0.97, 0.0))
    extent = [np.nonzero((drawn[60:95] != 100).any(axis=(0, 2)))[0] for drawn in (plain, scored)]
    assert np.ptp(extent[1]) > np.ptp(extent[0]) * 1.3


def test_specks_are_drawn_and_a_crowd_is_not_covered_with_text():
    rng = np.random.default_rng(0)
    mask = rng.random((300, 400)) > 0.97
    drawn = draw_mask(grey(300, 400), mask, label='plate')
    assert (drawn[mask] != 100).any(axis=1).all()


def test_no_plate_no_change():
    image = grey()
    assert (draw_mask(image, np.zeros((120, 200), bool), label='plate') == image).all()
    assert (draw_ignored(image, np.zeros((120, 200), bool)) == image).all()


def test_ignored_pixels_are_hatched_grey():
    image = np.full((120, 200, 3), (255, 0, 0), np.uint8)
    ignored = box_mask((120, 200), (20, 10, 100, 60))
    drawn = draw_ignored(image, ignored)
    assert (drawn[~ignored] == image[~ignored]).all()
    # 0.35 * 255 + 0.65 * 128 and + 0.65 * 205
    assert set(np.unique(drawn[ignored][:, 0])) == {172, 222}
    assert set(np.unique(drawn[ignored][:, 1])) == {83, 133}
    light = drawn[..., 0] == 222
    assert (light[11:69, 21:119] == light[12:70, 20:118]).all()  # stripes run diagonally
