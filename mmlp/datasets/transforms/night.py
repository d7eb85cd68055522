"""Night: plates throw light back to where it comes from, and stand out of the dark."""

from __future__ import annotations

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from .base import RandomTransform, draw_log_uniform
from .checks import check_prob, check_range
from .color import adjust_saturation

#: Plates are lit to no more than this many times their brightness by day.
_MAX_FACTOR = 1.8


@TRANSFORMS.register_module()
class RandomRetroreflection(RandomTransform):
    """Darkens the picture, and its plates less: as headlights, a flash or an infra-red lamp show them.

    Retroreflective sheeting (ISO 7591) returns light to its source, so that a plate lit from the camera is
    many times as bright as paint beside it. All pixels are scaled by a factor of their own: that of the dark
    outside, that of the plates on them, with a soft edge of about a pixel between the two. All channels
    become grey in a share of the pictures, as under infra-red light.

    Required Keys:

    - img (np.uint8, H x W x 3, BGR)
    - gt_seg_map (np.uint8, H x W; 1 plate, 255 ignore, which is taken for plate here)

    Modified Keys:

    - img

    Args:
        darkness: Range of the factor outside of plates, in (0, 1], drawn uniformly on the logarithmic scale.
        contrast: Range of the ratio of the plates' factor to that of the dark, at least 1, drawn in the same
            way; at 1 plates are as dark as all else.
        infrared_prob: Probability that a picture that is darkened loses its colours.
        prob: Probability that the picture is changed at all.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(
        self,
        darkness: tuple[float, float] = (0.12, 0.8),
        contrast: tuple[float, float] = (1.0, 10.0),
        infrared_prob: float = 0.5,
        prob: float = 0.2,
    ) -> None:
        self.darkness = check_range('darkness', darkness, 1e-3, 1.0)
        self.contrast = check_range('contrast', contrast, 1.0)
        self.infrared_prob = check_prob('infrared_prob', infrared_prob)
        super().__init__(prob)

    def draw(self, results: dict) -> tuple[float, float, bool]:
        """Draws the factors of the dark and of the plates, and whether the light is infra-red."""
        dark, ratio = draw_log_uniform(self.darkness), draw_log_uniform(self.contrast)
        infrared = bool(np.random.rand() < self.infrared_prob)
        return dark, max(min(dark * ratio, _MAX_FACTOR), dark), infrared

    def apply(self, results: dict, drawn: tuple[float, float, bool]) -> None:
        """Darkens ``results['img']``."""
        dark, lit, infrared = drawn
        img = results['img']
        if infrared:
            img = adjust_saturation(img, 0.0)
        plates = (results['gt_seg_map'] > 0).astype(np.float32)
        factors = dark + (lit - dark) * cv2.GaussianBlur(plates, (3, 3), 0)
        results['img'] = cv2.multiply(img, cv2.merge([factors] * 3), dtype=cv2.CV_8U)
