"""Scores of a data set from the comparisons of its pictures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .components import MaskComparison

#: Plate heights in pixels: below 16 a plate is hardly read, above 32 it is large in the picture.
HEIGHT_BINS: tuple[tuple[str, float, float], ...] = (
    ('lt16', 0.0, 16.0),
    ('16to32', 16.0, np.nextafter(32.0, 33.0)),
    ('gt32', np.nextafter(32.0, 33.0), np.inf),
)


def summarize_scores(
    comparisons: Sequence[MaskComparison], coverage_threshold: float = 0.95
) -> dict[str, float]:
    """Computes the scores of a data set in percent, rounded to two decimals.

    One rule for empty denominators: where there is nothing to find and nothing was predicted the score is
    100; any other 0/0 is 0. No score is ever nan. Scores of a height bin without any ground-truth plate
    are left out of the answer.

    A matched prediction belongs to the height bin of its plate, an unmatched one to the bin of its own
    height, as in COCO's evaluation by area; so recall and precision of a bin share their hits.

    Args:
        comparisons (Sequence[MaskComparison]): One per picture.
        coverage_threshold (float): Share of a plate's pixels from which on it counts as covered.
            Default: 0.95.

    Returns:
        dict[str, float]: In this order

        - ``plate_iou``: IoU of the class plate, pixels pooled over the data set.
        - ``plate_iou_per_image``: mean over the pictures of the plate IoU of each; a picture without plate
          in both prediction and ground truth counts as 100.
        - ``pixel_precision``, ``pixel_recall``, ``pixel_f1``: of plate pixels, pooled.
        - ``plate_precision``, ``plate_recall``, ``plate_f1``: of plates.
        - ``plate_covered``: share of ground-truth plates covered to at least ``coverage_threshold``.
        - the last four with the suffixes ``_lt16``, ``_16to32``, ``_gt32``: by plate height in pixels.
        - ``num_images``, ``num_plates``, ``num_predicted``, ``num_found``: counts, not percent.
    """
    intersection = np.array([c.intersection for c in comparisons], np.int64)
    predicted = np.array([c.predicted for c in comparisons], np.int64)
    labelled = np.array([c.labelled for c in comparisons], np.int64)
    union = predicted + labelled - intersection

    heights = _concatenate([c.heights for c in comparisons])
    found = _concatenate([c.ious for c in comparisons]) > 0
    covered = _concatenate([c.coverages for c in comparisons]) >= coverage_threshold
    false_heights = _concatenate([c.false_heights for c in comparisons])

    per_image = np.where(union > 0, intersection / np.maximum(union, 1), 1.0)
    scores = {
        'plate_iou': _ratio(intersection.sum(), union.sum(), nothing=union.sum() == 0),
        'plate_iou_per_image': float(per_image.mean()) if len(per_image) else 0.0,
    }
    pixel_scores = _precision_recall_f1(intersection.sum(), predicted.sum(), labelled.sum())
    scores.update(zip(('pixel_precision', 'pixel_recall', 'pixel_f1'), pixel_scores))
    scores.update(_plate_scores(found, covered, len(false_heights)))
    for name, low, high in HEIGHT_BINS:
        inside = (heights >= low) & (heights < high)
        if inside.any():
            false_count = int(((false_heights >= low) & (false_heights < high)).sum())
            scores.update(_plate_scores(found[inside], covered[inside], false_count, f'_{name}'))

    percent = {name: round(100.0 * float(value), 2) for name, value in scores.items()}
    counts = {
        'num_images': len(comparisons),
        'num_plates': len(heights),
        'num_predicted': int(found.sum()) + len(false_heights),
        'num_found': int(found.sum()),
    }
    return {**percent, **{name: float(value) for name, value in counts.items()}}


def _plate_scores(
    found: np.ndarray, covered: np.ndarray, false_count: int, suffix: str = ''
) -> dict[str, float]:
    hits = int(found.sum())
    precision, recall, f1 = _precision_recall_f1(hits, hits + false_count, len(found))
    nothing = len(found) == 0 and false_count == 0
    return {
        f'plate_precision{suffix}': precision,
        f'plate_recall{suffix}': recall,
        f'plate_f1{suffix}': f1,
        f'plate_covered{suffix}': _ratio(covered.sum(), len(covered), nothing=nothing),
    }


def _precision_recall_f1(hits: int, predicted: int, labelled: int) -> tuple[float, float, float]:
    nothing = predicted == 0 and labelled == 0
    precision = _ratio(hits, predicted, nothing=nothing)
    recall = _ratio(hits, labelled, nothing=nothing)
    return precision, recall, _ratio(2 * hits, predicted + labelled, nothing=nothing)


def _ratio(numerator: float, denominator: float, *, nothing: bool) -> float:
    if denominator:
        return float(numerator) / float(denominator)
    return 1.0 if nothing else 0.0


def _concatenate(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(arrays) if arrays else np.zeros(0)
