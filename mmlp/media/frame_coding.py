"""From frames to the pictures that an encoder takes: bit depth, resolution of colours, and their tags."""

from __future__ import annotations

import re

import av
import numpy as np

from .hdr import SDR_COLOUR, SdrConverter, is_hdr, undo_view
from .orientation import apply_orientation
from .planes import (
    BT601,
    SCALER_THREADS,
    Layout,
    is_rgb,
    join_planes,
    pad_planes,
    patch_planes,
    split_planes,
    to_yuv,
)
from .video import Frame
from .video_info import VideoInfo

#: FFmpeg's codes of colour matrices, and the nearest ones that its scaler knows.
_MATRICES = {1: 1, 4: 4, 5: BT601, 6: BT601, 7: 7, 9: 9, 10: 9}
_UNSPECIFIED_COLOUR = (2, 0, 2, 2)
_BT709, _LIMITED = 1, 1
#: Codes that mean nothing, or RGB, which is not what is written.
_NO_MATRIX, _RESERVED = (0, 3), (0, 3)
_PLANAR = re.compile(r'yuv4\d\dp(\d+le)?')
#: Formats of hardware encoders that hold the same as planes do.
_SEMI_PLANAR = {'nv12': Layout(8, 2, 2), 'nv16': Layout(8, 2, 1), 'p010le': Layout(10, 2, 2)}
_PLAIN = Layout(8, 2, 2)
#: Encoders that cannot tell whether the range of brightness is full: players take it for limited.
_LIMITED_ONLY = ('mpeg4', 'mpeg2video')


class FrameCoder:
    """Turns frames into the pictures that an encoder takes, as near to the source as it can.

    Frames that name what was touched keep the source's samples elsewhere.

    Args:
        like (VideoInfo | None): The source; None for 8 bits and 4:2:0.
        encoder (str): FFmpeg's name of the encoder.
        size (tuple[int, int]): Height and width of the pictures, not less than of the frames.
        most_bits (int | None): Bits of a sample that players of the codec can play; then colours are 4:2:0,
            for the same reason. None uses all that the encoder knows.

    Attributes:
        pixel_format (str): Of the pictures.
        colour (tuple[int, int, int, int]): FFmpeg's codes of matrix, range, primaries and transfer.
        options (dict[str, str]): Parameters of the encoder, to be added to options of these names.
        notes (list[str]): What the pictures have otherwise than the source, a phrase each.

    Raises:
        ValueError: The encoder takes RGB only.
    """

    def __init__(
        self, like: VideoInfo | None, encoder: str, size: tuple[int, int], most_bits: int | None
    ) -> None:
        self.notes: list[str] = []
        self.options: dict[str, str] = {}
        self._size = size
        self._orientation, self._transfer = 1, _UNSPECIFIED_COLOUR[3]
        self._sdr: SdrConverter | None = None
        source = _PLAIN
        if like is not None:
            source = Layout.of(like.pixel_format)
            self._orientation, self._transfer = like.orientation, like.colour[3]
        layout, self.pixel_format = _choose_format(source, encoder, most_bits)
        self._layout = layout
        self.colour = self._signal = _UNSPECIFIED_COLOUR if like is None else _colour(like)
        if like is not None:
            self._note_differences(like, source, layout)
            if self.colour[1] > _LIMITED and encoder in _LIMITED_ONLY:
                self.colour = self._signal = self.colour[0], _LIMITED, *self.colour[2:]
                self.notes.append('changed: full range of brightness to limited')
            if is_hdr(self.colour) and source.bits > 8 and layout.bits == 8:
                self._sdr = SdrConverter(self._signal, self.pixel_format)
                self.colour = SDR_COLOUR
                self._layout = Layout(source.bits, 2, 2)
                self.notes.append('changed: HDR to SDR, which the codec can show')
            elif like.light is not None:
                option = like.light.options(encoder)
                self.options = dict([option] if option else [])
                self.notes += [] if option else ['left out: light levels of HDR10']
        if self._orientation >= 5 and layout.across != layout.down:
            # Turned, the colours are reduced in the other direction: they are held in full on the way.
            self._layout = Layout(self._layout.bits, 1, 1)
        self._matrix = _MATRICES.get(self._signal[0])
        self._range = self._signal[1] or None

    def convert(self, frame: Frame) -> av.VideoFrame:
        """Converts the next frame.

        Raises:
            av.FFmpegError: FFmpeg cannot convert it.
        """
        planes = None
        if frame.touched is not None and frame.source is not None:
            planes = self._source_planes(frame.source)
            if planes[0].shape != frame.bgr.shape[:2]:
                planes = None
        if planes is None:
            bgr = undo_view(frame.bgr, self._transfer)
            planes = split_planes(to_yuv(bgr, self._layout, self._matrix, self._range), self._layout)
        elif len(frame.touched):
            bgr = undo_view(frame.bgr, self._transfer)
            patch_planes(planes, bgr, frame.touched, self._layout, self._matrix, self._range)
        image = join_planes(pad_planes(planes, self._size, self._layout), self._layout)
        if self._sdr is not None:
            image = self._sdr.convert(image)
        image = image.reformat(format=self.pixel_format, threads=SCALER_THREADS)
        # Some encoders, of ProRes for one, take tags from pictures only.
        image.colorspace, image.color_range = self.colour[:2]
        image.color_primaries, image.color_trc = self.colour[2:]
        return image

    def _source_planes(self, source: av.VideoFrame) -> list[np.ndarray]:
        """Copies a stored picture's planes, turned upright."""
        is_alike = source.format.name.replace('yuvj', 'yuv') == self._layout.name
        if not is_alike or (source.color_range or _LIMITED) != (self._range or _LIMITED):
            source = source.reformat(
                format=self._layout.name,
                dst_colorspace=self._matrix,
                dst_color_range=self._range,
                threads=SCALER_THREADS,
            )
        planes = split_planes(source, self._layout)
        return [apply_orientation(plane, self._orientation) for plane in planes]

    def _note_differences(self, like: VideoInfo, source: Layout, layout: Layout) -> None:
        form = av.VideoFormat(like.pixel_format)
        if layout.bits < source.bits:
            self.notes.append(f'changed: {layout.bits} bits a sample instead of {source.bits}')
        if is_rgb(form):
            self.notes.append('changed: RGB to YUV')
        if layout.across > source.across or layout.down > source.down:
            self.notes.append('changed: colours at a lower resolution (4:2:0)')
        if like.has_transparency:
            self.notes.append('left out: transparency')


