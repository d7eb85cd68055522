"""Where a plate of a picture is, and where another has to be laid to cover it."""

from __future__ import annotations

import cv2
import numpy as np

from mmlp.plates.components import label_components
from mmlp.plates.geometry import find_homography, map_points, order_corners, side_lengths

from .geometry import polygon_window, rect_corners
from .plates.plate_layout import PlateLayout
from .plates.render import PlateImage

_UNIT = rect_corners(0, 0, 1, 1)


def sides(quad: np.ndarray) -> tuple[float, float]:
    """Width and height in pixels of a quadrilateral: the longer of two opposite sides each."""
    lengths = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return float(max(lengths[0], lengths[2])), float(max(lengths[1], lengths[3]))


def drawing_scale(height: float, layout: PlateLayout) -> float:
    """Pixels a millimetre that are enough for a plate of this height in the picture, but not wasteful."""
    return float(np.clip(1.7 * height / layout.size[1], 0.35, 1.4))


def plate_pixels(mask: np.ndarray) -> list[np.ndarray]:
    """X and y (N, 2) of the pixels of each plate of a mask, with ignored ones that adjoin it.

    Ignored pixels up to a third of the plate's height away count: the rim where annotators were not sure of
    the outline, which is plate in part.
    """
    labels, stats = label_components(mask == 1)
    found = []
    for index, (left, top, width, height, _) in enumerate(stats.tolist(), start=1):
        reach = -(-height // 3)
        x0, y0 = max(left - reach, 0), max(top - reach, 0)
        window = (slice(y0, top + height + reach), slice(x0, left + width + reach))
        plate = labels[window] == index
        regions, _ = label_components(plate | (mask[window] == 255))
        rows, cols = np.nonzero(regions == regions[plate][0])
        found.append(np.stack([cols + x0, rows + y0], 1))
    return found


def component_quad(points: np.ndarray) -> np.ndarray | None:
    """The upright reading quadrilateral around a plate's pixels.

    A hull that simplifies to four corners is taken as it is, so that perspective is kept; else the smallest
    rotated rectangle.

    Args:
        points: (N, 2) x and y of the pixels.

    Returns:
        float32 (4, 2) in the order top-left, top-right, bottom-right, bottom-left, or None for fewer than
        three pixels or for pixels on one line.
    """
    hull = cv2.convexHull(points.astype(np.int32))
    if len(hull) < 3:
        return None
    quad = cv2.boxPoints(cv2.minAreaRect(hull))
    simple = cv2.approxPolyDP(hull, 0.04 * cv2.arcLength(hull, True), True)
    if len(simple) == 4 and cv2.contourArea(simple) > 0.85 * cv2.contourArea(hull):
        quad = simple[:, 0].astype(np.float32)
    return order_corners(quad) if min(side_lengths(quad)) >= 2 else None


def covering_quad(quad: np.ndarray, points: np.ndarray, aspect: float, margin: float) -> np.ndarray:
    """The outline of a plate of another shape, in the plane of ``quad``, that covers all of ``points``.

    Args:
        quad: (4, 2) corners of the old plate.
        points: (N, 2) pixels that have to be covered.
        aspect: Width over height of the new plate.
        margin: Share of the height by which it reaches over them.

    Returns:
        float32 (4, 2) corners of the new plate.
    """
    to_plane = find_homography(quad, _UNIT)
    # The outermost pixels, half a pixel further out: outlines enclose pixels, not their centres.
    hull = cv2.convexHull(points.astype(np.int32))[:, 0].astype(np.float64)
    hull += 0.5 * np.sign(hull - hull.mean(0))
    flat = map_points(to_plane, hull)
    low, high = flat.min(0), flat.max(0)
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    unit = np.array(
        [max(sides[0], sides[2]), max(sides[1], sides[3])], np.float64
    )  # pixels of the plane's axes
    size = (high - low) * unit * (1 + margin)
    size = np.array([max(size[0], size[1] * aspect), max(size[1], size[0] / aspect)]) / unit
    middle = (low + high) / 2
    x0, y0, x1, y1 = *(middle - size / 2), *(middle + size / 2)
    return map_points(np.linalg.inv(to_plane), rect_corners(x0, y0, x1, y1)).astype(np.float32)


def covering(
    rng: np.random.Generator, plate: PlateImage, quad: np.ndarray, points: np.ndarray
) -> np.ndarray | None:
    """Where a plate has to be laid, by its flat corners, to cover another's pixels; None if it cannot.

    Round and bent plates leave corners open, so that they have to be larger.
    """
    for margin in (rng.uniform(0.02, 0.15), 0.25, 0.4):
        target = covering_quad(quad, points, plate.aspect, margin)
        if len(plate.outline) == len(target):
            return target
        outline = map_points(find_homography(plate.flat, target), plate.outline)
        low = points.min(0)
        (rows, cols), inside = polygon_window(np.ptp(points, axis=0)[::-1] + 1, outline - low)
        x, y = (points - low).T
        held = np.zeros(np.ptp(points, axis=0)[::-1] + 1, bool)
        held[rows, cols] = inside
        if held[y, x].all():
            return target
    return None
