"""Pictures of a video as it stores them: a plane of brightness and two, mostly smaller ones, of colour."""

from __future__ import annotations

from typing import NamedTuple

import av
import cv2
import numpy as np

#: FFmpeg's codes of what pictures are in that tell nothing else.
BT601, LIMITED = 5, 1
#: Threads that FFmpeg's scaler may take for a picture. It writes beyond the end of a row, in buffers as PyAV
#: makes them into the next one. From top to bottom the next row mends that; several threads leave it.
SCALER_THREADS = 1
#: Pixels across and down for one sample of colour, as the names of pixel formats tell it.
_SUBSAMPLINGS = {
    (1, 1): '444',
    (2, 1): '422',
    (2, 2): '420',
    (1, 2): '440',
    (4, 1): '411',
    (4, 4): '410',
}


class Layout(NamedTuple):
    """How planes are laid out.

    Attributes:
        bits (int): Bits of a sample, 8 to 16.
        across (int): Columns of pixels that share a sample of colour.
        down (int): Rows of pixels that share a sample of colour.
    """

    bits: int
    across: int
    down: int

    @property
    def name(self) -> str:
        """FFmpeg's name of the pixel format, such as ``yuv420p10le``."""
        return f'yuv{_SUBSAMPLINGS[self.across, self.down]}p' + (f'{self.bits}le' if self.bits > 8 else '')

    @property
    def dtype(self) -> np.dtype:
        """Of the planes' samples."""
        return np.dtype(np.uint8 if self.bits == 8 else '<u2')

    @classmethod
    def of(cls, pixel_format: str) -> Layout:
        """Returns the layout that holds all that pictures of a pixel format hold, apart from transparency."""
        form = av.VideoFormat(pixel_format)
        bits = max([8, *(min(part.bits, 16) for part in form.components)])
        if is_rgb(form):
            return cls(bits, 1, 1)
        if is_grey(form):  # The colours hold nothing.
            return cls(bits, 2, 2)
        return cls(bits, 64 // form.chroma_width(64), 64 // form.chroma_height(64))


def is_grey(form: av.VideoFormat) -> bool:
    """Tells whether pictures of a pixel format have brightness only."""
    return not form.has_palette and sum(not part.is_alpha for part in form.components) == 1


def is_rgb(form: av.VideoFormat) -> bool:
    """Tells whether pictures of a pixel format are in RGB, directly or by a palette."""
    return form.is_rgb or form.has_palette


def has_transparency(form: av.VideoFormat) -> bool:
    """Tells whether pictures of a pixel format have transparency."""
    return any(part.is_alpha for part in form.components)


def to_yuv(bgr: np.ndarray, layout: Layout, matrix: int | None, colour_range: int | None) -> av.VideoFrame:
    """Converts pixels to planes.

    Args:
        bgr (np.ndarray): (H, W, 3) uint8, BGR.
        layout (Layout): Of the planes.
        matrix (int | None): FFmpeg's code of the coefficients; None means BT.601.
        colour_range (int | None): 1 limited, 2 full; None means limited.

    Returns:
        av.VideoFrame: The picture.
    """
    height, width = bgr.shape[:2]
    is_plain = layout == (8, 2, 2) and matrix in (None, BT601) and colour_range in (None, LIMITED)
    if is_plain and height % 2 == width % 2 == 0:  # Faster, and without swscale's loss of a level or two.
        return av.VideoFrame.from_ndarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420), format='yuv420p')
    image = av.VideoFrame.from_ndarray(np.ascontiguousarray(bgr), format='bgr24')
    # As a tag, since as an argument PyAV 17 does not take all of them.
    image.colorspace = matrix or BT601
    return image.reformat(format=layout.name, dst_color_range=colour_range or LIMITED, threads=SCALER_THREADS)


def split_planes(image: av.VideoFrame, layout: Layout) -> list[np.ndarray]:
    """Copies the planes of a picture whose pixel format is that of ``layout``.

    Returns:
        list[np.ndarray]: Brightness (H, W), and two colours that are smaller by ``layout``; uint8 or uint16.
    """
    sizes = [(image.height, image.width)] + 2 * [_colour_size(image.height, image.width, layout)]
    return [_view(image, index, size, layout.dtype).copy() for index, size in enumerate(sizes)]


