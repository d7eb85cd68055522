"""Videos out: the frames' own times, the audio of the source, and a file that appears when it is complete."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np

from .atomic import part_path, publish
from .audio import AudioCopier
from .errors import MediaWriteError
from .formats import HEAD_BYTES, sniff_container, suffix_kind
from .metadata import MetadataFilter
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
#: Suffixes that can be written, and FFmpeg's names of the containers. AVI is not among them: it has neither
#: times of frames nor a fixed place for them, so that nothing this class promises would hold.
CONTAINERS = {
    '.mp4': 'mp4',
    '.m4v': 'mp4',
    '.mov': 'mov',
    '.mkv': 'matroska',
    '.webm': 'webm',
    '.ts': 'mpegts',
    '.mts': 'mpegts',
    '.m2ts': 'mpegts',
}
_DEFAULT_CODECS = {'webm': 'vp9'}
#: Codecs that take 4:2:0 pictures of odd width and height; the others get one more row or column.
_ODD_SIZES = ('libvpx-vp9', 'mpeg4')
#: MPEG-4 part 2 counts time in 16 bits; this divides the clocks of all common frame rates.
_MPEG4_TIME_BASE = Fraction(1, 60000)
_CONTAINER_TAGS = ('major_brand', 'minor_version', 'compatible_brands', 'encoder')
#: FFmpeg's codes of colour matrices, and what its scaler calls them (PyAV's names differ between versions).
_MATRICES = {1: 1, 4: 4, 5: BT601, 6: BT601, 7: 7, 9: 9}
_UNSPECIFIED_COLOUR = (2, 0, 2, 2)


def video_output_suffix(path: str | os.PathLike) -> str:
    """Returns the suffix for the processed copy of a video: its own if it can be written, else ``.mp4``.

    Suffixes of a camera's own (``.LRV``, ``.insv``, none at all) stay when the container can be written.

    Args:
        path (str | os.PathLike): The video.
    """
    return Path(path).suffix if find_container(path, path) is not None else '.mp4'


def find_container(path: str | os.PathLike, source: str | os.PathLike | None) -> str | None:
    """Finds the container to write: by the suffix, or like the source where only cameras know the suffix.

    Args:
        path (str | os.PathLike): The file to write.
        source (str | os.PathLike | None): The video that it is made of.

    Returns:
        str | None: FFmpeg's name of the container; None for one that cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix in CONTAINERS or source is None or suffix_kind(path) == 'video':
        return CONTAINERS.get(suffix)
    if Path(source).suffix.lower() != suffix and os.path.realpath(source) != os.path.realpath(path):
        return None
    with contextlib.suppress(OSError), open(source, 'rb') as file:
        return sniff_container(file.read(HEAD_BYTES))
    return None


