"""From what other tools say of a region to what is hidden of a picture."""

from __future__ import annotations

import math

import cv2
import numpy as np

from mmlp.datasets.converters.limits import MOST_SHAPES
from mmlp.datasets.converters.orientation import refers_to_stored, turn_upright
from mmlp.datasets.converters.shapes import FormatError, Shape
from mmlp.plates import Area

#: Pixels from the picture's corner; farther ones cannot be drawn.
_FARTHEST = 1 << 20


def place_shape(
    shape: Shape, stated: tuple[int, int] | None, shown: tuple[int, int], orientation: int = 1
) -> list[Area]:
    """Finds what a shape covers of a picture, as that is shown.

    Where the stated size is that of the pixels as they are stored, lying on their side, and not that of the
    picture as it is shown, the shape is turned upright.

    Args:
        shape (Shape): What is to be hidden, of coordinates that count from the first pixel's corner.
        stated (tuple[int, int] | None): Width and height of the picture that the shape was made on.
        shown (tuple[int, int]): Width and height of the picture, upright.
        orientation (int): EXIF orientation of its stored pixels, 1 to 8.

    Returns:
        list[Area]: None where it lies outside of the picture.

    Raises:
        FormatError: It was made on a picture of another size, or cannot be drawn.
    """
    sizes = [stated] if stated is not None else []
    if shape.pixels is not None and shape.pixels.size is not None:
        sizes.append(shape.pixels.size)
    answers = {is_of_stored(size, shown, orientation) for size in sizes}
    if len(answers) > 1:
        (width, height), (columns, rows) = sizes
        raise FormatError(f'a mask of {columns} x {rows} in a picture of {width} x {height}')
    if True in answers:
        shape = turn_upright(shape, orientation, shown[::-1] if orientation >= 5 else shown)
    if shape.pixels is not None:
        return _pieces(shape.pixels.load())
    areas = (_box(part, shown) if shape.kind == 'box' else _outline(part, shown) for part in shape.parts)
    return [area for area in areas if area is not None]


def is_of_stored(stated: tuple[int, int] | None, shown: tuple[int, int], orientation: int) -> bool:
    """Tells whether a stated size is that of pixels that are stored lying on their side.

    Raises:
        FormatError: It is neither that nor the size of the picture as it is shown.
    """
    stored = shown[::-1] if orientation >= 5 else shown
    return refers_to_stored(stated, shown, stored, 'auto')


def _box(points: np.ndarray, shown: tuple[int, int]) -> Area | None:
    """All pixels that a box touches."""
    left, top = (max(math.floor(edge), 0) for edge in points.min(axis=0))
    right, bottom = (min(math.ceil(edge), side) for edge, side in zip(points.max(axis=0), shown))
    return Area.of_pixels(left, top, right, bottom) if left < right and top < bottom else None


def _outline(points: np.ndarray, shown: tuple[int, int]) -> Area | None:
    if np.abs(points).max() > _FARTHEST:
        raise FormatError(f'a coordinate of {np.abs(points).max():g}, which no picture has')
    if np.any(points.max(axis=0) <= 0) or np.any(points.min(axis=0) >= shown):
        return None
    return Area.of_outline(points - 0.5)


def _pieces(mask: np.ndarray) -> list[Area]:
    """Connected pieces of a mask, bool (H, W); holes are hidden, too."""
    contours, _ = cv2.findContours(
        np.ascontiguousarray(mask).view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    if len(contours) > MOST_SHAPES:
        raise FormatError(f'a mask in {len(contours)} pieces, more than {MOST_SHAPES}')
    return [Area.of_outline(contour[:, 0]) for contour in contours]
