"""Streams of one file into another: as they are, or audio coded anew where the container cannot hold it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction

import av

from .errors import MediaError
from .muxer import Muxer
from .streams import fits
from .timeline import Timeline
from .video_info import demux, open_video


class StreamCopier:
    """Carries streams of a file over to an output, in step with its pictures.

    Args:
        source (str | os.PathLike): The file with the streams.
        muxer (Muxer): Where to write.
        start (Fraction): Seconds on the source's clock that become 0.
        timeline (Timeline | None): Where the source's clock jumps.
    """

    def __init__(
        self, source: str | os.PathLike, muxer: Muxer, start: Fraction, timeline: Timeline | None = None
    ) -> None:
        self._muxer, self._start = muxer, start
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
        streams = [self._container.streams[index] for index in self._targets]
        packets = self._timeline.corrected(demux(self._container, streams))
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError):  # Whoever reads the video learns that it is cut off.
                return
            if packet.dts is not None:
                yield packet

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
            self._muxer.mux(target.encode(frame))
