"""What is known of a video before its frames are read."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import io
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import av
from av.stream import Disposition

from .errors import UnreadableMediaError
from .frame_normalizer import FirstFrame
from .hdr import LightLevels
from .pixel_limits import MAX_FRAME_PIXELS
from .planes import Layout, has_transparency
from .time_span import TimeSpan
from .timeline import Timeline

#: FFmpeg rounds rows up to multiples of this when it compares; frames are not much higher than wide.
_ALIGNMENT = 64
#: Attached files are in memory as long as a video is open, and it is opened several times.
_MAX_ATTACHED_BYTES = 1 << 28
#: Containers that tell nothing of the form of pixels.
_WITHOUT_ASPECT = ('mpegts', 'mpeg', 'mpegvideo', 'h264', 'hevc', 'flv')
#: Tags that name a stream, and names that muxers give to every stream.
_NAME_TAGS = ('title', 'name', 'filename', 'handler_name')
_USUAL_NAMES = ('VideoHandler', 'SoundHandler', 'SubtitleHandler', 'DataHandler', 'TimeCodeHandler')


@dataclasses.dataclass(frozen=True)
class AudioTrack:
    """What is known of one audio stream.

    Attributes:
        codec (str): Name of the codec.
        rate (int): Samples a second.
        channels (int): Number of channels.
        language (str): Three letters, empty when unknown.
    """

    codec: str
    rate: int
    channels: int
    language: str


@dataclasses.dataclass(frozen=True)
class StreamInfo:
    """What is known of one stream of a file.

    Attributes:
        index (int): Its number in the file.
        kind (str): ``'video'``, ``'cover'`` (a still picture beside the video), ``'audio'``, ``'subtitle'``,
            ``'chapters'`` (a text track that repeats them), ``'time code'``, ``'attachment'`` or ``'data'``.
        codec (str): Name of the codec; empty when unknown.
        name (str): What the file calls it; empty when it does not.
    """

    index: int
    kind: str
    codec: str
    name: str

    def __str__(self) -> str:
        details = ', '.join(filter(None, (self.name, self.codec)))
        return f'{self.kind} stream' + (f' ({details})' if details else '')


@dataclasses.dataclass(frozen=True)
class VideoInfo:
    """What is known of a video before its frames are read.

    Attributes:
        path (str): The file.
        width (int): Width of the upright frames in pixels.
        height (int): Height of the upright frames in pixels.
        fps (Fraction): Frames a second, on average when they vary.
        duration (Fraction | None): Seconds, None when the file does not tell.
        frames (int | None): Number of frames, estimated unless the file tells; None when there is no way.
        orientation (int): How the stored frames are turned, as an EXIF orientation, 1 to 8.
        codec (str): Name of the video codec.
        pixel_format (str): FFmpeg's name of the stored pixel format.
        time_base (Fraction): Seconds a tick of the stream's clock takes.
        start (Fraction): Seconds on the file's clock at which it starts; frame times count from here.
        sample_aspect_ratio (Fraction): Width by height of an upright frame's pixel.
        colour (tuple[int, int, int, int]): FFmpeg's codes of matrix, range, primaries and transfer.
        light (LightLevels | None): What an HDR10 video tells of its display and its brightest pictures.
        audio (tuple[AudioTrack, ...]): The audio streams.
        metadata (dict[str, str]): The file's tags.
        stream (int): Number of the stream in the file.
        streams (tuple[StreamInfo, ...]): All streams of the file.
        timeline (Timeline): Where the file's clock jumps; times are corrected for it.
        span (TimeSpan | None): The part of the video that is read, None for all of it. What is written like
            this video has its start as time 0.
    """

    path: str
    width: int
    height: int
    fps: Fraction
    duration: Fraction | None
    frames: int | None
    orientation: int
    codec: str
    pixel_format: str
    time_base: Fraction
    start: Fraction
    sample_aspect_ratio: Fraction
    colour: tuple[int, int, int, int]
    light: LightLevels | None
    audio: tuple[AudioTrack, ...]
    metadata: dict[str, str]
    stream: int = 0
    streams: tuple[StreamInfo, ...] = ()
    timeline: Timeline = dataclasses.field(default_factory=Timeline, repr=False)
    span: TimeSpan | None = None

    @property
    def bit_depth(self) -> int:
        """Bits of a sample, 8 to 16."""
        return Layout.of(self.pixel_format).bits

    @property
    def has_transparency(self) -> bool:
        """Whether the pictures have transparency, which :class:`VideoWriter` leaves out."""
        return has_transparency(av.VideoFormat(self.pixel_format))

    @property
    def rotation(self) -> int:
        """Degrees by which the stored frames are turned clockwise to be upright: 0, 90, 180 or 270."""
        return {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}.get(self.orientation, 0)


def open_video(path: str | os.PathLike, max_pixels: int = MAX_FRAME_PIXELS) -> av.container.InputContainer:
    """Opens a file for reading, with errors that name it.

    Args:
        path (str | os.PathLike): The file.
        max_pixels (int): FFmpeg takes no memory for larger frames, whenever they come.

    Raises:
        FileNotFoundError: There is no such file.
        UnreadableMediaError: The file cannot be opened as a video.
    """
    name = os.fspath(path)
    try:
        if os.path.getsize(name) == 0:
            raise UnreadableMediaError(name, 'is empty (0 bytes)')
        # Tags in other encodings than UTF-8 must not keep a video from being read.
        container = av.open('file:' + name, metadata_errors='replace', options=_limits(max_pixels))
        attached = sum(len(stream.data or b'') for stream in container.streams.attachments)
        if attached > _MAX_ATTACHED_BYTES:
            container.close()
            raise UnreadableMediaError(
                name,
                f'has attached files of {attached:,} bytes, more than {_MAX_ATTACHED_BYTES:,}; take them out',
            )
        for stream in container.streams.video:
            if stream.codec_context is not None:
                stream.codec_context.options = _limits(max_pixels)
        return container
    except (FileNotFoundError, av.error.FileNotFoundError):
        raise FileNotFoundError(f'{name}: there is no such file') from None
    except av.error.InvalidDataError:
        raise UnreadableMediaError(
            name, 'is not a video, or its index is missing because it was cut off'
        ) from None
    except (OSError, ValueError, av.FFmpegError) as error:
        if isinstance(error, UnreadableMediaError):
            raise
        raise UnreadableMediaError(
            name, f'cannot be read: {getattr(error, "strerror", None) or error}'
        ) from error


def _limits(max_pixels: int) -> dict[str, str]:
    """FFmpeg's limit, with room for the columns to which it rounds rows up."""
    return {'max_pixels': str(max_pixels + _ALIGNMENT * math.isqrt(4 * max_pixels))}


