"""Plates straight from the front."""

from __future__ import annotations

import cv2
import numpy as np

from .geometry import find_homography, side_lengths

#: Side ratios of real plates; an estimate beyond is none.
_ASPECT_LIMITS = (0.6, 8.0)
#: Corners are known to about half a pixel.
_CORNER_DOUBT = 0.5
_MOST_SPREAD = 0.15


def rectify(
    image: np.ndarray,
    corners: np.ndarray,
    size: int | tuple[int, int] | None = None,
    *,
    sharpen: float = 0.0,
) -> np.ndarray:
    """Cuts a plate out as if seen from the front.

    Args:
        image (np.ndarray): Uint8 or uint16, (H, W) or (H, W, C).
        corners (np.ndarray): Float (4, 2), top-left, top-right, bottom-right, bottom-left; may lie outside.
        size (int | tuple[int, int], optional): Height of the crop, its width following from the plate's
            estimated aspect; or (width, height). Default: None, as large as the plate is in the picture.
        sharpen (float): Strength of an unsharp mask, 0 for none; 1 is clearly visible. Default: 0.0.

    Returns:
        np.ndarray: The crop, dtype and channels of the picture; black where the plate leaves the picture.

    Raises:
        ValueError: ``corners`` or ``size`` is out of shape or range.
    """
    corners = np.asarray(corners, np.float64)
    if corners.shape != (4, 2):
        raise ValueError(f'corners must have the shape (4, 2), got {corners.shape}')
    width, height = _crop_size(corners, image.shape[:2], size)

    # Shrinking samples more densely than the picture first and averages then, lest fine strokes alias.
    sides = side_lengths(corners)
    shrink = max(sides[[0, 2]].max() / width, sides[[1, 3]].max() / height)
    factor = int(np.ceil(1.5 * shrink)) if shrink > 1.25 else 1
    wide, high = width * factor, height * factor
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32) - 0.5
    homography = find_homography(corners, target)
    interpolation = cv2.INTER_LINEAR if factor > 1 else cv2.INTER_CUBIC
    crop = cv2.warpPerspective(image, homography, (wide, high), flags=interpolation)
    if factor > 1:
        crop = cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA)
    if sharpen > 0:
        crop = unsharp_mask(crop, sharpen)
    return crop


def unsharp_mask(image: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Sharpens by adding the difference to a Gaussian blur of a fortieth of the height.

    Args:
        image (np.ndarray): Uint8 or uint16, (H, W) or (H, W, C).
        strength (float): Share of the difference that is added. Default: 1.0.

    Returns:
        np.ndarray: Like the image.
    """
    sigma = max(image.shape[0] / 40.0, 0.8)
    blurred = cv2.GaussianBlur(image, (0, 0), sigma)
    return cv2.addWeighted(image, 1.0 + strength, blurred, -strength, 0.0)


def estimate_aspect(corners: np.ndarray, image_size: tuple[int, int] | None = None) -> float:
    """Estimates the true ratio of width to height of a plate from its corners in perspective.

    Z. Zhang and L.-W. He, Whiteboard scanning and image enhancement, 2007, equations 20 and 21: with square
    pixels and the principal point in the middle of the picture, the four corners give the focal length, and
    with it the aspect. Three answers, the first that holds:

    1. The focal length from the corners, when it lies between half and five times the longer side of the
       picture.
    2. A focal length of the longer side of the picture (a phone's), for plates turned about one axis only,
       which do not show it.
    3. The ratio of the mean top and bottom to the mean left and right side, too small for plates seen from
       the side. This is the answer without ``image_size``.

    The first two hold when moving any corner by half a pixel changes the aspect by less than 15 %, and when
    it lies between 0.6 and 8.

    Args:
        corners (np.ndarray): Float (4, 2), top-left, top-right, bottom-right, bottom-left.
        image_size (tuple[int, int], optional): Height and width of the whole picture, not cropped.

    Returns:
        float: Width through height.
    """
    corners = np.asarray(corners, np.float64)
    top, right, bottom, left = side_lengths(corners)
    plain = float((top + bottom) / max(left + right, 1e-6))
    if image_size is None:
        return plain
    height, width = image_size
    centred = corners - np.array([(width - 1) / 2.0, (height - 1) / 2.0])
    for focal in (None, float(max(width, height))):
        estimate = _stable_aspect(centred, float(max(width, height)), focal)
        if estimate is not None:
            return estimate
    return plain


def _stable_aspect(corners: np.ndarray, longer_side: float, focal: float | None) -> float | None:
    """The aspect if it does not hang on half a pixel, else None."""
    estimate = _perspective_aspect(corners, longer_side, focal)
    if estimate is None or not _ASPECT_LIMITS[0] < estimate < _ASPECT_LIMITS[1]:
        return None
    for index in range(8):
        moved = corners.copy()
        moved.flat[index] += _CORNER_DOUBT
        other = _perspective_aspect(moved, longer_side, focal)
        if other is None or abs(other / estimate - 1.0) > _MOST_SPREAD:
            return None
    return estimate


def _perspective_aspect(corners: np.ndarray, longer_side: float, focal: float | None) -> float | None:
    """Aspect from corners relative to the principal point; None when they do not tell it."""
    top_left, top_right, bottom_right, bottom_left = np.hstack([corners, np.ones((4, 1))])
    diagonal = np.cross(top_left, bottom_right)
    below = np.cross(top_right, bottom_right) @ bottom_left
    beside = np.cross(bottom_left, bottom_right) @ top_right
    if abs(below) < 1e-9 or abs(beside) < 1e-9:
        return None
    across = (diagonal @ bottom_left) / below * top_right - top_left
    down = (diagonal @ top_right) / beside * bottom_left - top_left
    if focal is None:
        depths = across[2] * down[2]
        if abs(depths) < 1e-12:
            return None
        focal_squared = -(across[:2] @ down[:2]) / depths
        if not (0.5 * longer_side) ** 2 < focal_squared < (5.0 * longer_side) ** 2:
            return None
        focal = float(np.sqrt(focal_squared))
    scale = np.array([1.0, 1.0, focal])
    return float(np.linalg.norm(across * scale) / np.linalg.norm(down * scale))


def _crop_size(
    corners: np.ndarray, image_size: tuple[int, int], size: int | tuple[int, int] | None
) -> tuple[int, int]:
    """Width and height of the crop."""
    if isinstance(size, tuple):
        width, height = size
    else:
        top, right, bottom, left = side_lengths(corners)
        aspect = estimate_aspect(corners, image_size)
        height = max(left, right, max(top, bottom) / aspect) if size is None else size
        width = height * aspect
        width, height = max(round(width), 1), max(round(height), 1)
    if width < 1 or height < 1:
        raise ValueError(f'size must be a height or (width, height) of at least 1 pixel, got {size}')
    return int(width), int(height)
