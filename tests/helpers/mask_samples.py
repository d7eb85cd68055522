"""Masks as annotation tools and programs leave them, drawn by the tests themselves."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

SIZE = (120, 160)
CAR, PLATE = (40, 10, 110, 150), (70, 60, 82, 100)


def drawn(*values, size=SIZE):
    """Numbers for background, car and plate; (H, W) of indices 0, 1, 2 mapped to ``values``."""
    mask = np.zeros(size, np.uint8)
    for index, (top, left, bottom, right) in enumerate((CAR, PLATE), start=1):
        mask[top:bottom, left:right] = index
    return np.array(values)[mask]


def is_plate():
    return drawn(0, 0, 1).astype(bool)


def tilted(value=255, soft=False, size=(240, 320), width=90):
    """A tilted plate of one value, its edges hard or anti-aliased."""
    mask = np.zeros(size, np.uint8)
    corners = cv2.boxPoints(((size[1] / 2, size[0] / 2), (width, width / 3.5), 11))
    cv2.fillPoly(mask, [np.int32(np.round(corners * 16))], value, cv2.LINE_AA if soft else cv2.LINE_8, 4)
    return mask


def png(array, palette=None, **options):
    """The bytes of a PNG: grey, RGB or RGBA, 16 bit, or indices of a palette."""
    image = Image.fromarray(np.ascontiguousarray(array))
    if palette is not None:
        image.putpalette(np.uint8(palette).tobytes())
    buffer = io.BytesIO()
    image.save(buffer, 'PNG', **options)
    return buffer.getvalue()


def jpeg(array, quality=85):
    """The bytes of a JPEG; colours are RGB."""
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array)).save(buffer, 'JPEG', quality=quality)
    return buffer.getvalue()


def decoded(data):
    return np.array(Image.open(io.BytesIO(data)))


def coloured(*colours, size=SIZE):
    """Background, car and plate in colours, (H, W, 3) uint8 RGB."""
    return np.uint8(colours)[drawn(0, 1, 2, size=size)]
