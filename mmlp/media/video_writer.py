"""Videos out: the frames' own times, the audio of the source, and a file that appears when it is complete."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import av
import numpy as np

from mmlp.files import part_path, publish

from .codecs import PLAYED_BITS
from .companions import Companions, add_cover, copy_chapters, copy_tags, copy_time_code
from .errors import MediaError, MediaWriteError
from .formats import HEAD_BYTES, sniff_container, suffix_kind
from .metadata import MetadataFilter
from .muxer import Muxer, is_about_data
from .stream_copier import StreamCopier
from .time_span import TimeSpan
from .timeline import TIE_NOTE
from .video import Frame
from .video_info import VideoInfo, open_video
from .video_track import VideoTrack, default_codec, find_encoder

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
#: Tags that muxers write, or that belong to a stream.
_CONTAINER_TAGS = ('major_brand', 'minor_version', 'compatible_brands', 'encoder', 'timecode')


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


def intermediate_path(path: str | os.PathLike, container: str, codec: str | None) -> Path:
    """Returns a name beside a video for a part of it that is coded before and taken over later.

    Args:
        path (str | os.PathLike): The video.
        container (str): FFmpeg's name of its container.
        codec (str | None): Its codec, see :class:`VideoWriter`.

    Returns:
        Path: A name of an unfinished file, of a container that keeps times exactly where it can be, and
            packets as the other one needs them.
    """
    suffix = {'webm': '.webm', 'mpegts': '.ts'}.get(container)
    if suffix is None:
        trial = av.open(io.BytesIO(), 'w', format='mp4')
        try:
            trial.add_stream(find_encoder(codec or default_codec('mp4', None))[0], rate=25)
            suffix = '.mp4'
        except ValueError:
            suffix = '.mkv'
    return part_path(path).with_suffix(suffix)


class VideoWriter:
    """Writes a video, complete or not at all.

    Frames keep their times (variable frame rate too), and the audio of the source is copied without being
    coded anew, unless the container cannot hold it. Frames are written upright, so the output needs no
    rotation. H.264, HEVC and AV1 know even sizes only: odd ones get one more column or row, a copy of the
    last one. Of the source's other streams (subtitles, GPS traces, cover pictures, further cameras) only what
    ``companions`` names is carried over: they may show or tell what the frames no longer do.

    Time stamps of packets that tie or go back are moved by a tick, and a packet that the container does not
    take is left out; ``notes`` and ``problem`` tell of it.

    Use it as a context manager: the file appears under its name when the block ends without an error;
    otherwise, after an interruption too, nothing is left behind.

    Args:
        path (str | os.PathLike): The file to write; its suffix names the container, see ``CONTAINERS``. One
            that is known to cameras alone and that ``like`` has too means the container of ``like``.
        like (VideoInfo | None): Source of frame rate, clock, colours, pixel aspect, tags and audio.
        fps (Fraction | float | None): Frames a second; needed without ``like``.
        codec (str | None): ``'h264'``, ``'hevc'``, ``'vp9'``, ``'av1'``, ``'mpeg4'``, or the name of an
            encoder of FFmpeg (``'h264_nvenc'``, ...). None means vp9 for .webm and h264 elsewhere; av1 and
            hevc for sources of more than 8 bits a sample. The short names give what players can play: 4:2:0,
            and up to 10 bits with hevc and av1, where HDR stays HDR; with 8 bits it becomes SDR. An encoder's
            own name (``'libx264'``, ``'ffv1'``, ...) keeps bits and colours as far as the encoder can.
        crf (int | None): Quality for codecs that have it: smaller is better and larger in bytes.
        preset (str | None): Speed for codecs that have it.
        options (Mapping[str, str] | None): Further options of the encoder.
        audio (bool): Copy the audio of ``like``; ``companions`` goes before.
        strip_location (bool): Leave out tags that tell the place, by their names or by coordinates in them.
        threads (int): Threads that encode; 0 leaves it to FFmpeg.
        companions (Companions | None): Which further streams of ``like`` go along.
        strict (bool): Whether a packet that the container does not take makes the writer give up.

    Attributes:
        problem (str | None): What could not be written, filled when the writer is closed.

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
        companions: Companions | None = None,
        strict: bool = False,
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
        codec = codec or default_codec(container, like)
        self._encoder, defaults = find_encoder(codec)
        self._most_bits = PLAYED_BITS.get(codec)
        self._options = {**defaults, **(options or {})}
        self._options.update({'crf': str(crf)} if crf is not None else {})
        self._options.update({'preset': preset} if preset is not None else {})
        self._like = like
        self._span = (like.span if like is not None else None) or TimeSpan()
        if companions is None and like is not None:
            tracks = [info.index for info in like.streams if info.kind == 'audio'] if audio else []
            companions = Companions(copied=tuple(tracks))
        self._companions = companions or Companions()
        self._strict = strict
        self.problem: str | None = None
        self._wanted = MetadataFilter(strip_location)
        self._threads = threads
        self._track: VideoTrack | None = None
        self._copiers: list[StreamCopier] = []
        self._covers: list[av.Packet] = []  # PyAV 17 lets go of their memory with them.
        self._frames, self._end = 0, Fraction(0)
        self._part: Path | None = part_path(self.path)
        with self._errors():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._muxer = Muxer(self._part, container)

    @property
    def notes(self) -> list[str]:
        """What the video lacks or has otherwise than its source, so far; a phrase each."""
        notes = [*self._wanted.notes, *([TIE_NOTE] if self._muxer.moved else [])]
        return notes if self._track is None else notes + self._track.notes

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
            MediaError: The encoder refuses the frame. What was written before can still be completed.
        """
        if isinstance(frame, np.ndarray):
            frame = Frame(self._frames, frame, self._frames / self._fps, 1 / self._fps)
        elif self._span.start:
            frame = dataclasses.replace(frame, time=frame.time - self._span.start)
        bgr = frame.bgr
        if bgr.ndim != 3 or bgr.shape[2] != 3 or bgr.dtype != np.uint8:
            raise ValueError(f'a frame must be (H, W, 3) uint8, got shape {bgr.shape} and dtype {bgr.dtype}')
        with self._errors():
            if self._track is None:
                self._open(bgr.shape)
            packets = self._track.encode(frame)
            for copier in self._copiers:
                copier.copy_until(frame.time)
            self._muxer.mux(packets)
        self._frames += 1
        self._end = frame.time + (frame.duration or 1 / self._fps)

    def close(self, *, cut: bool = False) -> None:
        """Writes what is left and gives the file its name.

        Args:
            cut (bool): Whether what goes along ends with the last frame, since frames are missing behind it.

        Raises:
            MediaWriteError: The file could not be completed; nothing of it is left behind.
        """
        if self._part is None:
            return
        if self._track is None:
            self.abort()
            raise MediaWriteError(self.path, 'no frame was written')
        with self._errors():
            try:
                self._muxer.mux(self._track.flush())
            except av.FFmpegError as error:
                if not cut or not is_about_data(error):
                    raise
            for copier in self._copiers:
                copier.copy_until(self._end if cut else None)
                copier.finish()
                copier.close()
            self._muxer.close()
            refused = sum(self._muxer.refused.values())
            self.problem = f'{refused} packets do not fit the container' if refused else None
            if self.problem and self._strict:
                raise MediaWriteError(self.path, f'is given up: {self.problem}')
            publish(self._part, self.path)
        self._part = None

    def abort(self) -> None:
        """Gives up: removes the unfinished file. Does nothing when all is written."""
        if self._part is None:
            return
        part, self._part = self._part, None
        for copier in self._copiers:
            copier.close()
        with contextlib.suppress(OSError, ValueError, AttributeError):
            self._muxer.close()
        with contextlib.suppress(OSError):
            part.unlink()

    @contextlib.contextmanager
    def _errors(self):  # noqa: ANN202
        """Names the file in errors of FFmpeg and the system, and cleans up after those of the system."""
        try:
            yield
        except av.FFmpegError as error:
            if is_about_data(error):
                raise MediaError(self.path, f'frame {self._frames}: {error.strerror}') from error
            self._give_up(error)
        except MediaWriteError:
            self.abort()
            raise
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> NoReturn:
        self.abort()
        raise MediaWriteError.of(self.path, error) from error

    def _open(self, shape: tuple[int, ...]) -> None:
        """Adds all streams, in the order of the source."""
        like, companions, output = self._like, self._companions, self._muxer.output
        if like is None:
            self._track = self._add_track(shape)
            self._muxer.start()
            return
        for key, value in like.metadata.items():
            kept = None if key.lower() in _CONTAINER_TAGS else self._wanted.text(value, key)
            if kept is not None:
                output.metadata[key] = kept
        with open_video(like.path) as source:
            if companions.chapters:
                copy_chapters(source, output, like.start, self._wanted, self._span)
            copier = StreamCopier(like.path, self._muxer, like.start, like.timeline, self._span)
            self._copiers.append(copier)
            for stream in source.streams:
                index, target = stream.index, None
                if index == like.stream:
                    self._track = self._add_track(shape)
                    target = self._track.stream
                    copy_time_code(source, stream, target, self._span.start, self._fps)
                elif index in companions.images:
                    self._copiers.append(StreamCopier(companions.images[index], self._muxer, Fraction(0)))
                    target = self._copiers[-1].add(0)
                elif index in companions.covers:
                    self._covers += add_cover(output, stream, companions.covers[index])
                elif index in companions.copied:
                    target = copier.add(index)
                if target is not None:
                    copy_tags(stream, target, self._wanted)
        self._muxer.start()
        self._muxer.mux(self._covers)

    def _add_track(self, shape: tuple[int, ...]) -> VideoTrack:
        try:
            return VideoTrack(
                self._muxer.output,
                shape,
                self._fps,
                like=self._like,
                encoder=self._encoder,
                options=self._options,
                most_bits=self._most_bits,
                threads=self._threads,
            )
        except ValueError as error:
            raise ValueError(f'{self.path}: {error}') from None
