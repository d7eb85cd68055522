"""Outlines that are not to be trusted to the pixel."""

from __future__ import annotations

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from mmlp.plates import side_lengths
from mmlp.plates.components import label_components

from .base import Transform
from .plate_regions import plate_quad

#: The band never takes more than this share of a plate's height from either side.
_MOST = 0.3


@TRANSFORMS.register_module()
class IgnorePlateOutline(Transform):
    """Leaves a band along the outline of every plate out of the loss.

    Outlines that are drawn by hand, fitted into boxes or painted with their border pixels are too large or
    too small by some percent, and all in the same direction: a network learns that. With the band it learns
    from them where plates are; where exactly they end it has to learn from exact outlines, such as those of
    :class:`~mmlp.datasets.synthetic.paste.PasteSyntheticPlate`, which covers band and plate together.

    Put it after the masks are loaded and before they are resized, so that pixels are those of the annotation.

    Required Keys:

    - gt_seg_map (np.uint8, H x W: 0 background, 1 plate, 255 ignore)

    Modified Keys:

    - gt_seg_map

    Args:
        inner: How far the band reaches into the plate, as a share of its height, in 0..0.3.
        outer: How far it reaches out of it, as a share of its height, at least 0.
        min_pixels: It reaches at least as far to both sides, in pixels, but never takes more than 0.3 of the
            height from a side of the plate.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(self, inner: float = 0.08, outer: float = 0.04, min_pixels: float = 1.0) -> None:
        if not 0 <= inner <= _MOST:
            raise ValueError(f'inner is a share of the height and must lie in 0..{_MOST}, got {inner!r}')
        for name, value in (('outer', outer), ('min_pixels', min_pixels)):
            if not 0 <= value < np.inf:
                raise ValueError(f'{name} must be a number of at least 0, got {value!r}')
        self.inner = inner
        self.outer = outer
        self.min_pixels = min_pixels

    def transform(self, results: dict) -> dict:
        """Replaces ``results['gt_seg_map']``; the array itself is not written into.

        Args:
            results: The results dict of the pipeline.

        Returns:
            The same dict.
        """
        labels, stats = label_components(results['gt_seg_map'] == 1)
        if not len(stats):
            return results
        mask = results['gt_seg_map'].copy()
        for index, (left, top, width, height, _) in enumerate(stats.tolist(), start=1):
            reach = int(np.ceil(max(self.outer * height, self.min_pixels))) + 1
            x0, y0 = max(left - reach, 0), max(top - reach, 0)
            window = (slice(y0, top + height + reach), slice(x0, left + width + reach))
            plate = (labels[window] == index).view(np.uint8)
            size = _height(plate)
            inner = min(max(self.inner * size, self.min_pixels), _MOST * size)
            outer = max(self.outer * size, self.min_pixels)
            part = mask[window]
            part[(plate == 1) & (_distance(plate) <= inner)] = 255
            part[(part == 0) & (_distance(1 - plate) <= outer)] = 255
        results['gt_seg_map'] = mask
        return results


def _height(plate: np.ndarray) -> float:
    """Shorter side of the smallest rectangle, of any tilt, around a plate, in pixels."""
    rows, cols = np.nonzero(plate)
    return float(side_lengths(plate_quad(np.stack([cols, rows], 1).astype(np.int32))).min())


def _distance(region: np.ndarray) -> np.ndarray:
    """How far the centres of a region's pixels are inside it, in pixels; edges of the picture are no end."""
    # OpenCV measures to the nearest pixel's centre outside, half a pixel beyond the edge between the two.
    return cv2.distanceTransform(region, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) - 0.5
