"""Ranges of the arguments of :class:`~mmlp.apis.PlateSegmenter`; what is outside raises ValueError."""

from __future__ import annotations

from typing import Optional


def check_at_least(least: int, **values: Optional[int]) -> None:
    """Refuses numbers that are given and less than the least one."""
    for name, value in values.items():
        if value is not None and not value >= least:
            raise ValueError(f'{name} must be at least {least}, got {value}')


def check_probabilities(threshold: Optional[float], closer_floor: float, min_score: Optional[float]) -> None:
    """Refuses what is not a probability."""
    # Written this way round, nan is refused as well.
    if threshold is not None and not 0 < threshold < 1:
        raise ValueError(
            f'threshold must be a probability in (0, 1), got {threshold}; that of a logit x is '
            '1 / (1 + exp(-x))'
        )
    if not 0 < closer_floor < 1:
        raise ValueError(f'closer_floor must be a probability in (0, 1), got {closer_floor}')
    if min_score is not None and not 0 <= min_score <= 1:
        raise ValueError(f'min_score is a mean probability and must be in 0..1, got {min_score}')


def check_tile(tile: Optional[tuple[int, int]], tile_long_side: Optional[int]) -> None:
    """Refuses tiles that do not cover a picture, and a size of what is not cut into tiles."""
    if tile is not None and not (len(tile) == 2 and 0 <= tile[1] < tile[0]):
        raise ValueError(f'tile must be (side, overlap) in pixels with 0 <= overlap < side, got {tile}')
    if tile is None and tile_long_side is not None:
        raise ValueError(
            'tile_long_side is the size of the picture that is cut into tiles: give tile as well'
        )
