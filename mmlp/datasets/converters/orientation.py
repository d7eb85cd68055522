"""Pictures that a camera stored lying down: which frame do the annotations refer to?

Masks and annotations are written for the picture as viewers show it, with its EXIF orientation applied,
which is how the toolbox loads it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PIL import Image

from mmlp.media.orientation import orientation_of_image

from .shapes import FormatError, PixelMask, Shape, box, quad


def refers_to_stored(
    stated: tuple[int, int] | None, shown: tuple[int, int], stored: tuple[int, int], choice: str
) -> bool:
    """Whether annotations were made on the pixels as stored, without the EXIF orientation applied.

    Args:
        stated: Width and height that the annotation states, if any.
        shown: Width and height with the EXIF orientation applied.
        stored: Width and height of the stored pixels.
        choice: ``shown`` and ``stored`` decide; ``auto`` goes by the stated size, and takes the shown
            frame, that of today's annotation tools, where both frames fit.

    Raises:
        FormatError: The stated size fits neither frame.
    """
    if stated is not None and stated not in (shown, stored):
        raise FormatError(
            f'the annotation was made on a picture of {stated[0]} x {stated[1]}, this one has '
            f'{shown[0]} x {shown[1]}: another version of the picture?'
        )
    if choice != 'auto':
        return choice == 'stored'
    return stated is not None and stated != shown


def read_orientation(path: str) -> int:
    """The EXIF orientation of a picture, 1 to 8; 1 where none is stated."""
    with Image.open(path) as image:
        return orientation_of_image(image)


def turn_upright(shape: Shape, orientation: int, stored: tuple[int, int]) -> Shape:
    """A shape of the stored frame as it lies in the shown one.

    Args:
        shape: Outline or mask.
        orientation: EXIF orientation of the picture, 1 to 8.
        stored: Width and height of the stored pixels.
    """
    width, height = (1, 1) if shape.normalized else stored

    def turn(points: np.ndarray) -> np.ndarray:
        x, y = points.T
        across, down = {
            1: (x, y),
            2: (width - x, y),
            3: (width - x, height - y),
            4: (x, height - y),
            5: (y, x),
            6: (height - y, x),
            7: (height - y, width - x),
            8: (y, width - x),
        }[orientation]
        return np.stack([across, down], axis=1)

    parts = tuple(turn(part) for part in shape.parts)
    if shape.kind == 'quad':
        parts = quad(parts[0]).parts
    elif shape.kind == 'box':
        parts = box([*parts[0].min(axis=0), *parts[0].max(axis=0)]).parts
    cut = tuple(turn(part) for part in shape.cut)
    pixels = shape.pixels and _turn_pixels(shape.pixels, orientation, stored)
    return replace(shape, parts=parts, cut=cut, pixels=pixels)


def _turn_pixels(pixels: PixelMask, orientation: int, stored: tuple[int, int]) -> PixelMask:
    def load() -> np.ndarray:
        pixels.check_fit(*stored)
        mask = pixels.load()
        if not pixels.stretch:
            left, top = pixels.offset
            whole = np.zeros(stored[::-1], dtype=bool)
            whole[top : top + mask.shape[0], left : left + mask.shape[1]] = mask
            mask = whole
        if orientation in (5, 6, 7, 8):
            mask = mask.T
        flip_x, flip_y = orientation in (2, 3, 6, 7), orientation in (3, 4, 7, 8)
        return mask[:: -1 if flip_y else 1, :: -1 if flip_x else 1]

    return replace(pixels, load=load, offset=(0, 0), extent=None)
