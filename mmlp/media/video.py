"""Videos in: one frame after the other, upright, with its time, in constant memory."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
from collections.abc import Iterator
from fractions import Fraction
from types import TracebackType

import av
import numpy as np

from .damage import DamageCount
from .errors import TruncatedMediaError, UnreadableMediaError
from .frame_clock import FrameClock, TimedFrame, timed, timed_by_decoding, without_strays
from .frame_normalizer import FrameNormalizer
from .hdr import view
from .limits import LARGE_FRAME, check_pixels
from .orientation import apply_orientation
from .pixel_limits import MAX_DEEP_FRAME_PIXELS, MAX_FRAME_PIXELS
from .planes import SCALER_THREADS
from .seeking import leads_before, seek
from .span_frames import SpanFrames
from .time_span import TimeSpan
from .timeline import JUMP_NOTE, TIE_NOTE, Timeline
from .timestamps import read_timeline
from .trailing import has_further_file
from .video_info import demux, open_video, read_info, stated_aspect

#: A video may end this much before the time its header names: headers round, and count the last frame twice.
_END_TOLERANCE = Fraction(1, 4)
#: Threads that decode large frames.
_THREADS_OF_LARGE = 2
#: What reports say where a span is longer than the video.
_SHORT_NOTE = 'ends before the span that is wanted of it does'


@dataclasses.dataclass
class Frame:
    """One frame of a video.

    Attributes:
        index (int): Number of the frame, from 0; in a span, from its first frame.
        bgr (np.ndarray): Upright pixels, (H, W, 3) uint8, BGR; of HDR video as :func:`~mmlp.media.hdr.view`
            shows it.
        time (Fraction): Seconds since the start of the file.
        duration (Fraction | None): Seconds that it is shown, None when the file does not tell.
        source (av.VideoFrame | None): The frame as it is stored, for :class:`VideoWriter`.
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

    At most a few frames are held, however long the video is. Interlaced frames are deinterlaced; where size,
    shape, pixel format or colours change, frames are brought to those of the first. Where the file's clock
    jumps (joined recordings, counters that wrap around), times go on at the pace of the frames. Use it as a
    context manager and iterate over it; ``len()`` is not known, ``info.frames`` estimates it for a progress
    bar.

    Of a span, what is before it is passed over by the file's index where there is one that can be relied on,
    and decoded otherwise. Its frames are those of the whole video, with their times there.

    Args:
        path (str | os.PathLike): The video.
        threads (int): Threads that decode; 0 leaves it to FFmpeg.
        strict (bool): Whether a video that ends early or has parts that cannot be decoded raises after the
            last frame. With False the iteration ends as if all were well, and ``problem`` says what was not.
        stream (int | None): Number of the stream in the file; None takes the one that FFmpeg thinks best,
            which is mostly the largest.
        timeline (Timeline | None): Where the file's clock jumps, as of another reader of the same file
            (``info.timeline``); None finds it out, which reads most kinds of files once to their end.
        max_pixels (int | None): A video of larger frames is refused; single larger frames count as damaged.
            None means 40 million, or 18 million for more than 8 bits a colour.
        span (TimeSpan | None): The part to read; None reads all.

    Attributes:
        info (VideoInfo): What is known of the video.
        max_pixels (int): The limit that holds for this video.
        problem (str | None): What was wrong with it, filled when the iteration ends.

    Raises:
        FileNotFoundError: There is no such file.
        UnreadableMediaError: The file is no video, its frames are too large, or not one can be decoded.
        EmptySpanError: No frame begins in the span.
        TruncatedMediaError: While iterating, after the last frame: a part is missing.

    Examples:
        >>> with VideoReader('drive.mp4') as video:
        ...     for frame in video:
        ...         print(float(frame.time), frame.bgr.shape)
    """

    def __init__(
        self,
        path: str | os.PathLike,
        threads: int = 0,
        strict: bool = True,
        *,
        stream: int | None = None,
        timeline: Timeline | None = None,
        max_pixels: int | None = None,
        span: TimeSpan | None = None,
    ) -> None:
        self.strict = strict
        self.problem: str | None = None
        self._name, self._threads = os.fspath(path), threads
        self.max_pixels = MAX_FRAME_PIXELS if max_pixels is None else max_pixels
        self._packets = self._position = 0
        self._first_aspect: Fraction | None = None
        self._part: SpanFrames | None = None
        self._key_until: Fraction | None = None
        self._is_sought = False
        self._damage = DamageCount()
        if timeline is None:
            with open_video(path, self.max_pixels) as container:
                timeline = read_timeline(container)
        self._timeline = timeline
        self._normalizer = FrameNormalizer()
        self._open(stream)
        try:
            first = next(self._decoded, None)
            if first is None:
                raise UnreadableMediaError(
                    self._name,
                    f'holds no frame that can be decoded{self._codec_hint()} and has at most '
                    f'max_pixels={self.max_pixels:,} pixels',
                )
            self.info = read_info(self._name, self._container, self._stream, self._normalizer.first, timeline)
            if max_pixels is None and self.info.bit_depth > 8:
                self.max_pixels = MAX_DEEP_FRAME_PIXELS
                what = 'has more than 8 bits a colour and frames of'
                check_pixels(self._name, self.info.width, self.info.height, self.max_pixels, what)
            if first.pts is not None:  # Headers may name a later start.
                start = first.pts * self.info.time_base
                self.info = dataclasses.replace(self.info, start=min(self.info.start, start))
            self._frames = self._timed(first)
            if span is not None:
                self._part = self._enter(span)
                self._frames = iter(self._part)
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

    @property
    def notes(self) -> list[str]:
        """What frames have otherwise than in the file, so far; a phrase each."""
        jumps = [JUMP_NOTE] if self._timeline.jumps else []
        ties = [TIE_NOTE] if self._clock.moved else []
        short = [_SHORT_NOTE] if self._part is not None and self._part.is_short else []
        return jumps + ties + short + self._normalizer.notes

    def again(self) -> VideoReader:
        """Opens the same pictures once more, from the first frame on; damage is not told again."""
        return VideoReader(
            self._name,
            self._threads,
            strict=False,
            stream=self.info.stream,
            timeline=self._timeline,
            max_pixels=self.max_pixels,
            span=self.info.span,
        )

    def close(self) -> None:
        """Releases the file."""
        self._decoded.close()
        self._container.close()

    def __iter__(self) -> Iterator[Frame]:
        index, end = 0, Fraction(0)
        for image, time, duration in self._frames:
            end = time + (duration or 1 / self.info.fps)
            yield Frame(index, self._to_bgr(image), time, duration, source=image)
            index += 1
        self._judge(end, index)

    def _open(self, number: int | None) -> None:
        """Opens the file, to be decoded from its beginning."""
        self._container = open_video(self._name, self.max_pixels)
        try:
            self._stream = self._choose(number)
            if self._stream.codec_context is None:  # What is left of a cut file may pass for another format.
                raise UnreadableMediaError(
                    self._name, 'holds no known kind of video, or its index is missing because it was cut off'
                )
            width, height = self._stream.codec_context.width, self._stream.codec_context.height
            check_pixels(self._name, width, height, self.max_pixels, 'has frames of')
            self._stream.thread_type = 'AUTO'
            threads = self._threads
            if width * height > LARGE_FRAME:  # Each thread holds frames of its own.
                threads = min(threads or _THREADS_OF_LARGE, _THREADS_OF_LARGE)
            self._stream.codec_context.thread_count = threads
            self._stated_aspect = stated_aspect(self._container, self._stream)
            self._decoded = self._images()
        except BaseException:
            self._container.close()
            raise

    def _images(self) -> Iterator[av.VideoFrame]:
        """Pictures from where the file is read on, all of one kind."""
        images = self._decode()
        if self._container.format.name == 'avi':
            images = timed_by_decoding(images)
        return without_strays(self._normalize(images))

    def _timed(self, first: av.VideoFrame | None) -> Iterator[TimedFrame]:
        """Gives pictures their times, ``first`` and those behind it."""
        self._clock = FrameClock(self.info.start, self.info.time_base)
        images = itertools.chain([] if first is None else [first], self._decoded)
        return timed(images, self._clock, self.info.fps)

    def _enter(self, span: TimeSpan) -> SpanFrames:
        """Goes to the first frame of a span, and says in ``info`` what is read."""
        info = self.info
        self._key_until = info.start + span.start
        leads = [] if self._timeline.jumps else leads_before(span.start, self._container, info.fps)
        frames = self._frames
        for lead in leads:
            first = self._jump(self._key_until - lead)
            if first is not None and first.pts * info.time_base <= self._key_until - lead / 2:
                frames, self._is_sought = self._timed(first), True
                break
        else:
            if leads:  # What the index says cannot be relied on.
                self._begin_anew()
                self._container.close()
                self._open(info.stream)
                frames = self._timed(next(self._decoded, None))
        part = SpanFrames(self._name, span, frames, info.fps)
        span = part.span
        ends = [end for end in (span.end, info.duration) if end is not None]
        count = max(1, round((min(ends) - span.start) * info.fps)) if ends else None
        self.info = dataclasses.replace(info, frames=count, span=span)
        return part

    def _jump(self, time: Fraction) -> av.VideoFrame | None:
        """Goes to a key frame before a time on the file's clock; returns the first picture that is decoded.

        None is returned when that is not allowed, or when the picture does not tell its time.
        """
        self._begin_anew()
        if not seek(self._container, self._stream, time):
            return None
        self._decoded = self._images()
        image = next(self._decoded, None)
        return None if image is None or image.pts is None else image

    def _begin_anew(self) -> None:
        self._decoded.close()
        self._normalizer.restart()
        self._packets, self._damage, self.problem = 0, DamageCount(), None

    def _choose(self, number: int | None) -> av.VideoStream:
        streams = self._container.streams
        stream = streams.best('video') if number is None else streams[number]
        if stream is None or stream.type != 'video':
            raise UnreadableMediaError(
                self._name, 'has no video stream' if number is None else f'has no video in stream {number}'
            )
        return stream

    def _to_bgr(self, image: av.VideoFrame) -> np.ndarray:
        try:
            bgr = image.to_ndarray(format='bgr24', threads=SCALER_THREADS)
        except av.FFmpegError as error:
            raise UnreadableMediaError(
                self._name, f'has pictures of a format that cannot be read: {image.format.name}'
            ) from error
        return apply_orientation(view(bgr, self.info.colour[3]), self.info.orientation)

    def _normalize(self, images: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
        """Makes pictures whole and all of one kind; what that cannot be done with counts as damaged."""
        with contextlib.closing(images):
            for image in images:
                aspect = self._stream.codec_context.sample_aspect_ratio or Fraction(1)
                self._first_aspect = self._first_aspect or aspect
                if self._stated_aspect not in (
                    None,
                    self._first_aspect,
                ):  # The container's word goes before the codec's.
                    aspect = self._stated_aspect
                try:
                    yield from self._normalizer.push(image, aspect)
                except av.FFmpegError:
                    self._damage.see_failure()
        try:
            yield from self._normalizer.flush()
        except av.FFmpegError:
            self._damage.see_failure()

    def _decode(self) -> Iterator[av.VideoFrame]:
        """Decodes what can be decoded; damaged packets are counted and passed over."""
        packets = self._timeline.corrected(demux(self._container, [self._stream]))
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.EOFError):
                return
            except av.FFmpegError as error:
                self.problem = f'cannot be read on: {error.strerror}'
                with contextlib.suppress(av.FFmpegError):  # What the decoder still holds is good.
                    yield from self._stream.codec_context.decode(None)
                return
            self._packets += packet.size > 0
            self._position = max(self._position, packet.pos or 0)
            if packet.is_keyframe and self._is_before_span(packet):
                self._damage = DamageCount()  # What was before does not concern the span.
            self._damage.see_packet(packet)
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._damage.see_failure()
                continue
            self._damage.see_frames(frames)
            yield from frames

    def _is_before_span(self, packet: av.Packet) -> bool:
        if self._key_until is None or packet.pts is None:
            return False
        return packet.pts * packet.time_base <= self._key_until

    def _judge(self, end: Fraction, frames: int) -> None:
        """Compares what was read with what the header promised."""
        problems = [self.problem] if self.problem else []
        if self._part is None or not self._part.is_stopped:
            problems += self._find_what_is_missing(end, frames)
        if self._damage.parts and not self.problem:
            problems.append(f'has {self._damage.parts} parts that cannot be decoded')
        self.problem = '; '.join(problems) or None
        if self.problem and self.strict:
            raise TruncatedMediaError(self._name, f'is damaged or cut off: {self.problem}')

    def _find_what_is_missing(self, end: Fraction, frames: int) -> list[str]:
        """Says what the header promises behind the last frame."""
        info, problems = self.info, []
        frames += 0 if self._part is None else self._part.passed_over
        # A header that counts frames is taken at its word; one that only tells seconds may mean the audio's.
        counts = not self._is_sought and self._packets < self._stream.frames
        tolerance = Fraction(3, 2) / info.fps if counts else max(_END_TOLERANCE, 3 / info.fps)
        reached = end
        if not self._stream.frames and info.timeline.seconds is not None:
            reached = max(
                end, Fraction(info.timeline.seconds)
            )  # The header's seconds are of the longest stream.
        if info.timeline.jumps:
            if counts:
                problems.append(f'ends after {frames} of {self._stream.frames} frames')
        elif info.duration is not None and reached < info.duration - tolerance:
            read = '' if self._is_sought else f' ({frames} frames)'
            problems.append(f'ends after {float(end):.2f} of {float(info.duration):.2f} seconds{read}')
        if has_further_file(self._name, self._position + 1):
            problems.append('is followed by another file in the same, which cannot be read; split them')
        return problems

    def _codec_hint(self) -> str:
        return f' (codec {self._stream.codec_context.name})'
