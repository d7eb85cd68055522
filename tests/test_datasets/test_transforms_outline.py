from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmseg.registry import TRANSFORMS

from mmlp.datasets.transforms import IgnorePlateOutline


def mask_of(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    """A mask of 80 x 200 pixels with plates at (left, top, right, bottom)."""
    mask = np.zeros((80, 200), np.uint8)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = 1
    return mask


def run(mask: np.ndarray, **options) -> np.ndarray:
    return IgnorePlateOutline(**options)(dict(gt_seg_map=mask))['gt_seg_map']


def test_is_registered():
    transform = TRANSFORMS.build(dict(type='IgnorePlateOutline', inner=0.1))
    assert isinstance(transform, IgnorePlateOutline) and 'inner=0.1' in repr(transform)


def test_band_of_an_upright_plate_is_what_one_counts_by_hand():
    """20 pixels high: two into the plate, and four out of it."""
    result = run(mask_of((50, 30, 150, 50)), inner=0.1, outer=0.2, min_pixels=0)
    np.testing.assert_array_equal(result == 1, mask_of((52, 32, 148, 48)) == 1)
    touched = result != 0
    np.testing.assert_array_equal(np.flatnonzero(touched[:, 100]), np.arange(26, 54))
    np.testing.assert_array_equal(np.flatnonzero(touched[40]), np.arange(46, 154))
    # Corners of the band are round: the first pixel on the diagonal whose centre is within 4.5 pixels of the
    # plate's corner pixel, which is three steps away.
    assert np.flatnonzero(np.diagonal(touched, 20))[0] == 30 - 3


def test_height_is_that_of_a_turned_plate():
    """Measured across the plate, not upright."""
    mask = np.zeros((200, 200), np.uint8)
    quad = cv2.boxPoints(((100, 100), (120, 20), 40))
    cv2.fillPoly(mask, [np.rint(quad).astype(np.int32)], 1)
    result = run(mask, inner=0.2, outer=0, min_pixels=0)
    _, sides, _ = cv2.minAreaRect(np.argwhere(result == 1).astype(np.float32))
    # Rotated outlines are jagged: to the pixel.
    assert min(sides) + 1 == pytest.approx(20 - 2 * 0.2 * 20, abs=2)
    assert max(sides) + 1 == pytest.approx(120 - 2 * 0.2 * 20, abs=2)


def test_small_plates_get_a_band_of_pixels_and_never_vanish():
    result = run(mask_of((50, 30, 80, 40), (100, 30, 106, 33)), inner=0, outer=0, min_pixels=1)
    np.testing.assert_array_equal(result[:, 60] == 1, (np.arange(80) >= 31) & (np.arange(80) < 39))
    assert (result[31, 100:106] == 1).any(), 'a plate of three pixels keeps its middle'
    np.testing.assert_array_equal(np.flatnonzero(result[31:32] == 255)[-1], 106)


def test_edge_of_the_picture_is_no_outline():
    result = run(mask_of((0, 30, 60, 50)), inner=0.1, outer=0.1, min_pixels=0)
    assert (result[32:48, :58] == 1).all() and (result[40, 58:62] == 255).all() and result[40, 62] == 0


def test_neighbours_and_ignored_pixels_stay():
    """The band of one plate covers background alone."""
    mask = mask_of((50, 30, 100, 50), (103, 30, 150, 50))
    mask[:5] = 255
    result = run(mask, inner=0, outer=0.5, min_pixels=0)
    np.testing.assert_array_equal(result == 1, mask == 1)
    assert (result[:5] == 255).all() and (result[30:50, 100:103] == 255).all()


def test_cached_masks_are_not_written_into():
    mask = mask_of((50, 30, 150, 50))
    kept = mask.copy()
    run(mask)
    np.testing.assert_array_equal(mask, kept)
    empty = mask_of()
    assert run(empty) is empty


@pytest.mark.parametrize('options', [dict(inner=0.4), dict(inner=-0.1), dict(outer=-1), dict(min_pixels=-2)])
def test_refuses_what_is_out_of_range(options):
    (name,) = options
    with pytest.raises(ValueError, match=f'{name} .*got'):
        IgnorePlateOutline(**options)
