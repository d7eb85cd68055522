"""Crops that keep plates in view."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from .base import RandomTransform
from .checks import check_prob, check_size
from .plate_regions import plate_contours


def positions_in_view(start: float, stop: float, window: float) -> tuple[float, float]:
    """Where a window may begin, along one axis, so that it shows as much of an interval as it can.

    Args:
        start: Begin of the interval.
        stop: Its end.
        window: Length of the window.

    Returns:
        The first and last begin with which the interval lies inside the window; with which the window
        lies inside the interval, if that is the longer of the two.
    """
    return min(start, stop - window), max(start, stop - window)


@TRANSFORMS.register_module()
class RandomPlateCrop(RandomTransform):
    """Crops at random, with a given probability so that a plate is in view.

    With probability ``plate_prob``, and if the picture has plates, one of them is picked, all alike, and
    the crop's position is uniform among those that lie in the picture and contain the plate's bounding box
    (along an axis where the box is longer than the crop: that lie inside the box). Otherwise the position
    is uniform in the picture, as with the toolbox's ``RandomCrop``. A picture smaller than the crop is
    padded on the right and at the bottom first.

    Required Keys:

    - img (np.uint8, H x W x C)
    - gt_seg_map (np.uint8, H x W, 0 background, 1 plate, 255 ignore)

    Modified Keys:

    - img
    - gt_seg_map
    - img_shape

    Args:
        crop_size: Size of the crop, (height, width) or one number for a square.
        plate_prob: Probability that a picked plate is kept in view.
        pad_val: Value of padding in the picture.
        seg_pad_val: Value of padding in the mask.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(
        self,
        crop_size: int | Sequence[int],
        plate_prob: float = 0.5,
        pad_val: int = 0,
        seg_pad_val: int = 255,
    ) -> None:
        super().__init__()
        self.crop_size = check_size('crop_size', crop_size)
        self.plate_prob = check_prob('plate_prob', plate_prob)
        self.pad_val = pad_val
        self.seg_pad_val = seg_pad_val

    def draw(self, results: dict) -> tuple[int, int]:
        """Draws top and left of the crop in the padded picture."""
        mask = self._pad(results['gt_seg_map'], self.seg_pad_val)
        contours = plate_contours(mask) if np.random.rand() < self.plate_prob else []
        box_start, box_stop = None, None
        if contours:
            contour = contours[np.random.randint(len(contours))]
            box_start, box_stop = contour.min(axis=0)[::-1], contour.max(axis=0)[::-1] + 1
        position = []
        for axis, window in enumerate(self.crop_size):
            low, high = 0, mask.shape[axis] - window
            if contours:
                first, last = positions_in_view(box_start[axis], box_stop[axis], window)
                low, high = max(low, first), min(high, last)
            position.append(int(np.random.randint(low, high + 1)))
        return position[0], position[1]

    def _pad(self, img: np.ndarray, value: int) -> np.ndarray:
        bottom, right = (max(0, want - have) for want, have in zip(self.crop_size, img.shape))
        if not (bottom or right):
            return img
        return cv2.copyMakeBorder(img, 0, bottom, 0, right, cv2.BORDER_CONSTANT, value=(value,) * 4)

    def apply(self, results: dict, position: tuple[int, int]) -> None:
        """Crops ``results['img']`` and every mask of ``results['seg_fields']``."""
        top, left = position
        for key in ('img', *results.get('seg_fields', [])):
            padded = self._pad(results[key], self.pad_val if key == 'img' else self.seg_pad_val)
            results[key] = padded[top : top + self.crop_size[0], left : left + self.crop_size[1]]
        results['img_shape'] = results['img'].shape[:2]