def read_info(
    name: str,
    container: av.container.InputContainer,
    stream: av.VideoStream,
    first: FirstFrame,
    timeline: Timeline,
) -> VideoInfo:
    """Gathers what the header and the first frame tell.

    Args:
        name (str): The file.
        container (av.container.InputContainer): The open file.
        stream (av.VideoStream): Its video.
        first (FirstFrame): The first picture, for what only pictures tell.
        timeline (Timeline): Where the file's clock jumps.

    Returns:
        VideoInfo: What is known of the video.
    """
    time_base = Fraction(stream.time_base)
    orientation = first.orientation
    width, height = first.width, first.height
    aspect = first.aspect
    if orientation >= 5:
        width, height, aspect = height, width, 1 / aspect
    fps = Fraction(stream.average_rate or stream.base_rate or 25)
    if timeline.jumps and timeline.steps.get(stream.index):  # Rates in headers are averages over the jumps.
        fps = Fraction(1 / timeline.steps[stream.index]).limit_denominator(1001)
    start = Fraction(container.start_time or 0, av.time_base)
    duration = _promised_duration(container, stream)
    if timeline.jumps:
        duration = Fraction(timeline.seconds).limit_denominator(1_000_000)
    frames = stream.frames or timeline.packets.get(stream.index)
    frames = frames or (round(duration * fps) if duration else None)
    return VideoInfo(
        path=name,
        width=width,
        height=height,
        fps=fps,
        duration=duration,
        frames=frames,
        orientation=orientation,
        codec=stream.codec_context.name,
        pixel_format=first.pixel_format,
        time_base=time_base,
        # On the video's clock, so that the times of frames stay whole numbers of ticks.
        start=round(start / time_base) * time_base,
        sample_aspect_ratio=aspect,
        colour=first.colour,
        light=first.light,
        audio=tuple(_describe_audio(track) for track in container.streams.audio),
        metadata=dict(container.metadata),
        stream=stream.index,
        streams=describe_streams(container),
        timeline=timeline,
    )


