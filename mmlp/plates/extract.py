"""From what a segmenter answers to plates."""

from __future__ import annotations

import numpy as np

from .components import label_components
from .geometry import order_corners, polygon_area
from .outline import fill_holes, simplify_outline, trace_outline
from .plate import Plate
from .quadrilateral import enclose, fit_outline
from .split import split_touching

#: Share of a plate's highest probability that its pixels reach at least.
_LEAST_SHARE = 0.35


def extract_plates(
    probability: np.ndarray,
    threshold: float = 0.5,
    *,
    min_area: int = 16,
    min_score: float = 0.0,
    split: bool = True,
    fit_corners: bool = True,
    straighten: float | None = None,
) -> list[Plate]:
    """Finds the plates in a probability map or a mask.

    A plate is an 8-connected component, its score the mean probability of its pixels. A low threshold, as for
    anonymising, takes surroundings in: what has less than 0.35 of a plate's highest probability is left out
    of it, and what has less than half is left out of its score. Holes are left out of area and score and
    filled in the outline. Components that no quadrilateral fits are taken apart where they are thin or less
    probable, see :func:`~mmlp.plates.split_touching`.

    Args:
        probability (np.ndarray): Float (H, W), probabilities 0..1; or a mask, bool or integer (H, W), in
            which all that is not 0 is plate.
        threshold (float): Probability above which a pixel is plate; of no effect on masks. Default: 0.5.
        min_area (int): Components with fewer pixels are dropped as specks. Default: 16.
        min_score (float): Plates with a lower score are dropped. Default: 0.0.
        split (bool): Whether to separate touching plates. Default: True.
        fit_corners (bool): Whether to look for the corners, which takes longer than all else. Otherwise they
            are those of the min-area rectangle. Default: True.
        straighten (float, optional): Plates are flat and have four straight sides: an outline that overlaps
            with the quadrilateral of its corners by this IoU or more is replaced by it. Only with
            ``fit_corners``. Default: None, outlines stay as they are.

    Returns:
        list[Plate]: Best score first, larger plates first among equals.

    Raises:
        ValueError: Not two-dimensional, or the values are no probabilities.
        TypeError: Not an array of bool, integers or floats.
    """
    values, mask = _as_mask(probability, threshold)
    labels, stats = label_components(mask)
    plates = []
    for label, (left, top, width, height, area) in enumerate(stats.tolist(), start=1):
        if area < min_area:
            continue
        window = (slice(top, top + height), slice(left, left + width))
        component = (labels[window] == label).astype(np.uint8)
        # One pixel of the surroundings, where there are any, to interpolate the outline.
        pad = (
            min(top, 1),
            min(mask.shape[0] - top - height, 1),
            min(left, 1),
            min(mask.shape[1] - left - width, 1),
        )
        component = np.pad(component, (pad[:2], pad[2:]))
        y, x = top - pad[0], left - pad[2]
        local = None if values is None else values[y : y + component.shape[0], x : x + component.shape[1]]
        if local is not None and local[component > 0].max() < min_score:
            continue  # No mean is higher; what follows takes long.
        level = threshold if local is None else _own_level(local[component > 0], threshold)
        parts = split_touching(component, local, level) if split else [component]
        for part in parts:
            if len(parts) > 1 and np.count_nonzero(part) < min_area:
                continue
            score = 1.0 if local is None else _score(local[part > 0])
            if score >= min_score:
                plates.append(_make_plate(part, local, level, (x, y), score, fit_corners, straighten))
    return sorted(plates, key=lambda plate: (-plate.score, -plate.area))


def _cut(probability: np.ndarray, threshold: float) -> np.ndarray:
    """Mask of what is above the threshold, each component cut at its own level, uint8 of 0 and 1."""
    mask = (probability > threshold).view(np.uint8)
    if threshold >= _LEAST_SHARE:
        return mask
    labels, stats = label_components(mask)
    for label, (left, top, width, height, _) in enumerate(stats.tolist(), start=1):
        window = (slice(top, top + height), slice(left, left + width))
        component = labels[window] == label
        level = _own_level(probability[window][component], threshold)
        mask[window][component & (probability[window] <= level)] = 0
    return mask


def _score(probabilities: np.ndarray) -> float:
    return float(probabilities[probabilities >= 0.5 * probabilities.max()].mean())


def _own_level(probabilities: np.ndarray, threshold: float) -> float:
    return max(threshold, _LEAST_SHARE * float(probabilities.max()))


def _as_mask(probability: np.ndarray, threshold: float) -> tuple[np.ndarray | None, np.ndarray]:
    """Probabilities (None for a mask) and the mask as uint8 of 0 and 1."""
    if not isinstance(probability, np.ndarray):
        raise TypeError(f'probability must be a numpy array, got {type(probability).__name__}')
    if probability.ndim != 2 or probability.size == 0:
        raise ValueError(f'probability must have the shape (H, W), got {probability.shape}')
    if probability.dtype == bool or np.issubdtype(probability.dtype, np.integer):
        return None, (probability != 0).astype(np.uint8)
    if not np.issubdtype(probability.dtype, np.floating):
        raise TypeError(f'probability must hold floats, integers or bool, got {probability.dtype}')
    values = np.asarray(probability, np.float32)
    low, high = float(values.min()), float(values.max())
    # Written this way round, nan is refused as well.
    if not (low >= 0.0 and high <= 1.0):
        raise ValueError(
            f'probability must be in 0..1, got {low:.4g} to {high:.4g}; of logits take the sigmoid first'
        )
    return values, _cut(values, threshold)


def _make_plate(
    mask: np.ndarray,
    probability: np.ndarray | None,
    threshold: float,
    origin: tuple[int, int],
    score: float,
    fit_corners: bool,
    straighten: float | None,
) -> Plate:
    """Measures one component; ``origin`` is where its window begins in the picture."""
    outline = trace_outline(fill_holes(mask), probability, threshold)
    corners, overlap = fit_outline(outline) if fit_corners else (order_corners(enclose(outline)), 0.0)
    straight = straighten is not None and overlap >= straighten
    offset = np.array(origin, np.float32)
    return Plate(
        polygon=(corners if straight else simplify_outline(outline)) + offset,
        corners=corners + offset,
        score=score,
        area=float(polygon_area(corners) if straight else np.count_nonzero(mask)),
    )
