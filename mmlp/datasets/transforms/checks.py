"""Checks of transform parameters, with messages that say what was expected."""

from __future__ import annotations

import math
from collections.abc import Sequence


def check_prob(name: str, value: float) -> float:
    """Returns ``value`` when it is a probability.

    Args:
        name: Name of the parameter, for the message.
        value: What the user gave.

    Returns:
        The value as a float.

    Raises:
        ValueError: It does not lie in 0..1.
    """
    if not 0.0 <= value <= 1.0:
        raise ValueError(f'{name} is a probability and must lie in 0..1, got {value!r}')
    return float(value)


def check_range(
    name: str, value: Sequence[float], low: float = -math.inf, high: float = math.inf
) -> tuple[float, float]:
    """Returns ``value`` as a pair (lower end, upper end) inside ``low``..``high``.

    Args:
        name: Name of the parameter, for the message.
        value: What the user gave.
        low: Smallest allowed lower end.
        high: Largest allowed upper end.

    Returns:
        The pair.

    Raises:
        ValueError: It is no pair of ascending numbers, or leaves the allowed interval.
    """
    pair = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
    if len(pair) != 2 or not low <= pair[0] <= pair[1] <= high:
        raise ValueError(
            f'{name} must be a pair (low, high) with {low} <= low <= high <= {high}, got {value!r}'
        )
    return pair


def check_size(name: str, value: int | Sequence[int]) -> tuple[int, int]:
    """Returns ``value`` as a size (height, width) in pixels.

    Args:
        name: Name of the parameter, for the message.
        value: One number for a square, or the pair.

    Returns:
        The pair.

    Raises:
        ValueError: It is neither a positive integer nor a pair of them.
    """
    pair = (value, value) if isinstance(value, int) else tuple(value)
    if len(pair) != 2 or any(not isinstance(side, int) or side < 1 for side in pair):
        raise ValueError(
            f'{name} must be a positive integer or a pair (height, width) of them, got {value!r}'
        )
    return pair
