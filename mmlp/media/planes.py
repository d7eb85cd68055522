"""Pictures of a video as it stores them: a plane of brightness and two of colour at half the size (4:2:0)."""

from __future__ import annotations

import av
import cv2
import numpy as np

from .orientation import apply_orientation

#: FFmpeg's codes of what pictures are in that tell nothing else.
BT601, LIMITED = 5, 1


def to_yuv(bgr: np.ndarray, matrix: int | None, colour_range: int | None) -> av.VideoFrame:
    """Converts pixels to 4:2:0.

    Args:
        bgr (np.ndarray): (H, W, 3) uint8, BGR.
        matrix (int | None): Coefficients, as a code of FFmpeg's scaler; None means BT.601.
        colour_range (int | None): 1 limited, 2 full; None means limited.

    Returns:
        av.VideoFrame: The picture, of format ``yuv420p``.
    """
    height, width = bgr.shape[:2]
    is_plain = matrix in (None, BT601) and colour_range in (None, LIMITED)
    if is_plain and height % 2 == width % 2 == 0:  # Faster, and without swscale's loss of a level or two.
        return av.VideoFrame.from_ndarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420), format='yuv420p')
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(bgr), format='bgr24')
    return picture.reformat(format='yuv420p', dst_colorspace=matrix, dst_color_range=colour_range)


def source_planes(source: av.VideoFrame, orientation: int) -> list[np.ndarray] | None:
    """Copies the planes of a decoded picture, turned upright.

    Args:
        source (av.VideoFrame): A decoded picture.
        orientation (int): How it is stored, as an EXIF orientation.

    Returns:
        list[np.ndarray] | None: Brightness (H, W) and two colours (H / 2, W / 2), uint8. None for pictures
        of odd size or not in YUV.
    """
    if source.width % 2 or source.height % 2 or not source.format.name.startswith('yuv'):
        return None
    if source.format.name not in ('yuv420p', 'yuvj420p'):
        source = source.reformat(format='yuv420p')
    planes = split_planes(source)
    return [apply_orientation(plane, orientation) if orientation != 1 else plane for plane in planes]


def split_planes(picture: av.VideoFrame) -> list[np.ndarray]:
    """Copies the planes of a 4:2:0 picture of even size; three uint8 arrays."""
    width, height = picture.width, picture.height
    stacked = picture.to_ndarray()
    quarter = height * width // 4
    colours = stacked.reshape(-1)[height * width :]
    shape = (height // 2, width // 2)
    return [stacked[:height], colours[:quarter].reshape(shape), colours[quarter:].reshape(shape)]


def join_planes(planes: list[np.ndarray]) -> av.VideoFrame:
    """Makes a picture of format ``yuv420p`` of three planes."""
    height, width = planes[0].shape
    stacked = np.concatenate([plane.reshape(-1) for plane in planes]).reshape(height * 3 // 2, width)
    return av.VideoFrame.from_ndarray(stacked, format='yuv420p')


def patch_planes(
    planes: list[np.ndarray],
    bgr: np.ndarray,
    boxes: np.ndarray,
    matrix: int | None,
    colour_range: int | None,
) -> None:
    """Puts parts of a picture into planes, in place.

    Args:
        planes (list[np.ndarray]): As of :func:`source_planes`.
        bgr (np.ndarray): (H, W, 3) uint8, BGR.
        boxes (np.ndarray): (N, 4) int, ``x0, y0, x1, y1``, ends excluded; what is outside the picture is cut
            off. They grow to even coordinates, as colours come in squares of two pixels.
        matrix (int | None): See :func:`to_yuv`.
        colour_range (int | None): See :func:`to_yuv`.
    """
    height, width = bgr.shape[:2]
    for x0, y0, x1, y1 in np.asarray(boxes, int).reshape(-1, 4).tolist():
        left, top = max(x0, 0) // 2 * 2, max(y0, 0) // 2 * 2
        right, bottom = min(x1 + x1 % 2, width), min(y1 + y1 % 2, height)
        if left >= right or top >= bottom:
            continue
        parts = split_planes(to_yuv(bgr[top:bottom, left:right], matrix, colour_range))
        planes[0][top:bottom, left:right] = parts[0]
        for plane, part in zip(planes[1:], parts[1:]):
            plane[top // 2 : bottom // 2, left // 2 : right // 2] = part