def describe_streams(container: av.container.InputContainer) -> tuple[StreamInfo, ...]:
    """Describes all streams of an open file, in its order."""
    return tuple(
        StreamInfo(
            stream.index,
            _stream_kind(stream),
            (stream.codec_context.name if stream.codec_context is not None else _codec_name(stream)) or '',
            _stream_name(stream.metadata),
        )
        for stream in container.streams
    )


def demux(container: av.container.InputContainer, streams: Sequence[av.stream.Stream]) -> Iterator[av.Packet]:
    """Yields the packets of streams of an open file, and an empty one of each at the end.

    Args:
        container (av.container.InputContainer): The file.
        streams (Sequence[av.stream.Stream]): Its streams.

    Yields:
        av.Packet: The next packet.

    Raises:
        av.FFmpegError: The file cannot be read on, or has streams that begin in the middle of it: then all
            packets of the others have come.
    """
    # Behind the last packet PyAV fails on streams that turned up on the way, or does not, by chance.
    with contextlib.suppress(IndexError):
        yield from container.demux(streams)
    if _has_further_streams(container):
        raise av.error.InvalidDataError(errno.EINVAL, 'further streams begin in the middle of it')


def _has_further_streams(container: av.container.InputContainer) -> bool:
    # PyAV lists the streams that a file begins with, and refuses numbers beyond those that FFmpeg has by now.
    # FFmpeg's log would tell, too, but threads that decode must not wait for Python in it.
    with av.open(io.BytesIO(), 'w', format='matroska') as other:
        streams = [other.add_data_stream() for _ in range(len(container.streams) + 1)]
        try:
            next(container.demux(streams[-1]), None)
        except (av.FFmpegError, IndexError):
            return True
        except ValueError:
            return False
    return True


def _codec_name(stream: av.stream.Stream) -> str | None:
    # PyAV asks the codec for what the stream lacks, and some have none.
    name = getattr(stream, 'name', None)
    return name if stream.type == 'data' and name != 'bin_data' else None


def _stream_name(tags: Mapping[str, str]) -> str:
    names = (tags.get(key, '').strip() for key in _NAME_TAGS)
    return next((name for name in names if name and name not in _USUAL_NAMES), '')


def _stream_kind(stream: av.stream.Stream) -> str:
    if stream.type == 'video' and stream.disposition & Disposition.timed_thumbnails:
        return 'data'  # Pictures of chapters.
    if stream.type == 'video' and stream.disposition & Disposition.attached_pic:
        return 'cover'
    if stream.type in ('video', 'audio', 'subtitle', 'attachment'):
        return stream.type
    chapters = stream.container.chapters() if getattr(stream, 'name', None) == 'bin_data' else []
    if chapters and stream.frames == len(chapters):
        return 'chapters'
    return 'time code' if any(key.lower() == 'timecode' for key in stream.metadata) else 'data'


def stated_aspect(container: av.container.InputContainer, stream: av.VideoStream) -> Fraction | None:
    """Returns the width by height of pixels that the container states; None where only the pictures tell."""
    if container.format.name in _WITHOUT_ASPECT:  # What FFmpeg says is that of any picture it has looked at.
        return None
    return Fraction(stream.sample_aspect_ratio or 1)


def _promised_duration(container: av.container.InputContainer, stream: av.VideoStream) -> Fraction | None:
    if container.format.name == 'avi' and stream.frames and stream.average_rate:
        return stream.frames / Fraction(stream.average_rate)  # FFmpeg's is what the size of the file allows.
    if stream.duration:
        return stream.duration * Fraction(stream.time_base)
    if container.duration:
        return Fraction(container.duration, av.time_base)
    return None


def _describe_audio(stream: av.AudioStream) -> AudioTrack:
    context = stream.codec_context
    if context is None:
        return AudioTrack('unknown', 0, 0, stream.metadata.get('language', ''))
    return AudioTrack(context.name, context.rate, context.channels, stream.metadata.get('language', ''))
