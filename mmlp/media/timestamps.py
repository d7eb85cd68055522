"""Clocks of videos that jump: joined recordings, restarted encoders, counters that wrap around."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

import av

#: What reports say of a video whose times are otherwise than in its file.
JUMP_NOTE = 'time stamps that jump: carried on at the pace of the frames, all streams alike'
TIE_NOTE = 'time stamps that tie or go back: moved by a tick'
#: Steps backwards up to this many seconds, or so many packets, are jitter; the second for packets of which
#: only the time of showing is known, and which stand out of its order.
_JITTER, _JITTER_PACKETS = 0.1, (2, 8)
#: Files of these kinds hold no times of decoding: FFmpeg guesses them, wrongly where a clock jumps.
_WITHOUT_DECODING_TIMES = ('matroska', 'webm')
#: A packet does not last longer than so many steps; in MP4 the last one before a pause is said to.
_LONGEST_PACKET = 4
#: Streams of one clock are at most so many seconds apart when they begin.
_START_DISTANCE = 3.0
#: Seconds without a packet of any stream that are a jump: where clocks jump by design, and elsewhere.
_CLOCKS_JUMP = ('mpegts', 'mpeg', 'flv', 'live_flv', 'asf')
_GAP_WHERE_CLOCKS_JUMP, _GAP_ELSEWHERE = 10.0, 600.0
#: A stream with more gaps than this share of its packets is slow (a picture a minute), and has no jumps.
_SLOW_SHARE = 0.1
#: How many former clocks a stream may come back to.
_CLOCKS_REMEMBERED = 8


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
        demuxed = container.demux(streams)
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
class _Track:
    """How far the search is in one stream."""

    clock: _Clock
    last: float
    count: int = 0
    pauses: int = 0
    step: float = 0.0
    held: tuple[int, StampedPacket] | None = None
    entries: list[tuple[int, _Clock]] = dataclasses.field(default_factory=list)
    steps: Counter[float] = dataclasses.field(default_factory=Counter)


class _Search:
    """The search of :func:`find_jumps`: packets are judged when the next one of their stream is known."""

    def __init__(self, gap: float) -> None:
        self._gap = gap
        self._clocks = [_Clock(0)]
        self._tracks: dict[int, _Track] = {}
        self._counts: Counter[int] = Counter()

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
        return Timeline(
            {
                stream: [(number, clock.offset) for number, clock in track.entries]
                for stream, track in self._tracks.items()
            },
            jumps,
            {stream: _most_frequent(track.steps) for stream, track in self._tracks.items() if track.steps},
            self._counts,
            max(ends) - min(starts) if starts else None,
        )

    def _begin(self, packet: StampedPacket) -> _Track:
        """The first packet of a stream is of the newest clock that suits it."""
        suiting = [clock for clock in reversed(self._clocks) if clock.starts]
        clock = next((clock for clock in suiting if clock.holds(packet.stream, packet.time, 0.0)), None)
        if clock is None and not packet.is_sparse and suiting:
            distance = min(abs(packet.time - end) for clock in suiting for end in clock.ends.values())
            if distance > self._gap:  # A stray packet stood before, or the stream's clock is another.
                end = max(suiting[0].ends.values())
                clock = _Clock(len(self._clocks), former={packet.stream: (suiting[0], end)})
                self._clocks.append(clock)
        clock = clock or self._clocks[0]
        track = _Track(clock, packet.time, entries=[(0, clock)])
        if not packet.is_sparse:
            clock.starts[packet.stream] = packet.time
            clock.ends.setdefault(packet.stream, packet.time)
        return track

    def _add_sparse(self, number: int, packet: StampedPacket) -> None:
        track = self._tracks.get(packet.stream)
        if track is None:
            self._tracks[packet.stream] = self._begin(packet)
            return
        suiting = [clock for clock in reversed(self._clocks[-2:]) if clock.starts]
        clock = next((clock for clock in suiting if clock.holds(packet.stream, packet.time, 0.0)), None)
        if clock is not None and clock is not track.clock:
            track.clock = clock
            track.entries.append((number, clock))

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
        if track.count and (time < track.last - jitter or is_alone or paused):
            track.pauses += paused
            target = self._find(track, stream, time, step)
            if target is None:
                target = _Clock(len(self._clocks))
                target.pause = (stream, expected, time) if paused and not is_alone else None
                self._clocks.append(target)
            if stream not in target.ends:
                target.starts[stream] = time
                target.former[stream] = clock, expected
            track.clock = clock = target
            track.entries.append((number, target))
        elif track.count and time > track.last:
            track.step = time - track.last
            if len(track.steps) < 10_000:
                track.steps[round(track.step, 6)] += 1
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
