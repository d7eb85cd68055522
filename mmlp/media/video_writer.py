"""Videos out: the frames' own times, the audio of the source, and a file that appears when it is complete."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import numpy as np

from .atomic import part_path, publish
from .audio import AudioCopier
from .errors import MediaWriteError
from .video import Frame
from .video_info import VideoInfo
from .video_track import VideoTrack, find_encoder

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
_DEFAULT_CODECS = {'.webm': 'vp9'}
_PLACE_TAGS = re.compile(r'location|gps|iso6709|latitude|longitude|^.?xyz$', re.IGNORECASE)
_CONTAINER_TAGS = ('major_brand', 'minor_version', 'compatible_brands', 'encoder')


def video_output_suffix(path: str | os.PathLike) -> str:
    """Returns the suffix for the processed copy of a video: its own if it can be written, else ``.mp4``."""
    suffix = Path(path).suffix
    return suffix if suffix.lower() in CONTAINERS else '.mp4'


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
        path (str | os.PathLike): The file to write; its suffix names the container, see
            ``CONTAINERS``.
        like (VideoInfo | None): Source of frame rate, clock, colours, pixel aspect, tags and audio.
        fps (Fraction | float | None): Frames a second; needed without ``like``.
        codec (str | None): ``'h264'``, ``'hevc'``, ``'vp9'``, ``'av1'``, ``'mpeg4'``, or the name of an
            encoder of FFmpeg (``'h264_nvenc'``, ...). None means vp9 for .webm and h264 elsewhere.
        crf (int | None): Quality for codecs that have it: smaller is better and larger in bytes.
        preset (str | None): Speed for codecs that have it.
        options (Mapping[str, str] | None): Further options of the encoder.
        audio (bool): Copy the audio of ``like``.
        strip_location (bool): Leave out tags that tell the place.
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
        suffix = self.path.suffix.lower()
        if suffix not in CONTAINERS:
            raise ValueError(
                f'{path}: videos cannot be written as {suffix!r}; use one of {", ".join(CONTAINERS)}'
            )
        if fps is None and like is None:
            raise ValueError('VideoWriter needs fps, or a source in like')
        self._fps = Fraction(fps).limit_denominator(100_000) if fps is not None else like.fps
        if self._fps <= 0:
            raise ValueError(f'fps must be positive, got {fps}')
        self._encoder, defaults = find_encoder(codec or _DEFAULT_CODECS.get(suffix, 'h264'))
        self._options = {**defaults, **(options or {})}
        self._options.update({'crf': str(crf)} if crf is not None else {})
        self._options.update({'preset': preset} if preset is not None else {})
        self._like = like
        self._with_audio = audio and like is not None
        self._strip_location = strip_location
        self._threads = threads
        self._track: VideoTrack | None = None
        self._audio: AudioCopier | None = None
        self._frames = 0
        self._part: Path | None = part_path(self.path)
        with self._errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            container = CONTAINERS[suffix]
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
            if self._track is None:
                self._open(bgr.shape)
            packets = self._track.encode(frame)
            if self._audio is not None:
                self._audio.copy_until(frame.time)
            self._container.mux(packets)
        self._frames += 1

    def close(self) -> None:
        """Writes what is left and gives the file its name.

        Raises:
            MediaWriteError: The file could not be completed; nothing of it is left behind.
        """
        if self._part is None:
            return
        if self._track is None:
            self.abort()
            raise MediaWriteError(self.path, 'no frame was written')
        with self._errors():
            self._container.mux(self._track.flush())
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
        like = self._like
        try:
            self._track = VideoTrack(
                self._container,
                shape,
                self._fps,
                like=like,
                encoder=self._encoder,
                options=self._options,
                threads=self._threads,
            )
        except ValueError as error:
            raise ValueError(f'{self.path}: {error}') from None
        if like is not None:
            for key, value in like.metadata.items():
                is_place = self._strip_location and _PLACE_TAGS.search(key)
                if key not in _CONTAINER_TAGS and not is_place:
                    self._container.metadata[key] = value
        if self._with_audio:
            self._audio = AudioCopier(like.path, self._container, like.start)
