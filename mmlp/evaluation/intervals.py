"""Confidence intervals of what is measured on pictures, whose plates are not independent of one another."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

#: Confidence of all intervals, and resamplings of a bootstrap.
CONFIDENCE, RESAMPLINGS = 0.95, 1000


def wilson_interval(
    hits: np.ndarray, totals: np.ndarray, confidence: float = CONFIDENCE
) -> tuple[float, float] | None:
    """Interval of a share of plates that come several to a picture: Wilson's, for as many as are independent.

    A share of 1 or of few plates has an interval of more than nothing by it, as it has not by resampling
    (Wilson 1927; Brown, Cai and DasGupta, "Interval Estimation for a Binomial Proportion", 2001). Plates of
    one picture are alike: their number is divided by the design effect, the variance of the share between
    pictures by that of as many independent plates (Kish, "Survey Sampling", 1965; for Wilson's interval
    Franco et al., "Comparative Study of Confidence Intervals for Proportions in Complex Sample Surveys",
    2019), which is 1 at least. Where all plates fare alike it cannot be estimated, and each picture counts as
    one plate.

    Args:
        hits (np.ndarray): Of each picture, how many there are of what is counted, (N,).
        totals (np.ndarray): Of how many, (N,).
        confidence (float): In (0, 1). Default: 0.95.

    Returns:
        tuple[float, float] | None: Lower and upper bound, 0..1; None where nothing was counted.
    """
    counted = np.asarray(totals) > 0
    hits, totals = np.asarray(hits, np.float64)[counted], np.asarray(totals, np.float64)[counted]
    number = totals.sum()
    if not number:
        return None
    share, clusters = hits.sum() / number, len(totals)
    if clusters > 1 and 0 < share < 1:
        # Each variance with the same divisor, so that one plate a picture counts as one.
        design_effect = np.sum((hits - share * totals) ** 2) / (number * share * (1 - share))
        independent = number / max(design_effect, 1.0)
    else:
        independent = float(clusters)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (share + z**2 / (2 * independent)) / (1 + z**2 / independent)
    spread = np.sqrt(share * (1 - share) / independent + z**2 / (4 * independent**2))
    reach = z / (1 + z**2 / independent) * spread
    return max(float(middle - reach), 0.0), min(float(middle + reach), 1.0)


def resample_sums(values: np.ndarray, seed: int = 0, resamplings: int = RESAMPLINGS) -> np.ndarray:
    """Sums over pictures that are drawn with replacement, for the bootstrap (Efron 1979).

    Args:
        values (np.ndarray): What each of N pictures adds to K sums, (N, K).
        seed (int): Of the drawing. Default: 0.
        resamplings (int): How often N pictures are drawn. Default: 1000.

    Returns:
        np.ndarray: Float64 (resamplings, K).
    """
    values = np.asarray(values, np.float64)
    rng = np.random.default_rng(seed)
    sums = np.empty((resamplings, values.shape[1]))
    for row in sums:  # One by one: all draws at once would not fit into memory for many pictures.
        row[:] = values[rng.integers(len(values), size=len(values))].sum(axis=0)
    return sums


def bootstrap_interval(values: np.ndarray, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """Percentile interval of a score that was computed of each resampling; None where none has it.

    Args:
        values (np.ndarray): The score of each resampling, nan where there is none, float (R,).
        confidence (float): In (0, 1). Default: 0.95.
    """
    values = np.asarray(values)[~np.isnan(values)]
    if not len(values):
        return None
    low, high = np.percentile(values, (50 * (1 - confidence), 50 * (1 + confidence)))
    return float(low), float(high)
