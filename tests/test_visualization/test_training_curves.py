"""The figure of training curves, read back from matplotlib's own objects."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.visualization import TrainingLog, plot_training_curves
from mmlp.visualization.run_groups import mean_curve
from mmlp.visualization.training_curves import smooth


def make_log(name='run', count=10, **train_scalars):
    train = [
        {
            'loss': 1.0 / i,
            'decode.loss_lovasz': 0.6 / i,
            'aux.loss_lovasz': 0.4 / i,
            **train_scalars,
            'iter': i,
        }
        for i in range(1, count + 1)
    ]
    val = [
        {'plate_iou': 10.0 * i, 'plate_iou_per_image': 50.0 - i, 'step': i, 'after_iter': i}
        for i in (4, 8, 6)
    ]
    return TrainingLog(name, train=train, val=val)


def line_data(axes):
    return [line.get_xydata().tolist() for line in axes.lines]


def legend_texts(axes):
    legend = axes.get_legend()
    return [text.get_text() for text in legend.get_texts()] if legend else []


def test_smooth_is_the_centred_mean():
    values = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0])
    expected = [3, np.mean(values[:3]), np.mean(values[:5]), np.mean(values[1:6]), np.mean(values[2:])]
    expected += [np.mean(values[4:]), 2]
    np.testing.assert_allclose(smooth(values, 5), expected)
    np.testing.assert_allclose(smooth(values, 1), values)
    np.testing.assert_allclose(smooth(np.arange(50.0), 9), np.arange(50.0))  # no lag
    assert smooth([], 5).tolist() == []


def test_three_panels_of_a_run():
    figure = plot_training_curves([make_log('lp_tiny')], window=1)
    loss, plate, per_image = figure.axes
    assert [axes.get_title(loc='left') for axes in figure.axes] == [
        'Training loss',
        'Plate IoU, %',
        'Plate IoU per image, mean, %',
    ]
    assert figure.get_suptitle() == 'lp_tiny'
    assert legend_texts(loss) == ['total', 'decode.loss_lovasz', 'aux.loss_lovasz']
    np.testing.assert_allclose(line_data(loss)[2], [[i, 0.4 / i] for i in range(1, 11)])
    assert line_data(plate) == [[[4, 40.0], [8, 80.0], [6, 60.0]], [[8, 80.0]]]
    assert legend_texts(plate) == ['validation: best 80.0 at iteration 8']
    assert legend_texts(per_image) == ['validation: best 46.0 at iteration 4']
    assert plate.get_xlabel() == 'iteration'
    assert len({axes.get_xlim() for axes in figure.axes}) == 1


def test_the_logged_values_stay_visible_behind_their_mean():
    loss = plot_training_curves([make_log(count=100)], ['loss']).axes[0]
    raw, mean = loss.lines
    np.testing.assert_allclose(raw.get_ydata(), 1 / np.arange(1, 101))
    np.testing.assert_allclose(mean.get_ydata(), smooth(raw.get_ydata(), 8))
    assert raw.get_alpha() < 0.5


def test_runs_are_told_apart_by_colour_and_name():
    figure = plot_training_curves([make_log('r50'), make_log('r101')])
    assert legend_texts(figure.axes[0]) == ['r50', 'r101']
    first, second = figure.axes[0].lines
    assert first.get_color() != second.get_color()
    assert figure.get_suptitle() == ''


def test_before_the_first_validation_there_is_the_loss():
    log = make_log()
    log.val = []
    figure = plot_training_curves([log])
    assert [axes.get_title(loc='left') for axes in figure.axes] == ['Training loss']
    log = make_log(**{'decode.plate_iou': 12.0})
    log.val = []
    _, plate = plot_training_curves([log]).axes
    assert legend_texts(plate) == ['training batches']


def test_the_only_term_of_the_loss_is_not_drawn_twice():
    log = make_log(**{'decode.plate_iou': 12.0})
    for row in log.train:
        del row['aux.loss_lovasz']
    loss, plate, _ = plot_training_curves([log]).axes
    assert legend_texts(loss) == []
    assert legend_texts(plate) == ['validation: best 80.0 at iteration 8', 'training batches']


def test_losses_and_counts_have_no_best():
    log = make_log()
    log.val = [{'num_found': 3, 'step': 1, 'after_iter': 1}]
    assert legend_texts(plot_training_curves([log], ['num_found']).axes[0]) == []


def test_a_chosen_scalar_must_be_there():
    with pytest.raises(KeyError, match=r"'mIoU' is not in the log of run\. There are: loss, "):
        plot_training_curves([make_log()], ['mIoU'])


def test_nothing_to_draw():
    with pytest.raises(ValueError, match=r'none of loss, plate_iou, .* There are: acc'):
        plot_training_curves([TrainingLog('run', train=[{'acc': 1.0, 'iter': 1}])])
    with pytest.raises(ValueError, match='logs is empty'):
        plot_training_curves([])


def make_seed(shift: float, count: int = 10):
    log = make_log('lovasz', count, **{'decode.plate_iou': 20.0 + shift})
    for row in log.train:
        row['loss'] += shift
    log.val = sorted(log.val, key=lambda row: row['step'])
    for row in log.val:
        row['plate_iou'] += shift
    return log


def test_seeds_of_one_recipe_are_one_curve():
    loss, plate, _ = plot_training_curves([make_seed(0.0), make_seed(4.0)], window=1).axes
    np.testing.assert_allclose(loss.lines[2].get_ydata(), 2 + 1 / np.arange(1, 11))
    assert [line.get_linewidth() < 1 for line in loss.lines[:3]] == [True, True, False]
    band = loss.collections[0].get_paths()[0].vertices
    for x, low in ((1, 1.0), (10, 0.1)):
        assert {low, low + 4} <= {round(float(y), 6) for at, y in band if at == x}
    assert legend_texts(loss) == ['total, 2 runs', 'decode.loss_lovasz', 'aux.loss_lovasz']
    assert legend_texts(plate) == ['validation, 2 runs: best 82.0 at iteration 8', 'training batches']
    np.testing.assert_allclose(plate.lines[-1].get_ydata(), 22.0)


def test_recipes_of_several_seeds_side_by_side():
    other = make_seed(-3.0)
    other.name = 'cross entropy'
    figure = plot_training_curves([make_seed(0.0), other, make_seed(4.0)], window=1)
    loss, plate, per_image = figure.axes
    assert legend_texts(loss) == ['lovasz, 2 runs', 'cross entropy']
    assert legend_texts(plate) == [
        'lovasz, 2 runs: best 82.0 at iteration 8',
        'cross entropy: best 77.0 at iteration 8',
        'training batches',
    ]
    dashed = [line for line in plate.lines if line.get_linestyle() == '--' and len(line.get_xdata())]
    assert [line.get_ydata()[0] for line in dashed] == [22.0, 17.0]
    solid = {line.get_label(): line.get_color() for line in loss.lines}
    assert [line.get_color() for line in dashed] == [solid['lovasz, 2 runs'], solid['cross entropy']]
    assert not [line for line in per_image.lines if line.get_linestyle() == '--']
    assert figure.get_suptitle() == ''


def test_the_mean_ends_where_the_first_run_does():
    curve = mean_curve([([1, 2, 3, 4], [1, 2, 3, 4]), ([2, 6], [10, 30]), ([0, 3.5], [0, 0])])
    assert curve.x.tolist() == [2, 3]
    np.testing.assert_allclose(curve.mean, [(2 + 10 + 0) / 3, (3 + 15 + 0) / 3])
    assert curve.low.tolist() == [0, 0] and curve.high.tolist() == [10, 15]
    assert mean_curve([([1, 2], [1, 1]), ([], [])]).x.size == 0
    assert mean_curve([([1, 2], [1, 1]), ([5], [3])]).x.size == 0
    short, long = make_seed(0.0, 4), make_seed(1.0, 10)
    short.val = []
    _, plate, per_image = plot_training_curves([short, long]).axes
    assert legend_texts(per_image) == ['validation, 2 runs: best 46.0 at iteration 4']
    assert plate.lines[-1].get_xdata().tolist() == [1, 2, 3, 4]
