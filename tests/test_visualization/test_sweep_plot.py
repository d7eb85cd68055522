import io

import numpy as np

from mmlp.visualization import Column, Curve, plot_sweeps


def column(values, title='mmlp anonymize'):
    lost = Curve(
        'plates left readable, %', values, [v and v / 2 for v in values], [v and 2 * v for v in values]
    )
    needless = Curve('covers on nothing, a picture', values[::-1], values[::-1], values[::-1])
    return Column(title, '--min-score', np.linspace(0.5, 0.9, len(values)).tolist(), 0.7, lost, needless)


def test_curves_are_drawn_over_their_values():
    figure = plot_sweeps([column([1.0, 2.0, 4.0]), column([0.0, 0.5, 1.0], 'mmlp segment')], 'title')
    panels = figure.axes
    assert len(panels) == 4
    drawn = [line.get_ydata() for axes in panels for line in axes.lines if len(line.get_xdata()) == 3]
    np.testing.assert_array_equal(drawn[0], [1, 2, 4])
    np.testing.assert_array_equal(drawn[2], [4, 2, 1])
    assert all(axes.get_ylim()[0] == 0 for axes in panels)
    assert panels[0].get_ylim()[1] > 8  # the whole band
    assert any('in use: 0.7' in text.get_text() for text in panels[0].texts)
    figure.savefig(io.BytesIO(), format='png')


def test_what_there_is_nothing_to_tell_of_is_left_open():
    figure = plot_sweeps([column([None, None])], 'no plates')
    assert np.isnan(figure.axes[0].lines[1].get_ydata()).all()
    figure.savefig(io.BytesIO(), format='png')


def test_many_values_are_not_written_over_one_another():
    figure = plot_sweeps([column(list(np.linspace(1, 2, 40)))], 'title')
    assert len(figure.axes[0].texts) == 1
