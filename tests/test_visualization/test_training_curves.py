"""The figure of training curves, read back from matplotlib's own objects."""

from __future__ import annotations

import numpy as np
import pytest

from mmlp.visualization import TrainingLog, plot_training_curves
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
    log = make_log(**{'decode.iou_plate': 12.0})
    log.val = []
    _, plate = plot_training_curves([log]).axes
    assert legend_texts(plate) == ['training batches']


def test_the_only_term_of_the_loss_is_not_drawn_twice():
    log = make_log(**{'decode.iou_plate': 12.0})
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
