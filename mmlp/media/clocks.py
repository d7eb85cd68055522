"""Clocks of videos that jump: joined recordings, restarted encoders, counters that wrap around."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable

from .timeline import ClockJump, Timeline

#: Steps backwards up to this many seconds, or so many packets, are jitter; the second for packets of which
#: only the time of showing is known, and which stand out of its order.
_JITTER, _JITTER_PACKETS = 0.1, (2, 8)
#: A packet does not last longer than so many steps; in MP4 the last one before a pause is said to.
_LONGEST_PACKET = 4
#: Streams of one clock are at most so many seconds apart when they begin.
_START_DISTANCE = 3.0
#: A stream with more gaps than this share of its packets is slow (a picture a minute), and has no jumps.
_SLOW_SHARE = 0.1
#: How many former clocks a stream may come back to, and for how many packets it may have left one.
_CLOCKS_REMEMBERED, _STRAY_PACKETS = 8, 25


@dataclasses.dataclass(frozen=True)
class StampedPacket:
    """What :func:`find_jumps` needs to know of a packet.

    Attributes:
        stream (int): Its stream.
        time (float | None): When it is decoded, seconds; None when the file does not tell.
        duration (float): How long it lasts, seconds; 0 when the file does not tell.
        is_ordered (bool): Whether times of this stream only grow; not so for times of showing.
        is_sparse (bool): Whether pauses are usual, as in subtitles: such a stream shows no jumps by itself.
    """

    stream: int
    time: float | None
    duration: float = 0.0
    is_ordered: bool = True
    is_sparse: bool = False


def find_jumps(packets: Iterable[StampedPacket], gap: float) -> Timeline:
    """Finds where clocks jump.

    A step backwards is a jump, and so is a pause of all streams that is longer than ``gap``. Streams that
    jump to about the same time follow the same jump. The time behind it goes on so that every stream has room
    and one of them has no pause. A few packets off the clock are brought in line without moving the others.

    Args:
        packets (Iterable[StampedPacket]): All packets of a file, in its order.
        gap (float): Seconds.

    Returns:
        Timeline: The corrections.
    """
    search = _Search(gap)
    for packet in packets:
        search.add(packet)
    return search.finish()


@dataclasses.dataclass
class _Clock:
    """Packets that count from the same zero."""

    number: int
    starts: dict[int, float] = dataclasses.field(default_factory=dict)
    ends: dict[int, float] = dataclasses.field(default_factory=dict)
    #: Where each stream was on its former clock when it came to this one.
    former: dict[int, tuple[_Clock, float]] = dataclasses.field(default_factory=dict)
    #: The stream whose pause began it, from and to; None where time went back.
    pause: tuple[int, float, float] | None = None
    offset: float = 0.0

    def holds(self, stream: int, time: float, step: float) -> bool:
        """Tells whether a packet may be of this clock."""
        if stream in self.ends:
            return -2 * step - _JITTER <= time - self.ends[stream] <= 1.0 + 2 * step
        early, late = min(self.starts.values()), max(self.ends.values())
        return early - _START_DISTANCE <= time <= late + _START_DISTANCE


@dataclasses.dataclass
class _Text:
    """A packet of a sparse stream that may be of the newest clock, where that was at ``position``, or not."""

    stream: int
    number: int
    time: float
    clock: int
    position: float


@dataclasses.dataclass
class _Track:
    """How far the search is in one stream."""

    clock: _Clock
    last: float
    count: int = 0
    pauses: int = 0
    step: float = 0.0
    held: tuple[int, StampedPacket] | None = None
    left: _Clock | None = None
    entries: list[tuple[int, _Clock]] = dataclasses.field(default_factory=list)
    steps: Counter[float] = dataclasses.field(default_factory=Counter)


class _Search:
    """The search of :func:`find_jumps`: packets are judged when the next one of their stream is known."""

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._clocks = [_Clock(0)]
        self._tracks: dict[int, _Track] = {}
        self._counts: Counter[int] = Counter()
        self._texts: list[_Text] = []

    def add(self, packet: StampedPacket) -> None:
        number = self._counts[packet.stream]
        self._counts[packet.stream] += 1
        if packet.time is None:
            return
        if packet.is_sparse:
            self._add_sparse(number, packet)
            return
        track = self._tracks.get(packet.stream)
        if track is None:
            track = self._tracks[packet.stream] = self._begin(packet)
        elif track.held is not None:
            self._judge(track, *track.held, packet.time)
        track.held = number, packet

    def finish(self) -> Timeline:
        for track in self._tracks.values():
            if track.held is not None:
                self._judge(track, *track.held, None)
        jumps = []
        for clock in self._clocks[1:]:
            self._place(clock)
            moved = {stream: clock.offset - former.offset for stream, (former, _) in clock.former.items()}
            streams = [stream for stream, by in moved.items() if abs(by) > 1e-9]
            if streams:
                time = min(clock.starts[stream] for stream in streams) + clock.offset
                jumps.append(ClockJump(time, -moved[streams[0]], tuple(sorted(streams))))
        ends = [end + clock.offset for clock in self._clocks for end in clock.ends.values()]
        starts = list(self._clocks[0].starts.values())
        offsets = {
            stream: [(number, clock.offset) for number, clock in track.entries]
            for stream, track in self._tracks.items()
        }
        for text in self._texts:
            offsets.setdefault(text.stream, []).append((text.number, self._clock_of(text).offset))
        return Timeline(
            offsets,
            jumps,
            {stream: _most_frequent(track.steps) for stream, track in self._tracks.items() if track.steps},
            self._counts,
            max(ends) - min(starts) if starts else None,
        )

    def _begin(self, packet: StampedPacket) -> _Track:
        """The first packet of a stream is of the newest clock that suits it."""
        suiting = [clock for clock in reversed(self._clocks) if clock.starts]
        clock = next((clock for clock in suiting if clock.holds(packet.stream, packet.time, 0.0)), None)
        if clock is None and suiting:
            distance = min(abs(packet.time - end) for clock in suiting for end in clock.ends.values())
            if distance > self._gap:  # A stray packet stood before, or the stream's clock is another.
                end = max(suiting[0].ends.values())
                clock = _Clock(len(self._clocks), former={packet.stream: (suiting[0], end)})
                self._clocks.append(clock)
        clock = clock or self._clocks[0]
        clock.starts[packet.stream] = packet.time
        clock.ends.setdefault(packet.stream, packet.time)
        return _Track(clock, packet.time, entries=[(0, clock)])

    def _add_sparse(self, number: int, packet: StampedPacket) -> None:
        clock = self._clocks[-1]
        position = max(clock.ends.values(), default=packet.time)
        self._texts.append(_Text(packet.stream, number, packet.time, clock.number, position))
        if len(self._texts) > 1:  # One that is on time needs no second thought.
            before = self._texts[-2]
            is_alike = before.stream == packet.stream and before.clock == clock.number
            if is_alike and all(
                abs(text.time - text.position) < _START_DISTANCE for text in self._texts[-2:]
            ):
                self._texts.pop()

    def _clock_of(self, text: _Text) -> _Clock:
        """Chooses the clock to which a text is nearest: the newest it knew, or the one before or behind."""
        distances = {text.clock: abs(text.time - text.position)}
        if text.clock > 0:
            ends = self._clocks[text.clock - 1].ends.values()
            distances[text.clock - 1] = abs(text.time - max(ends, default=text.position))
        if text.clock + 1 < len(self._clocks):
            starts = self._clocks[text.clock + 1].starts.values()
            distances[text.clock + 1] = abs(text.time - min(starts, default=text.position))
        return self._clocks[min(distances, key=distances.get)]

    def _judge(self, track: _Track, number: int, packet: StampedPacket, following: float | None) -> None:
        """Takes a packet on the clock of its stream, or on another."""
        time, stream, clock = packet.time, packet.stream, track.clock
        step = packet.duration or track.step
        if track.step and step > _LONGEST_PACKET * track.step:
            step = track.step
        jitter = max(_JITTER, _JITTER_PACKETS[not packet.is_ordered] * step)
        expected = track.last + track.step
        is_alone = (
            following is not None
            and track.last <= following <= expected + 1.0 + 2 * step
            and time > following + jitter
        )
        paused = time > expected + self._gap and not self._is_covered(clock, stream, expected, time)
        returns = (
            track.left is not None
            and number - track.entries[-1][0] <= _STRAY_PACKETS
            and time > expected + jitter
            and track.left.holds(stream, time, step)
        )
        if track.count and (time < track.last - jitter or is_alone or paused or returns):
            track.pauses += paused
            target = track.left if returns else self._find(track, stream, time, step)
            if target is None:
                target = _Clock(len(self._clocks))
                target.pause = (stream, expected, time) if paused and not is_alone else None
                self._clocks.append(target)
            if stream not in target.ends:
                target.starts[stream] = time
                target.former[stream] = clock, clock.ends.get(stream, expected)
            track.clock, track.left, clock = target, clock, target
            track.entries.append((number, target))
        elif track.count and time > track.last:
            track.step = time - track.last
            if len(track.steps) < 10_000:
                track.steps[round(track.step, 6)] += 1
        elif time > track.last - jitter:
            clock.starts[stream] = min(clock.starts[stream], time)
        track.last = time
        track.count += 1
        clock.ends[stream] = max(clock.ends.get(stream, time), time + step)

    def _is_covered(self, clock: _Clock, stream: int, start: float, end: float) -> bool:
        """Tells whether another stream goes on while one pauses: then no clock jumps."""
        return any(other != stream and time > (start + end) / 2 for other, time in clock.ends.items())

    def _find(self, track: _Track, stream: int, time: float, step: float) -> _Clock | None:
        for clock in reversed(self._clocks[-_CLOCKS_REMEMBERED:]):
            if clock is not track.clock and clock.holds(stream, time, step):
                return clock
        return None

    def _place(self, clock: _Clock) -> None:
        """Decides where the time of a clock begins; those before it are placed."""
        if clock.pause is not None:
            stream, start, end = clock.pause
            former = clock.former[stream][0]
            track = self._tracks[stream]
            is_slow = track.pauses > _SLOW_SHARE * track.count
            if is_slow or self._is_covered(former, stream, start, end):
                clock.offset = former.offset
                return
        ends = {
            stream: end + former.offset
            for stream, (former, end) in clock.former.items()
            if former.number < clock.number
        }
        clock.offset = max((end - clock.starts[stream] for stream, end in ends.items()), default=0.0)


def _most_frequent(steps: Counter[float]) -> float:
    return steps.most_common(1)[0][0]
