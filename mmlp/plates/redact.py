"""Plates made unreadable, for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from .area import Area
from .geometry import find_homography, following_points, preceding_points, side_lengths
from .inpainting import inpaint_smoothly
from .plate import Plate
from .quadrilateral import fit_quadrilateral
from .raster import fill_polygons
from .redaction_methods import REDACTION_METHODS

#: Sigma of the average that is cut into a mosaic, as a share of the plate's height: cells shall differ.
_MOSAIC_SIGMA = 0.3


def redact(
    image: np.ndarray,
    plates: Sequence[Plate | Area] | np.ndarray,
    method: str = 'blur',
    *,
    margin: float = 10.0,
    strength: float = 0.5,
    feather: float = 0.0,
    color: Sequence[float] = (0, 0, 0),
    cover: np.ndarray | None = None,
    inplace: bool = False,
) -> np.ndarray:
    """Makes plates unreadable along their outline, at full resolution; works on the regions touched only.

    What is covered is the union of a plate's mask outline and its four corners, or the outline of an area,
    widened by the margin. Pixels beyond (and beyond the feathered edge) stay as they are, bit for bit; so
    does an alpha channel.

    Nothing of what is covered is left, whatever the method: the blur and the mosaic are those of the pixels
    around the plates. A blur or a mosaic of the plate itself looks as final, and gives the number away to
    whoever blurs or pixelates all possible numbers and compares (Hill et al., "On the (In)effectiveness of
    Mosaicing and Blurring as Tools for Document Redaction", PETS 2016).

    Args:
        image (np.ndarray): Uint8 or uint16, (H, W) or (H, W, C) with C of 1, 3 or 4 (the fourth is alpha).
        plates (Sequence[Plate | Area] | np.ndarray): Plates and other areas; or a mask, bool or integer
            (H, W), plate where not 0.
        method (str): 'blur' (a Gaussian average of the surroundings), 'pixelate' (the same as a mosaic),
            'solid' (one colour) or 'image' (a picture in perspective). Default: 'blur'.
        margin (float): Widening on every side in percent of the plate's height. Default: 10.
        strength (float): Sigma of the blur, or side of a cell of the mosaic, as a share of the plate's
            height; a matter of looks. Default: 0.5.
        feather (float): Width of a soft edge outside of the margin, in percent of the plate's height.
            Default: 0.
        color (Sequence[float]): For 'solid' and behind transparent covers: BGR (or one number for grey
            pictures) in the picture's range. Default: black.
        cover (np.ndarray, optional): For 'image': picture to lay on the plate, of the dtype of ``image``,
            grey, BGR or BGRA.
        inplace (bool): Whether to change ``image`` itself. Default: False.

    Returns:
        np.ndarray: The redacted picture; ``image`` itself with ``inplace``.

    Raises:
        ValueError: Unknown method, a number out of range, a mask of another size, or no cover.
        TypeError: The picture is not uint8 or uint16.
    """
    _check_image(image)
    _check_options(method, margin, strength, feather)
    if method == 'image' and cover is None:
        raise ValueError("method='image' needs the picture to lay on the plates as cover")
    if cover is not None and cover.dtype != image.dtype:
        raise ValueError(f'cover must have the dtype of the picture, {image.dtype}, got {cover.dtype}')
    if inplace and not image.flags.writeable:
        raise ValueError('image is read-only and cannot be changed in place: pass inplace=False')
    result = image if inplace else image.copy()
    # Without alpha, and with a channel axis; a view, so that writing to it writes to the result.
    canvas = result[:, :, None] if result.ndim == 2 else result[:, :, :3]
    covers = [
        _cover(polygons, corners, image.shape[:2], margin, feather)
        for polygons, corners in _regions(plates, image.shape[:2])
    ]
    covers = [entry for entry in covers if entry is not None]
    if method in ('blur', 'pixelate'):
        # Of all plates, before any is painted: none may shine through in the cover of its neighbour.
        covered = np.zeros(image.shape[:2], bool)
        for entry in covers:
            covered[entry.window] |= entry.alpha > 0.0
    for entry in covers:
        patch = canvas[entry.window]
        if method == 'blur':
            painted = _blurred(canvas, covered, entry.window, strength * entry.height)
        elif method == 'pixelate':
            painted = _blurred(canvas, covered, entry.window, _MOSAIC_SIGMA * entry.height)
            painted = _pixelated(painted, strength * entry.height)
        else:
            painted = np.empty_like(patch)
            painted[:] = np.asarray(color, np.float64)[: patch.shape[2]]
            if method == 'image':
                widened = _widen(entry.corners, margin * entry.height / 100.0)
                origin = (entry.window[1].start, entry.window[0].start)
                painted = _covered(painted, cover, widened - origin)
        _blend(patch, painted, entry.alpha)
    return result


def covered_pixels(
    plate: Plate, shape: tuple[int, int], margin: float = 10.0
) -> tuple[tuple[slice, slice], np.ndarray] | None:
    """Tells which pixels :func:`redact` covers for a plate, whatever its method.

    Args:
        plate (Plate): The plate.
        shape (tuple[int, int]): Height and width of the picture.
        margin (float): As of :func:`redact`. Default: 10.

    Returns:
        tuple[tuple[slice, slice], np.ndarray] | None: Rows and columns of a part of the picture, and bool of
        that size, True where it is covered; None where nothing of the picture is.
    """
    cover = _cover([plate.polygon, plate.corners], plate.corners, shape, margin, 0.0)
    return None if cover is None else (cover.window, cover.alpha)


def _check_image(image: np.ndarray) -> None:
    if not isinstance(image, np.ndarray) or image.dtype not in (np.uint8, np.uint16):
        raise TypeError(f'image must be a uint8 or uint16 array, got {getattr(image, "dtype", type(image))}')
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] not in (1, 3, 4)):
        raise ValueError(f'image must have the shape (H, W) or (H, W, 1 | 3 | 4), got {image.shape}')


def _check_options(method: str, margin: float, strength: float, feather: float) -> None:
    if method not in REDACTION_METHODS:
        raise ValueError(f'method must be one of {", ".join(REDACTION_METHODS)}, got {method!r}')
    if margin < 0 or feather < 0 or strength <= 0:
        raise ValueError(
            'margin and feather must not be negative and strength must be above 0, '
            f'got margin={margin}, feather={feather}, strength={strength}'
        )


def _regions(
    plates: Sequence[Plate | Area] | np.ndarray, shape: tuple[int, int]
) -> list[tuple[list[np.ndarray], np.ndarray]]:
    """Polygons to cover and corners, plate by plate."""
    if not isinstance(plates, np.ndarray):
        return [(list(plate.outlines), plate.corners) for plate in plates]
    if plates.shape != shape:
        raise ValueError(f'the mask must have the size of the picture, {shape}, got {plates.shape}')
    contours, _ = cv2.findContours((plates != 0).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    regions = []
    for contour in contours:
        points = contour[:, 0].astype(np.float32)
        corners = (
            fit_quadrilateral(points)
            if len(points) > 3
            else cv2.boxPoints(cv2.minAreaRect(contour.astype(np.float32)))
        )
        regions.append(([points], corners))
    return regions


class _Cover(NamedTuple):
    """Where a plate is covered, and how much of each pixel: ``alpha`` of the window's size, bool, or float32
    0..1 with a soft edge.
    """

    window: tuple[slice, slice]
    alpha: np.ndarray
    corners: np.ndarray
    height: float


def _cover(
    polygons: list[np.ndarray], corners: np.ndarray, shape: tuple[int, int], margin: float, feather: float
) -> _Cover | None:
    """Widens a plate by margin and feather in percent of its height; None where the picture shows nothing."""
    height = max(float(side_lengths(corners).reshape(2, 2).mean(axis=0).min()), 4.0)
    margin, feather = margin * height / 100.0, feather * height / 100.0
    reach = margin + feather + 2.0
    points = np.concatenate(polygons)
    left, top = np.floor(points.min(axis=0) - reach).astype(int)
    right, bottom = np.ceil(points.max(axis=0) + reach).astype(int) + 1
    window = (slice(max(top, 0), min(bottom, shape[0])), slice(max(left, 0), min(right, shape[1])))
    if window[0].start >= window[0].stop or window[1].start >= window[1].stop:
        return None
    size = (window[0].stop - window[0].start, window[1].stop - window[1].start)
    inside = fill_polygons(polygons, size, (window[1].start, window[0].start))
    if not inside.any():
        return None
    if margin + feather == 0:
        alpha = inside.astype(bool)
    else:
        distance = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5)
        alpha = np.clip(1.0 - (distance - margin) / feather, 0.0, 1.0) if feather else distance <= margin
    return _Cover(window, alpha, corners, height)


def _blurred(
    canvas: np.ndarray, covered: np.ndarray, window: tuple[slice, slice], sigma: float
) -> np.ndarray:
    """The window as a Gaussian average of what is not covered in and around it."""
    reach = int(np.ceil(2 * sigma))
    rows, columns = window
    top, left = max(rows.start - reach, 0), max(columns.start - reach, 0)
    wide = (slice(top, rows.stop + reach), slice(left, columns.stop + reach))
    filled = inpaint_smoothly(canvas[wide], covered[wide], sigma)
    return filled[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]


def _pixelated(patch: np.ndarray, cell: float) -> np.ndarray:
    """A mosaic of mean colours with cells of about the given side."""
    size = (max(round(patch.shape[1] / cell), 1), max(round(patch.shape[0] / cell), 1))
    means = cv2.resize(np.ascontiguousarray(patch), size, interpolation=cv2.INTER_AREA)
    return cv2.resize(means, patch.shape[1::-1], interpolation=cv2.INTER_NEAREST).reshape(patch.shape)


def _widen(corners: np.ndarray, margin: float) -> np.ndarray:
    """Moves corners away from the middle along both sides of the plate."""
    corners = np.asarray(corners, np.float64)
    sides = following_points(corners) - corners
    units = sides / np.maximum(np.linalg.norm(sides, axis=1, keepdims=True), 1e-6)
    return corners + margin * (preceding_points(units) - units)


def _covered(background: np.ndarray, cover: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Lays a picture into the corners; its border is prolonged beyond them."""
    channels = background.shape[2]
    cover = cover[:, :, None] if cover.ndim == 2 else cover
    colors, alpha = cover[:, :, :3], cover[:, :, 3:]
    if colors.shape[2] != channels:
        code = cv2.COLOR_BGR2GRAY if channels == 1 else cv2.COLOR_GRAY2BGR
        colors = cv2.cvtColor(np.ascontiguousarray(colors), code).reshape(*cover.shape[:2], channels)
    if alpha.size:
        opacity = alpha.astype(np.float32) / np.iinfo(cover.dtype).max
        colors = (colors * opacity + background[0, 0] * (1.0 - opacity)).round().astype(cover.dtype)
    high, wide = cover.shape[:2]
    frame = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32) - 0.5
    homography = find_homography(frame, corners)
    # A cover much larger than the plate is averaged down first.
    factor = int(min(wide, high) / max(side_lengths(corners).max(), 1.0))
    if factor > 1:
        small = (max(wide // factor, 1), max(high // factor, 1))
        colors = cv2.resize(np.ascontiguousarray(colors), small, interpolation=cv2.INTER_AREA)
        shrunk = np.array([[0, 0], [small[0], 0], small, [0, small[1]]], np.float32) - 0.5
        homography = find_homography(shrunk, corners)
    size = background.shape[1::-1]
    warped = cv2.warpPerspective(
        np.ascontiguousarray(colors), homography, size, borderMode=cv2.BORDER_REPLICATE
    )
    return warped.reshape(background.shape)


def _blend(patch: np.ndarray, painted: np.ndarray, alpha: np.ndarray) -> None:
    """Writes ``painted`` over ``patch`` where covered; pixels that are not stay untouched."""
    full = alpha >= 1.0
    np.copyto(patch, painted, where=full[:, :, None])
    soft = (alpha > 0.0) & ~full
    if soft.any():
        share = alpha[soft][:, None]
        mixed = patch[soft] * (1.0 - share) + painted[soft] * share
        patch[soft] = mixed.round().astype(patch.dtype)
