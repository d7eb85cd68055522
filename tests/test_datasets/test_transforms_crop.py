import numpy as np
import pytest

from mmlp.datasets.transforms import RandomPlateCrop
from mmlp.datasets.transforms.plate_regions import plate_contours, plate_quad


def sample(height, width, *boxes):
    """A picture whose pixels tell where they are; a mask with plates in boxes (top, left, bottom, right)."""
    y, x = np.mgrid[:height, :width]
    mask = np.zeros((height, width), np.uint8)
    for top, left, bottom, right in boxes:
        mask[top:bottom, left:right] = 1
    return {
        'img': np.stack([y, x, y + x + 1], axis=-1).astype(np.uint8),
        'gt_seg_map': mask,
        'seg_fields': ['gt_seg_map'],
        'img_shape': (height, width),
    }


def position(result):
    """Top and left of a crop, from the picture itself."""
    return tuple(int(value) for value in result['img'][0, 0, :2])


def test_positions_are_uniform_among_those_with_the_plate_in_view():
    crop = RandomPlateCrop((20, 30), plate_prob=1.0)
    np.random.seed(0)
    results = [crop(sample(60, 80, (25, 30, 30, 42))) for _ in range(2000)]
    assert all(result['gt_seg_map'].sum() == 5 * 12 for result in results)
    tops, lefts = np.array([position(result) for result in results]).T
    # The plate needs 10 <= top <= 25 and 12 <= left <= 30.
    for values, first, last in ((tops, 10, 25), (lefts, 12, 30)):
        counts = np.bincount(values, minlength=last + 1)
        assert counts[:first].sum() == 0
        assert len(counts) == last + 1
        expected = 2000 / (last - first + 1)
        assert (np.abs(counts[first:] - expected) < 5 * np.sqrt(expected)).all()


def test_the_border_of_the_picture_limits_the_positions():
    crop = RandomPlateCrop(20, plate_prob=1.0)
    np.random.seed(0)
    positions = {position(crop(sample(60, 80, (0, 70, 4, 80)))) for _ in range(100)}
    assert positions == {(0, 60)}


def test_each_plate_is_picked_alike():
    crop = RandomPlateCrop(10, plate_prob=1.0)
    np.random.seed(0)
    lefts = [position(crop(sample(20, 90, (5, 0, 9, 8), (5, 80, 9, 88))))[1] for _ in range(600)]
    assert abs(np.mean(np.array(lefts) < 40) - 0.5) < 0.07


def test_the_plate_probability_is_kept():
    # A crop that happens to show the plate without having been aimed at it is very unlikely here.
    crop = RandomPlateCrop(8, plate_prob=0.3)
    np.random.seed(0)
    seen = [crop(sample(200, 200, (100, 100, 104, 106)))['gt_seg_map'].sum() == 24 for _ in range(1000)]
    assert abs(np.mean(seen) - 0.3) < 0.05


def test_a_plate_larger_than_the_crop_fills_it():
    crop = RandomPlateCrop(10, plate_prob=1.0)
    np.random.seed(0)
    for _ in range(30):
        assert crop(sample(60, 60, (20, 10, 45, 50)))['gt_seg_map'].all()


def test_without_plates_the_crop_is_uniform():
    crop = RandomPlateCrop(10, plate_prob=1.0)
    np.random.seed(0)
    tops = np.array([position(crop(sample(20, 20)))[0] for _ in range(2200)])
    assert (np.abs(np.bincount(tops, minlength=11) - 200) < 70).all()


def test_small_pictures_are_padded_with_black_and_ignore():
    result = RandomPlateCrop((40, 50), plate_prob=0.5)(sample(30, 20, (5, 5, 9, 15)))
    assert result['img'].shape == (40, 50, 3)
    assert result['img_shape'] == (40, 50)
    np.testing.assert_array_equal(result['img'][:30, :20], sample(30, 20)['img'])
    assert (result['img'][30:] == 0).all()
    assert (result['img'][:, 20:] == 0).all()
    assert (result['gt_seg_map'][30:] == 255).all()
    assert (result['gt_seg_map'][:, 20:] == 255).all()
    assert set(np.unique(result['gt_seg_map'][:30, :20])) == {0, 1}


def test_ignored_areas_and_specks_are_no_plates():
    mask = np.zeros((40, 40), np.uint8)
    mask[5:20, 5:20] = 255
    mask[30:32, 30:33] = 1
    assert plate_contours(mask) == []
    mask[25:28, 3:15] = 1
    (contour,) = plate_contours(mask)
    quad = plate_quad(contour)
    assert sorted(map(tuple, quad.round(3).tolist())) == [(3, 25), (3, 28), (15, 25), (15, 28)]


def test_bad_parameters_are_refused():
    with pytest.raises(ValueError, match='crop_size'):
        RandomPlateCrop(0)
    with pytest.raises(ValueError, match='crop_size'):
        RandomPlateCrop((10, 20, 30))
    with pytest.raises(ValueError, match='plate_prob'):
        RandomPlateCrop(10, plate_prob=1.2)
