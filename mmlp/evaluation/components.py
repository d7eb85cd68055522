"""How a predicted plate mask compares with its ground truth, pixel by pixel and plate by plate."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from mmlp.plates.components import label_components

IGNORE_INDEX = 255


@dataclass(frozen=True)
class MaskComparison:
    """What one picture contributes to the scores of a data set: a few numbers, never a mask.

    Args:
        intersection (int): Pixels that are plate in both masks.
        predicted (int): Pixels that are plate in the prediction.
        labelled (int): Pixels that are plate in the ground truth.
        heights (np.ndarray): Height in pixels of each ground-truth plate, float64 (P,).
        coverages (np.ndarray): Share of each ground-truth plate that is predicted as plate, whichever
            prediction covers it, float64 (P,), 0..1.
        ious (np.ndarray): IoU of each ground-truth plate with the prediction matched to it, float64 (P,);
            0 for a plate that was not found.
        false_heights (np.ndarray): Height in pixels of each prediction that matches no plate, float64 (F,).
    """

    intersection: int
    predicted: int
    labelled: int
    heights: np.ndarray
    coverages: np.ndarray
    ious: np.ndarray
    false_heights: np.ndarray


def compare_masks(
    prediction: np.ndarray,
    target: np.ndarray,
    *,
    iou_threshold: float = 0.5,
    min_area: int = 0,
    ignore_index: int = IGNORE_INDEX,
) -> MaskComparison:
    """Compares a predicted plate mask with the ground truth.

    A plate is an 8-connected component. Rules, in the spirit of COCO's evaluation of crowds:

    - Ignored pixels count nowhere: neither as pixels nor in the area, overlap or coverage of a plate.
    - A ground-truth plate smaller than ``min_area`` is treated as ignored when plates are counted (not when
      pixels are); a prediction smaller than ``min_area`` is no plate.
    - A prediction that matches nothing and lies with more than half of its pixels on ignored ground is
      not counted as false.
    - Matching is one to one, see :func:`match_by_iou`.

    Args:
        prediction (np.ndarray): Bool or integer (H, W), plate where it is 1.
        target (np.ndarray): Integer (H, W), 0 background, 1 plate, ``ignore_index`` ignored.
        iou_threshold (float): Least IoU of a match, in (0, 1]. Default: 0.5.
        min_area (int): Least area of a plate in pixels. Default: 0, every component is a plate.
        ignore_index (int): Value of ignored pixels. Default: 255.

    Returns:
        MaskComparison: What the picture adds to the scores.

    Raises:
        ValueError: The masks differ in size, or the target holds other values.
    """
    if prediction.ndim != 2 or prediction.shape != target.shape:
        raise ValueError(
            f'prediction and target must be (H, W) of one size, got {prediction.shape} and {target.shape}'
        )
    ignored = target == ignore_index
    labelled = (target == 1) & ~ignored
    if np.any((target != 0) & ~labelled & ~ignored):
        raise ValueError(
            f'target must hold 0 (background), 1 (plate) and {ignore_index} (ignored) only, '
            f'got {np.unique(target).tolist()[:10]}; binarise the masks when they are loaded'
        )
    claimed = prediction == 1
    predicted = claimed & ~ignored

    truth_labels, truth_stats = label_components(labelled)
    # Labelled before ignored pixels are taken out, lest an ignored strip cut one prediction into several.
    claim_labels, claim_stats = label_components(claimed)

    overlaps = _overlap_table(
        truth_labels, claim_labels, len(truth_stats) + 1, len(claim_stats) + 1, ~ignored
    )
    truth_areas = overlaps[1:].sum(axis=1)
    claim_areas = overlaps[:, 1:].sum(axis=0)
    claim_sizes = claim_stats[:, cv2.CC_STAT_AREA]
    inside = overlaps[1:, 1:]
    counted_truth = truth_areas >= min_area
    counted_claim = (claim_areas >= min_area) & (claim_areas > 0)

    unions = truth_areas[:, None] + claim_areas[None, :] - inside
    ious = inside / np.maximum(unions, 1)
    ious = ious * counted_truth[:, None] * counted_claim[None, :]
    pairs = match_by_iou(ious, iou_threshold)

    matched_ious = np.zeros(len(truth_areas))
    matched_claims = np.zeros(len(claim_areas), bool)
    for truth, claim in pairs:
        matched_ious[truth] = ious[truth, claim]
        matched_claims[claim] = True
    off_limits = claim_sizes - claim_areas + inside[~counted_truth].sum(axis=0)
    false_claims = counted_claim & ~matched_claims & (2 * off_limits <= claim_sizes)

    truth_heights = _component_heights(truth_labels, truth_stats, np.flatnonzero(counted_truth) + 1)
    false_heights = _component_heights(claim_labels, claim_stats, np.flatnonzero(false_claims) + 1)
    coverages = inside.sum(axis=1) / np.maximum(truth_areas, 1)
    return MaskComparison(
        intersection=int((labelled & predicted).sum()),
        predicted=int(predicted.sum()),
        labelled=int(labelled.sum()),
        heights=truth_heights,
        coverages=coverages[counted_truth],
        ious=matched_ious[counted_truth],
        false_heights=false_heights,
    )


def match_by_iou(ious: np.ndarray, threshold: float = 0.5) -> list[tuple[int, int]]:
    """Matches rows with columns one to one, best IoU first.

    Between components of two masks an IoU above 0.5 has no rival, so the order only decides ties at
    exactly 0.5 (one prediction over two plates of half its area) and matches below 0.5. Ties go to the
    lower row, then to the lower column: components are numbered from the top of the picture down.

    Args:
        ious (np.ndarray): Float (R, C), IoU of each row with each column, 0..1.
        threshold (float): Least IoU of a match; a pair that reaches it exactly matches. Default: 0.5.

    Returns:
        list[tuple[int, int]]: Matched (row, column), best IoU first.
    """
    rows, columns = np.nonzero(ious >= max(threshold, np.finfo(np.float64).tiny))
    order = np.lexsort((columns, rows, -ious[rows, columns]))
    pairs: list[tuple[int, int]] = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for index in order:
        row, column = int(rows[index]), int(columns[index])
        if row not in used_rows and column not in used_columns:
            pairs.append((row, column))
            used_rows.add(row)
            used_columns.add(column)
    return pairs


def component_height(mask: np.ndarray) -> float:
    """Height of a plate in pixels: the shorter side of its smallest enclosing rectangle.

    The rectangle may be rotated and includes the pixels' own extent: a component of n rows and more
    than n columns is n high. For a plate that is taller than wide (some motorcycles) it is the width.

    Args:
        mask (np.ndarray): Bool or uint8 (H, W), one component.

    Returns:
        float: Height in pixels, at least 1; 0 for an empty mask.
    """
    contours, _ = cv2.findContours(
        np.ascontiguousarray(mask, np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    if not contours:
        return 0.0
    points = np.concatenate(contours)
    return float(min(cv2.minAreaRect(points)[1])) + 1.0


def _overlap_table(
    rows: np.ndarray, columns: np.ndarray, row_count: int, column_count: int, valid: np.ndarray
) -> np.ndarray:
    """Counts valid pixels of each pair of labels, int64 (row_count, column_count)."""
    # Most pixels are background in both: only the others are worth a table look-up.
    touched = valid & ((rows > 0) | (columns > 0))
    flat = rows[touched].astype(np.int64) * column_count + columns[touched]
    return np.bincount(flat, minlength=row_count * column_count).reshape(row_count, column_count)


def _component_heights(labels: np.ndarray, stats: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Height of each wanted label, float64 (N,)."""
    heights = np.zeros(len(wanted))
    for index, label in enumerate(wanted):
        left, top, width, height = stats[label - 1, :4]
        crop = labels[top : top + height, left : left + width]
        heights[index] = component_height(crop == label)
    return heights
