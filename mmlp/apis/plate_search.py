"""Plates found on a layer, in pixels of the picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from mmlp.plates import Plate, extract_plates
from mmlp.plates.components import label_components

from .probability_layers import ProbabilityLayer, sample_layers

#: Regions are put together from several layers at no more values than this.
_MAX_REGION = 1 << 24
#: Share of the threshold that surroundings of a plate reach.
_FLOOR = 0.1


def to_picture_pixels(plate: Plate, layer: ProbabilityLayer) -> Plate:
    """Returns a plate found on the values of a layer in pixels of the picture."""
    step = np.array((layer.step_x, layer.step_y), np.float32)
    origin = np.array((layer.left, layer.top), np.float32)
    return dataclasses.replace(
        plate,
        polygon=(plate.polygon + 0.5) * step + origin,
        corners=(plate.corners + 0.5) * step + origin,
        area=plate.area * layer.step_x * layer.step_y,
    )


def find_plates(
    layers: Sequence[ProbabilityLayer],
    threshold: float,
    min_area: int,
    min_score: float,
    fit_corners: bool = True,
) -> list[Plate]:
    """Finds plates on layers, without a map of the whole picture.

    Args:
        layers (Sequence[ProbabilityLayer]): Layers; where several lie the highest probability counts.
        threshold (float): Probability in 0..1 above which a pixel is plate.
        min_area (int): Smaller components are dropped, in values of the finest layer that shows them.
        min_score (float): Plates with a lower mean probability are dropped.
        fit_corners (bool): See :func:`~mmlp.plates.extract_plates`. Default: True.

    Returns:
        list[Plate]: Plates in picture pixels, best score first.
    """
    regions = list(layers) if len(layers) < 2 else _merge_into_regions(layers, threshold)
    plates = [
        to_picture_pixels(plate, region)
        for region in regions
        for plate in extract_plates(
            region.values, threshold, min_area=min_area, min_score=min_score, fit_corners=fit_corners
        )
    ]
    return sorted(plates, key=lambda plate: (-plate.score, -plate.area))


def drop_what_is_seen_closer(
    whole: ProbabilityLayer, closer: Sequence[ProbabilityLayer], threshold: float
) -> ProbabilityLayer:
    """Leaves out of a coarse layer the plates that finer layers show as well.

    The highest probability counts where layers overlap, and a coarse layer's blurred edges reach beyond the
    plate. What the finer layers show less than half of, plates larger than a tile, stays.

    Args:
        whole (ProbabilityLayer): The coarse layer.
        closer (Sequence[ProbabilityLayer]): The finer ones.
        threshold (float): Probability in 0..1 above which a pixel is plate.

    Returns:
        ProbabilityLayer: The coarse layer with zeros where its plates were left out.
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
        seen = sample_layers(closer, xs, ys)[plate] > threshold
        if seen.size and seen.mean() >= 0.5:
            values[window][component] = 0
    return dataclasses.replace(whole, values=values)


def _merge_into_regions(layers: Sequence[ProbabilityLayer], threshold: float) -> list[ProbabilityLayer]:
    """Joins what overlapping layers show of the same plates into layers that do not overlap."""
    boxes = [box for layer in layers for box in _component_boxes(layer, threshold)]
    regions = []
    for left, top, right, bottom, step_x, step_y in _join_overlapping(boxes):
        # A pathological map, plate all over a large picture, is looked at more coarsely.
        coarser = max(np.sqrt((right - left) * (bottom - top) / (step_x * step_y * _MAX_REGION)), 1.0)
        columns = max(round((right - left) / (step_x * coarser)), 1)
        rows = max(round((bottom - top) / (step_y * coarser)), 1)
        step_x, step_y = (right - left) / columns, (bottom - top) / rows
        xs = left + (np.arange(columns) + 0.5) * step_x
        ys = top + (np.arange(rows) + 0.5) * step_y
        regions.append(ProbabilityLayer(sample_layers(layers, xs, ys), left, top, step_x, step_y))
    return regions


def _component_boxes(layer: ProbabilityLayer, threshold: float) -> list[tuple[float, ...]]:
    """Boxes around the components of a layer, two values wider, with the layer's steps."""
    _, stats = label_components(layer.values > threshold)
    boxes = []
    for left, top, width, height, _ in stats.tolist():
        part = layer.cut(left, top, left + width, top + height)
        x, y = 2 * layer.step_x, 2 * layer.step_y
        box = (
            part.left - x,
            part.top - y,
            part.left + width * layer.step_x + x,
            part.top + height * layer.step_y + y,
        )
        boxes.append((*box, layer.step_x, layer.step_y))
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
