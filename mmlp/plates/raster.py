"""Outlines to masks."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

#: cv2 takes coordinates in sixteenths of a pixel.
SHIFT = 4


def fixed_point(points: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """Points in the fixed-point form of OpenCV's drawing functions (``shift=SHIFT``), int32 (N, 1, 2)."""
    limit = 2.0**25
    scaled = np.clip(np.asarray(points, np.float64) * (scale * (1 << SHIFT)), -limit, limit)
    return np.round(scaled).astype(np.int32).reshape(-1, 1, 2)


def fill_polygons(
    polygons: Iterable[np.ndarray], shape: tuple[int, int], origin: tuple[float, float] = (0.0, 0.0)
) -> np.ndarray:
    """Draws filled polygons, every pixel that the polygon's inside or line touches.

    This is up to half a pixel more than the pixels whose centres lie inside: right for covering a plate.

    Args:
        polygons (Iterable[np.ndarray]): Each float (N, 2) in pixels; may reach outside.
        shape (tuple[int, int]): Height and width of the mask.
        origin (tuple[float, float]): Point (x, y) that becomes the centre of the first pixel.

    Returns:
        np.ndarray: Uint8 (H, W) of 0 and 1, the union of all.
    """
    mask = np.zeros(shape, np.uint8)
    for polygon in polygons:
        cv2.fillPoly(mask, [fixed_point(np.asarray(polygon) - np.asarray(origin))], 1, shift=SHIFT)
    return mask


def polygon_mask(polygon: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The pixels whose centres lie inside a polygon, to about a tenth of a pixel.

    Args:
        polygon (np.ndarray): Float (N, 2) in pixels; may reach outside.
        shape (tuple[int, int]): Height and width of the mask.

    Returns:
        np.ndarray: Uint8 (H, W) of 0 and 1.
    """
    mask = np.zeros(shape, np.uint8)
    left, top = np.maximum(np.floor(polygon.min(axis=0)), 0).astype(int)
    right, bottom = np.minimum(np.ceil(polygon.max(axis=0)) + 1, shape[::-1]).astype(int)
    if right <= left or bottom <= top:
        return mask
    # cv2.fillPoly adds half a pixel of the grid it draws on: draw on a finer one, look at the centres only.
    factor = 8 if (right - left) * (bottom - top) < 200_000 else 3
    grid = np.zeros(((bottom - top) * factor, (right - left) * factor), np.uint8)
    cv2.fillPoly(grid, [fixed_point(np.asarray(polygon) - (left, top), factor)], 1, shift=SHIFT)
    mask[top:bottom, left:right] = grid[::factor, ::factor]
    return mask


def paint_polygon(labels: np.ndarray, polygon: np.ndarray, value: int) -> None:
    """Sets the pixels whose centres lie inside a polygon, working on its window alone.

    Args:
        labels (np.ndarray): Integer (H, W), changed in place.
        polygon (np.ndarray): Float (N, 2) in pixels; may reach outside.
        value (int): What the pixels are set to.
    """
    height, width = labels.shape
    left, top = np.maximum(np.floor(polygon.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(polygon.max(axis=0)).astype(int) + 1, (width, height))
    if right > left and bottom > top:
        inside = polygon_mask(polygon - np.array([left, top]), (bottom - top, right - left))
        labels[top:bottom, left:right][inside > 0] = value
