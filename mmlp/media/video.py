"""Videos in: one frame after the other, upright, with its time, in constant memory."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from fractions import Fraction
from types import TracebackType

import av
import numpy as np

from .errors import TruncatedMediaError, UnreadableMediaError
from .orientation import apply_orientation
from .video_info import open_video, read_info

#: A video may end this much before the time its header names: headers round, and count the last frame twice.
_END_TOLERANCE = Fraction(1, 4)


@dataclasses.dataclass
class Frame:
    """One frame of a video.

    Attributes:
        index (int): Number of the frame, from 0.
        bgr (np.ndarray): Upright pixels, (H, W, 3) uint8, BGR.
        time (Fraction): Seconds since the start of the file.
        duration (Fraction | None): Seconds that it is shown, None when the file does not tell.
        source (av.VideoFrame | None): The frame as it was decoded, for :class:`VideoWriter`.
        touched (np.ndarray | None): (N, 4) int boxes ``x0, y0, x1, y1`` (upright pixels, ends excluded)
            outside of which ``bgr`` was not changed. There the writer takes the pixels of ``source``, which
            is faster and saves them a conversion of colours. None: anything may have changed.
    """

    index: int
    bgr: np.ndarray
    time: Fraction
    duration: Fraction | None = None
    source: av.VideoFrame | None = dataclasses.field(default=None, repr=False)
    touched: np.ndarray | None = dataclasses.field(default=None, repr=False)


class VideoReader:
    """Reads a video once, from the first frame to the last.

    At most a few frames are held, however long the video is. Use it as a context manager and iterate over
    it; ``len()`` is not known, ``info.frames`` estimates it for a progress bar.

    Args:
        path (str | os.PathLike): The video.
        threads (int): Threads that decode; 0 leaves it to FFmpeg.
        strict (bool): Whether a video that ends early or has parts that cannot be decoded raises after the
            last frame. With False the iteration ends as if all were well, and ``problem`` says what was not.

    Attributes:
        info (VideoInfo): What is known of the video.
        problem (str | None): What was wrong with it, filled when the iteration ends.

    Raises:
        FileNotFoundError: There is no such file.
        UnreadableMediaError: The file is no video, or not one frame of it can be decoded.
        TruncatedMediaError: While iterating, after the last frame: a part is missing.

    Examples:
        >>> with VideoReader('drive.mp4') as video:
        ...     for frame in video:
        ...         print(float(frame.time), frame.bgr.shape)
    """

    def __init__(self, path: str | os.PathLike, threads: int = 0, strict: bool = True) -> None:
        self.strict = strict
        self.problem: str | None = None
        self._name = os.fspath(path)
        self._packets = 0
        self._damaged_packets = 0
        self._container = open_video(path)
        try:
            self._stream = self._container.streams.best('video')
            if self._stream is None:
                raise UnreadableMediaError(self._name, 'has no video stream')
            if self._stream.codec_context is None:  # What is left of a cut file may pass for another format.
                raise UnreadableMediaError(
                    self._name, 'holds no known kind of video, or its index is missing because it was cut off'
                )
            self._stream.thread_type = 'AUTO'
            self._stream.codec_context.thread_count = threads
            self._decoded = self._decode()
            self._first = next(self._decoded, None)
            if self._first is None:
                raise UnreadableMediaError(
                    self._name, f'holds no frame that can be decoded{self._codec_hint()}'
                )
            self.info = read_info(self._name, self._container, self._stream, self._first)
        except BaseException:
            self._container.close()
            raise

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Releases the file."""
        self._decoded.close()
        self._container.close()

    def __iter__(self) -> Iterator[Frame]:
        info, index = self.info, 0
        picture, self._first = self._first, None
        time, end = Fraction(0), Fraction(0)
        while picture is not None:
            following = next(self._decoded, None)
            time = self._time(picture, end)
            # Durations in files may be of another frame where frames are stored out of order.
            ticks = getattr(picture, 'duration', 0)
            duration = ticks * info.time_base if ticks else None
            if following is not None:
                gap = self._time(following, time + (duration or 1 / info.fps)) - time
                duration = gap if gap > 0 else duration
            end = time + (duration or 1 / info.fps)
            bgr = apply_orientation(picture.to_ndarray(format='bgr24'), info.orientation)
            yield Frame(index, bgr, time, duration, source=picture)
            index += 1
            picture = following
        self._judge(end, index)

    def _time(self, picture: av.VideoFrame, expected: Fraction) -> Fraction:
        """Returns a frame's time; ``expected`` where the file does not tell."""
        return expected if picture.pts is None else picture.pts * self.info.time_base - self.info.start

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Decodes what can be decoded; damaged packets are counted and passed over."""
        started = False
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.EOFError):
                return
            except av.FFmpegError as error:
                self._damaged_packets += 1
                self.problem = f'cannot be read on: {error.strerror}'
                return
            self._packets += packet.size > 0
            self._damaged_packets += started and packet.is_corrupt
            try:
                frames = packet.decode()
            except av.FFmpegError:
                # What stands before the first key frame cannot be decoded in cut videos: that is no damage.
                self._damaged_packets += started
                continue
            started = started or bool(frames)
            yield from frames

    def _judge(self, end: Fraction, frames: int) -> None:
        """Compares what was read with what the header promised."""
        problems = [self.problem] if self.problem else []
        info = self.info
        # A header that counts frames is taken at its word; one that only tells seconds may mean the audio's.
        counts = self._packets < self._stream.frames
        tolerance = Fraction(3, 2) / info.fps if counts else max(_END_TOLERANCE, 3 / info.fps)
        if info.duration is not None and end < info.duration - tolerance:
            problems.append(
                f'ends after {float(end):.2f} of {float(info.duration):.2f} seconds ({frames} frames)'
            )
        if self._damaged_packets and not self.problem:
            problems.append(f'has {self._damaged_packets} parts that cannot be decoded')
        self.problem = '; '.join(problems) or None
        if self.problem and self.strict:
            raise TruncatedMediaError(self._name, f'is damaged or cut off: {self.problem}')

    def _codec_hint(self) -> str:
        return f' (codec {self._stream.codec_context.name})'