def join_planes(planes: list[np.ndarray], layout: Layout) -> av.VideoFrame:
    """Makes a picture of planes, see :func:`split_planes`."""
    height, width = planes[0].shape
    image = av.VideoFrame(width, height, layout.name)
    for index, plane in enumerate(planes):
        _view(image, index, plane.shape, layout.dtype)[:] = plane
    return image


def grey_to_yuv(image: av.VideoFrame) -> av.VideoFrame:
    """Adds the planes of colour to a grey picture; its brightness stays as it is.

    FFmpeg's scaler takes all grey for full range, also where it is tagged as limited.
    """
    layout = Layout.of(image.format.name)
    form = 'gray' if layout.bits == 8 else f'gray{layout.bits}le'
    if image.format.name != form:
        image = image.reformat(format=form, threads=SCALER_THREADS)
    height, width = image.height, image.width
    grey = _view(image, 0, (height, width), layout.dtype)
    colour = np.full(_colour_size(height, width, layout), 1 << (layout.bits - 1), layout.dtype)
    result = join_planes([grey, colour, colour], layout)
    result.pts, result.time_base, result.duration = image.pts, image.time_base, image.duration
    result.colorspace, result.color_range = image.colorspace, image.color_range
    result.color_primaries, result.color_trc = image.color_primaries, image.color_trc
    return result


def pad_planes(planes: list[np.ndarray], size: tuple[int, int], layout: Layout) -> list[np.ndarray]:
    """Adds rows below and columns on the right, copies of the last ones, up to a size (H, W)."""
    sizes = [size, _colour_size(*size, layout), _colour_size(*size, layout)]
    return [
        plane
        if plane.shape == wanted
        else np.pad(plane, [(0, new - old) for new, old in zip(wanted, plane.shape)], mode='edge')
        for plane, wanted in zip(planes, sizes)
    ]


def patch_planes(
    planes: list[np.ndarray],
    bgr: np.ndarray,
    boxes: np.ndarray,
    layout: Layout,
    matrix: int | None,
    colour_range: int | None,
) -> None:
    """Puts parts of a picture into planes, in place.

    Args:
        planes (list[np.ndarray]): As of :func:`split_planes`.
        bgr (np.ndarray): (H, W, 3) uint8, BGR.
        boxes (np.ndarray): (N, 4) int, ``x0, y0, x1, y1``, ends excluded; what is outside the picture is cut
            off. They grow to whole samples of colour.
        layout (Layout): Of the planes.
        matrix (int | None): See :func:`to_yuv`.
        colour_range (int | None): See :func:`to_yuv`.
    """
    height, width = bgr.shape[:2]
    across, down = layout.across, layout.down
    for x0, y0, x1, y1 in np.asarray(boxes, int).reshape(-1, 4).tolist():
        left, top = max(x0, 0) // across * across, max(y0, 0) // down * down
        right, bottom = min(-(-x1 // across) * across, width), min(-(-y1 // down) * down, height)
        if left >= right or top >= bottom:
            continue
        parts = split_planes(to_yuv(bgr[top:bottom, left:right], layout, matrix, colour_range), layout)
        for plane, part, (step_x, step_y) in zip(planes, parts, [(1, 1), (across, down), (across, down)]):
            y, x = top // step_y, left // step_x
            plane[y : y + part.shape[0], x : x + part.shape[1]] = part


def _colour_size(height: int, width: int, layout: Layout) -> tuple[int, int]:
    return -(-height // layout.down), -(-width // layout.across)


def _view(image: av.VideoFrame, index: int, size: tuple[int, int], dtype: np.dtype) -> np.ndarray:
    """The samples of a plane, without what each row is padded with."""
    plane = image.planes[index]
    rows = np.frombuffer(plane, dtype).reshape(plane.height, -1)
    if plane.line_size < 0:  # Stored from the last row to the first.
        rows = rows[::-1]
    return rows[: size[0], : size[1]]
