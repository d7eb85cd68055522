"""What transforms have in common: a random one is what it draws, and how it applies that."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from .checks import check_prob


class Transform(BaseTransform):
    """A transform that shows its parameters, which it keeps as attributes of the same names."""

    def __repr__(self) -> str:
        names = inspect.signature(type(self).__init__).parameters
        parameters = (f'{name}={getattr(self, name)!r}' for name in names if name != 'self')
        return f'{type(self).__name__}({", ".join(parameters)})'


class RandomTransform(Transform):
    """A random change of a sample.

    Subclasses say in :meth:`draw` what is random, and in :meth:`apply` what is done with it. What was drawn
    for a sample is kept within ``mmcv.transforms.utils.cache_random_params``.

    Args:
        prob: Probability that the sample is changed at all.

    Raises:
        ValueError: It does not lie in 0..1.
    """

    def __init__(self, prob: float = 1.0) -> None:
        self.prob = check_prob('prob', prob)

    def draw(self, results: dict) -> Any:
        """Draws random numbers, from numpy's global generator.

        Args:
            results: The results dict of the pipeline.

        Returns:
            What :meth:`apply` needs; None leaves the sample as it is.
        """
        raise NotImplementedError

    def apply(self, results: dict, drawn: Any) -> None:
        """Changes a sample.

        Args:
            results: The results dict of the pipeline; its entries are replaced, not written into.
            drawn: What :meth:`draw` returned.
        """
        raise NotImplementedError

    @cache_randomness
    def _draw(self, results: dict) -> Any:
        return self.draw(results) if np.random.rand() < self.prob else None

    def transform(self, results: dict) -> dict:
        """Changes a sample, or leaves it as it is.

        Args:
            results: The results dict of the pipeline.

        Returns:
            The same dict.
        """
        drawn = self._draw(results)
        if drawn is not None:
            self.apply(results, drawn)
        return results


def draw_log_uniform(limits: Sequence[float]) -> float:
    """Draws a number uniformly on the logarithmic scale, so that halving and doubling are equally likely.

    Args:
        limits: Lowest and highest number, both above 0.

    Returns:
        A number between them, from numpy's global generator.
    """
    return float(np.exp(np.random.uniform(*np.log(limits))))
