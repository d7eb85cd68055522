"""Training loss, plate IoU and plate IoU per image of one or several runs as one figure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .run_groups import group_runs, mean_curve
from .training_log import TrainingLog

#: The panels drawn by default.
TITLES = {
    'loss': 'Training loss',
    'plate_iou': 'Plate IoU, %',
    'plate_iou_per_image': 'Plate IoU per image, mean, %',
}
_BATCH_IOU = 'decode.plate_iou'
_LABELS = {
    'loss': 'total',
    _BATCH_IOU: 'training batches',
    'plate_iou': 'validation',
    'plate_iou_per_image': 'validation',
}
_BEST = ': best '
_COLORS = ('#2563eb', '#e8590c', '#2b8a3e', '#9c36b5', '#c2255c', '#0b7285')
#: Positions and values.
Series = tuple[Sequence[float], Sequence[float]]
_INK, _MUTED, _GRID = '#1f2933', '#697586', '#e4e7eb'


def smooth(values: Sequence[float], window: int) -> np.ndarray:
    """A centred running mean, whose window shrinks evenly on both sides towards the ends.

    Unlike an exponential mean it does not lag behind, and its first and last values are those given.

    Args:
        values: N values.
        window: Number of values that a mean takes; an even one is used as the next smaller odd one.

    Returns:
        N means, float64.
    """
    values = np.asarray(values, dtype=np.float64)
    total = np.concatenate(([0.0], np.cumsum(values)))
    index = np.arange(len(values))
    reach = np.minimum((min(max(window, 1), 2 * len(values) + 1) - 1) // 2, np.minimum(index, index[::-1]))
    return (total[index + reach + 1] - total[index - reach]) / (2 * reach + 1)


def plot_training_curves(
    logs: Sequence[TrainingLog],
    keys: Sequence[str] | None = None,
    title: str | None = None,
    window: int | None = None,
) -> Figure:
    """Draws a panel a scalar, side by side.

    Args:
        logs: The runs; each is a colour. Runs of the same name, such as seeds of one recipe, are one: a thin
            line each, their mean in bold and the band that they lie in.
        keys: Scalars to draw, one a panel. By default loss, plate IoU and plate IoU per image, as far as they
            are logged. The IoU of the training batches is added to plate IoU, and the heads' losses are to
            the loss of a single run.
        title: Heading of the figure; by default the name where there is but one.
        window: How many logged training values are averaged for the bold line; 1 for none. A twelfth
            of the run by default.

    Returns:
        The figure; save it with ``figure.savefig``.

    Raises:
        ValueError: None of the default scalars is in the logs.
        KeyError: A scalar of ``keys`` is missing in one of the logs; the message lists what there is.
    """
    if not logs:
        raise ValueError('logs is empty: give one run at least')
    panels = list(keys or [key for key in TITLES if _has_any(key, logs)])
    if not panels:
        raise ValueError(
            f'none of {", ".join(TITLES)} is in the log of {logs[0].name}. There are: '
            f'{", ".join(logs[0].keys) or "none"}. Choose with keys.'
        )
    groups = group_runs(logs)
    if title is None and len(groups) == 1:
        title = logs[0].name
    height = 3.6 + 0.3 * bool(title) + 0.18 * (len(groups) + 1) * (len(groups) > 1)
    figure = Figure(figsize=(4.8 * len(panels), height), dpi=150, layout='constrained')
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.1)
    if title:
        figure.suptitle(title, x=0.012, ha='left', fontsize=12, fontweight='bold', color=_INK)
    for axes, key in zip(np.atleast_1d(figure.subplots(1, len(panels))), panels):
        _draw_panel(axes, key, groups, strict=bool(keys), window=window)
    _align_x(figure.axes)
    return figure


def _draw_panel(
    axes: Axes, key: str, groups: dict[str, list[TrainingLog]], strict: bool, window: int | None
) -> None:
    logs = [log for runs in groups.values() for log in runs]
    unit = 'epoch' if all(log.counts_epochs for log in logs) else 'iteration'
    for (name, runs), color in zip(groups.items(), cycle(_COLORS)):
        label = name if len(groups) > 1 else _LABELS.get(key, key)
        if len(runs) > 1:
            label = f'{label}, {len(runs)} runs'
        known = [log.series(key, unit) for log in runs if strict or key in log.keys]
        series = [(x, y) for x, y, _ in known if y]
        if not series:
            continue
        is_val = known[0][2]
        is_score = is_val and 'loss' not in key and not key.startswith('num_')
        if is_val:
            _draw_validations(axes, series, label, color, unit if is_score else None)
        else:
            _draw_trainings(axes, series, label, color, window)
    if not strict:
        _draw_beside(axes, key, groups, unit, window)
    _style(axes, TITLES.get(key, key), unit)
    labels = axes.get_legend_handles_labels()[1]
    if len(labels) > 1 or any(_BEST in label or label == _LABELS[_BATCH_IOU] for label in labels):
        # The curves of several kinds of run leave no room inside.
        place = dict(loc='upper left', bbox_to_anchor=(-0.02, -0.17)) if len(groups) > 1 else dict(loc='best')
        axes.legend(frameon=False, fontsize=8.5, labelcolor=_INK, **place)


def _draw_beside(
    axes: Axes, key: str, groups: dict[str, list[TrainingLog]], unit: str, window: int | None
) -> None:
    """What default panels show besides: of one kind of run in colours of their own, of several dashed."""
    if len(groups) == 1:
        (runs,) = groups.values()
        for other, color in zip(_scalars_beside(key, runs[0].keys), cycle(_COLORS[1:])):
            label = _LABELS.get(other, other)
            _draw_mean(axes, runs, other, unit, window, dict(color=color, lw=1.2, alpha=0.8, label=label))
        return
    if key != 'plate_iou':
        return
    label = _LABELS[_BATCH_IOU]
    for runs, color in zip(groups.values(), cycle(_COLORS)):
        _draw_mean(axes, runs, _BATCH_IOU, unit, window, dict(color=color, lw=1.2, alpha=0.8, ls='--'))
    if any(_BATCH_IOU in log.keys for runs in groups.values() for log in runs):
        axes.plot([], [], color=_MUTED, lw=1.2, ls='--', label=label)


def _draw_mean(
    axes: Axes, runs: Sequence[TrainingLog], key: str, unit: str, window: int | None, style: dict
) -> None:
    """The running mean of one scalar of the training, averaged over runs."""
    series = [log.series(key, unit)[:2] for log in runs if key in log.keys]
    if series:
        mean = mean_curve([(x, smooth(y, _window(y, window))) for x, y in series])
        axes.plot(mean.x, mean.mean, **style)


def _has_any(key: str, logs: Sequence[TrainingLog]) -> bool:
    """Whether a default panel would show anything."""
    alone = len(group_runs(logs)) == 1 and _scalars_beside(key, logs[0].keys)
    return bool(alone) or any(key in log.keys for log in logs)


def _scalars_beside(key: str, known: Sequence[str]) -> list[str]:
    """What a default panel shows besides its scalar: the terms of the loss, the IoU while training."""
    if key == 'plate_iou':
        return [_BATCH_IOU] if _BATCH_IOU in known else []
    terms = [name for name in known if '.loss' in name] if key == 'loss' else []
    return terms if len(terms) > 1 else []


def _draw_validations(
    axes: Axes, series: Sequence[Series], label: str, color: str, best_unit: str | None
) -> None:
    """A point a validation; the greatest is marked and named, if ``best_unit`` says what x counts."""
    x, y = _draw_spread(axes, series, color) if len(series) > 1 else series[0]
    if not len(x):
        return
    best = int(np.argmax(y))
    if best_unit:
        label = f'{label}{_BEST}{y[best]:.1f} at {best_unit} {x[best]:.0f}'
    axes.plot(x, y, color=color, lw=1.8, marker='o', ms=3.2 if len(x) < 60 else 0, label=label)
    if best_unit:
        axes.plot(x[best], y[best], 'o', ms=6.5, mfc='white', mec=color, mew=1.8)


def _draw_trainings(axes: Axes, series: Sequence[Series], label: str, color: str, window: int | None) -> None:
    """The running mean, over the logged values in pale."""
    means = [(x, smooth(y, _window(y, window))) for x, y in series]
    if len(series) > 1:
        x, y = _draw_spread(axes, means, color)
    else:
        if _window(series[0][1], window) > 2:
            axes.plot(*series[0], color=color, lw=0.6, alpha=0.3)
        ((x, y),) = means
    axes.plot(x, y, color=color, lw=1.8, label=label)


def _draw_spread(axes: Axes, series: Sequence[Series], color: str) -> tuple[np.ndarray, np.ndarray]:
    """A thin line a run and the band that they lie in; returns their mean."""
    for x, y in series:
        axes.plot(x, y, color=color, lw=0.6, alpha=0.45)
    curve = mean_curve(series)
    axes.fill_between(curve.x, curve.low, curve.high, color=color, alpha=0.12, lw=0)
    return curve.x, curve.mean


def _window(values: Sequence[float], window: int | None) -> int:
    return window or max(1, len(values) // 12)


def _align_x(panels: Sequence[Axes]) -> None:
    """Gives panels that count in the same unit the same range."""
    for unit in {axes.get_xlabel() for axes in panels}:
        same = [axes for axes in panels if axes.get_xlabel() == unit]
        right = max(axes.get_xlim()[1] for axes in same)
        for axes in same:
            axes.set_xlim(min(0, axes.get_xlim()[0]), right)


def _style(axes: Axes, title: str, xlabel: str) -> None:
    axes.set_title(title, loc='left', fontsize=10.5, color=_INK, pad=10)
    axes.set_xlabel(xlabel, fontsize=9, color=_MUTED)
    axes.grid(True, color=_GRID, lw=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_MUTED, labelsize=8.5, length=0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axes.margins(x=0.02, y=0.12)
    for side in ('top', 'right', 'left'):
        axes.spines[side].set_visible(False)
    axes.spines['bottom'].set_color(_GRID)
