"""Frames of one size, form and colour, whatever happens in the middle of a video."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import av

from .filters import make_filters, take_times
from .hdr import is_hdr

#: FFmpeg's filters that turn stored pictures upright, by EXIF orientation.
_TURNS = {
    1: (),
    2: ('hflip',),
    3: ('hflip', 'vflip'),
    4: ('vflip',),
    5: ('transpose=cclock_flip',),
    6: ('transpose=clock',),
    7: ('transpose=clock_flip',),
    8: ('transpose=cclock',),
}
_UNDONE = {6: 8, 8: 6}
_UNSPECIFIED = 2
#: Codes of matrices that FFmpeg's scaler knows.
_MATRICES = (1, 4, 5, 6, 7, 9)
#: Kinds of frames for which filters are held ready, at most.
_MAX_GRAPHS = 4


class FrameKind(NamedTuple):
    """What must be the same for all frames of a video.

    Attributes:
        width (int): Stored columns.
        height (int): Stored rows.
        pixel_format (str): FFmpeg's name; ``yuvj...`` is ``yuv...`` of full range.
        aspect (Fraction): Width by height of a stored pixel.
        orientation (int): How the frame is stored, as an EXIF orientation.
        colour (tuple[int, int, int, int]): FFmpeg's codes of matrix, range, primaries and transfer.
    """

    width: int
    height: int
    pixel_format: str
    aspect: Fraction
    orientation: int
    colour: tuple[int, int, int, int]

    @classmethod
    def of(cls, frame: av.VideoFrame, aspect: Fraction, orientation: int) -> FrameKind:
        """Describes a frame."""
        name, colour_range = frame.format.name, int(frame.color_range)
        if name.startswith('yuvj'):
            name, colour_range = name.replace('yuvj', 'yuv'), 2
        colour = int(frame.colorspace), colour_range, int(frame.color_primaries), int(frame.color_trc)
        return cls(frame.width, frame.height, name, aspect, orientation, colour)

    @property
    def shape(self) -> tuple:
        """What is of size and form."""
        return self.width, self.height, self.aspect, self.orientation


class FrameFitter:
    """Brings later frames of a video to the size, orientation, pixel format and colours of the first.

    Those of another size or shape are scaled as they are shown, and padded with black.

    Attributes:
        notes (list[str]): What was changed.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._first: FrameKind | None = None
        self._graphs: dict[FrameKind, av.filter.Graph] = {}

    def fit(self, frame: av.VideoFrame, aspect: Fraction, orientation: int) -> av.VideoFrame:
        """Fits one frame.

        Args:
            frame (av.VideoFrame): The next frame, as decoded.
            aspect (Fraction): Width by height of a stored pixel.
            orientation (int): How it is stored, as an EXIF orientation.

        Returns:
            av.VideoFrame: The frame itself if it is like the first.

        Raises:
            av.FFmpegError: FFmpeg cannot convert it.
        """
        kind = FrameKind.of(frame, aspect, orientation)
        if self._first is None:
            self._first = kind
        if kind == self._first:
            return frame
        same_pixels = kind.pixel_format == self._first.pixel_format
        same_colour = not changes_of_colour(kind, self._first)
        if kind.shape == self._first.shape and same_pixels and same_colour:
            fitted = frame
        else:
            what = 'size or shape' if kind.shape != self._first.shape else 'pixel format or colours'
            note = f'changed: frames of another {what}, brought to that of the first'
            if note not in self.notes:
                self.notes.append(note)
            fitted = self._filter(frame, kind)
        _tag(fitted, self._first)
        return fitted

    def _filter(self, frame: av.VideoFrame, kind: FrameKind) -> av.VideoFrame:
        if kind not in self._graphs:
            if len(self._graphs) == _MAX_GRAPHS:
                del self._graphs[next(iter(self._graphs))]
            self._graphs[kind] = make_filters(frame, _steps(kind, self._first))
        graph = self._graphs[kind]
        graph.vpush(frame)
        fitted = graph.vpull()
        take_times(fitted, frame)
        return fitted


def fitted_size(kind: FrameKind, first: FrameKind) -> tuple[int, int]:
    """Returns width and height that an upright frame is scaled to: as large as fits into the first."""
    (width, height, aspect), (wide, high, pixel) = _upright(kind), _upright(first)
    shown = width * aspect / pixel
    factor = min(wide / shown, Fraction(high, height))
    return _near_even(shown * factor, wide), _near_even(height * factor, high)


def _near_even(length: Fraction, limit: int) -> int:
    """The nearest even length, for colours at half the resolution; the limit if it is as near."""
    even = max(2, round(length / 2) * 2)
    return limit if abs(limit - length) < 1 or even > limit else even


def _upright(kind: FrameKind) -> tuple[int, int, Fraction]:
    if kind.orientation >= 5:
        return kind.height, kind.width, 1 / kind.aspect
    return kind.width, kind.height, kind.aspect


def changes_of_colour(kind: FrameKind, first: FrameKind) -> dict[str, int]:
    """Returns the options of FFmpeg's filter ``scale`` for what both tell of colours and differs."""
    changes = {}
    wanted = first.colour
    matrices = {kind.colour[0], wanted[0]}
    if len(matrices) == 2 and matrices.issubset(_MATRICES) and matrices != {5, 6}:
        changes['out_color_matrix'] = wanted[0]
    if (kind.colour[1] or 1) != (wanted[1] or 1):
        changes['out_range'] = wanted[1] or 1
    if is_hdr(kind.colour) != is_hdr(wanted):  # Other differences of primaries and transfer are hardly seen.
        changes['out_primaries'] = wanted[2] if wanted[2] != _UNSPECIFIED else 9 if is_hdr(wanted) else 1
        changes['out_transfer'] = wanted[3] if wanted[3] != _UNSPECIFIED else 1
    return changes


def _tag(frame: av.VideoFrame, first: FrameKind) -> None:
    frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc = first.colour


def _steps(kind: FrameKind, first: FrameKind) -> list[str]:
    wide, high, _ = _upright(first)
    width, height = fitted_size(kind, first)
    scale = {'w': width, 'h': height, 'flags': 'bicubic', **changes_of_colour(kind, first)}
    return [
        *_TURNS[kind.orientation],
        'scale=' + ':'.join(f'{key}={value}' for key, value in scale.items()),
        f'format={first.pixel_format}',
        f'pad={wide}:{high}:(ow-iw)/2:(oh-ih)/2',
        *_TURNS[_UNDONE.get(first.orientation, first.orientation)],
    ]
