"""Frames in which textured plates move in a known way."""

import cv2
import numpy as np

from mmlp.plates import Plate
from mmlp.plates.geometry import find_homography, map_points

SIZE = (320, 200)


def scenery(size=SIZE, seed=0):
    """A picture with texture of all sizes, (H, W, 3) uint8."""
    rng = np.random.default_rng(seed)
    width, height = size
    picture = np.zeros((height, width, 3), np.float32)
    for cells in (6, 20, 60):
        coarse = rng.normal(0, 1, (cells * height // width + 1, cells, 3)).astype(np.float32)
        picture += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(110 + 25 * picture, 0, 180).astype(np.uint8)


def plate_art(seed=1):
    """A plate with strokes as of letters, (40, 160, 3) uint8, and its corners."""
    rng = np.random.default_rng(seed)
    art = np.full((40, 160, 3), 240, np.uint8)
    for x in range(10, 150, 12):
        first, second = rng.integers(6, 34, 2).tolist()
        cv2.line(art, (x, first), (x + int(rng.integers(-4, 9)), second), (10, 10, 10), 3)
        cv2.line(art, (x, 8), (x + 5, 32), (10, 10, 10), 2)
    return art, np.array([(0, 0), (159, 0), (159, 39), (0, 39)], np.float32)


def place(picture, corners, seed=1):
    """Draws a plate with a dark surround, as of a car, at these corners; in place."""
    art, own = plate_art(seed)
    around = cv2.copyMakeBorder(art, 12, 12, 12, 12, cv2.BORDER_CONSTANT, value=(60, 40, 40))
    own = own + 12
    matrix = find_homography(own, corners)
    size = picture.shape[1::-1]
    drawn = cv2.warpPerspective(around, matrix, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full(around.shape[:2], 255, np.uint8), matrix, size)
    picture[mask > 128] = drawn[mask > 128]
    return picture


def rectangle(left, top, width=64, height=16):
    """Corners of an upright plate."""
    return np.array(
        [(left, top), (left + width, top), (left + width, top + height), (left, top + height)], np.float64
    )


def moved(corners, matrix):
    """Corners moved by a homography about their middle."""
    middle = corners.mean(axis=0)
    return map_points(np.asarray(matrix, np.float64), corners - middle) + middle


def as_plate(corners, score=0.9):
    return Plate(corners, corners, score)


def grey(picture):
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
