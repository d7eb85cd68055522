"""Plane maps as 3 x 3 matrices, in coordinates where pixel (i, j) covers [i, i + 1] x [j, j + 1].

In these coordinates (those of Pillow and torchvision) a resize is a plain scaling and the middle of a picture
is half its size. OpenCV counts from pixel centres instead: :func:`to_opencv` converts.
"""

from __future__ import annotations

import math

import numpy as np


def scaling(x: float, y: float) -> np.ndarray:
    """A resize by the factors ``x`` and ``y``.

    Args:
        x: Factor of the width.
        y: Factor of the height.

    Returns:
        Matrix, float64, 3 x 3.
    """
    return np.diag([x, y, 1.0])


def translation(x: float, y: float) -> np.ndarray:
    """A shift to the right by ``x`` and down by ``y`` pixels.

    Args:
        x: Pixels to the right.
        y: Pixels down.

    Returns:
        Matrix, float64, 3 x 3.
    """
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def rotation(degrees: float, width: float, height: float) -> np.ndarray:
    """A rotation of a picture about its middle.

    Args:
        degrees: Angle, counter-clockwise as seen on the picture.
        width: Width of the picture.
        height: Its height.

    Returns:
        Matrix, float64, 3 x 3.
    """
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn = np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return translation(width / 2, height / 2) @ turn @ translation(-width / 2, -height / 2)


def horizontal_flip(width: float) -> np.ndarray:
    """Mirrors a picture left to right.

    Args:
        width: Width of the picture.

    Returns:
        Matrix, float64, 3 x 3.
    """
    return np.array([[-1.0, 0.0, width], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


def draw_perspective_corners(width: int, height: int, distortion_scale: float) -> np.ndarray:
    """Where the corners of a picture go: inwards, by up to ``distortion_scale`` times half its sides.

    The distribution of ``torchvision.transforms.RandomPerspective.get_params``; draws from numpy's global
    generator.

    Args:
        width: Width of the picture in pixels.
        height: Its height.
        distortion_scale: 0 (none) to 1.

    Returns:
        Points (x, y), float64, 4 x 2, of the corners (0, 0), (width - 1, 0), (width - 1, height - 1),
        (0, height - 1).
    """
    reach_x = int(distortion_scale * (width // 2))
    reach_y = int(distortion_scale * (height // 2))
    inwards = np.random.randint(0, [[reach_x + 1, reach_y + 1]] * 4).astype(np.float64)
    corners = image_corners(width, height)
    return np.where(corners == 0, inwards, corners - inwards)


def image_corners(width: int, height: int) -> np.ndarray:
    """The points between which torchvision draws a perspective change.

    Args:
        width: Width of the picture in pixels.
        height: Its height.

    Returns:
        (0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1), float64.
    """
    right, bottom = width - 1.0, height - 1.0
    return np.array([[0.0, 0.0], [right, 0.0], [right, bottom], [0.0, bottom]])


def outline(width: float, height: float) -> np.ndarray:
    """The four corners of the area that a picture covers.

    Args:
        width: Width of the picture.
        height: Its height.

    Returns:
        (0, 0), (width, 0), (width, height), (0, height), float64.
    """
    return np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])


def local_scale(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """By how much a map shrinks or stretches lengths near given points, at least and at most.

    Args:
        matrix: 3 x 3.
        points: (x, y), N x 2.

    Returns:
        The two singular values of the map's derivative at each point, ascending, float64, N x 2.
    """
    homogeneous = points @ matrix[:, :2].T + matrix[:, 2]
    mapped, depth = homogeneous[:, :2] / homogeneous[:, 2:], homogeneous[:, 2]
    derivative = (matrix[:2, :2] - mapped[:, :, None] * matrix[2, :2]) / depth[:, None, None]
    # The sums and differences of the radii of the two circles whose sum the ellipse is: numpy's SVD takes
    # several times as long for matrices as small as these.
    (a, b), (c, d) = derivative.transpose(1, 2, 0)
    first, second = np.hypot(a + d, c - b) / 2, np.hypot(a - d, c + b) / 2
    return np.stack([np.abs(first - second), first + second], axis=-1)


def to_opencv(matrix: np.ndarray) -> np.ndarray:
    """The same map for OpenCV, whose coordinates are zero at the middle of the first pixel.

    Args:
        matrix: 3 x 3.

    Returns:
        Matrix, float64, 3 x 3.
    """
    return translation(-0.5, -0.5) @ matrix @ translation(0.5, 0.5)
