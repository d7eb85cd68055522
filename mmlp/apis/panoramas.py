"""Plates of panoramas, across the seam and near the poles too, in perspective views."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from mmlp.media.panorama import Panorama
from mmlp.plates import Plate, polygon_area

from .overlaps import drop_repeated
from .prediction import Prediction
from .sphere_views import RINGS, SphereView, plan_views

#: Longest piece of an outline, in pixels of a view, that stays straight in the panorama.
_PIECE = 8.0
#: Outlines this close to a view's edge, in pixels, are cut by it.
_EDGE = 2.0
#: Finer panoramas are shrunk to so many pixels a full turn first: a view of 90 degrees has 2560 then.
_MOST_WIDTH = 8042

#: Finds the plates of pictures, each uint8 (H, W, 3) BGR.
Detector = Callable[[Sequence[np.ndarray]], Sequence[Prediction]]


def find_plates_around(
    detect: Detector, image: np.ndarray, panorama: Panorama, rings: Sequence[tuple[float, int]] = RINGS
) -> list[Plate]:
    """Finds the plates of a panorama in views of all directions.

    Args:
        detect (Detector): Finds the plates of ordinary pictures.
        image (np.ndarray): The panorama, uint8 (H, W, 3), BGR.
        panorama (Panorama): How it lies on the sphere.
        rings (Sequence[tuple[float, int]]): The views, see :func:`~mmlp.apis.sphere_views.plan_views`.

    Returns:
        list[Plate]: Plates in pixels of the panorama, best score first, each once. What lies across the seam
        comes as two plates, one at each edge: their outlines end at the edge, their corners lie beyond it.
    """
    scale = min(_MOST_WIDTH / panorama.full_width, 1.0)
    fine = panorama
    if scale < 1.0:
        width, height = round(panorama.width * scale), round(panorama.height * scale)
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
        panorama = dataclasses.replace(
            panorama,
            width=width,
            height=height,
            full_width=panorama.full_width * width / panorama.width,
            horizon=panorama.horizon * height / panorama.height,
        )
    found: list[tuple[bool, Plate]] = []
    for view in plan_views(panorama, rings):
        (prediction,) = detect([view.cut(image)])
        for plate in prediction.plates:
            left, top, right, bottom = plate.box
            is_cut = min(left, top) < _EDGE or max(right, bottom) > view.side - 1 - _EDGE
            found.append((is_cut, _to_panorama(plate, view)))
    # Whole plates first: of what a view's edge cuts, only what no whole one shows is kept.
    found.sort(key=lambda entry: (entry[0], -entry[1].score))
    plates = drop_repeated([plate for _, plate in found], panorama.period)
    factor = (fine.width / panorama.width, fine.height / panorama.height)
    plates = [part for plate in plates for part in split_at_seam(_scale(plate, factor), fine)]
    return sorted(plates, key=lambda plate: (-plate.score, -plate.area))


def split_at_seam(plate: Plate, panorama: Panorama) -> list[Plate]:
    """Cuts a plate at the panorama's edges, and moves what lies beyond to where it is shown.

    Args:
        plate (Plate): A plate whose coordinates may reach beyond the edges.
        panorama (Panorama): The panorama.

    Returns:
        list[Plate]: The plate, or its parts: outlines inside the picture, corners of the whole plate.
    """
    width, height, period = panorama.width, panorama.height, panorama.period
    # A plate that a pole lies in reaches all around: it stays where it is.
    around = np.ptp(plate.polygon[:, 0]) > period / 2
    if not around:
        centre = plate.polygon[:, 0].mean()
        plate = _moved(plate, -period * np.floor((centre + 0.5) / period))
    shifts = (0,) if around else (-period, 0, period)
    parts = []
    for shift in shifts:
        moved = _moved(plate, shift)
        polygon = clip_polygon(moved.polygon, (-0.5, -0.5), (width - 0.5, height - 0.5))
        area = abs(polygon_area(polygon)) if len(polygon) >= 3 else 0.0
        if area < 1.0:
            continue
        share = area / max(abs(polygon_area(plate.polygon)), 1e-6)
        parts.append(dataclasses.replace(moved, polygon=polygon, area=plate.area * min(share, 1.0)))
    return parts


def clip_polygon(polygon: np.ndarray, low: Sequence[float], high: Sequence[float]) -> np.ndarray:
    """Cuts a polygon to an upright box (the algorithm of Sutherland and Hodgman).

    Args:
        polygon (np.ndarray): Float (N, 2).
        low (Sequence[float]): Least x and y.
        high (Sequence[float]): Greatest x and y.

    Returns:
        np.ndarray: Float64 (M, 2), M of 0 when nothing lies inside.
    """
    points = np.asarray(polygon, np.float64)
    for axis in (0, 1):
        for sign, limit in ((1.0, low[axis]), (-1.0, -high[axis])):
            clipped = []
            depths = sign * points[:, axis] - limit if len(points) else np.empty(0)
            for index in range(len(points)):
                here, before = depths[index], depths[index - 1]
                if (here < 0) != (before < 0):
                    share = before / (before - here)
                    clipped.append(points[index - 1] + share * (points[index] - points[index - 1]))
                if here >= 0:
                    clipped.append(points[index])
            points = np.array(clipped).reshape(-1, 2)
    return points


def _to_panorama(plate: Plate, view: SphereView) -> Plate:
    """Maps a plate from a view into the panorama; its sides become curves."""
    polygon = view.to_image(_divide(plate.polygon))
    inside = abs(polygon_area(plate.polygon))
    area = plate.area * abs(polygon_area(polygon)) / inside if inside else plate.area
    return dataclasses.replace(plate, polygon=polygon, corners=view.to_image(plate.corners), area=area)


def _divide(polygon: np.ndarray) -> np.ndarray:
    """Divides the sides of a polygon into pieces that are short enough."""
    points = []
    for start, stop in zip(polygon, np.roll(polygon, -1, axis=0)):
        count = max(int(np.ceil(np.linalg.norm(stop - start) / _PIECE)), 1)
        points.append(start + (stop - start) * (np.arange(count) / count)[:, None])
    return np.concatenate(points)


def _moved(plate: Plate, x: float) -> Plate:
    if not x:
        return plate
    offset = np.array((x, 0.0))
    return dataclasses.replace(plate, polygon=plate.polygon + offset, corners=plate.corners + offset)


def _scale(plate: Plate, factor: tuple[float, float]) -> Plate:
    """Brings a plate to a picture of another size; pixel centres are whole numbers."""
    factors = np.array(factor)
    if (factors == 1.0).all():
        return plate
    return dataclasses.replace(
        plate,
        polygon=(plate.polygon + 0.5) * factors - 0.5,
        corners=(plate.corners + 0.5) * factors - 0.5,
        area=plate.area * float(factors.prod()),
    )
