"""Plates found on a map, in pixels of the picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from mmlp.plates import Plate, extract_plates
from mmlp.plates.components import label_components

from .probability_maps import ProbabilityMap, sample_maps

#: Regions are put together from several maps at no more values than this.
_MAX_REGION = 1 << 24
#: Share of the threshold that surroundings of a plate reach.
_FLOOR = 0.1


def to_image_pixels(plate: Plate, probability_map: ProbabilityMap) -> Plate:
    """Returns a plate found on the values of a map in pixels of the picture."""
    step = np.array((probability_map.step_x, probability_map.step_y), np.float32)
    origin = np.array((probability_map.left, probability_map.top), np.float32)
    return dataclasses.replace(
        plate,
        polygon=(plate.polygon + 0.5) * step + origin,
        corners=(plate.corners + 0.5) * step + origin,
        area=plate.area * probability_map.step_x * probability_map.step_y,
    )


def find_plates(
    maps: Sequence[ProbabilityMap],
    threshold: float,
    min_area: int,
    min_score: float,
    fit_corners: bool = True,
) -> list[Plate]:
    """Finds plates on maps, without a map of the whole picture.

    Args:
        maps (Sequence[ProbabilityMap]): Maps; where several lie the highest probability counts.
        threshold (float): Probability in 0..1 above which a pixel is plate.
        min_area (int): Smaller components are dropped, in values of the finest map that shows them.
        min_score (float): Plates with a lower mean probability are dropped.
        fit_corners (bool): See :func:`~mmlp.plates.extract_plates`. Default: True.

    Returns:
        list[Plate]: Plates in picture pixels, best score first.
    """
    regions = list(maps) if len(maps) < 2 else _merge_into_regions(maps, threshold)
    plates = [
        to_image_pixels(plate, region)
        for region in regions
        for plate in extract_plates(
            region.values, threshold, min_area=min_area, min_score=min_score, fit_corners=fit_corners
        )
    ]
    return sorted(plates, key=lambda plate: (-plate.score, -plate.area))


def drop_plates_seen_finer(
    whole: ProbabilityMap, finer: Sequence[ProbabilityMap], threshold: float
) -> ProbabilityMap:
    """Leaves out of a coarse map the plates that finer maps show as well.

    The highest probability counts where maps overlap, and a coarse map's blurred edges reach beyond the
    plate. What the finer maps show less than half of, plates larger than a tile, stays.

    Args:
        whole (ProbabilityMap): The coarse map.
        finer (Sequence[ProbabilityMap]): The finer ones.
        threshold (float): Probability in 0..1 above which a pixel is plate.

    Returns:
        ProbabilityMap: The coarse map with zeros where its plates were left out.
    """
    # With all that is above the floor around them, or a frame of the plate would stay.
    labels, stats = label_components(whole.values >= _FLOOR * threshold)
    values = whole.values.copy()
    for label, (left, top, width, height, _) in enumerate(stats.tolist(), start=1):
        window = (slice(top, top + height), slice(left, left + width))
        component = labels[window] == label
        plate = component & (whole.values[window] > threshold)
        xs = whole.left + (left + np.arange(width) + 0.5) * whole.step_x
        ys = whole.top + (top + np.arange(height) + 0.5) * whole.step_y
        seen = sample_maps(finer, xs, ys)[plate] > threshold
        if seen.size and seen.mean() >= 0.5:
            values[window][component] = 0
    return dataclasses.replace(whole, values=values)


def _merge_into_regions(maps: Sequence[ProbabilityMap], threshold: float) -> list[ProbabilityMap]:
    """Joins what overlapping maps show of the same plates into maps that do not overlap."""
    boxes = [box for probability_map in maps for box in _component_boxes(probability_map, threshold)]
    regions = []
    for left, top, right, bottom, step_x, step_y in _join_overlapping(boxes):
        # A pathological map, plate all over a large picture, is sampled more coarsely.
        factor = max(np.sqrt((right - left) * (bottom - top) / (step_x * step_y * _MAX_REGION)), 1.0)
        columns = max(round((right - left) / (step_x * factor)), 1)
        rows = max(round((bottom - top) / (step_y * factor)), 1)
        step_x, step_y = (right - left) / columns, (bottom - top) / rows
        xs = left + (np.arange(columns) + 0.5) * step_x
        ys = top + (np.arange(rows) + 0.5) * step_y
        regions.append(ProbabilityMap(sample_maps(maps, xs, ys), left, top, step_x, step_y))
    return regions


def _component_boxes(probability_map: ProbabilityMap, threshold: float) -> list[tuple[float, ...]]:
    """Boxes around the components of a map, two values wider, with the map's steps."""
    _, stats = label_components(probability_map.values > threshold)
    boxes = []
    for left, top, width, height, _ in stats.tolist():
        part = probability_map.cut(left, top, left + width, top + height)
        x, y = 2 * probability_map.step_x, 2 * probability_map.step_y
        box = (
            part.left - x,
            part.top - y,
            part.left + width * probability_map.step_x + x,
            part.top + height * probability_map.step_y + y,
        )
        boxes.append((*box, probability_map.step_x, probability_map.step_y))
    return boxes


def _join_overlapping(boxes: Sequence[tuple[float, ...]]) -> list[tuple[float, ...]]:
    """Joins boxes that overlap, until none do; steps become the smaller ones."""
    joined = np.empty((len(boxes), 6))
    is_there = np.zeros(len(boxes), bool)
    for number, box in enumerate(boxes):
        joined[number] = box
        while True:
            left, top, right, bottom = joined[number, :4]
            before = joined[:number]
            overlaps = (before[:, 2] > left) & (right > before[:, 0]) & (before[:, 3] > top)
            overlaps &= (bottom > before[:, 1]) & is_there[:number]
            if not overlaps.any():
                break
            both = joined[: number + 1][np.append(overlaps, True)]
            joined[number] = np.concatenate([both[:, :2].min(0), both[:, 2:4].max(0), both[:, 4:].min(0)])
            is_there[:number] &= ~overlaps
        is_there[number] = True
    return [tuple(box) for box in joined[is_there].tolist()]
