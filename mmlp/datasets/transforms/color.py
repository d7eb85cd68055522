"""Colour and exposure: transforms that change the values of pixels one by one."""

from __future__ import annotations

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from .base import RandomTransform, draw_log_uniform
from .checks import check_range

_LEVELS = np.arange(256, dtype=np.float64)
#: Rows that are converted at once: the float copies of a strip then stay in the processor's cache.
_STRIP = 32


def adjust_brightness(img: np.ndarray, factor: float) -> np.ndarray:
    """Scales all values: 0 is black, 1 the picture itself. As ``torchvision``'s, exactly.

    Args:
        img: Picture, uint8 of any shape.
        factor: At least 0.

    Returns:
        A new picture of the same shape.
    """
    return cv2.LUT(img, np.clip(_LEVELS * factor, 0, 255).astype(np.uint8))


def adjust_contrast(img: np.ndarray, factor: float) -> np.ndarray:
    """Scales the distance of all values from the picture's mean grey. As ``torchvision``'s, within 1 level.

    Args:
        img: Picture, BGR uint8, H x W x 3.
        factor: At least 0; 0 is an even grey, 1 the picture itself.

    Returns:
        A new picture of the same shape.
    """
    mean = cv2.mean(cv2.cvtColor(img, cv2.COLOR_BGR2GRAY))[0]
    return cv2.LUT(img, np.clip(mean + (_LEVELS - mean) * factor, 0, 255).astype(np.uint8))


def adjust_saturation(img: np.ndarray, factor: float) -> np.ndarray:
    """Scales the distance of all pixels from their grey. As ``torchvision``'s, within 1 level up to factor 2.

    Args:
        img: Picture, BGR uint8, H x W x 3.
        factor: At least 0; 0 is a grey picture, 1 the picture itself.

    Returns:
        A new picture of the same shape.
    """
    grey = cv2.cvtColor(cv2.cvtColor(img, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    # torchvision cuts decimals off where OpenCV rounds: half a level less makes the two agree on average.
    return cv2.addWeighted(img, factor, grey, 1 - factor, -0.5)


def adjust_hue(img: np.ndarray, shift: float) -> np.ndarray:
    """Turns all hues by the same angle, in HSV space. As ``torchvision``'s on tensors, within 1 level.

    Torchvision's version for Pillow pictures rounds hues to 256 steps and so differs by a few levels more.

    Args:
        img: Picture, BGR uint8, H x W x 3.
        shift: In turns, -0.5..0.5.

    Returns:
        A new picture of the same shape.
    """
    out = np.empty_like(img)
    for top in range(0, img.shape[0], _STRIP):
        hsv = cv2.cvtColor(img[top : top + _STRIP].astype(np.float32), cv2.COLOR_BGR2HSV)
        hue = hsv[..., 0]
        hue += 360 * (shift % 1.0)
        hue[hue >= 360] -= 360
        out[top : top + _STRIP] = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR) + 0.5
    return out


@TRANSFORMS.register_module()
class ColorJitter(RandomTransform):
    """Changes brightness, contrast, saturation and hue by random amounts, in a random order.

    The distribution is that of ``torchvision.transforms.ColorJitter``. Each step agrees with
    ``torchvision.transforms.v2.functional`` on uint8 tensors within 1 level (saturation: up to factor 2),
    all four in a row within 5 at amounts of 0.25.

    Required Keys:

    - img (np.uint8, H x W x 3, BGR)

    Modified Keys:

    - img

    Args:
        brightness: Largest change; the factor is uniform in [max(0, 1 - brightness), 1 + brightness], or
            in the range that is given as a pair.
        contrast: The same for the contrast.
        saturation: The same for the saturation.
        hue: Largest turn of the hue in turns, at most 0.5; the turn is uniform in [-hue, hue], or in the
            range that is given as a pair.
        prob: Probability that the picture is changed at all.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(
        self,
        brightness: float | tuple[float, float] = 0.0,
        contrast: float | tuple[float, float] = 0.0,
        saturation: float | tuple[float, float] = 0.0,
        hue: float | tuple[float, float] = 0.0,
        prob: float = 1.0,
    ) -> None:
        self.brightness = self._factor_range('brightness', brightness)
        self.contrast = self._factor_range('contrast', contrast)
        self.saturation = self._factor_range('saturation', saturation)
        self.hue = check_range('hue', (-hue, hue) if isinstance(hue, (int, float)) else hue, -0.5, 0.5)
        super().__init__(prob)
        self._steps = (
            (adjust_brightness, self.brightness, 1.0),
            (adjust_contrast, self.contrast, 1.0),
            (adjust_saturation, self.saturation, 1.0),
            (adjust_hue, self.hue, 0.0),
        )

    @staticmethod
    def _factor_range(name: str, value: float | tuple[float, float]) -> tuple[float, float]:
        if isinstance(value, (int, float)):
            if value < 0:
                raise ValueError(f'{name} must be at least 0, or a pair (low, high), got {value!r}')
            value = (max(0.0, 1.0 - value), 1.0 + value)
        return check_range(name, value, 0.0)

    def draw(self, results: dict) -> list[tuple[int, float]]:
        """Draws the steps' indices in the order of their use, each with its amount."""
        amounts = [np.random.uniform(*limits) for _, limits, _ in self._steps]
        return [(int(index), amounts[index]) for index in np.random.permutation(len(amounts))]

    def apply(self, results: dict, drawn: list[tuple[int, float]]) -> None:
        """Changes ``results['img']``."""
        for index, amount in drawn:
            adjust, _, neutral = self._steps[index]
            if amount != neutral:
                results['img'] = adjust(results['img'], amount)


@TRANSFORMS.register_module()
class RandomGamma(RandomTransform):
    """Changes the exposure along a gamma curve: darker than the picture above 1, lighter below.

    With large values a daylight picture takes on the look of dusk: dark, while lamps and reflecting plates
    stay bright. The toolbox's ``AdjustGamma`` has one fixed value.

    Required Keys:

    - img (np.uint8)

    Modified Keys:

    - img

    Args:
        gamma: Range of the exponent; it is drawn uniformly on the logarithmic scale, so that 0.5 and 2 are
            equally likely.
        prob: Probability that the picture is changed at all.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(self, gamma: tuple[float, float] = (0.5, 2.5), prob: float = 0.5) -> None:
        self.gamma = check_range('gamma', gamma, 1e-3)
        super().__init__(prob)

    def draw(self, results: dict) -> float:
        """Draws the exponent."""
        return draw_log_uniform(self.gamma)

    def apply(self, results: dict, gamma: float) -> None:
        """Changes ``results['img']``."""
        table = np.rint(255 * (_LEVELS / 255) ** gamma).astype(np.uint8)
        results['img'] = cv2.LUT(results['img'], table)
