"""Outlines and warps with one convention: the centre of pixel (column x, row y) is the point (x, y).

So a flat plate that fills columns ``a..b`` has its edges at ``a - 0.5`` and ``b + 0.5``, a pixel belongs to
an outline when its centre lies inside, and a warp with n-fold supersampling samples at ``x - 0.5 + (k + 0.5)
/ n``.
"""

from __future__ import annotations

import cv2
import numpy as np

from mmlp.plates.geometry import map_points


def rect_corners(x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """Corners (4, 2) float32 of an upright rectangle in the order top-left, top-right, bottom-right,
    bottom-left.
    """
    return np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)


def convex_window(shape: tuple[int, int], polygon: np.ndarray) -> tuple[tuple[slice, slice], np.ndarray]:
    """Pixels whose centre lies inside (or on the edge of) a convex polygon, in the window that holds them.

    Args:
        shape: Rows and columns of the picture.
        polygon: (N, 2) corners in order, either way round; may reach outside the picture.

    Returns:
        The window as slices of rows and of columns, empty when the polygon misses the picture, and a bool
        array of its size.
    """
    rows, cols = shape
    polygon = np.asarray(polygon, np.float64)
    x0, y0 = np.maximum(np.ceil(polygon.min(0)), 0).astype(int)
    x1, y1 = np.minimum(np.floor(polygon.max(0)) + 1, [cols, rows]).astype(int)
    x1, y1 = max(x0, x1), max(y0, y1)
    xs, ys = np.arange(x0, x1)[None, :], np.arange(y0, y1)[:, None]
    following = np.roll(polygon, -1, axis=0)
    area = np.sum(polygon[:, 0] * following[:, 1] - polygon[:, 1] * following[:, 0])
    inside = np.ones((y1 - y0, x1 - x0), bool)
    for (ax, ay), (bx, by) in zip(polygon, following):
        inside &= ((bx - ax) * (ys - ay) - (by - ay) * (xs - ax)) * (1 if area >= 0 else -1) >= 0
    return (slice(y0, y1), slice(x0, x1)), inside


def polygon_window(shape: tuple[int, int], polygon: np.ndarray) -> tuple[tuple[slice, slice], np.ndarray]:
    """Pixels whose centre lies inside a polygon that does not cross itself, in the window that holds them.

    Args:
        shape: Rows and columns of the picture.
        polygon: (N, 2) corners in order, either way round; may reach outside the picture. Four of them have
            to be convex.

    Returns:
        The same as :func:`convex_window`.
    """
    if len(polygon) == 4:
        return convex_window(shape, polygon)
    rows, cols = shape
    polygon = np.asarray(polygon, np.float64)
    x0, y0 = np.maximum(np.ceil(polygon.min(0)), 0).astype(int)
    x1, y1 = np.minimum(np.floor(polygon.max(0)) + 1, [cols, rows]).astype(int)
    x1, y1 = max(x0, x1), max(y0, y1)
    xs, ys = np.arange(x0, x1)[None, :], np.arange(y0, y1)[:, None]
    inside = np.zeros((y1 - y0, x1 - x0), bool)
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0)):
        if ay == by:
            continue
        # Each side that a ray to the right crosses turns outside into inside and back.
        crossed = (ay > ys) != (by > ys)
        inside ^= crossed & (xs < (bx - ax) * (ys - ay) / (by - ay) + ax)
    return (slice(y0, y1), slice(x0, x1)), inside


