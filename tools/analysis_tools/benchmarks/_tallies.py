"""What a system did on pictures, and the scores that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from _onnx_peers import Found

from mmlp.evaluation import (
    bootstrap_interval,
    box_ious,
    boxes_of_components,
    compare_masks,
    match_by_iou,
    resample_sums,
)
from mmlp.plates import redact


@dataclass
class Tally:
    """What one contender did on one picture.

    Args:
        group: Part of the folder that the picture belongs to.
        intersection: Pixels that are plate in mask and annotation.
        union: Pixels that are plate in either.
        found: Plates found.
        predicted: Plates predicted.
        annotated: Plates annotated.
        heights: Height of each annotated plate in pixels.
        coverages: Share of each that the mask covers.
        hidden: Share of each that is covered when the plates are redacted.
        alarms: Finds that touch no plate.
    """

    group: str
    intersection: int
    union: int
    found: int
    predicted: int
    annotated: int
    heights: np.ndarray = field(repr=False)
    coverages: np.ndarray = field(repr=False)
    hidden: np.ndarray = field(repr=False)
    alarms: int


def tally(found: Found, target: np.ndarray, group: str, match_iou: float) -> Tally:
    """Compares what was found with the annotation, 0 background, 1 plate, 255 ignored.

    A plate is found by a box whose IoU with the box of the annotation is ``match_iou`` or more.
    """
    compared = compare_masks(found.mask, target)
    truth = boxes_of_components(target)
    ious = box_ious(found.boxes, truth)
    plates = found.mask if found.plates is None else found.plates
    redacted = redact(np.zeros_like(found.mask), plates, 'solid', color=(1,))
    return Tally(
        group,
        compared.intersection,
        compared.predicted + compared.labelled - compared.intersection,
        len(match_by_iou(ious, match_iou)),
        len(found.boxes),
        len(truth),
        compared.heights,
        compared.coverages,
        compare_masks(redacted, target).coverages,
        int((ious.max(axis=1, initial=0.0) == 0).sum()),
    )


def scores(tallies: Sequence[Tally]) -> dict[str, float]:
    """Pooled and mean IoU, recall and precision, 0..1, of some pictures."""
    return {name: float(value[0]) for name, value in _scores_of(_counts(tallies).sum(0)[None]).items()}


def intervals(tallies: Sequence[Tally], seed: int = 0) -> dict[str, tuple[float, float]]:
    """95 % confidence intervals of the scores by the percentile bootstrap over pictures (Efron 1979)."""
    scored = _scores_of(resample_sums(_counts(tallies), seed))
    return {name: bootstrap_interval(values) for name, values in scored.items()}


def _counts(tallies: Sequence[Tally]) -> np.ndarray:
    """What each picture adds to the sums that scores are made of, (N, 7)."""
    return np.array(
        [
            (
                *(t.intersection, t.union, t.intersection / t.union if t.union else 1.0, 1),
                *(t.found, t.predicted, t.annotated),
            )
            for t in tallies
        ],
        np.float64,
    )


def _scores_of(sums: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of each of R samples: sums (R, 7)."""
    intersection, union, each, images, found, predicted, annotated = sums.T
    return {
        'pooled IoU': intersection / np.maximum(union, 1),
        'mean IoU': each / images,
        'recall': found / np.maximum(annotated, 1),
        'precision': found / np.maximum(predicted, 1),
    }


def recall_by_height(tallies: Sequence[Tally]) -> dict[str, dict[str, float]]:
    """Share of plates covered to 95 %, by their height in pixels."""
    heights = np.concatenate([t.heights for t in tallies])
    coverages = np.concatenate([t.coverages for t in tallies])
    result = {}
    for title, low, high in (('< 16 px', 0, 16), ('16 to 32 px', 16, 32), ('> 32 px', 32, np.inf)):
        inside = (heights >= low) & (heights < high)
        if inside.any():
            result[title] = {
                'plates': int(inside.sum()),
                'touched': float((coverages[inside] > 0.5).mean()),
                'covered': float((coverages[inside] >= 0.95).mean()),
            }
    return result
