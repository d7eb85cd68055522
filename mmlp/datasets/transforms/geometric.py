"""Geometric changes of picture and mask that the toolbox lacks."""

from __future__ import annotations

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from mmlp.plates.geometry import find_homography

from . import homography
from .base import RandomTransform
from .checks import check_prob


@TRANSFORMS.register_module()
class RandomPerspective(RandomTransform):
    """Looks at the picture from a random side: its corners move inwards.

    Every corner moves by a whole number of pixels, uniform from 0 to ``distortion_scale`` times half the
    side, along each axis: the distribution of ``torchvision.transforms.RandomPerspective``, whose
    coordinates are followed too. The picture is sampled bilinearly, the mask takes the nearest pixel, and
    what lies outside the picture is ignored.

    Required Keys:

    - img (np.uint8, H x W x C)
    - gt_seg_map (optional)

    Modified Keys:

    - img
    - gt_seg_map

    Args:
        distortion_scale: Strength, 0 (none) to 1.
        prob: Probability that the picture is changed at all.
        pad_val: Value in the picture of what lies outside.
        seg_pad_val: Value in the mask of what lies outside.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(
        self, distortion_scale: float = 0.5, prob: float = 0.5, pad_val: int = 0, seg_pad_val: int = 255
    ) -> None:
        self.distortion_scale = check_prob('distortion_scale', distortion_scale)
        super().__init__(prob)
        self.pad_val = pad_val
        self.seg_pad_val = seg_pad_val

    def draw(self, results: dict) -> np.ndarray:
        """Draws where the corners go: float64 (4, 2)."""
        height, width = results['img'].shape[:2]
        return homography.draw_perspective_corners(width, height, self.distortion_scale)

    def apply(self, results: dict, corners: np.ndarray) -> None:
        """Warps ``results['img']`` and every mask of ``results['seg_fields']``."""
        height, width = results['img'].shape[:2]
        matrix = find_homography(homography.image_corners(width, height), corners)
        matrix = homography.to_opencv(matrix)
        results['img'] = cv2.warpPerspective(
            results['img'], matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(self.pad_val,) * 4
        )
        for key in results.get('seg_fields', []):
            results[key] = cv2.warpPerspective(
                results[key], matrix, (width, height), flags=cv2.INTER_NEAREST, borderValue=self.seg_pad_val
            )
