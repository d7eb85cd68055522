"""Reads the time stamps of a video, and finds where its clock jumps."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av

from .clocks import StampedPacket, find_jumps
from .timeline import Timeline
from .video_info import demux

#: Files of these kinds hold no times of decoding: FFmpeg guesses them, wrongly where a clock jumps.
_WITHOUT_DECODING_TIMES = ('matroska', 'webm')
#: Seconds without a packet of any stream that are a jump: where clocks jump by design, and elsewhere.
_CLOCKS_JUMP = ('mpegts', 'mpeg', 'flv', 'live_flv', 'asf')
_GAP_WHERE_CLOCKS_JUMP, _GAP_ELSEWHERE = 10.0, 600.0


def read_timeline(container: av.container.InputContainer) -> Timeline:
    """Reads a file once and finds where its clock jumps.

    Files of which the header tells that nothing can have jumped are not read.

    Args:
        container (av.container.InputContainer): The open file, not read from yet; it may be at its end then.

    Returns:
        Timeline: The corrections.
    """
    if _cannot_jump(container):
        return Timeline()
    streams = [
        stream
        for stream in container.streams
        if stream.type in ('video', 'audio', 'subtitle')
        and not stream.disposition & av.stream.Disposition.attached_pic
    ]

    def packets() -> Iterator[StampedPacket]:
        demuxed = demux(container, streams)
        while True:
            try:
                packet = next(demuxed)
            except (StopIteration, av.FFmpegError):  # Whoever reads the pictures tells of it.
                return
            if not packet.size:
                continue
            is_ordered = packet.dts is not None and (has_dts or packet.stream.type != 'video')
            ticks = packet.dts if is_ordered else packet.pts
            yield StampedPacket(
                packet.stream.index,
                None if ticks is None else float(ticks * packet.time_base),
                float((packet.duration or 0) * packet.time_base),
                is_ordered,
                packet.stream.type == 'subtitle',
            )

    names = container.format.name.split(',')
    has_dts = not any(name in _WITHOUT_DECODING_TIMES for name in names)
    does_jump = any(name in _CLOCKS_JUMP for name in names)
    return find_jumps(packets(), _GAP_WHERE_CLOCKS_JUMP if does_jump else _GAP_ELSEWHERE)


def _cannot_jump(container: av.container.InputContainer) -> bool:
    """Tells whether the index of an MP4 or MOV file, whose time never goes back, has no room for a pause."""
    if 'mov' not in container.format.name.split(','):
        return False
    for stream in container.streams.video:
        rate = stream.base_rate or stream.average_rate
        if not (stream.duration and stream.frames and rate):
            return False
        if stream.duration * stream.time_base - stream.frames / Fraction(rate) > _GAP_ELSEWHERE:
            return False
    return True
