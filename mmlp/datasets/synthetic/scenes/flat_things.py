"""Flat drawings that are laid into pictures."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..geometry import premultiply


@dataclass
class FlatThing:
    """Something flat to be laid into a picture.

    Attributes:
        image: BGR uint8 (H, W, 3).
        alpha: uint8 (H, W) coverage.
    """

    image: np.ndarray
    alpha: np.ndarray

    @property
    def layer(self) -> np.ndarray:
        """Premultiplied BGRA uint8, as :func:`mmlp.datasets.synthetic.geometry.composite` takes it."""
        return premultiply(self.image, self.alpha)

    def put(self, image: np.ndarray, left: int, top: int, size: tuple[int, int]) -> None:
        """Draws it into ``image`` (BGR uint8), in place, ``size`` (columns, rows) large; cut off at the
        edges.
        """
        thing, alpha = (cv2.resize(v, size, interpolation=cv2.INTER_AREA) for v in (self.image, self.alpha))
        x0, y0 = max(left, 0), max(top, 0)
        window = image[y0 : max(top + size[1], 0), x0 : max(left + size[0], 0)]
        if not window.size:
            return
        rows, cols = window.shape[:2]
        part = np.s_[y0 - top : y0 - top + rows, x0 - left : x0 - left + cols]
        keep = cv2.merge([alpha[part]] * 3)
        below = cv2.multiply(window, 255 - keep, scale=1 / 255)
        window[:] = cv2.add(below, cv2.multiply(np.ascontiguousarray(thing[part]), keep, scale=1 / 255))


def pick(rng: np.random.Generator, items: tuple[str, ...]) -> str:
    """Draws one of some texts."""
    return items[rng.integers(len(items))]
