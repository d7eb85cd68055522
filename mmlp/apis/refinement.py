"""Refinement: each plate found is segmented again from a magnified crop."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence

import cv2
import numpy as np

from mmlp.plates import Plate, extract_plates, polygon_area
from mmlp.plates.boxes import box_area, box_intersection, box_iou

from .plate_extraction import to_image_pixels
from .probability_maps import Patch, ProbabilityMap
from .resizing import resize_image
from .settings import Refinement

#: Score of the refinement, and share of the box inside of the first outline, of a plate for sure.
_SURE_SCORE, _LEAST_INSIDE = 0.8, 0.8
#: Crops that are in memory at once, and pixels from which on a crop is shrunk in two steps.
_MOST_CROPS, _LARGE_CROP = 512, 1 << 24


def refine_plates(
    refinement: Refinement,
    image: np.ndarray,
    plates: Sequence[Plate],
    network: Callable[[np.ndarray], np.ndarray],
    threshold: float,
) -> tuple[list[Plate], list[Patch]]:
    """Segments the plates of one picture again.

    Args:
        refinement (Refinement): How to do so.
        image (np.ndarray): Uint8 (H, W, 3), BGR.
        plates (Sequence[Plate]): Plates in picture pixels.
        network (Callable): Uint8 (N, h, w, 3) to probabilities float32 (N, h, w).
        threshold (float): Probability in 0..1 above which a pixel is plate, unless the attribute says.

    Returns:
        tuple[list[Plate], list[Patch]]: The plates, best score first; the score of one that is
        confirmed is the mean of the detection's and the refinement's. And the maps of those that changed
        or were dropped.
    """
    if not plates:
        return [], []
    threshold = refinement.threshold if refinement.threshold is not None else threshold
    refined, patches = [], []
    for plate, box, probability in _segment_crops(refinement, image, plates, network):
        probability_map = ProbabilityMap.over_box(probability, box)
        found = _find_all(refinement, plate, probability_map, threshold, image.shape[:2])
        better = _same_plate(refinement, plate, found)
        better = (
            [better] if better else [] if refinement.drop_unconfirmed else _sure_plates_inside(plate, found)
        )
        refined += better or ([] if refinement.drop_unconfirmed else [plate])
        if better or refinement.drop_unconfirmed:
            patches.append(Patch(probability_map, _surroundings([plate, *better], probability_map)))
    return sorted(refined, key=lambda plate: (-plate.score, -plate.area)), patches


def _segment_crops(
    refinement: Refinement,
    image: np.ndarray,
    plates: Sequence[Plate],
    network: Callable[[np.ndarray], np.ndarray],
) -> Iterator[tuple[Plate, tuple[int, int, int, int], np.ndarray]]:
    """Yields each plate with the box of its crop and what the network sees there."""
    for start in range(0, len(plates), _MOST_CROPS):
        part = plates[start : start + _MOST_CROPS]
        boxes = [_crop_box(refinement, plate) for plate in part]
        crops = np.stack([_crop(image, box, refinement.crop_size) for box in boxes])
        yield from zip(part, boxes, network(crops))


def _crop_box(refinement: Refinement, plate: Plate) -> tuple[int, int, int, int]:
    """Picture pixels that the crop shows, possibly beyond the picture's edges."""
    height, width = refinement.crop_size
    left, top, right, bottom = plate.box
    # A high plate fills as large a part of the crop's height as a wide one fills of its width.
    step = max(right - left, (bottom - top) * width / height) / refinement.plate_width
    step = max(step, 1.0 / refinement.max_magnification)
    box_width, box_height = max(round(width * step), 1), max(round(height * step), 1)
    x, y = round((left + right - box_width) / 2), round((top + bottom - box_height) / 2)
    return x, y, x + box_width, y + box_height


def _crop(image: np.ndarray, box: tuple[int, int, int, int], size: tuple[int, int]) -> np.ndarray:
    height, width = image.shape[:2]
    left, top, right, bottom = box
    inside = image[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)]
    beyond = (max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0))
    if inside.shape[0] * inside.shape[1] > _LARGE_CROP:  # Smaller first, or the border would be as large.
        share = np.sqrt(_LARGE_CROP / (inside.shape[0] * inside.shape[1]))
        inside = resize_image(inside, tuple(max(round(side * share), 1) for side in inside.shape[:2]))
        beyond = tuple(round(side * share) for side in beyond)
    if any(beyond):
        # Black, as the crops that networks are trained on are filled.
        inside = cv2.copyMakeBorder(inside, *beyond, cv2.BORDER_CONSTANT, value=(0, 0, 0))
    return resize_image(inside, size)


def _find_all(
    refinement: Refinement,
    plate: Plate,
    probability_map: ProbabilityMap,
    threshold: float,
    shape: tuple[int, int],
) -> list[Plate]:
    """All that was found in the crop of a plate, in picture pixels, with the mean of both scores."""
    found = []
    for other in extract_plates(probability_map.values, threshold, straighten=refinement.straighten):
        other = to_image_pixels(other, probability_map)
        # The quadrilateral of a plate that the picture's edge cuts may reach over the edge.
        polygon = np.clip(other.polygon, -0.5, np.array(shape[::-1]) - 0.5)
        area = other.area * polygon_area(polygon) / polygon_area(other.polygon)
        # From afar a plate is known by what is around it, from near by what is on it: together they tell
        # plates from what looks like one better than either.
        score = (plate.score + other.score) / 2
        found.append(dataclasses.replace(other, polygon=polygon, area=area, score=score))
    return found


def _same_plate(refinement: Refinement, plate: Plate, found: Sequence[Plate]) -> Plate | None:
    """Returns the plate as the refinement found it in its place, None when nothing was there."""
    overlaps = [box_iou(plate.box, other.box) for other in found]
    best = int(np.argmax(overlaps)) if overlaps else -1
    return found[best] if overlaps and overlaps[best] >= refinement.min_overlap else None


def _sure_plates_inside(plate: Plate, found: Sequence[Plate]) -> list[Plate]:
    """What of a refinement lies inside of the first outline and is a plate for sure."""
    return [
        other
        for other in found
        if 2 * other.score - plate.score >= _SURE_SCORE
        and box_intersection(plate.box, other.box) >= _LEAST_INSIDE * box_area(other.box)
    ]


def _surroundings(
    plates: Sequence[Plate], probability_map: ProbabilityMap
) -> tuple[float, float, float, float]:
    """Box around outlines, wider by a quarter of their height, that the refinement replaces."""
    boxes = np.array([plate.box for plate in plates])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = boxes[:, 2:].max(axis=0)
    margin = 0.25 * (bottom - top)
    return (
        max(left - margin, probability_map.left),
        max(top - margin, probability_map.top),
        min(right + margin, probability_map.right),
        min(bottom + margin, probability_map.bottom),
    )
