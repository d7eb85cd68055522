"""What is to be added to the time stamps of a video whose clock jumps."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import av

#: What reports say of a video whose times are otherwise than in its file.
JUMP_NOTE = 'time stamps that jump: carried on at the pace of the frames, sound in step'
TIE_NOTE = 'time stamps that tie or go back: moved on by less than a frame'


@dataclasses.dataclass(frozen=True)
class ClockJump:
    """A jump of a video's clock.

    Attributes:
        seconds (float): When, in the corrected time since the start.
        by (float): How far it went in seconds, compared with the time that passed; below 0 backwards.
        streams (tuple[int, ...]): The streams that followed it.
    """

    seconds: float
    by: float
    streams: tuple[int, ...]


class Timeline:
    """What is to be added to the time stamps of a video so that its time goes on where its clock jumps.

    All streams that follow a jump are moved alike, so that they stay in step.

    Args:
        offsets (Mapping[int, Sequence[tuple[int, float]]]): For each stream, from which of its packets on
            (counted from 0) how many seconds are added; in order.
        jumps (Sequence[ClockJump]): Where the clock jumped.
        steps (Mapping[int, float]): The most frequent time between two packets of each stream, seconds.
        packets (Mapping[int, int]): Number of packets of each stream.
        seconds (float | None): Corrected length of the video.
    """

    def __init__(
        self,
        offsets: Mapping[int, Sequence[tuple[int, float]]] = {},
        jumps: Sequence[ClockJump] = (),
        steps: Mapping[int, float] = {},
        packets: Mapping[int, int] = {},
        seconds: float | None = None,
    ) -> None:
        self.jumps = tuple(jumps)
        self.steps, self.packets, self.seconds = dict(steps), dict(packets), seconds
        self._offsets = {stream: list(entries) for stream, entries in offsets.items()}

    def corrected(self, packets: Iterable[av.Packet]) -> Iterator[av.Packet]:
        """Corrects packets as they come out of the demuxer, from the first packet of the file on."""
        if not self.jumps:
            yield from packets
            return
        counts: Counter[int] = Counter()
        offsets: dict[int, float] = defaultdict(float)
        waiting = {stream: iter(entries) for stream, entries in self._offsets.items()}
        following = {stream: next(entries, None) for stream, entries in waiting.items()}
        for packet in packets:
            stream = packet.stream.index
            change = following.get(stream)
            if change is not None and counts[stream] >= change[0]:
                offsets[stream] = change[1]
                following[stream] = next(waiting[stream], None)
            counts[stream] += packet.size > 0
            ticks = round(offsets[stream] / packet.time_base) if offsets[stream] else 0
            if ticks and packet.dts is not None:
                packet.dts += ticks
            if ticks and packet.pts is not None:
                packet.pts += ticks
            yield packet
