"""Parts of the picture in which nothing is taken for a plate: a bonnet, a logo, a caption burnt in."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

import cv2
import numpy as np

from mmlp.plates import Plate, polygon_area

from ..views import View
from .runner import describe_segmenter
from .segmenters import PlatePrediction, Segmenter, predict

_NUMBER = re.compile(r'([+-]?\d+(?:\.\d+)?)(%?)')


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


@dataclasses.dataclass
class _FilteredPrediction:
    plates: list[Plate]
    turns: int = 0


class ExcludingSegmenter:
    """A segmenter that does not look at some regions.

    Args:
        segmenter (Segmenter): What finds the plates.
        regions (Sequence[Region]): Where plates are passed over, when more than half of them lies in one.
    """

    def __init__(self, segmenter: Segmenter, regions: Sequence[Region]) -> None:
        self.segmenter = segmenter
        self.regions = tuple(regions)

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

    def describe(self) -> str:
        """One line for a log."""
        places = '; '.join(str(region.measures) for region in self.regions)
        return f'{describe_segmenter(self.segmenter)}, not within {places}'

    def _filter(
        self, images: Sequence[np.ndarray], predictions: Sequence[PlatePrediction]
    ) -> list[_FilteredPrediction]:
        return [
            _FilteredPrediction(
                [plate for plate in found.plates if not self._is_excluded(plate, image)],
                getattr(found, 'turns', 0),
            )
            for image, found in zip(images, predictions)
        ]

    def _is_excluded(self, plate: Plate, image: np.ndarray) -> bool:
        return any(region.holds(plate, image.shape[:2]) for region in self.regions)
