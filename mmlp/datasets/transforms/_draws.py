"""Random numbers that several transforms draw in the same way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def draw_log_uniform(limits: Sequence[float]) -> float:
    """Draws a number uniformly on the logarithmic scale, so that halving and doubling are equally likely.

    Args:
        limits: Lowest and highest number, both above 0.

    Returns:
        A number between them, from numpy's global generator.
    """
    return float(np.exp(np.random.uniform(*np.log(limits))))
