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

    def time(self, image: av.VideoFrame, expected: Fraction) -> Fraction:
        """Returns the time of the next frame.

        Args:
            image (av.VideoFrame): The frame.
            expected (Fraction): When the one before ends; taken where the file does not tell.

        Returns:
            Fraction: Seconds since the start, more than before.
        """
        time = expected if image.pts is None else image.pts * self.time_base - self._start
        if self._last is not None and time <= self._last:
            self.moved += 1
            step = max(expected - self._last, self.time_base)
            time = self._last + (step / 2 if self._last - time < _LONGEST_WAIT else step)
        self._last = time
        return time


class TimedFrame(NamedTuple):
    """A picture, when it is shown, and for how long as far as that is known; seconds."""

    image: av.VideoFrame
    time: Fraction
    duration: Fraction | None


def timed(images: Iterator[av.VideoFrame], clock: FrameClock, fps: Fraction) -> Iterator[TimedFrame]:
    """Gives pictures their times, looking one ahead.

    Args:
        images (Iterator[av.VideoFrame]): Decoded pictures.
        clock (FrameClock): Knows their times.
        fps (Fraction): Frames a second, where they do not tell.
    """
    image = next(images, None)
    time = None if image is None else clock.time(image, Fraction(0))
    while image is not None:
        following = next(images, None)
        # Durations in files may be of another frame where frames are stored out of order.
        ticks = getattr(image, 'duration', 0)
        duration = ticks * clock.time_base if ticks else None
        next_time = None
        if following is not None:
            next_time = clock.time(following, time + (duration or 1 / fps))
            duration = next_time - time
        yield TimedFrame(image, time, duration)
        image, time = following, next_time


def timed_by_decoding(images: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Gives frames the times of their decoding, less the time that passes between decoding and showing.

    AVI holds no other times. Those of showing that FFmpeg makes of them are wrong where frames are stored out
    of their order.
    """
    delay: int | None = None
    for image in images:
        if delay is None and None not in (image.pts, image.dts):
            delay = image.dts - image.pts
        image.pts = None if image.dts is None else image.dts - (delay or 0)
        yield image


def without_strays(images: Iterable[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Takes the time stamp from a frame that is later than the one behind it, while that one is in order."""
    last: int | None = None
    current: av.VideoFrame | None = None
    for following in images:
        if current is not None:
            yield _judged(current, last, following.pts)
            last = last if current.pts is None else current.pts
        current = following
    if current is not None:
        yield current


def _judged(image: av.VideoFrame, last: int | None, following: int | None) -> av.VideoFrame:
    is_late = image.pts is not None and following is not None and image.pts > following
    if is_late and last is not None and following > last:
        image.pts = None
    return image