def _choose_format(source: Layout, encoder: str, most_bits: int | None) -> tuple[Layout, str]:
    """Returns the layout of an encoder that is nearest to a source, and the name of the pixel format."""
    offered: dict[Layout, str] = {}
    forms = av.Codec(encoder, 'w').video_formats or ()
    for form in forms:
        if _PLANAR.fullmatch(form.name):
            offered[Layout.of(form.name)] = form.name
        elif form.name in _SEMI_PLANAR:
            offered.setdefault(_SEMI_PLANAR[form.name], form.name)
    if forms and not offered:
        raise ValueError(f'the encoder {encoder} takes no pictures in YUV; choose another codec')
    if most_bits is not None:
        played = [layout for layout in offered if layout[1:] == (2, 2) and layout.bits <= most_bits]
        offered = {layout: offered[layout] for layout in played} or offered

    def distance(layout: Layout) -> tuple[int, ...]:
        fewer = max(source.bits - layout.bits, 0)
        coarser = max(layout.across - source.across, 0) + max(layout.down - source.down, 0)
        return fewer, coarser, layout.bits, -layout.across * layout.down

    best = min(offered, key=distance, default=_PLAIN)
    return best, offered.get(best, _PLAIN.name)


def _colour(like: VideoInfo) -> tuple[int, int, int, int]:
    """The tags of the pictures: the source's, apart from what means nothing for planes of colour."""
    matrix, colour_range, primaries, transfer = like.colour
    if is_rgb(av.VideoFormat(like.pixel_format)):
        # Players take large pictures without tags for BT.709, and small ones for BT.601: both are told.
        matrix, colour_range = _BT709 if max(like.width, like.height) >= 1280 else 6, _LIMITED
    elif matrix in _NO_MATRIX or matrix > 14:
        matrix = _UNSPECIFIED_COLOUR[0]
    primaries, transfer = (2 if code in _RESERVED else code for code in (primaries, transfer))
    return matrix, colour_range if colour_range <= 2 else 0, primaries, transfer
