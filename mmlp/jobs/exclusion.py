"""What is not taken for a plate: by its place (a bonnet, a logo, a caption burnt in), or by its size."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from mmlp.apis.views import View
from mmlp.plates import Plate, polygon_area, quadrilateral_iou

from .segmenters import PlatePrediction, Segmenter, describe_segmenter, predict, settings_of

_NUMBER = re.compile(r'([+-]?\d+(?:\.\d+)?)(%?)')

#: Overlap (IoU) from which on two outlines are of the same thing.
_SAME = 0.5
#: Pixels by which outlines differ that are the same but for rounding.
_NEAR = 0.01


@dataclasses.dataclass(frozen=True)
class Region:
    """A rectangle of the upright picture; each measure in pixels, or as a share of width or height.

    Attributes:
        measures (tuple[float, float, float, float]): Left, top, width, height.
        relative (tuple[bool, bool, bool, bool]): Which of them are shares, 0..1.
    """

    measures: tuple[float, float, float, float]
    relative: tuple[bool, bool, bool, bool] = (False, False, False, False)

    @classmethod
    def parse(cls, text: str) -> Region:
        """Reads ``x,y,w,h`` in pixels or percent, such as ``0,85%,100%,15%``.

        Raises:
            ValueError: The text is of another form, or the rectangle is empty.
        """
        matches = [_NUMBER.fullmatch(part.strip()) for part in text.split(',')]
        if len(matches) != 4 or None in matches:
            raise ValueError(
                f'a region is x,y,w,h in pixels or percent, such as 0,85%,100%,15%; got {text!r}'
            )
        relative = tuple(bool(match[2]) for match in matches)
        measures = tuple(
            float(match[1]) / (100.0 if share else 1.0) for match, share in zip(matches, relative)
        )
        if measures[2] <= 0 or measures[3] <= 0:
            raise ValueError(f'a region has a width and a height above 0, got {text!r}')
        return cls(measures, relative)

    def __str__(self) -> str:
        return ','.join(
            f'{100 * measure:g}%' if share else f'{measure:g}'
            for measure, share in zip(self.measures, self.relative)
        )

    def corners(self, shape: tuple[int, int]) -> np.ndarray:
        """Corners in pixels of a picture of this height and width, float32 (4, 2), clockwise."""
        sides = (shape[1], shape[0], shape[1], shape[0])
        left, top, width, height = (
            measure * side if share else measure
            for measure, share, side in zip(self.measures, self.relative, sides)
        )
        # Pixel x reaches from x - 0.5 to x + 0.5.
        right, bottom = left + width - 0.5, top + height - 0.5
        left, top = left - 0.5, top - 0.5
        return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)

    def holds(self, plate: Plate, shape: tuple[int, int]) -> bool:
        """Tells whether more than half of a plate lies in the region."""
        hull = cv2.convexHull(plate.polygon)[:, 0]
        shared, _ = cv2.intersectConvexConvex(hull, self.corners(shape))
        return shared > 0.5 * abs(polygon_area(hull))

    def encloses(self, plate: Plate, shape: tuple[int, int]) -> bool:
        """Tells whether all of a plate that the picture shows lies in the region.

        One that was not seen but put there by a memory must do so with as much room around it as it is high.
        """
        points = np.concatenate(plate.outlines)
        if not plate.observed:
            points = np.concatenate([points - plate.height, points + plate.height])
        seen = np.clip(points, -0.5, [shape[1] - 0.5, shape[0] - 0.5])
        corners = self.corners(shape)
        return bool(np.all((seen >= corners[0] - _NEAR) & (seen <= corners[2] + _NEAR)))


@dataclasses.dataclass
class _FilteredPrediction:
    plates: list[Plate]
    turns: int = 0
    excluded: list[Plate] = dataclasses.field(default_factory=list)


class ExcludingSegmenter:
    """A segmenter that does not take for plates what is in some regions, or too large.

    Args:
        segmenter (Segmenter): What finds the plates.
        regions (Sequence[Region]): Where plates are passed over, when more than half of them lies in one.
        largest_plate (float | None): Height in pixels of the picture; what is higher is passed over, such as
            billboards and lettering on lorries. It is that of the plate itself, however it is turned. None
            sets no limit.

    Raises:
        ValueError: ``largest_plate`` is not above 0.
    """

    def __init__(
        self, segmenter: Segmenter, regions: Sequence[Region] = (), *, largest_plate: float | None = None
    ) -> None:
        if largest_plate is not None and not largest_plate > 0:
            raise ValueError(f'largest_plate must be above 0, got {largest_plate}')
        self.segmenter = segmenter
        self.regions = tuple(regions)
        self.largest_plate = largest_plate

    def predict_batch(self, images: Sequence[np.ndarray]) -> list[_FilteredPrediction]:
        """Finds the plates in pictures, each (H, W, 3) uint8 BGR."""
        return self._filter(images, self.segmenter.predict_batch(images))

    def predict_views(self, images: Sequence[np.ndarray], views: Sequence[View]) -> list[_FilteredPrediction]:
        """Finds the plates in pictures that are to be looked at in a certain way, if the segmenter can."""
        return self._filter(images, predict(self.segmenter, images, views))

    @property
    def sure_score(self) -> float:
        """Score from which on a plate is one for sure, 0..1."""
        return getattr(self.segmenter, 'sure_score', 1.0)

    @property
    def turned(self) -> bool:
        """Whether turned pictures are looked at, too."""
        return getattr(self.segmenter, 'turned', False)

    @property
    def panoramas(self) -> bool:
        """Whether panoramas are looked at all around."""
        return getattr(self.segmenter, 'panoramas', False)

    @property
    def settings(self) -> dict[str, Any]:
        """All that the answers depend on, in plain values for JSON."""
        own = {'exclude': [str(region) for region in self.regions], 'largest_plate': self.largest_plate}
        return {**settings_of(self.segmenter), **own}

    def describe(self) -> str:
        """One line for a log."""
        places = [f'not within {"; ".join(map(str, self.regions))}'] * bool(self.regions)
        sizes = [] if self.largest_plate is None else [f'not higher than {self.largest_plate:g} px']
        return ', '.join([describe_segmenter(self.segmenter), *places, *sizes])

    def excludes(self, plate: Plate, shape: tuple[int, int]) -> bool:
        """Tells whether a plate in a picture of this height and width is not taken for one."""
        if self.largest_plate is not None and plate.height > self.largest_plate:
            return True
        return any(region.holds(plate, shape) for region in self.regions)

    def _filter(
        self, images: Sequence[np.ndarray], predictions: Sequence[PlatePrediction]
    ) -> list[_FilteredPrediction]:
        filtered = []
        for image, found in zip(images, predictions):
            entry = _FilteredPrediction([], getattr(found, 'turns', 0))
            for plate in found.plates:
                is_excluded = self.excludes(plate, image.shape[:2])
                (entry.excluded if is_excluded else entry.plates).append(plate)
            filtered.append(entry)
        return filtered


def drop_excluded(
    segmenter: Segmenter, plates: Sequence[Plate], excluded: Sequence[Plate], shape: tuple[int, int]
) -> list[Plate]:
    """Leaves out what a memory put into a frame, and the segmenter does not take for a plate.

    Args:
        segmenter (Segmenter): Has found the plates, perhaps an :class:`ExcludingSegmenter`.
        plates (Sequence[Plate]): Plates of the frame, with those that the memory put there.
        excluded (Sequence[Plate]): What was excluded in this frame.
        shape (tuple[int, int]): Height and width of the frame.

    Returns:
        list[Plate]: Without those that would be excluded, or that take up the place of what was.
    """
    if not isinstance(segmenter, ExcludingSegmenter):
        return list(plates)

    def stays(plate: Plate) -> bool:
        if plate.observed:
            return True
        overlaps = (quadrilateral_iou(plate.corners, other.corners) for other in excluded)
        return max(overlaps, default=0.0) < _SAME and not segmenter.excludes(plate, shape)

    return [plate for plate in plates if stays(plate)]
