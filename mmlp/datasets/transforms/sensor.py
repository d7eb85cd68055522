"""What cameras and recorders do to a picture: coarse pixels, noise and compression."""

from __future__ import annotations

import cv2
import numpy as np
from mmseg.registry import TRANSFORMS

from .base import RandomTransform, draw_log_uniform
from .checks import check_range


@TRANSFORMS.register_module()
class RandomDownscale(RandomTransform):
    """Shrinks the picture and enlarges it again: a near plate looks as a far one does, magnified.

    The mask stays as it is, so a plate with an outline drawn from near teaches where the edge of a coarse
    one runs.

    Required Keys:

    - img (np.uint8)

    Modified Keys:

    - img

    Args:
        factor: Range of the factor by which each side shrinks, drawn uniformly on the logarithmic scale; at
            least 1.
        prob: Probability that the picture is changed at all.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(self, factor: tuple[float, float] = (1.0, 4.0), prob: float = 0.2) -> None:
        self.factor = check_range('factor', factor, 1.0)
        super().__init__(prob)

    def draw(self, results: dict) -> float:
        """Draws the factor."""
        return draw_log_uniform(self.factor)

    def apply(self, results: dict, factor: float) -> None:
        """Coarsens ``results['img']``."""
        image = results['img']
        height, width = image.shape[:2]
        coarse = (max(round(width / factor), 1), max(round(height / factor), 1))
        image = cv2.resize(image, coarse, interpolation=cv2.INTER_AREA)
        results['img'] = cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR)


@TRANSFORMS.register_module()
class RandomNoise(RandomTransform):
    """Adds sensor noise: an even part from reading and a part from counting light.

    A pixel of value x gets normal noise of variance ``read_std ** 2 + shot_gain * x``, independently in
    every channel; the second term is the normal approximation of Poisson noise at ``1 / shot_gain``
    photons per grey level.

    Required Keys:

    - img (np.uint8)

    Modified Keys:

    - img

    Args:
        read_std: Range of the even part's standard deviation in grey levels, drawn uniformly.
        shot_gain: Range of the gain of the counting part in grey levels, drawn uniformly.
        prob: Probability that the picture is changed at all.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(
        self,
        read_std: tuple[float, float] = (0.0, 8.0),
        shot_gain: tuple[float, float] = (0.0, 0.5),
        prob: float = 0.2,
    ) -> None:
        self.read_std = check_range('read_std', read_std, 0.0)
        self.shot_gain = check_range('shot_gain', shot_gain, 0.0)
        super().__init__(prob)

    def draw(self, results: dict) -> tuple[float, float, int]:
        """Draws the even part, the gain of the counting part, and the seed of the noise."""
        return np.random.uniform(*self.read_std), np.random.uniform(*self.shot_gain), np.random.randint(2**31)

    def apply(self, results: dict, drawn: tuple[float, float, int]) -> None:
        """Adds noise to ``results['img']``."""
        read_std, shot_gain, seed = drawn
        img = results['img']
        # A generator of its own: one draw from the global one decides the whole field, and it is several
        # times faster than numpy's global one.
        noise = np.random.Generator(np.random.SFC64(seed)).standard_normal(img.shape, np.float32)
        noise *= cv2.LUT(img, np.sqrt(read_std**2 + shot_gain * np.arange(256, dtype=np.float32)))
        results['img'] = cv2.add(img, noise, dtype=cv2.CV_8U)


@TRANSFORMS.register_module()
class JPEGCompression(RandomTransform):
    """Compresses the picture as JPEG and unpacks it again.

    Required Keys:

    - img (np.uint8, H x W x 3, BGR)

    Modified Keys:

    - img

    Args:
        quality: Range from which libjpeg's quality (1 worst, 100 best) is drawn, uniform over the integers.
        prob: Probability that the picture is changed at all.

    Raises:
        ValueError: A parameter lies outside its range.
    """

    def __init__(self, quality: tuple[int, int] = (30, 95), prob: float = 0.3) -> None:
        self.quality = check_range('quality', quality, 1, 100)
        super().__init__(prob)

    def draw(self, results: dict) -> int:
        """Draws the quality."""
        return int(np.random.randint(self.quality[0], self.quality[1] + 1))

    def apply(self, results: dict, quality: int) -> None:
        """Compresses ``results['img']``."""
        _, encoded = cv2.imencode('.jpg', results['img'], [cv2.IMWRITE_JPEG_QUALITY, quality])
        results['img'] = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
