"""Ranges of the settings of :class:`~mmlp.apis.PlateSegmenter`; what is outside raises ValueError."""

from __future__ import annotations


def check_at_least(least: int, **values: float | None) -> None:
    """Refuses numbers that are given and less than the least one."""
    for name, value in values.items():
        if value is not None and not value >= least:
            raise ValueError(f'{name} must be at least {least}, got {value}')


def check_shares(**values: float | None) -> None:
    """Refuses numbers that are given and not in 0..1."""
    for name, value in values.items():
        if value is not None and not 0 <= value <= 1:
            raise ValueError(f'{name} must be in 0..1, got {value}')


def check_thresholds(**values: float | None) -> None:
    """Refuses what is given and is not a probability between 0 and 1, both excluded."""
    for name, value in values.items():
        # Written this way round, nan is refused as well.
        if value is not None and not 0 < value < 1:
            raise ValueError(
                f'{name} must be a probability in (0, 1), got {value}; that of a logit x is 1 / (1 + exp(-x))'
            )


def check_min_score(min_score: float | None) -> None:
    """Refuses a lowest score that no plate can have."""
    if min_score is not None and not 0 <= min_score <= 1:
        raise ValueError(f'min_score is a mean probability and must be in 0..1, got {min_score}')
