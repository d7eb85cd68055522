"""What a threshold costs: plates that are lost and finds that are none, one over the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

_LOST, _NEEDLESS = '#c92a2a', '#2563eb'
_INK, _MUTED, _GRID = '#1f2933', '#697586', '#e4e7eb'
#: Values whose ticks have room.
_MOST_TICKS = 8


@dataclass(frozen=True)
class Curve:
    """Values with their confidence intervals.

    Args:
        title (str): What they are.
        values (Sequence[float | None]): By setting; None where there is nothing to tell.
        low (Sequence[float | None]): Lower bounds.
        high (Sequence[float | None]): Upper bounds.
    """

    title: str
    values: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]


@dataclass(frozen=True)
class Column:
    """Two curves over the values of an option.

    Args:
        title (str): Whose option it is.
        option (str): Its name.
        settings (Sequence[float]): Its values, ascending.
        usual (float): The value that holds by itself.
        lost (Curve): What is lost, percent.
        needless (Curve): What is found or covered for nothing, a picture.
    """

    title: str
    option: str
    settings: Sequence[float]
    usual: float
    lost: Curve
    needless: Curve


def plot_sweeps(columns: Sequence[Column], title: str) -> Figure:
    """Draws a column of two panels for each option.

    Args:
        columns (Sequence[Column]): One at least.
        title (str): Heading of the figure.

    Returns:
        Figure: Save it with ``figure.savefig``.
    """
    figure = Figure(figsize=(max(4.8 * len(columns), 6.4), 6.2), dpi=150, layout='constrained')
    figure.get_layout_engine().set(w_pad=0.14, h_pad=0.08, hspace=0.04)
    figure.suptitle(title, x=0.012, ha='left', fontsize=11.5, fontweight='bold', color=_INK)
    grid = figure.subplots(2, len(columns), sharex='col', squeeze=False)
    for column, (upper, lower) in zip(columns, grid.T):
        _draw(upper, column, column.lost, _LOST)
        _draw(lower, column, column.needless, _NEEDLESS)
        upper.set_title(f'{column.title}\n{column.lost.title}', loc='left', fontsize=9.5, color=_INK)
        lower.set_title(column.needless.title, loc='left', fontsize=9.5, color=_INK)
        lower.set_xlabel(column.option, fontsize=9, color=_INK)
        upper.annotate(
            f'in use: {column.usual:g}',
            (column.usual, 1),
            xycoords=('data', 'axes fraction'),
            xytext=(4, -4),
            textcoords='offset points',
            va='top',
            fontsize=8,
            color=_MUTED,
        )
    return figure


def _draw(axes: Axes, column: Column, curve: Curve, color: str) -> None:
    """A curve in its band, and a mark at what holds by itself."""
    values, low, high = (
        np.array([np.nan if value is None else value for value in part], np.float64)
        for part in (curve.values, curve.low, curve.high)
    )
    axes.axvline(column.usual, color=_MUTED, lw=1, ls=':')
    axes.fill_between(column.settings, low, high, color=color, alpha=0.14, lw=0)
    axes.plot(column.settings, values, color=color, lw=1.8, marker='o', ms=4, clip_on=False)
    top = float(np.nanmax(np.concatenate([high, [0.0]])))
    axes.set_ylim(0, 1.12 * top if top > 0 else 1.0)
    for x, value in zip(column.settings, values):
        if not np.isnan(value) and len(values) <= _MOST_TICKS:
            axes.annotate(
                f'{value:.3g}',
                (x, value),
                xytext=(0, 5),
                textcoords='offset points',
                ha='center',
                fontsize=7.5,
                color=_INK,
                path_effects=[withStroke(linewidth=2, foreground='white')],
            )
    if len(column.settings) <= _MOST_TICKS:
        axes.set_xticks(column.settings, [f'{value:g}' for value in column.settings])
    axes.grid(True, axis='y', color=_GRID, lw=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_MUTED, labelsize=8.5, length=0)
    axes.margins(x=0.06)
    for side in ('top', 'right', 'left'):
        axes.spines[side].set_visible(False)
    axes.spines['bottom'].set_color(_GRID)
