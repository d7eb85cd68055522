import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mmlp.plates import fit_quadrilateral, quadrilateral_iou, side_lengths, trace_outline
from mmlp.plates.quadrilateral import reduce_hull


def load_benchmark():
    path = Path(__file__).parents[2] / 'tools' / 'analysis_tools' / 'benchmarks' / 'plate_corners.py'
    spec = importlib.util.spec_from_file_location('plate_corners', path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


benchmark = load_benchmark()
CLEAR_OF_LIMIT = [name for name in benchmark.CONDITIONS if name not in ('ragged outline', 'twice the noise')]


@pytest.mark.parametrize('name', CLEAR_OF_LIMIT)
def test_corners_within_three_percent_of_the_height(name):
    condition = replace(benchmark.CONDITIONS[name], heights=(12.0, 32.0))
    scores = benchmark.measure(condition, count=12, seed=1)
    ours, rectangle = scores['fit_quadrilateral'], scores['min-area rectangle']
    assert np.mean(ours.errors) < 3.0
    assert np.mean(ours.ious) > 0.95
    assert all(ours.right_order)
    assert np.mean(ours.errors) < np.mean(rectangle.errors)


def test_benchmark_prints_a_row_for_every_method_and_condition(capsys):
    benchmark.main(['--count', '1'])
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith('|')]
    assert len(lines) == 2 + len(benchmark.CONDITIONS) * len(benchmark.METHODS)


def test_exact_quadrilateral_from_probabilities():
    truth = np.array([[20.3, 15.1], [75.6, 22.4], [73.2, 40.7], [18.9, 31.8]])
    condition = benchmark.Condition()
    probability = benchmark.render_probability(np.random.default_rng(0), truth, (60, 100), condition)
    found = fit_quadrilateral(probability > 0.5, probability)
    assert np.linalg.norm(found - truth, axis=1).max() < 0.15


def test_upright_mask_is_exact():
    mask = np.zeros((40, 60), bool)
    mask[10:21, 5:53] = True
    np.testing.assert_allclose(
        fit_quadrilateral(mask), [[4.5, 9.5], [52.5, 9.5], [52.5, 20.5], [4.5, 20.5]], atol=1e-3
    )


def test_plate_cut_by_the_picture():
    mask = np.zeros((40, 60), np.uint8)
    mask[10:25, 30:] = 1
    found = fit_quadrilateral(mask)
    np.testing.assert_allclose(found[1], [59.5, 9.5], atol=0.1)


@pytest.mark.parametrize('size', [(1, 1), (1, 9), (2, 3), (3, 3)])
def test_tiny_masks_get_a_rectangle_that_covers_them(size):
    mask = np.zeros((12, 12), np.uint8)
    mask[4 : 4 + size[0], 2 : 2 + size[1]] = 1
    found = fit_quadrilateral(mask)
    assert found.shape == (4, 2) and np.all(np.isfinite(found))
    assert np.linalg.norm(found.mean(axis=0) - [2 + (size[1] - 1) / 2, 4 + (size[0] - 1) / 2]) < 0.3
    assert side_lengths(found).max() == pytest.approx(max(size), abs=0.8)


@pytest.mark.parametrize('seed', range(8))
def test_any_blob_gets_four_finite_corners(seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 40, (rng.integers(8, 40), 2)).astype(np.float32)
    found = fit_quadrilateral(points)
    assert found.dtype == np.float32 and np.all(np.isfinite(found))
    assert quadrilateral_iou(found, found) == pytest.approx(1.0, abs=1e-3)


def test_triangle_and_line_do_not_fail():
    triangle = np.tri(20, dtype=np.uint8)
    assert np.all(np.isfinite(fit_quadrilateral(triangle)))
    line = np.stack([np.arange(20), np.arange(20)], axis=1).astype(np.float32)
    assert np.all(np.isfinite(fit_quadrilateral(line)))


def test_reduced_hull_holds_all_points():
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 60)
    points = np.stack([30 * np.cos(angle), 12 * np.sin(angle)], axis=1)
    hull = reduce_hull(points)
    sides = np.roll(hull, -1, axis=0) - hull
    offsets = points[:, None] - hull[None]
    distances = sides[:, 0] * offsets[..., 1] - sides[:, 1] * offsets[..., 0]
    # The hull is simplified first, to half a percent of its length.
    assert (distances / np.linalg.norm(sides, axis=1)).min() > -1.0
    assert len(hull) == 4


def test_bad_input_is_answered():
    with pytest.raises(ValueError, match='empty'):
        fit_quadrilateral(np.zeros((5, 5), np.uint8))
    with pytest.raises(ValueError, match='at least 3'):
        fit_quadrilateral(np.zeros((2, 2), np.float32))
    with pytest.raises(ValueError, match='mask of bool or integers'):
        fit_quadrilateral(np.zeros((5, 5), np.float32))


def test_outline_and_mask_give_the_same():
    mask = np.zeros((30, 60), np.uint8)
    mask[8:20, 10:50] = 1
    np.testing.assert_array_equal(fit_quadrilateral(mask), fit_quadrilateral(trace_outline(mask)))
