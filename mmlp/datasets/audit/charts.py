"""Histograms and heat maps as pictures inside a page."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

COLORS = ('#2563eb', '#e8590c', '#2b8a3e', '#9c36b5', '#c2255c', '#0b7285')
_INK, _MUTED, _GRID = '#1f2933', '#697586', '#e4e7eb'
_BINS, _CELLS = 40, 24


def histogram(
    title: str,
    values: Mapping[str, np.ndarray],
    limits: tuple[float, float] | None = None,
    logarithmic: bool = False,
) -> str:
    """Draws the distribution of a measure, a colour a split, each as shares of its own total.

    Args:
        title: What is measured, with its unit.
        values: Float (N,) of each split; splits without any are left out.
        limits: Range of the axis; the range of the values by default, the uppermost half percent cut off.
            Values outside count for the outermost bars.
        logarithmic: Bars of equal ratio instead of equal width; for positive values.

    Returns:
        A ``data:`` address of an SVG.
    """
    every = np.concatenate([np.zeros(0), *values.values()])
    figure = Figure(figsize=(4.2, 2.5))
    axes = figure.add_axes((0.11, 0.12, 0.85, 0.76))
    if len(every):
        low, high = limits or (every.min(), np.percentile(every, 99.5))
        if high <= low:
            low, high = (low / 1.1, low * 1.1) if logarithmic else (low - 0.5, low + 0.5)
        edges = (np.geomspace if logarithmic else np.linspace)(low, high, _BINS + 1)
        for (split, numbers), color in zip(values.items(), COLORS * len(values)):
            if len(numbers):
                counts, _ = np.histogram(np.clip(numbers, edges[0], edges[-1]), edges)
                shares = 100 * counts / len(numbers)
                axes.stairs(shares, edges, fill=True, color=color, alpha=0.22)
                axes.stairs(shares, edges, color=color, lw=1.4, label=split)
        if logarithmic:
            axes.set_xscale('log')
            axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 500 * low else (1,)))
            axes.xaxis.set_major_formatter(StrMethodFormatter('{x:g}'))
            axes.xaxis.set_minor_formatter(NullFormatter())
        axes.set_xlim(edges[0], edges[-1])
        axes.legend(frameon=False, fontsize=8, labelcolor=_INK)
    else:
        _write_nothing(axes)
    axes.set_ylim(bottom=0)
    axes.set_title(title, loc='left', fontsize=9.5, color=_INK)
    axes.set_ylabel('%', fontsize=8, color=_MUTED, rotation=0, labelpad=8)
    axes.grid(True, axis='y', color=_GRID, lw=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_MUTED, labelsize=8, length=0, which='both')
    for side in ('top', 'right', 'left'):
        axes.spines[side].set_visible(False)
    axes.spines['bottom'].set_color(_GRID)
    return _address(figure, 'svg')


def heat_map(title: str, centers: np.ndarray) -> str:
    """Draws where in the picture plates lie.

    Args:
        title: Heading.
        centers: Float (N, 2), x and y as shares of the picture's width and height. Centres outside the
            picture count for its rim.

    Returns:
        A ``data:`` address of a PNG.
    """
    figure = Figure(figsize=(4.2, 3.3), dpi=150)
    axes = figure.add_axes((0.13, 0.13, 0.74, 0.78))
    image = axes.imshow(count_centers(centers), cmap='magma', extent=(0, 100, 100, 0), aspect='auto', vmin=0)
    axes.set_title(title, loc='left', fontsize=9.5, color=_INK)
    axes.set_xlabel('% of the width', fontsize=8, color=_MUTED)
    axes.set_ylabel('% of the height', fontsize=8, color=_MUTED)
    axes.tick_params(colors=_MUTED, labelsize=8, length=0)
    place = figure.add_axes((0.89, 0.13, 0.03, 0.78))
    bar = figure.colorbar(image, cax=place, ticks=MaxNLocator(6, integer=True))
    bar.ax.tick_params(colors=_MUTED, labelsize=8, length=0)
    bar.outline.set_visible(False)
    return _address(figure, 'png')


def count_centers(centers: np.ndarray) -> np.ndarray:
    """Counts plates in cells of the picture, int (24, 24), see :func:`heat_map`."""
    cells = np.clip((np.reshape(centers, (-1, 2)) * _CELLS).astype(int), 0, _CELLS - 1)
    counts = np.zeros((_CELLS, _CELLS), int)
    np.add.at(counts, (cells[:, 1], cells[:, 0]), 1)
    return counts


def _write_nothing(axes: Axes) -> None:
    axes.text(0.5, 0.5, 'nothing to show', transform=axes.transAxes, ha='center', color=_MUTED, fontsize=9)
    axes.set_xticks([])
    axes.set_yticks([])


def _address(figure: Figure, format_name: str) -> str:
    buffer = io.BytesIO()
    # Text stays text; no date, so that the same data give the same page.
    with rc_context({'svg.fonttype': 'none', 'svg.hashsalt': 'mmlp', 'font.family': 'sans-serif'}):
        metadata = {'Date': None} if format_name == 'svg' else None
        figure.savefig(buffer, format=format_name, metadata=metadata)
    kind = 'svg+xml' if format_name == 'svg' else format_name
    return f'data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}'
