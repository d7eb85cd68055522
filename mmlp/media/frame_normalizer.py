"""Decoded pictures as the rest of the way expects them: whole, and all of one kind."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import deque
from collections.abc import Iterator
from fractions import Fraction

import av

from .deinterlace import Deinterlacer
from .frame_fitter import FrameFitter
from .hdr import LightLevels
from .planes import grey_to_yuv, is_grey
from .side_data import read_light_levels, read_orientation

#: FFmpeg's codes of matrices that its scaler knows, 2 for none told. It refuses pictures tagged with others.
_READABLE_MATRICES = (0, 1, 2, 4, 5, 6, 7, 9)
_RESERVED = (0, 3)
_UNSPECIFIED, _BT2020, _BT2020_CONSTANT = 2, 9, 10
_UNSPECIFIED_RANGE, _LIMITED, _FULL = 0, 1, 2


@dataclasses.dataclass(frozen=True)
class FirstFrame:
    """What the first picture of a video tells of all.

    Attributes:
        width (int): Stored columns.
        height (int): Stored rows.
        pixel_format (str): FFmpeg's name of the pixel format.
        aspect (Fraction): Width by height of its pixels.
        orientation (int): How it is stored, as an EXIF orientation.
        colour (tuple[int, int, int, int]): FFmpeg's codes of matrix, range, primaries and transfer, also
            those that its scaler refuses.
        light (LightLevels | None): What an HDR10 video tells of light.
    """

    width: int
    height: int
    pixel_format: str
    aspect: Fraction
    orientation: int
    colour: tuple[int, int, int, int]
    light: LightLevels | None


class FrameNormalizer:
    """Deinterlaces pictures, gives grey ones colours, and brings all to the kind of the first.

    What it hands out has tags of colour that FFmpeg's scaler can read.

    Attributes:
        first (FirstFrame | None): The first picture, as it was decoded.
    """

    def __init__(self) -> None:
        self.first: FirstFrame | None = None
        self._deinterlacer, self._fitter = Deinterlacer(), FrameFitter()
        self._orientation, self._rotation = 1, None
        self._shapes: deque[tuple[Fraction, int]] = deque()

    @property
    def notes(self) -> list[str]:
        """What was changed so far, a phrase each."""
        interlaced = ['changed: interlaced, now one whole picture a frame'] if self._deinterlacer.used else []
        return interlaced + self._fitter.notes

    def push(self, image: av.VideoFrame, aspect: Fraction) -> Iterator[av.VideoFrame]:
        """Takes the next picture and hands out those that are ready.

        Args:
            image (av.VideoFrame): As decoded.
            aspect (Fraction): Width by height of its pixels.

        Raises:
            av.FFmpegError: FFmpeg cannot convert it.
        """
        if is_grey(image.format) and image.color_range != _LIMITED:
            image.color_range = _FULL  # So FFmpeg means it where nothing is told.
        self._follow_orientation(image)
        if self.first is None:
            self.first = _describe(image, aspect, self._orientation)
        _make_readable(image)
        self._shapes.append((aspect, self._orientation))
        try:
            ready = self._deinterlacer.push(image)
        except av.FFmpegError:
            self._shapes.pop()
            raise
        for whole in ready:
            yield self._fit(whole)

    def restart(self) -> None:
        """Forgets pictures that are held back, before some from another place; the first stays the first."""
        with contextlib.suppress(av.FFmpegError):
            self._deinterlacer.flush()
        self._shapes.clear()

    def _follow_orientation(self, image: av.VideoFrame) -> None:
        # Side data is looked at when it has changed only: from then on Python's collector of cycles alone can
        # free the picture, and that takes its time.
        rotation = image.rotation
        if rotation != self._rotation and (rotation or image.key_frame or self.first is None):
            # What a codec tells holds up to the next key frame.
            self._orientation, self._rotation = read_orientation(image) or 1, rotation

    def flush(self) -> Iterator[av.VideoFrame]:
        """Hands out what is left at the end.

        Raises:
            av.FFmpegError: FFmpeg cannot convert it.
        """
        for whole in self._deinterlacer.flush():
            yield self._fit(whole)

    def _fit(self, whole: av.VideoFrame) -> av.VideoFrame:
        aspect, orientation = self._shapes.popleft()
        return self._fitter.fit(grey_to_yuv(whole) if is_grey(whole.format) else whole, aspect, orientation)


def _describe(image: av.VideoFrame, aspect: Fraction, orientation: int) -> FirstFrame:
    names = ('colorspace', 'color_range', 'color_primaries', 'color_trc')
    return FirstFrame(
        image.width,
        image.height,
        image.format.name,
        aspect,
        orientation,
        tuple(int(getattr(image, name)) for name in names),
        read_light_levels(image),
    )


def _make_readable(image: av.VideoFrame) -> None:
    if image.colorspace not in _READABLE_MATRICES:
        image.colorspace = _BT2020 if image.colorspace == _BT2020_CONSTANT else _UNSPECIFIED
    if image.color_range not in (_UNSPECIFIED_RANGE, _LIMITED, _FULL):
        image.color_range = _UNSPECIFIED_RANGE
    if image.color_primaries in _RESERVED:
        image.color_primaries = _UNSPECIFIED
    if image.color_trc in _RESERVED:
        image.color_trc = _UNSPECIFIED
