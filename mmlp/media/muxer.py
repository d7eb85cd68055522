"""Packets into a container: in order whatever their time stamps are, and without one that stops all."""

from __future__ import annotations

import errno
from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av


class Muxer:
    """Writes the packets of several streams into a container.

    No container takes packets of a stream that are decoded at the same time or go back: those are moved to
    the tick behind the one before.

    Args:
        path (Path): The file.
        container (str): FFmpeg's name of the container.

    Attributes:
        output (av.container.OutputContainer): The container.
        moved (Counter[int]): For each stream, packets that were moved.
        refused (Counter[int]): For each stream, packets that the container did not take.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, path: Path, container: str) -> None:
        # QuickTime's own names (com.apple.quicktime.make, ...) are dropped unless asked for.
        flags = {'mp4': '+faststart', 'mov': '+faststart+use_metadata_tags'}
        options = {'movflags': flags[container]} if container in flags else {}
        self.output = av.open(f'file:{path}', 'w', format=container, options=options)
        self.moved: Counter[int] = Counter()
        self.refused: Counter[int] = Counter()
        self._last: dict[int, int] = {}

    def start(self) -> None:
        """Writes the header; all streams are there, and their clocks are known from now on."""
        self.output.start_encoding()

    def mux(self, packets: Iterable[av.Packet]) -> None:
        """Writes packets.

        Raises:
            OSError: The disk is full or broken.
        """
        for packet in packets:
            index = packet.stream.index
            self._place(packet)
            try:
                self.output.mux(packet)
            except av.FFmpegError as error:
                if not is_about_data(error):
                    raise
                self.refused[index] += 1

    def close(self) -> None:
        """Completes the file."""
        self.output.close()

    def _place(self, packet: av.Packet) -> None:
        """Brings a packet to the clock of its stream, behind the one before."""
        index, time_base = packet.stream.index, Fraction(packet.stream.time_base)
        ratio = Fraction(packet.time_base) / time_base
        if ratio != 1:
            for name in ('pts', 'dts', 'duration'):
                ticks = getattr(packet, name)
                if ticks:
                    setattr(packet, name, round(ticks * ratio))
            packet.time_base = time_base
        if packet.dts is None:
            return
        least = self._last.get(index)
        if least is not None and packet.dts <= least:
            self.moved[index] += 1
            packet.dts = least + 1
            if packet.pts is not None:
                packet.pts = max(packet.pts, packet.dts)
        self._last[index] = packet.dts


def is_about_data(error: av.FFmpegError) -> bool:
    """Tells whether an error is about what was to be written or coded, and not about disk or memory."""
    return error.errno == errno.EINVAL or error.errno > 10_000  # FFmpeg's own numbers are four letters.
