"""The frames of a span among those of a video."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from .errors import EmptySpanError
from .frame_clock import TimedFrame
from .time_span import TimeSpan, show_time


class SpanFrames:
    """Picks the frames that begin in a span; what is before it is passed over at once.

    Iterate over it once.

    Args:
        name (str): The video.
        span (TimeSpan): What is wanted.
        images (Iterator[TimedFrame]): Pictures from the first, or from one before the span, on.
        fps (Fraction): Frames a second, for pictures that do not tell how long they last.

    Attributes:
        span (TimeSpan): The same, fixed: from the first frame on, where that is the next one after its start.
        passed_over (int): Pictures before the span.
        is_stopped (bool): Whether the end was reached, with pictures behind it that nobody asked for.
        is_short (bool): Whether the pictures ended before the span.

    Raises:
        EmptySpanError: No frame begins in the span.
    """

    def __init__(self, name: str, span: TimeSpan, images: Iterator[TimedFrame], fps: Fraction) -> None:
        self.passed_over, self.is_stopped, self.is_short = 0, False, False
        self._images, self._fps = images, fps
        before = None
        for entry in images:
            if span.is_after_start(entry.time):
                break
            before = entry.time + (entry.duration or 1 / fps), entry.time
            self.passed_over += 1
        else:
            end = f': it ends at {show_time(before[0])}' if before else ''
            raise EmptySpanError(name, f'has no frame {span}{end}')
        if not span.is_before_end(entry.time):
            others = (
                f'{show_time(before[1])} and {show_time(entry.time)}' if before else show_time(entry.time)
            )
            raise EmptySpanError(name, f'has no frame that begins in the span {span}; the nearest: {others}')
        self._first: TimedFrame | None = entry
        # Sound may begin before the pictures, and a picture may stand for long.
        is_next = span.start > 0 and entry.time - span.start < 1 / fps
        start = entry.time if is_next and not span.is_fixed else span.start
        self.span = TimeSpan(start, span.end, is_fixed=True)

    def __iter__(self) -> Iterator[TimedFrame]:
        entry, self._first = self._first, None
        end = self.span.end
        while entry is not None:
            image, time, duration = entry
            if not self.span.is_before_end(time):
                self.is_stopped = True
                return
            last = time + (duration or 1 / self._fps)
            if end is not None and duration is not None:
                duration = min(duration, end - time)
            yield TimedFrame(image, time, duration)
            entry = next(self._images, None)
        self.is_short = end is not None and last < end - 1 / self._fps
