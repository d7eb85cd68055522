"""Audio from one file into another: as it is, or coded anew where the container cannot hold it."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from fractions import Fraction

import av

from .errors import MediaWriteError
from .video_info import open_video

#: The muxer of transport streams takes every codec, but nobody can read most of them again.
_TRANSPORT_STREAM_CODECS = ('aac', 'ac3', 'eac3', 'mp2', 'mp2float', 'mp3', 'mp3float', 'opus', 'libopus')


class AudioCopier:
    """Carries all audio streams of a file over to an output, in step with its video.

    Args:
        source (str | os.PathLike): The file with the audio; one without audio is fine.
        output (av.container.OutputContainer): Where to write; no packet must have been written yet.
        start (Fraction): Seconds on the source's clock that become 0.

    Raises:
        MediaWriteError: A stream fits the container neither as it is nor coded anew.
    """

    def __init__(
        self, source: str | os.PathLike, output: av.container.OutputContainer, start: Fraction
    ) -> None:
        self._output = output
        self._start = start
        self._container = open_video(source)
        self._targets: dict[int, av.AudioStream] = {}
        self._coded_anew: set[int] = set()
        self._waiting: av.Packet | None = None
        try:
            for stream in self._container.streams.audio:
                self._add(stream)
            self._packets = self._demux()
        except BaseException:
            self._container.close()
            raise

    def copy_until(self, time: Fraction | None) -> None:
        """Writes the audio up to a time.

        Args:
            time (Fraction | None): Seconds since the start; None writes all that is left.
        """
        while True:
            packet = self._waiting if self._waiting is not None else next(self._packets, None)
            self._waiting = None
            if packet is None:
                break
            if time is not None and packet.dts * packet.time_base - self._start > time:
                self._waiting = packet
                return
            self._write(packet)
        if time is None:
            for index in self._coded_anew:
                self._output.mux(self._targets[index].encode(None))

    def close(self) -> None:
        """Releases the source."""
        self._container.close()

    def _add(self, stream: av.AudioStream) -> None:
        if _fits(stream, self._output.format.name):
            target = self._output.add_stream_from_template(stream)
        else:
            target = self._add_encoder(stream)
            self._coded_anew.add(stream.index)
        for key in ('language', 'title', 'handler_name'):
            if key in stream.metadata:
                target.metadata[key] = stream.metadata[key]
        self._targets[stream.index] = target

    def _add_encoder(self, stream: av.AudioStream) -> av.AudioStream:
        context = stream.codec_context
        codec = 'libopus' if self._output.format.name == 'webm' else 'aac'
        if context is None or not context.rate:
            raise MediaWriteError(
                self._output.name,
                f'audio stream {stream.index} of {self._container.name} is of an unknown codec; '
                f'write to .mkv, or leave the audio out',
            )
        rate = 48000 if codec == 'libopus' else context.rate
        target = self._output.add_stream(codec, rate=rate)
        target.codec_context.layout = 'mono' if context.channels == 1 else 'stereo'
        return target

    def _demux(self) -> Iterator[av.Packet]:
        if not self._targets:
            return
        packets = self._container.demux(self._container.streams.audio)
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
            self._output.mux(packet)
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:
            return  # A damaged packet is a gap of some milliseconds.
        for frame in frames:
            if frame.pts is not None:
                frame.pts -= round(self._start / frame.time_base)
            self._output.mux(target.encode(frame))


def _fits(stream: av.AudioStream, container: str) -> bool:
    """Tells whether a container takes a stream as it is: by writing its header into memory."""
    if container == 'mpegts' and stream.codec_context.name not in _TRANSPORT_STREAM_CODECS:
        return False
    trial = av.open(io.BytesIO(), 'w', format=container)
    try:
        trial.add_stream_from_template(stream)
        trial.start_encoding()
    except (ValueError, av.FFmpegError):
        return False
    finally:
        with contextlib.suppress(ValueError, av.FFmpegError):
            trial.close()
    return True
