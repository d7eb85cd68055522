"""What a system did on pictures, and the scores that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from _onnx_peers import Found
from torchvision.ops import box_iou

from mmlp.evaluation import compare_masks, match_by_iou
from mmlp.plates import redact

RESAMPLINGS = 1000


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


def box_plates(target: np.ndarray) -> np.ndarray:
    """Boxes of the plates of a mask, float64 (P, 4): left, top, right, bottom, edges of pixels."""
    _, _, stats, _ = cv2.connectedComponentsWithStats((target == 1).astype(np.uint8))
    truth = stats[1:, :4].astype(np.float64)
    truth[:, 2:] += truth[:, :2]
    return truth


def tally(found: Found, target: np.ndarray, group: str, match_iou: float) -> Tally:
    """Compares what was found with the annotation, 0 background, 1 plate, 255 ignored.

    A plate is found by a box whose IoU with the box of the annotation is ``match_iou`` or more.
    """
    compared = compare_masks(found.mask, target)
    truth = box_plates(target)
    ious = box_iou(torch.from_numpy(found.boxes), torch.from_numpy(truth)).numpy()
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
    counts = np.array(
        [(t.intersection, t.union, t.found, t.predicted, t.annotated) for t in tallies], np.float64
    )
    return {name: float(value[0]) for name, value in _scores_of(counts[None]).items()}


def _scores_of(counts: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of each of R samples of N pictures: counts (R, N, 5)."""
    intersection, union, found, predicted, annotated = np.moveaxis(counts, 2, 0)
    each = np.where(union > 0, intersection / np.maximum(union, 1), 1.0)
    return {
        'pooled IoU': intersection.sum(1) / np.maximum(union.sum(1), 1),
        'mean IoU': each.mean(1),
        'recall': found.sum(1) / np.maximum(annotated.sum(1), 1),
        'precision': found.sum(1) / np.maximum(predicted.sum(1), 1),
    }


def intervals(tallies: Sequence[Tally], seed: int = 0) -> dict[str, tuple[float, float]]:
    """95 % confidence intervals of the scores by the percentile bootstrap over pictures (Efron 1979)."""
    counts = np.array(
        [(t.intersection, t.union, t.found, t.predicted, t.annotated) for t in tallies], np.float64
    )
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(counts), size=(RESAMPLINGS, len(counts)))
    return {
        name: tuple(float(bound) for bound in np.percentile(values, (2.5, 97.5)))
        for name, values in _scores_of(counts[drawn]).items()
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
