"""Blur of a camera that is out of focus or shaken, or of a vehicle that moves."""

from __future__ import annotations

import math

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from .base import RandomTransform
from .checks import check_range


@TRANSFORMS.register_module()
class GaussianBlur(RandomTransform):
    """Blurs the picture with a Gaussian.

    Required Keys:

    - img (np.uint8)

    Modified Keys:

    - img

    Args:
        radius: Range from which the Gaussian's standard deviation in pixels is drawn uniformly. It is what
            Pillow's ``ImageFilter.GaussianBlur`` calls radius.
        prob: Probability that the picture is changed at all.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(self, radius: tuple[float, float] = (0.0, 5.0), prob: float = 0.2) -> None:
        self.radius = check_range('radius', radius, 0.0)
        super().__init__(prob)

    def draw(self, results: dict) -> float:
        """Draws the standard deviation."""
        return np.random.uniform(*self.radius)

    def apply(self, results: dict, sigma: float) -> None:
        """Blurs ``results['img']``."""
        if sigma > 0:
            results['img'] = cv2.GaussianBlur(results['img'], (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def motion_kernel(length: float, angle: float) -> np.ndarray:
    """The picture of a point that moves evenly along a line during the exposure.

    Args:
        length: Length of the way in pixels, at least 0.
        angle: Direction of the way in degrees, counter-clockwise from the x axis.

    Returns:
        Kernel, float32, square with an odd side, sum 1, its centre of mass in the middle.
    """
    half = math.ceil(length / 2) + 1
    # Points along the way, each shared out between its four neighbours: an anti-aliased line.
    steps = np.linspace(-length / 2, length / 2, max(2, 8 * math.ceil(length)))
    x = half + steps * math.cos(math.radians(angle))
    y = half - steps * math.sin(math.radians(angle))
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float64)
    for dx, weight_x in ((0, left + 1 - x), (1, x - left)):
        for dy, weight_y in ((0, top + 1 - y), (1, y - top)):
            np.add.at(kernel, (top + dy, left + dx), weight_x * weight_y)
    return (kernel / kernel.sum()).astype(np.float32)


@TRANSFORMS.register_module()
class MotionBlur(RandomTransform):
    """Blurs the picture along a straight line, as a moving vehicle or camera does.

    The blur is centred, so that the mask stays where it is.

    Required Keys:

    - img (np.uint8)

    Modified Keys:

    - img

    Args:
        length: Range from which the length of the way in pixels is drawn uniformly.
        angle: Range of its direction in degrees; 0 is horizontal.
        prob: Probability that the picture is changed at all.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(
        self,
        length: tuple[float, float] = (3.0, 15.0),
        angle: tuple[float, float] = (-90.0, 90.0),
        prob: float = 0.2,
    ) -> None:
        self.length = check_range('length', length, 0.0)
        self.angle = check_range('angle', angle)
        super().__init__(prob)

    def draw(self, results: dict) -> tuple[float, float]:
        """Draws length and angle."""
        return np.random.uniform(*self.length), np.random.uniform(*self.angle)

    def apply(self, results: dict, drawn: tuple[float, float]) -> None:
        """Blurs ``results['img']``."""
        kernel = motion_kernel(*drawn)
        results['img'] = cv2.filter2D(results['img'], -1, kernel, borderType=cv2.BORDER_REPLICATE)