def exact_polygon_mask(polygon: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Pixels whose centre lies inside a polygon, see :func:`polygon_window`; bool array of ``shape``."""
    mask = np.zeros(shape, bool)
    window, inside = polygon_window(shape, polygon)
    mask[window] = inside
    return mask


def _warp_layer(
    layer: np.ndarray, matrix: np.ndarray, box: tuple[int, int, int, int], quality: int
) -> np.ndarray:
    """Warps ``layer`` into the picture's window ``box`` (x0, y0, x1, y1), anti-aliased; keeps float or
    uint8.
    """
    x0, y0, x1, y1 = box
    # How many pixels of the layer fall on one of the picture, by the longer of two opposite sides.
    rows, cols = layer.shape[:2]
    corners = map_points(matrix, rect_corners(-0.5, -0.5, cols - 0.5, rows - 0.5))
    sides = np.maximum(np.linalg.norm(corners - np.roll(corners, -1, axis=0), axis=1), 1e-3)
    shrink_x, shrink_y = cols / max(sides[0], sides[2]), rows / max(sides[1], sides[3])
    factor = int(np.clip(np.ceil(max(shrink_x, shrink_y)), 1, quality))
    fx, fy = (max(int(shrink / factor), 1) for shrink in (shrink_x, shrink_y))
    if fx > 1 or fy > 1:  # more than supersampling catches: average the layer down first
        pad_x, pad_y = -cols % fx, -rows % fy
        padded = cv2.copyMakeBorder(layer, 0, pad_y, 0, pad_x, cv2.BORDER_CONSTANT, value=0)
        size = (padded.shape[1] // fx, padded.shape[0] // fy)
        layer = cv2.resize(padded, size, interpolation=cv2.INTER_AREA)
        matrix = matrix @ np.array([[fx, 0, (fx - 1) / 2], [0, fy, (fy - 1) / 2], [0, 0, 1]], np.float64)
    to_window = np.array(
        [[factor, 0, (0.5 - x0) * factor - 0.5], [0, factor, (0.5 - y0) * factor - 0.5], [0, 0, 1]]
    )
    size = ((x1 - x0) * factor, (y1 - y0) * factor)
    warped = cv2.warpPerspective(
        layer, to_window @ matrix, size, flags=cv2.INTER_LINEAR, borderValue=(0, 0, 0, 0)
    )
    return warped if factor == 1 else cv2.resize(warped, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)


def premultiply(image: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Joins a BGR picture (H, W, 3) and coverage (H, W), both uint8, into premultiplied BGRA uint8 (H, W,
    4).
    """
    out = np.empty((*alpha.shape, 4), np.uint8)
    out[..., :3] = cv2.multiply(image, cv2.merge([alpha] * 3), scale=1 / 255)
    out[..., 3] = alpha
    return out


def layer_window(
    matrix: np.ndarray, layer_shape: tuple[int, ...], shape: tuple[int, ...], margin: int = 1
) -> tuple[int, int, int, int] | None:
    """The window (x0, y0, x1, y1), ends excluded, of a picture that a warped layer touches; None when it
    misses.
    """
    rows, cols = layer_shape[:2]
    corners = map_points(matrix, rect_corners(-0.5, -0.5, cols - 0.5, rows - 0.5))
    x0, y0 = np.maximum(np.floor(corners.min(0)).astype(int) - margin, 0)
    x1, y1 = np.minimum(np.ceil(corners.max(0)).astype(int) + margin + 1, [shape[1], shape[0]])
    return None if x1 <= x0 or y1 <= y0 else (int(x0), int(y0), int(x1), int(y1))


def composite(
    image: np.ndarray, layer: np.ndarray, matrix: np.ndarray, quality: int = 4, sigma: float = 0.0
) -> None:
    """Lays a layer over a picture, in place, through a projective map, with supersampled anti-aliasing.

    Args:
        image: BGR uint8 (H, W, 3), changed.
        layer: Premultiplied BGRA uint8, see :func:`premultiply`.
        matrix: 3 x 3 map from pixel coordinates of the layer to those of the picture.
        quality: At most so many samples a pixel and axis.
        sigma: Standard deviation in pixels of a Gaussian blur of the laid layer.
    """
    box = layer_window(matrix, layer.shape, image.shape, margin=1 + int(np.ceil(2 * sigma)))
    if box is None:
        return
    warped = _warp_layer(layer, matrix, box, quality)
    if sigma > 0:
        warped = cv2.GaussianBlur(warped, (0, 0), sigma)
    x0, y0, x1, y1 = box
    window = image[y0:y1, x0:x1]
    keep = cv2.merge([255 - warped[..., 3]] * 3)
    image[y0:y1, x0:x1] = cv2.add(cv2.multiply(window, keep, scale=1 / 255), warped[..., :3])


def tilted_quad(
    centre: tuple[float, float],
    width: float,
    height: float,
    yaw: float,
    pitch: float,
    roll: float,
    distance: float = 4.0,
) -> np.ndarray:
    """Corners of a rectangle turned in space and seen through a pinhole.

    Args:
        centre: Where its middle appears, x and y in pixels.
        width: Width in pixels when seen straight on.
        height: Height in pixels when seen straight on.
        yaw: Turn about the vertical axis, in degrees.
        pitch: Turn about the horizontal axis, in degrees.
        roll: Turn in the picture plane, in degrees, clockwise.
        distance: Distance of the eye in widths; the smaller, the stronger the perspective.

    Returns:
        float32 (4, 2) in the order top-left, top-right, bottom-right, bottom-left.
    """
    a, b, c = np.deg2rad([yaw, pitch, roll])
    turn_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    turn_x = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    turn_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    flat = rect_corners(-width / 2, -height / 2, width / 2, height / 2)
    space = np.hstack([flat, np.zeros((4, 1))]) @ (turn_z @ turn_x @ turn_y).T
    depth = distance * width
    return (space[:, :2] * (depth / (depth + space[:, 2:])) + np.asarray(centre)).astype(np.float32)