class VideoWriter:
    """Writes a video, complete or not at all.

    Frames keep their times (variable frame rate too), and the audio of the source is copied without being
    coded anew, unless the container cannot hold it. Frames are written upright, so the output needs no
    rotation. H.264, HEVC and AV1 know even sizes only: odd ones get one more column or row, a copy of the
    last one. Of the source's other streams (subtitles, GPS traces, cover pictures, further cameras) none is
    carried over: they may show or tell what the frames no longer do.

    Use it as a context manager: the file appears under its name when the block ends without an error;
    otherwise, after an interruption too, nothing is left behind.

    Args:
        path (str | os.PathLike): The file to write; its suffix names the container, see ``CONTAINERS``. One
            that is known to cameras alone and that ``like`` has too means the container of ``like``.
        like (VideoInfo | None): Source of frame rate, clock, colours, pixel aspect, tags and audio.
        fps (Fraction | float | None): Frames a second; needed without ``like``.
        codec (str | None): ``'h264'``, ``'hevc'``, ``'vp9'``, ``'av1'``, ``'mpeg4'``, or the name of an
            encoder of FFmpeg (``'h264_nvenc'``, ...). None means vp9 for .webm and h264 elsewhere.
        crf (int | None): Quality for codecs that have it: smaller is better and larger in bytes.
        preset (str | None): Speed for codecs that have it.
        options (Mapping[str, str] | None): Further options of the encoder.
        audio (bool): Copy the audio of ``like``.
        strip_location (bool): Leave out tags that tell the place, by their names or by coordinates in them.
        threads (int): Threads that encode; 0 leaves it to FFmpeg.

    Raises:
        ValueError: Suffix, codec or frame rate do not work.
        MediaWriteError: The file could not be written (disk full, no permission, ...).

    Examples:
        >>> with VideoReader('in.mp4') as video, VideoWriter('out.mp4', like=video.info) as writer:
        ...     for frame in video:
        ...         writer.write(frame)
    """

    def __init__(
        self,
        path: str | os.PathLike,
        like: VideoInfo | None = None,
        *,
        fps: Fraction | float | None = None,
        codec: str | None = None,
        crf: int | None = None,
        preset: str | None = None,
        options: Mapping[str, str] | None = None,
        audio: bool = True,
        strip_location: bool = False,
        threads: int = 0,
    ) -> None:
        self.path = Path(path)
        container = find_container(path, None if like is None else like.path)
        if container is None:
            raise ValueError(
                f'{path}: videos cannot be written as {self.path.suffix.lower()!r}; '
                f'use one of {", ".join(CONTAINERS)}'
            )
        if fps is None and like is None:
            raise ValueError('VideoWriter needs fps, or a source in like')
        self._fps = Fraction(fps).limit_denominator(100_000) if fps is not None else like.fps
        if self._fps <= 0:
            raise ValueError(f'fps must be positive, got {fps}')
        self._encoder, defaults = _find_encoder(codec or _DEFAULT_CODECS.get(container, 'h264'))
        self._options = {**defaults, **(options or {})}
        self._options.update({'crf': str(crf)} if crf is not None else {})
        self._options.update({'preset': preset} if preset is not None else {})
        self._like = like
        self._with_audio = audio and like is not None
        self._strip_location = strip_location
        self._threads = threads
        self._stream: av.VideoStream | None = None
        self._audio: AudioCopier | None = None
        self._shape: tuple[int, ...] = ()
        self._frames = 0
        self._last_tick = -1
        self._durations: dict[int, int] = {}
        self._part: Path | None = part_path(self.path)
        with self._errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            muxer_options = {'movflags': '+faststart'} if container in ('mp4', 'mov') else {}
            self._container = av.open(f'file:{self._part}', 'w', format=container, options=muxer_options)

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def write(self, frame: Frame | np.ndarray) -> None:
        """Writes the next frame.

        Args:
            frame (Frame | np.ndarray): A frame with its time, or only its pixels, (H, W, 3) uint8 BGR, for
                evenly spaced frames. All have the size of the first.

        Raises:
            ValueError: The frame's size or type is wrong.
            MediaWriteError: The file could not be written.
        """
        if isinstance(frame, np.ndarray):
            frame = Frame(self._frames, frame, self._frames / self._fps, 1 / self._fps)
        bgr = frame.bgr
        if bgr.ndim != 3 or bgr.shape[2] != 3 or bgr.dtype != np.uint8:
            raise ValueError(f'a frame must be (H, W, 3) uint8, got shape {bgr.shape} and dtype {bgr.dtype}')
        with self._errors():
            if self._stream is None:
                self._open(bgr.shape)
            if bgr.shape != self._shape:
                raise ValueError(f'frame {self._frames} has shape {bgr.shape}, the first had {self._shape}')
            time_base = self._stream.codec_context.time_base
            tick = max(round(frame.time / time_base), self._last_tick + 1)
            self._last_tick = tick
            self._durations[tick] = max(1, round((frame.duration or 1 / self._fps) / time_base))
            picture = self._to_picture(frame)
            picture.pts, picture.time_base = tick, time_base
            if self._audio is not None:
                self._audio.copy_until(frame.time)
            self._mux(self._stream.encode(picture))
        self._frames += 1

    def close(self) -> None:
        """Writes what is left and gives the file its name.

        Raises:
            MediaWriteError: The file could not be completed; nothing of it is left behind.
        """
        if self._part is None:
            return
        if self._stream is None:
            self.abort()
            raise MediaWriteError(self.path, 'no frame was written')
        with self._errors():
            self._mux(self._stream.encode(None))
            if self._audio is not None:
                self._audio.copy_until(None)
                self._audio.close()
            self._container.close()
            publish(self._part, self.path)
        self._part = None

    def abort(self) -> None:
        """Gives up: removes the unfinished file. Does nothing when all is written."""
        if self._part is None:
            return
        part, self._part = self._part, None
        if self._audio is not None:
            self._audio.close()
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self._container.close()
        with contextlib.suppress(OSError):
            part.unlink()

    @contextlib.contextmanager
    def _errors(self):  # noqa: ANN202
        """Names the file in errors of FFmpeg and the system, and cleans up after any error."""
        try:
            yield
        except (OSError, av.FFmpegError) as error:
            self.abort()
            reason = getattr(error, 'strerror', None) or error
            raise MediaWriteError(self.path, f'could not be written: {reason}') from error
        except BaseException:
            self.abort()
            raise

    def _open(self, shape: tuple[int, ...]) -> None:
        like, height, width = self._like, *shape[:2]
        if self._encoder not in _ODD_SIZES:
            height, width = height + height % 2, width + width % 2
        try:
            stream = self._container.add_stream(self._encoder, rate=self._fps)
        except ValueError as error:
            raise ValueError(f'{self.path}: {error}; choose another codec or suffix') from None
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, 'yuv420p'
        context.time_base = self._choose_time_base()
        context.thread_count = self._threads
        context.options = self._options
        colour, self._keeps_planes = _UNSPECIFIED_COLOUR, False
        if like is not None:
            self._keeps_planes = like.colour[0] in (_UNSPECIFIED_COLOUR[0], *_MATRICES)
            colour = like.colour if like.colour[0] in _MATRICES else (2, *like.colour[1:])
            context.sample_aspect_ratio = like.sample_aspect_ratio
            wanted = MetadataFilter(self._strip_location)
            for key, value in like.metadata.items():
                kept = None if key in _CONTAINER_TAGS else wanted.text(value, key)
                if kept is not None:
                    self._container.metadata[key] = kept
        context.colorspace, context.color_range, context.color_primaries, context.color_trc = colour
        self._matrix = _MATRICES.get(colour[0])
        self._range = colour[1] or None
        self._shape, self._size = shape, (height, width)
        self._stream = stream
        if self._with_audio:
            self._audio = AudioCopier(like.path, self._container, like.start)

    def _choose_time_base(self) -> Fraction:
        if self._like is None:
            return 1 / self._fps
        if self._encoder == 'mpeg4' and self._like.time_base.denominator > 65535:
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

    def _mux(self, packets: list[av.Packet]) -> None:
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts, packet.duration)
            self._container.mux(packet)


def _find_encoder(codec: str) -> tuple[str, dict[str, str]]:
    name, options = CODECS.get(codec, (codec, {}))
    try:
        found = av.Codec(name, 'w')
    except ValueError:
        found = None
    if found is None or found.type != 'video':
        raise ValueError(f'codec must be one of {", ".join(CODECS)} or an encoder of FFmpeg, got {codec!r}')
    return name, options
