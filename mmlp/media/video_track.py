"""One stream of pictures of a video that is written: from frames to coded packets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import av

from .codecs import CODECS
from .frame_coding import FrameCoder
from .limits import LARGE_FRAME
from .side_data import not_carried
from .video import Frame
from .video_info import VideoInfo

#: Codecs that take 4:2:0 pictures of odd width and height; the others get one more row or column.
_ODD_SIZES = ('libvpx-vp9', 'mpeg4')
#: Frames that are asked for what they tell beside their pixels: the first ones, and then one in so many.
_FIRST_FRAMES, _STEP = 4, 64
#: MPEG-4 part 2 counts time in 16 bits; this divides the clocks of all common frame rates.
_MPEG4_TIME_BASE = Fraction(1, 60000)


def default_codec(container: str, like: VideoInfo | None) -> str:
    """Returns the short name of the codec that players of a container play, and that holds what a video has.

    Args:
        container (str): FFmpeg's name of the container.
        like (VideoInfo | None): The video.

    Returns:
        str: A key of ``CODECS``; for more than 8 bits a sample one that has them.
    """
    is_deep = like is not None and like.bit_depth > 8
    if container == 'webm':
        return 'av1' if is_deep else 'vp9'
    return 'hevc' if is_deep else 'h264'


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


#: Options of encoders, and parameters of their own, for large frames: hardly any are held.
_LARGE = {'libx264': {'rc-lookahead': '1', 'bf': '0', 'mbtree': '0'}, 'libvpx-vp9': {'lag-in-frames': '0'}}
_LARGE_PARAMETERS = {
    'libx265': {'x265-params': 'rc-lookahead=0:bframes=0:frame-threads=1:pools=2'},
    'libsvtav1': {'svtav1-params': 'lookahead=0:lp=2'},
}
_THREADS_OF_LARGE = 2


class VideoTrack:
    """Codes the frames of one stream.

    Args:
        output (av.container.OutputContainer): Gets the stream; no packet must have been written yet.
        shape (tuple[int, ...]): Of the frames, (height, width, 3).
        fps (Fraction): Frames a second, where they do not tell.
        like (VideoInfo | None): Source of clock, colours and pixel aspect.
        encoder (str): Name of the encoder, see :func:`find_encoder`.
        options (Mapping[str, str]): Options of the encoder.
        most_bits (int | None): See :class:`~mmlp.media.frame_coding.FrameCoder`.
        threads (int): Threads that encode; 0 leaves it to FFmpeg.

    Attributes:
        stream (av.VideoStream): The stream.
        frames (int): Number of frames so far.

    Raises:
        ValueError: The container cannot hold the codec, or the encoder takes RGB only.
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
        most_bits: int | None = 8,
        threads: int = 0,
    ) -> None:
        self.frames = 0
        self._like, self._fps, self._shape = like, fps, shape
        self._last_tick = -1
        self._durations: dict[int, int] = {}
        height, width = shape[:2]
        if encoder not in _ODD_SIZES:
            height, width = height + height % 2, width + width % 2
        self._coder = FrameCoder(like, encoder, (height, width), most_bits=most_bits)
        self._left_out: set[str] = set()
        try:
            self.stream = output.add_stream(encoder, rate=fps)
        except ValueError as error:
            raise ValueError(f'{error}; choose another codec or suffix') from None
        context = self.stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, self._coder.pixel_format
        context.time_base = self._choose_time_base(encoder)
        context.thread_count = threads
        context.options = _merge(options, self._coder.options)
        if height * width > LARGE_FRAME:  # Encoders look ahead as far, and hold as many frames, as they may.
            context.thread_count = min(threads or _THREADS_OF_LARGE, _THREADS_OF_LARGE)
            context.options = {
                **_merge(context.options, _LARGE_PARAMETERS.get(encoder, {})),
                **_LARGE.get(encoder, {}),
            }
        if like is not None:
            context.sample_aspect_ratio = like.sample_aspect_ratio
        colour = self._coder.colour
        context.colorspace, context.color_range, context.color_primaries, context.color_trc = colour
        if context.codec.canonical_name == 'hevc' and output.format.name in ('mp4', 'mov'):
            context.codec_tag = 'hvc1'  # Apple's players know no other.

    @property
    def notes(self) -> list[str]:
        """What the stream lacks or has otherwise than its source, a phrase each."""
        return self._coder.notes + [f'left out: {what}' for what in sorted(self._left_out)]

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
        # Not each one: looking at side data makes cycles, which Python frees late.
        if frame.source is not None and (self.frames < _FIRST_FRAMES or self.frames % _STEP == 0):
            self._left_out |= not_carried(frame.source)
        image = self._coder.convert(frame)
        image.pts, image.time_base = tick, time_base
        packets = self._timed(self.stream.encode(image))
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

    def _timed(self, packets: list[av.Packet]) -> list[av.Packet]:
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts, packet.duration)
        return packets


def _merge(options: Mapping[str, str], parameters: Mapping[str, str]) -> dict[str, str]:
    """Adds an encoder's own parameters to those that are given."""
    added = {key: ':'.join(filter(None, [options.get(key), value])) for key, value in parameters.items()}
    return {**options, **added}
