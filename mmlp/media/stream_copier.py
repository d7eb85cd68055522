"""Streams of one file into another: as they are, or audio coded anew where the container cannot hold it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from fractions import Fraction

import av

from .errors import MediaError
from .muxer import Muxer
from .seeking import seek, tells_times
from .streams import fits
from .time_span import TOLERANCE, TimeSpan
from .timeline import Timeline
from .video_info import demux, open_video

#: Seconds before a span from which on streams are read: a subtitle may have begun long before.
_LEAD = 60
#: Seconds behind it that are read: packets of streams stand so far apart in a file.
_TAIL = 10


class StreamCopier:
    """Carries streams of a file over to an output, in step with its pictures.

    Args:
        source (str | os.PathLike): The file with the streams.
        muxer (Muxer): Where to write.
        start (Fraction): Seconds on the source's clock that become 0.
        timeline (Timeline | None): Where the source's clock jumps.
        span (TimeSpan | None): The part to carry over, seconds since ``start``; its start becomes 0. Of
            sound, packets belong to it that begin in it, and whose middle is in it; of subtitles, what is
            shown in it. None carries all over.
    """

    def __init__(
        self,
        source: str | os.PathLike,
        muxer: Muxer,
        start: Fraction,
        timeline: Timeline | None = None,
        span: TimeSpan | None = None,
    ) -> None:
        self._muxer, self._span = muxer, span or TimeSpan()
        self._start = start + self._span.start
        self._timeline = timeline or Timeline()
        self._container = open_video(source)
        self._targets: dict[int, av.stream.Stream] = {}
        self._coded_anew: set[int] = set()
        self._waiting: av.Packet | None = None
        self._packets: Iterator[av.Packet] | None = None

    def add(self, index: int) -> av.stream.Stream:
        """Adds a stream of the source to the output, before the output's header is written.

        Args:
            index (int): Number of the stream in the source.

        Returns:
            av.stream.Stream: The stream of the output.

        Raises:
            MediaError: It fits the container neither as it is nor coded anew.
        """
        stream = self._container.streams[index]
        output = self._muxer.output
        if stream.type != 'audio' or fits(stream, output.format.name):
            target = output.add_stream_from_template(stream, opaque=True)  # Without an encoder.
        else:
            target = self._add_encoder(stream)
            self._coded_anew.add(index)
        self._targets[index] = target
        return target

    def copy_until(self, time: Fraction | None) -> None:
        """Writes packets up to a time.

        Args:
            time (Fraction | None): Seconds since the start; None writes all that is left.
        """
        if self._packets is None:
            self._packets = self._demux()
        while True:
            packet = self._waiting if self._waiting is not None else next(self._packets, None)
            self._waiting = None
            if packet is None:
                break
            if time is not None and packet.dts * packet.time_base - self._start > time:
                self._waiting = packet
                return
            self._write(packet)

    def close(self) -> None:
        """Releases the source."""
        self._container.close()

    def finish(self) -> None:
        """Writes what encoders still hold."""
        for index in self._coded_anew:
            self._muxer.mux(self._targets[index].encode(None))

    def _add_encoder(self, stream: av.AudioStream) -> av.AudioStream:
        output, context = self._muxer.output, stream.codec_context
        codec = 'libopus' if output.format.name == 'webm' else 'aac'
        if context is None or not context.rate:
            raise MediaError(
                self._container.name.removeprefix('file:'),
                f'audio stream {stream.index} is of an unknown codec; write to .mkv, or leave the audio out',
            )
        rate = 48000 if codec == 'libopus' else context.rate
        target = output.add_stream(codec, rate=rate)
        target.codec_context.layout = 'mono' if context.channels == 1 else 'stereo'
        return target

    def _demux(self) -> Iterator[av.Packet]:
        if not self._targets:
            return
        span = self._span
        if span.start > _LEAD and not self._timeline.jumps and tells_times(self._container):
            self._go_near(self._start - _LEAD)
        streams = [self._container.streams[index] for index in self._targets]
        packets = self._timeline.corrected(demux(self._container, streams))
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError):  # Whoever reads the video learns that it is cut off.
                return
            if packet.dts is None:
                continue
            if span.end is not None and self._time(packet.dts, packet) > span.end - span.start + _TAIL:
                return
            if self._belongs(packet):
                yield packet

    def _go_near(self, time: Fraction) -> None:
        """Goes to a time on the source's clock, or to its beginning where the index leads elsewhere."""
        if seek(self._container, None, time):
            with contextlib.suppress(av.FFmpegError):
                first = next(demux(self._container, list(self._container.streams)), None)
                is_before = first is not None and first.dts is not None
                is_before = is_before and self._time(first.dts, first) <= -_LEAD / 2
                if is_before and seek(self._container, None, time):
                    return
        name = self._container.name
        self._container.close()
        self._container = open_video(name.removeprefix('file:'))

    def _time(self, ticks: int, packet: av.Packet) -> Fraction:
        """Seconds since the start of the output."""
        return ticks * packet.time_base - self._start

    def _belongs(self, packet: av.Packet) -> bool:
        """Tells whether a packet is carried over; a subtitle is shortened to the span."""
        span, length = self._span, None if self._span.end is None else self._span.end - self._span.start
        stream = packet.stream
        begin = self._time(packet.dts if packet.pts is None else packet.pts, packet)
        half = (packet.duration or 0) * packet.time_base / 2 if stream.type == 'audio' else 0
        if length is not None and begin + half >= length - TOLERANCE:
            return False
        if span.start == 0 and stream.type != 'subtitle':
            return True  # What decoders need before the first sample stands before the start.
        if stream.index in self._coded_anew:
            return True  # By the sample, when it is decoded.
        if stream.type != 'subtitle' or not packet.duration:
            return span.start == 0 or begin >= -TOLERANCE
        end = begin + packet.duration * packet.time_base
        if span.start > 0 and end <= 0:
            return False
        first = max(begin, Fraction(0)) if span.start > 0 else begin
        last = end if length is None else min(end, length)
        if (first, last) != (begin, end):
            packet.pts = packet.dts = round((first + self._start) / packet.time_base)
            packet.duration = max(1, round((last - first) / packet.time_base))
        return True

    def _write(self, packet: av.Packet) -> None:
        target = self._targets[packet.stream.index]
        if packet.stream.index not in self._coded_anew:
            shift = round(self._start / packet.time_base)
            packet.dts -= shift
            packet.pts = packet.dts if packet.pts is None else packet.pts - shift
            packet.stream = target
            self._muxer.mux([packet])
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:
            return  # A damaged packet is a gap of some milliseconds.
        for frame in frames:
            if frame.pts is not None:
                frame.pts -= round(self._start / frame.time_base)
                if self._span.start > 0 and frame.pts < 0:
                    continue
            self._muxer.mux(target.encode(frame))
