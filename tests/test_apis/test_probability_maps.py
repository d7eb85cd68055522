"""Maps sampled at picture pixels, against OpenCV's and PyTorch's bilinear resize."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from mmlp.apis.probability_maps import Patch, ProbabilityMap, sample_maps


def grid(width: int, height: int) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64)


@pytest.mark.parametrize('size', [(40, 60), (33, 47), (20, 30), (10, 14), (1, 1)])
def test_whole_layer_is_the_toolbox_resize(size):
    """The toolbox resizes probabilities by F.interpolate, bilinear, align_corners=False."""
    values = np.random.default_rng(0).random((20, 30), dtype=np.float32)
    probability_map = ProbabilityMap.over_box(values, (0, 0, size[1], size[0]))
    expected = torch.nn.functional.interpolate(torch.from_numpy(values)[None, None], size, mode='bilinear')
    actual = probability_map.sample(*grid(size[1], size[0]))
    assert actual.dtype == np.float32
    np.testing.assert_allclose(actual, expected[0, 0].numpy(), atol=1e-5)


def test_one_value_fills_its_box():
    probability_map = ProbabilityMap.over_box(np.full((1, 1), 0.7, np.float32), (0, 0, 5, 4))
    np.testing.assert_array_equal(probability_map.sample(*grid(5, 4)), np.full((4, 5), 0.7, np.float32))


def test_part_of_the_grid_is_part_of_the_whole():
    probability_map = ProbabilityMap.over_box(
        np.random.default_rng(1).random((9, 13), dtype=np.float32), (0, 0, 100, 70)
    )
    xs, ys = grid(100, 70)
    whole = probability_map.sample(xs, ys)
    np.testing.assert_allclose(probability_map.sample(xs[31:57], ys[8:44]), whole[8:44, 31:57], atol=1e-6)


def test_cut_keeps_values_where_they_were():
    values = np.random.default_rng(2).random((12, 16), dtype=np.float32)
    probability_map = ProbabilityMap.over_box(values, (10, 20, 10 + 64, 20 + 48))
    part = probability_map.cut(3, 2, 9, 8)
    assert (part.left, part.top, part.right, part.bottom) == (21.5, 27.5, 45.5, 51.5)
    xs, ys = np.arange(24.0, 43.0), np.arange(30.0, 49.0)  # two pixels inside: beyond, neighbours differ
    np.testing.assert_allclose(part.sample(xs, ys), probability_map.sample(xs, ys), atol=1e-6)


def test_trim_keeps_what_reaches_the_floor():
    values = np.full((40, 50), 0.01, np.float32)
    values[11:15, 21:29] = 0.9
    probability_map = ProbabilityMap.over_box(values, (0, 0, 100, 80))
    part = probability_map.trim(0.05)
    assert part.values.shape == (6, 10) and part.values.dtype == np.float16
    assert (part.left, part.top) == (2 * 20 - 0.5, 2 * 10 - 0.5)
    assert probability_map.trim(0.95) is None
    values[0, 49] = values[39, 0] = 0.5
    assert probability_map.trim(0.05).values.shape == (40, 50)


def test_highest_layer_counts_and_patches_replace():
    low = ProbabilityMap.over_box(np.full((2, 2), 0.4, np.float32), (0, 0, 20, 10))
    high = ProbabilityMap.over_box(np.full((1, 1), 0.8, np.float32), (5, 2, 9, 6))
    refinement = ProbabilityMap.over_box(np.full((1, 1), 0.1, np.float32), (4, 0, 12, 8))
    expected = np.full((12, 20), 0.4, np.float32)
    expected[10:] = 0  # nothing lies there
    expected[2:6, 5:9] = 0.8
    np.testing.assert_array_equal(sample_maps([low, high], *grid(20, 12)), expected)
    expected[3:5, 6:8] = 0.1
    patch = Patch(refinement, (5.5, 2.5, 7.5, 4.5))
    np.testing.assert_array_equal(sample_maps([low, high], *grid(20, 12), [patch]), expected)


def test_large_maps_agree_with_opencv():
    values = np.random.default_rng(3).random((96, 128), dtype=np.float32)
    probability_map = ProbabilityMap.over_box(values, (0, 0, 640, 480))
    expected = cv2.resize(values, (640, 480), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(probability_map.sample(*grid(640, 480)), expected, atol=1e-5)
