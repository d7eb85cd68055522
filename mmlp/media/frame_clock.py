"""Times of decoded frames, whatever their time stamps are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

import av

#: Frames that go back by less than this many seconds go on at half their pace until the clock is there;
#: others at their own.
_LONGEST_WAIT = Fraction(1, 2)


class FrameClock:
    """Gives every frame a time after the one before, from time stamps that may be missing, tie or go back.

    Args:
        start (Fraction): Seconds on the file's clock that become 0.
        time_base (Fraction): Seconds a tick takes.

    Attributes:
        moved (int): Frames whose time stamps tied or went back so far.
        time_base (Fraction): Seconds a tick takes.
    """

    def __init__(self, start: Fraction, time_base: Fraction) -> None:
        self.moved = 0
        self.time_base = time_base
        self._start = start
        self._last: Fraction | None = None

    def time(self, picture: av.VideoFrame, expected: Fraction) -> Fraction:
        """Returns the time of the next frame.

        Args:
            picture (av.VideoFrame): The frame.
            expected (Fraction): When the one before ends; taken where the file does not tell.

        Returns:
            Fraction: Seconds since the start, more than before.
        """
        time = expected if picture.pts is None else picture.pts * self.time_base - self._start
        if self._last is not None and time <= self._last:
            self.moved += 1
            step = max(expected - self._last, self.time_base)
            time = self._last + (step / 2 if self._last - time < _LONGEST_WAIT else step)
        self._last = time
        return time


class TimedPicture(NamedTuple):
    """A picture, when it is shown, and for how long as far as that is known; seconds."""

    picture: av.VideoFrame
    time: Fraction
    duration: Fraction | None


def timed(pictures: Iterator[av.VideoFrame], clock: FrameClock, fps: Fraction) -> Iterator[TimedPicture]:
    """Gives pictures their times, looking one ahead.

    Args:
        pictures (Iterator[av.VideoFrame]): Decoded pictures.
        clock (FrameClock): Knows their times.
        fps (Fraction): Frames a second, where they do not tell.
    """
    picture = next(pictures, None)
    time = None if picture is None else clock.time(picture, Fraction(0))
    while picture is not None:
        following = next(pictures, None)
        # Durations in files may be of another frame where frames are stored out of order.
        ticks = getattr(picture, 'duration', 0)
        duration = ticks * clock.time_base if ticks else None
        next_time = None
        if following is not None:
            next_time = clock.time(following, time + (duration or 1 / fps))
            duration = next_time - time
        yield TimedPicture(picture, time, duration)
        picture, time = following, next_time


def timed_by_decoding(pictures: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Gives frames the times of their decoding, less the time that passes between decoding and showing.

    AVI holds no other times. Those of showing that FFmpeg makes of them are wrong where frames are stored out
    of their order.
    """
    delay: int | None = None
    for picture in pictures:
        if delay is None and None not in (picture.pts, picture.dts):
            delay = picture.dts - picture.pts
        picture.pts = None if picture.dts is None else picture.dts - (delay or 0)
        yield picture


def without_strays(pictures: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Takes the time stamp from a frame that is later than the one behind it, while that one is in order."""
    last: int | None = None
    current: av.VideoFrame | None = None
    for following in pictures:
        if current is not None:
            yield _judged(current, last, following.pts)
            last = last if current.pts is None else current.pts
        current = following
    if current is not None:
        yield current


def _judged(picture: av.VideoFrame, last: int | None, following: int | None) -> av.VideoFrame:
    is_late = picture.pts is not None and following is not None and picture.pts > following
    if is_late and last is not None and following > last:
        picture.pts = None
    return picture
