"""One sampling of a picture under a homography, without aliasing and from as few pixels as will do."""

from __future__ import annotations

import math

import cv2
import numpy as np

from mmlp.plates.geometry import map_points

from . import homography

#: Decoders of JPEG pictures at a fraction of the size; all of them obey EXIF rotation.
_DECODERS = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
#: A grid of nine places in an output of size 1 x 1.
_GRID = np.stack(np.meshgrid([0, 0.5, 1], [0, 0.5, 1]), axis=-1).reshape(-1, 2)
#: A blur below this standard deviation, in pixels, is not worth its time.
_LEAST_BLUR = 0.2


def is_jpeg(data: bytes) -> bool:
    """Tells whether an encoded picture is a JPEG.

    Args:
        data: The file's content.

    Returns:
        True for a JPEG.
    """
    return data[:3] == b'\xff\xd8\xff'


def decode_reduced(data: bytes, reduction: int) -> tuple[np.ndarray, int]:
    """Decodes a picture, a JPEG at a fraction of its size: the decoder then does a fraction of its work.

    Args:
        data: The encoded picture.
        reduction: 1, 2, 4 or 8.

    Returns:
        BGR uint8 picture, upright, each side the original's divided by the reduction and rounded up, and the
        reduction: 1 for formats other than JPEG.

    Raises:
        ValueError: The data are no readable picture.
    """
    if not is_jpeg(data):
        reduction = 1
    img = cv2.imdecode(np.frombuffer(data, np.uint8), _DECODERS[reduction]) if data else None
    if img is None:
        raise ValueError('the data are no picture that OpenCV can decode, or they are cut off')
    return img, reduction


def from_reduced(shape: tuple[int, int], reduction: int, orientation: int) -> np.ndarray:
    """The map from a picture that was decoded at a fraction of its size to the whole one.

    The decoder fills up incomplete squares at the right and the bottom of the picture as it is stored; EXIF
    rotation may bring them to the left and the top.

    Args:
        shape: Height and width of the whole picture, upright.
        reduction: As :func:`decode_reduced` returns it.
        orientation: EXIF orientation, 1 to 8, of the stored picture.

    Returns:
        Matrix, float64, 3 x 3.
    """
    left = -shape[1] % reduction if orientation in (2, 3, 6, 7) else 0
    top = -shape[0] % reduction if orientation in (3, 4, 7, 8) else 0
    return homography.translation(-left, -top) @ homography.scaling(reduction, reduction)


def magnification(matrix: np.ndarray, source: tuple[int, int], size: tuple[int, int]) -> tuple[float, float]:
    """By how much a map stretches the part of a picture that lands in the output.

    Args:
        matrix: From the picture to the output, 3 x 3.
        source: Height and width of the picture.
        size: Height and width of the output.

    Returns:
        The mean and the largest factor, over directions and a grid of nine places.
    """
    places = map_points(np.linalg.inv(matrix), _GRID * (size[1], size[0]))
    places = np.minimum(np.maximum(places, 0), (source[1], source[0]))
    scales = homography.local_scale(matrix, places)
    return float(np.exp(np.log(scales).mean())), float(scales.max())


def reduction_for(largest_magnification: float) -> int:
    """The reduction at which a picture may be read without losing detail that the output could show.

    Args:
        largest_magnification: As :func:`magnification` returns it.

    Returns:
        1, 2, 4 or 8.
    """
    return next((r for r in (8, 4, 2) if r * largest_magnification <= 1), 1)


def visible_region(matrix: np.ndarray, source: tuple[int, int], size: tuple[int, int], margin: int) -> tuple:
    """The rectangle of a picture that an output can show.

    Args:
        matrix: From the picture to the output, 3 x 3.
        source: Height and width of the picture.
        size: Height and width of the output.
        margin: Pixels that are added on every side.

    Returns:
        Left, top, right, bottom; empty when right <= left or bottom <= top.
    """
    inverse = np.linalg.inv(matrix)
    corners = homography.outline(size[1], size[0])
    depth = corners @ inverse[2, :2] + inverse[2, 2]
    if depth.min() <= 0 <= depth.max():  # the horizon crosses the output
        return 0, 0, source[1], source[0]
    places = map_points(inverse, corners)
    left, top = np.maximum(np.floor(places.min(axis=0)) - margin, 0)
    right, bottom = np.minimum(np.ceil(places.max(axis=0)) + margin, (source[1], source[0]))
    return int(left), int(top), int(right), int(bottom)


def _shrink(img: np.ndarray, factor: int) -> np.ndarray:
    """Means of squares of ``factor`` pixels; the last pixels are repeated to fill squares."""
    height, width = img.shape[:2]
    bottom, right = -height % factor, -width % factor
    if bottom or right:
        img = cv2.copyMakeBorder(img, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    return cv2.resize(img, (img.shape[1] // factor, img.shape[0] // factor), interpolation=cv2.INTER_AREA)


def warp_image(
    img: np.ndarray, matrix: np.ndarray, size: tuple[int, int], scale: tuple[float, float], pad_val: int
) -> np.ndarray:
    """Samples a picture bilinearly under a homography, blurred beforehand as far as it shrinks.

    The blur is a Gaussian that turns a picture with the usual blur of half a pixel into one with half a
    pixel of the output (Lowe, Distinctive image features from scale-invariant keypoints, 2004, section 3.3).

    Args:
        img: uint8, H x W x 3.
        matrix: From the picture to the output, 3 x 3.
        size: Height and width of the output.
        scale: The map's mean and largest :func:`magnification`.
        pad_val: Value of what lies outside the picture.

    Returns:
        uint8, height x width x 3.
    """
    mean, largest = scale
    reduction = reduction_for(largest)
    shrinkage = max(1.0, 1 / (mean * reduction))
    sigma = 0.5 * math.sqrt(shrinkage**2 - 1)
    left, top, right, bottom = visible_region(
        matrix, img.shape[:2], size, reduction * (2 + math.ceil(3 * sigma))
    )
    if right <= left or bottom <= top:
        return np.full((*size, 3), pad_val, np.uint8)
    left, top = left - left % reduction, top - top % reduction
    region = img[top:bottom, left:right]
    if reduction > 1:
        region = _shrink(region, reduction)
    if sigma > _LEAST_BLUR:
        region = cv2.GaussianBlur(region, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
    matrix = matrix @ homography.translation(left, top) @ homography.scaling(reduction, reduction)
    # OpenCV samples four channels in nearly half the time of three.
    warped = cv2.warpPerspective(
        cv2.cvtColor(region, cv2.COLOR_BGR2BGRA),
        homography.to_opencv(matrix),
        (size[1], size[0]),
        flags=cv2.INTER_LINEAR,
        borderValue=(pad_val,) * 4,
    )
    return cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR)


def warp_mask(mask: np.ndarray, matrix: np.ndarray, size: tuple[int, int], pad_val: int) -> np.ndarray:
    """Samples a mask under a homography, taking the nearest pixel.

    Args:
        mask: uint8, H x W.
        matrix: From the mask to the output, 3 x 3.
        size: Height and width of the output.
        pad_val: Value of what lies outside the mask.

    Returns:
        uint8, height x width.
    """
    return cv2.warpPerspective(
        mask, homography.to_opencv(matrix), (size[1], size[0]), flags=cv2.INTER_NEAREST, borderValue=pad_val
    )
