"""What was found in one picture beside what people annotated there, as numbers that can be added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from mmlp.plates import Plate, paint_polygon
from mmlp.plates.boxes import box_iou
from mmlp.plates.components import label_components

from .components import IGNORE_INDEX, compare_masks, match_by_iou
from .covers import measure_covers

#: Least IoU of the boxes of a find and a plate, as of PASCAL VOC (Everingham et al., IJCV 2010).
MATCH_IOU = 0.5


@dataclass(frozen=True)
class PlateTally:
    """What one picture contributes to the figures of a data set.

    Args:
        pixels (int): Pixels of the picture.
        intersection (int): Pixels that are plate in both, outlines and annotation.
        union (int): Pixels that are plate in either, ignored ones left out.
        heights (np.ndarray): Height of each annotated plate in pixels, see
            :func:`~mmlp.evaluation.component_height`, float64 (P,).
        boxes (np.ndarray): Their boxes, see :func:`boxes_of_components`.
        matches (np.ndarray): Number of the find that each is found by, -1 for one that is missed, int (P,).
        ious (np.ndarray): IoU of each with its find, in pixels, 0 for one that is missed, float64 (P,).
        covered (np.ndarray): Share of each that is covered when the finds are made unreadable, (P,), 0..1.
        false (np.ndarray): Numbers of the finds that are no plate of the annotation and do not lie on
            ignored ground, int (F,).
        false_heights (np.ndarray): Their heights in pixels, float64 (F,).
        times_the_plate (np.ndarray): See :class:`~mmlp.evaluation.CoverTally`.
        needless (np.ndarray): Numbers of the finds whose covers touch neither a plate nor ignored ground.
        needless_areas (np.ndarray): Pixels that each of these covers.
        needless_pixels (int): Pixels that they cover together.
    """

    pixels: int
    intersection: int
    union: int
    heights: np.ndarray
    boxes: np.ndarray
    matches: np.ndarray
    ious: np.ndarray
    covered: np.ndarray
    false: np.ndarray
    false_heights: np.ndarray
    times_the_plate: np.ndarray
    needless: np.ndarray
    needless_areas: np.ndarray
    needless_pixels: int

    @property
    def found(self) -> np.ndarray:
        """Whether each plate is found, bool (P,)."""
        return self.matches >= 0


def tally_plates(
    plates: Sequence[Plate], target: np.ndarray, margin: float = 25.0, match_iou: float = MATCH_IOU
) -> PlateTally:
    """Compares what was found in a picture with its annotation.

    - A plate of the annotation is an 8-connected region. It is found by the find whose box has the highest
      IoU with its box, one plate a find, when that is ``match_iou`` or more.
    - Ignored pixels count nowhere. They are taken out of a find before its box is drawn; a find that matches
      nothing and lies with more than half of its pixels on ignored ground is not a false one.
    - What is covered is what :func:`~mmlp.plates.redact` covers, a margin around the finds included.

    Args:
        plates (Sequence[Plate]): What was found, in pixels of the picture.
        target (np.ndarray): Uint8 (H, W), 0 background, 1 plate, 255 ignored.
        margin (float): Widening of covers in percent of the plate's height. Default: 25, that of anonymising.
        match_iou (float): In (0, 1]. Default: 0.5.

    Returns:
        PlateTally: What the picture adds.
    """
    labels, stats = label_components(target == 1)
    ignored = target == IGNORE_INDEX
    mask = np.zeros(target.shape, np.uint8)
    for plate in plates:
        paint_polygon(mask, plate.polygon, 1)
    compared = compare_masks(mask, target)
    finds = [_Find(plate, labels, ignored) for plate in plates]

    boxes = boxes_of_components(target)
    overlaps = box_ious(np.array([find.box for find in finds], np.float64).reshape(-1, 4), boxes)
    matches, ious = np.full(len(boxes), -1), np.zeros(len(boxes))
    for number, index in match_by_iou(overlaps, match_iou):
        matches[index], ious[index] = number, finds[number].iou(index + 1, stats[index, cv2.CC_STAT_AREA])
    is_matched = np.isin(np.arange(len(finds)), matches)
    false = [n for n, find in enumerate(finds) if not is_matched[n] and not find.is_on_ignored]

    covers = measure_covers(plates, np.where(ignored, -1, labels), len(boxes), margin)
    return PlateTally(
        pixels=target.size,
        intersection=compared.intersection,
        union=compared.predicted + compared.labelled - compared.intersection,
        heights=compared.heights,
        boxes=boxes,
        matches=matches,
        ious=ious,
        covered=covers.shares,
        false=np.array(false, np.int64),
        false_heights=np.array([_height_of(plates[number]) for number in false], np.float64),
        times_the_plate=covers.times_the_plate,
        needless=covers.needless,
        needless_areas=covers.needless_areas,
        needless_pixels=covers.needless_pixels,
    )


class _Find:
    """A find in the pixels of its own box.

    Args:
        plate (Plate): The find.
        labels (np.ndarray): Integer (H, W), numbers of the annotated plates.
        ignored (np.ndarray): Bool (H, W).
    """

    def __init__(self, plate: Plate, labels: np.ndarray, ignored: np.ndarray) -> None:
        left, top = np.maximum(np.floor(plate.polygon.min(axis=0)).astype(int), 0)
        right, bottom = np.maximum(np.ceil(plate.polygon.max(axis=0)).astype(int) + 1, (left, top))
        window = np.s_[top:bottom, left:right]
        self._labels = labels[window]
        inside = np.zeros(self._labels.shape, np.uint8)
        paint_polygon(inside, plate.polygon - (left, top), 1)
        valid = (inside > 0) & ~ignored[window]
        area, remaining = np.count_nonzero(inside), np.count_nonzero(valid)
        self.is_on_ignored = bool(area) and 2 * remaining < area
        self._valid = valid
        (self.box,) = boxes_of_plates([plate])
        if remaining < area:
            x, y, width, height = cv2.boundingRect(valid.view(np.uint8))
            left, top = left + x, top + y
            self.box = np.array((left, top, left + width, top + height), np.float64)

    def iou(self, label: int, area: int) -> float:
        """IoU with an annotated plate, in pixels."""
        shared = np.count_nonzero(self._valid & (self._labels == label))
        return shared / max(np.count_nonzero(self._valid) + int(area) - shared, 1)


def boxes_of_plates(plates: Sequence[Plate]) -> np.ndarray:
    """Boxes of plates, float64 (N, 4), counted from the picture's edges, not from centres of pixels."""
    return np.array([plate.box for plate in plates], np.float64).reshape(-1, 4) + 0.5


def boxes_of_components(target: np.ndarray) -> np.ndarray:
    """Boxes of the plates of a mask, plate where it is 1.

    Returns:
        np.ndarray: Float64 (P, 4), left, top, right, bottom, counted as by :func:`boxes_of_plates`.
    """
    boxes = label_components(target == 1)[1][:, :4].astype(np.float64)
    boxes[:, 2:] += boxes[:, :2]
    return boxes


def box_ious(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """IoU of each box (left, top, right, bottom) of (N, 4) with each of (M, 4), float64 (N, M)."""
    rows = [[box_iou(one, other) for other in second.tolist()] for one in first.tolist()]
    return np.array(rows, np.float64).reshape(len(first), len(second))


def _height_of(plate: Plate) -> float:
    """Height of a find as that of an annotated plate is measured: its shorter side, 1 at least."""
    return max(float(min(cv2.minAreaRect(plate.polygon)[1])), 1.0)
