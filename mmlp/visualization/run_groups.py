"""Runs of one kind, such as one recipe with several seeds, as one curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .training_log import TrainingLog


@dataclass(frozen=True)
class MeanCurve:
    """The mean of several curves.

    Attributes:
        x: N positions, float64; those of the first curve that all curves reach.
        mean: N values, float64.
        low: The least of the curves at each position.
        high: The greatest.
    """

    x: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def group_runs(logs: Sequence[TrainingLog]) -> dict[str, list[TrainingLog]]:
    """Puts runs of the same name together, in the order in which the names come first."""
    groups: dict[str, list[TrainingLog]] = {}
    for log in logs:
        groups.setdefault(log.name, []).append(log)
    return groups


def mean_curve(curves: Sequence[tuple[Sequence[float], Sequence[float]]]) -> MeanCurve:
    """Averages curves where all of them have begun and none has ended.

    Args:
        curves: Positions and values of each; between its positions a curve is straight.

    Returns:
        The mean, and between what the curves lie; of no positions where they have none in common.
    """
    curves = [np.array(sorted(zip(x, y)), dtype=np.float64).reshape(-1, 2).T for x, y in curves]
    if any(not curve.size for curve in curves):
        return MeanCurve(*np.zeros((4, 0)))
    begin, end = max(x[0] for x, _ in curves), min(x[-1] for x, _ in curves)
    x = curves[0][0]
    x = x[(x >= begin) & (x <= end)]
    values = np.array([np.interp(x, *curve) for curve in curves])
    return MeanCurve(x, values.mean(axis=0), values.min(axis=0), values.max(axis=0))
