"""One stream of pictures of a video that is written: from frames to coded packets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import av
import cv2

from .planes import BT601, join_planes, patch_planes, source_planes, to_yuv
from .video import Frame
from .video_info import VideoInfo

#: Short names of codecs, the encoders in PyAV, and options that are fast and look like the source.
CODECS: dict[str, tuple[str, dict[str, str]]] = {
    'h264': ('libx264', {'crf': '20', 'preset': 'veryfast'}),
    'hevc': ('libx265', {'crf': '24', 'preset': 'veryfast', 'x265-params': 'log-level=error'}),
    'vp9': ('libvpx-vp9', {'crf': '31', 'b': '0', 'deadline': 'realtime', 'cpu-used': '6', 'row-mt': '1'}),
    'av1': ('libsvtav1', {'crf': '32', 'preset': '9'}),
    'mpeg4': ('mpeg4', {'qmin': '2', 'qmax': '5'}),
}
#: Codecs that take 4:2:0 pictures of odd width and height; the others get one more row or column.
_ODD_SIZES = ('libvpx-vp9', 'mpeg4')
#: MPEG-4 part 2 counts time in 16 bits; this divides the clocks of all common frame rates.
_MPEG4_TIME_BASE = Fraction(1, 60000)
#: FFmpeg's codes of colour matrices, and what its scaler calls them (PyAV's names differ between versions).
_MATRICES = {1: 1, 4: 4, 5: BT601, 6: BT601, 7: 7, 9: 9}
_UNSPECIFIED_COLOUR = (2, 0, 2, 2)


def find_encoder(codec: str) -> tuple[str, dict[str, str]]:
    """Returns the name of an encoder of FFmpeg, and its default options.

    Args:
        codec (str): A key of ``CODECS``, or the name of an encoder.

    Raises:
        ValueError: There is no such encoder.
    """
    name, options = CODECS.get(codec, (codec, {}))
    try:
        found = av.Codec(name, 'w')
    except ValueError:
        found = None
    if found is None or found.type != 'video':
        raise ValueError(f'codec must be one of {", ".join(CODECS)} or an encoder of FFmpeg, got {codec!r}')
    return name, options


class VideoTrack:
    """Codes the frames of one stream.

    Args:
        output (av.container.OutputContainer): Gets the stream; no packet must have been written yet.
        shape (tuple[int, ...]): Of the frames, (height, width, 3).
        fps (Fraction): Frames a second, where they do not tell.
        like (VideoInfo | None): Source of clock, colours and pixel aspect.
        encoder (str): Name of the encoder, see :func:`find_encoder`.
        options (Mapping[str, str]): Options of the encoder.
        threads (int): Threads that encode; 0 leaves it to FFmpeg.

    Attributes:
        stream (av.VideoStream): The stream.
        frames (int): Number of frames so far.

    Raises:
        ValueError: The container cannot hold the codec.
    """

    def __init__(
        self,
        output: av.container.OutputContainer,
        shape: tuple[int, ...],
        fps: Fraction,
        *,
        like: VideoInfo | None,
        encoder: str,
        options: Mapping[str, str],
        threads: int = 0,
    ) -> None:
        self.frames = 0
        self._like, self._fps, self._shape = like, fps, shape
        self._last_tick = -1
        self._durations: dict[int, int] = {}
        height, width = shape[:2]
        if encoder not in _ODD_SIZES:
            height, width = height + height % 2, width + width % 2
        self._size = height, width
        try:
            self.stream = output.add_stream(encoder, rate=fps)
        except ValueError as error:
            raise ValueError(f'{error}; choose another codec or suffix') from None
        context = self.stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, 'yuv420p'
        context.time_base = self._choose_time_base(encoder)
        context.thread_count = threads
        context.options = dict(options)
        colour, self._keeps_planes = _UNSPECIFIED_COLOUR, False
        if like is not None:
            self._keeps_planes = like.colour[0] in (_UNSPECIFIED_COLOUR[0], *_MATRICES)
            colour = like.colour if like.colour[0] in _MATRICES else (2, *like.colour[1:])
            context.sample_aspect_ratio = like.sample_aspect_ratio
        context.colorspace, context.color_range, context.color_primaries, context.color_trc = colour
        self._matrix = _MATRICES.get(colour[0])
        self._range = colour[1] or None

    def encode(self, frame: Frame) -> list[av.Packet]:
        """Codes the next frame; returns the packets that are ready.

        Raises:
            ValueError: The frame has another size than the first.
            av.FFmpegError: The encoder refuses it.
        """
        if frame.bgr.shape != self._shape:
            raise ValueError(f'frame {self.frames} has shape {frame.bgr.shape}, the first had {self._shape}')
        time_base = self.stream.codec_context.time_base
        tick = max(round(frame.time / time_base), self._last_tick + 1)
        self._last_tick = tick
        self._durations[tick] = max(1, round((frame.duration or 1 / self._fps) / time_base))
        picture = self._to_picture(frame)
        picture.pts, picture.time_base = tick, time_base
        packets = self._timed(self.stream.encode(picture))
        self.frames += 1
        return packets

    def flush(self) -> list[av.Packet]:
        """Returns the packets that the encoder still holds."""
        return self._timed(self.stream.encode(None))

    def _choose_time_base(self, encoder: str) -> Fraction:
        if self._like is None:
            return 1 / self._fps
        if encoder == 'mpeg4' and self._like.time_base.denominator > 65535:
            return _MPEG4_TIME_BASE
        return self._like.time_base

    def _to_picture(self, frame: Frame) -> av.VideoFrame:
        if frame.touched is not None and frame.source is not None and self._keeps_planes:
            planes = source_planes(frame.source, self._like.orientation)
            if planes is not None and planes[0].shape == self._size:
                patch_planes(planes, frame.bgr, frame.touched, self._matrix, self._range)
                return join_planes(planes)
        height, width = self._size
        bgr, (bottom, right) = frame.bgr, (height - frame.bgr.shape[0], width - frame.bgr.shape[1])
        if bottom or right:
            bgr = cv2.copyMakeBorder(bgr, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
        return to_yuv(bgr, self._matrix, self._range)

    def _timed(self, packets: list[av.Packet]) -> list[av.Packet]:
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts, packet.duration)
        return packets
