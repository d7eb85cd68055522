"""A part of a video, told by times."""

from __future__ import annotations

import dataclasses
import re
from fractions import Fraction

#: Times are told to the millisecond: a frame that is shown at 0.0667 s is the one at 0.067.
TOLERANCE = Fraction(1, 2000)
_TIME = re.compile(r'(?:(?:(\d{1,9}):)?(\d{1,9}):)?(\d{1,9}(?:\.\d{1,9})?)')


@dataclasses.dataclass(frozen=True)
class TimeSpan:
    """From when to when a video is wanted; frames that begin in it belong to it.

    Attributes:
        start (Fraction): Seconds since the start of the video; other numbers are taken too.
        end (Fraction | None): Seconds since the start of the video; what begins then does not belong to it.
            None means the video's own end.
        is_fixed (bool): Whether the start stays where it is; else the first frame is the start, if it is the
            next one behind it. For further streams of a video, which keep to the clock of the first.

    Raises:
        ValueError: The start is negative, the end is not behind it, or one is not a finite number.
    """

    start: Fraction = Fraction(0)
    end: Fraction | None = None
    is_fixed: bool = dataclasses.field(default=False, compare=False)

    def __post_init__(self) -> None:
        for name in ('start', 'end'):
            value = getattr(self, name)
            try:
                object.__setattr__(self, name, None if value is None else Fraction(value))
            except (OverflowError, ValueError):
                raise ValueError(f'a time of a span is a number of seconds, got {value!r}') from None
        if self.start < 0:
            raise ValueError(f'a span begins at 0 or later, got {float(self.start):g} s')
        if self.end is not None and self.end <= self.start:
            raise ValueError(
                f'a span ends after it begins, got from {show_time(self.start)} to {show_time(self.end)}'
            )

    def is_after_start(self, time: Fraction) -> bool:
        """Tells whether a time, in seconds, is that of the start or later."""
        return time >= self.start - TOLERANCE

    def is_before_end(self, time: Fraction) -> bool:
        """Tells whether a time, in seconds, is before the end."""
        return self.end is None or time < self.end - TOLERANCE

    def describe(self) -> list[float | None]:
        """Start and end in seconds, plain for JSON."""
        return [float(self.start), None if self.end is None else float(self.end)]

    def __str__(self) -> str:
        end = 'the end' if self.end is None else show_time(self.end)
        return f'from {show_time(self.start)} to {end}'


def parse_time(text: str) -> Fraction:
    """Reads a time of a video: ``90``, ``1:30`` or ``00:01:30.5``.

    Args:
        text (str): Seconds, minutes and seconds, or hours, minutes and seconds; seconds may have decimals.

    Returns:
        Fraction: Seconds.

    Raises:
        ValueError: It is of another form, or minutes or seconds behind a colon are 60 or more.
    """
    match = _TIME.fullmatch(text.strip())
    if match is not None and text.isascii():
        hours, minutes, seconds = (Fraction(part or 0) for part in match.groups())
        is_clock = match[2] is None or seconds < 60
        if is_clock and (match[1] is None or minutes < 60):
            return 3600 * hours + 60 * minutes + seconds
    raise ValueError(
        f'a time is seconds, MM:SS or HH:MM:SS.mmm, such as 90, 1:30 or 00:01:30.5; got {text!r}'
    )


def show_time(seconds: Fraction | float) -> str:
    """Writes a time as people read it, to the millisecond: ``1:30``, ``0:00.04``, ``1:00:00``."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    tail = f'{rest // 1000:02}' + (f'.{rest % 1000:03}'.rstrip('0') if rest % 1000 else '')
    return f'{hours}:{minutes:02}:{tail}' if hours else f'{minutes}:{tail}'
