"""Some frames of a video looked at, and plates followed in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from mmlp.apis.anonymizing import LEAST_READABLE_HEIGHT
from mmlp.media import Frame
from mmlp.media.limits import LARGE_FRAME
from mmlp.plates import Plate
from mmlp.plates.following import Way, follow_plates, join_ways

#: Pixels of the frames that are held at once, at most: twelve of 4K.
_MOST_PIXELS = 12 * LARGE_FRAME
#: Of an interval that adapts itself: what it begins with, and its bounds, in frames and in seconds.
_FIRST, _LEAST, _LONGEST_SECONDS = 6, 2, 0.4
#: Size of the pictures that cuts are seen in, and the mean difference of grey levels that is a cut.
_CUT_SIZE, _CUT = (64, 36), 20.0

#: Finds the plates of one frame, and what in it is passed over; see
#: :class:`~mmlp.jobs.video_detection.VideoDetector`.
Look = Callable[[Frame], tuple[list[Plate], list[Plate]]]


class FoundPlates(NamedTuple):
    """A frame, its plates, and what is passed over in it."""

    frame: Frame
    plates: list[Plate]
    excluded: list[Plate]


class KeyFrames:
    """Looks at key frames, and follows their plates through the frames in between from both sides.

    Each ``interval``-th frame is a key frame, and both frames at a cut are. Where a plate that could be read
    is lost between two, the frame in the middle is looked at, too, and so on. As many frames are held as lie
    between two key frames.

    Args:
        look (Look): Finds the plates of a frame.
        interval (int | str): Frames from one key frame to the next, at least 1; 'auto' adapts it to how well
            plates can be followed, up to 0.4 seconds.
        fps (float): Frames per second. Default: 30.

    Attributes:
        looks (int): Frames looked at so far.

    Raises:
        ValueError: ``interval`` is neither at least 1 nor 'auto'.
    """

    def __init__(self, look: Look, interval: int | str = 'auto', fps: float = 30.0) -> None:
        check_interval(interval)
        self.looks = 0
        self._look = look
        self._adapts = interval == 'auto'
        self._longest = max(round(_LONGEST_SECONDS * fps), _LEAST)
        self._interval = min(_FIRST, self._longest) if self._adapts else int(interval)

    def stream(self, frames: Iterable[Frame]) -> Iterator[FoundPlates]:
        """Finds the plates of all frames of a video.

        Args:
            frames (Iterable[Frame]): The frames, in order.

        Yields:
            FoundPlates: Each frame, in order.
        """
        held: list[_Held] = []
        for frame in frames:
            arrived = _Held(frame)
            if not held:
                held = [self._take(arrived)]
                continue
            if _is_cut(held[-1], arrived):
                yield from self._complete(held)
                held = [self._take(arrived)]
                continue
            held.append(arrived)
            if len(held) > max(min(self._interval, _MOST_PIXELS // arrived.grey.size), 1):
                yield from self._complete(held, keep_last=True)
                held = held[-1:]
        if held:
            yield from self._complete(held)

    def _take(self, held: _Held) -> _Held:
        """Looks at a frame."""
        if not held.is_looked_at:
            held.found, held.excluded = self._look(held.frame)
            held.plates = held.found
            held.is_looked_at = True
            self.looks += 1
        return held

    def _complete(self, held: list[_Held], keep_last: bool = False) -> Iterator[FoundPlates]:
        """Finds the plates of frames the first of which was looked at, and hands them out."""
        looks = self.looks
        self._take(held[-1])
        self._follow(held, range(len(held)))
        if self._adapts and len(held) > 2:
            was_lost = self.looks > looks + 1
            interval = self._interval // 2 if was_lost else self._interval + 1
            self._interval = min(max(interval, _LEAST), self._longest)
        if keep_last and held[-1].behind:  # How its plates move, numbered as the next frames are.
            shift = len(held) - 1
            held[-1].earlier = [
                Way(way.plate, {number - shift: place for number, place in way.places.items()})
                for way in held[-1].behind
            ]
        for one in held:
            one.ahead = one.behind = None
        for one in held[:-1] if keep_last else held:
            yield FoundPlates(one.frame, one.plates, one.excluded)

    def _follow(self, held: Sequence[_Held], numbers: range) -> None:
        """Fills in the plates of a stretch of frames whose first and last were looked at."""
        if len(numbers) < 3:
            return
        first, last = held[numbers[0]], held[numbers[-1]]
        greys = [one.grey for one in held]
        # Of a part of a stretch, one side was followed before.
        if first.ahead is None:
            first.ahead = follow_plates(greys, first.found, numbers, first.behind or first.earlier)
        if last.behind is None:
            last.behind = follow_plates(greys, last.found, numbers[::-1], first.ahead)
        shape = first.grey.shape
        joined = join_ways(numbers, first.ahead, last.behind, shape, LEAST_READABLE_HEIGHT)
        if joined.is_open:
            middle = len(numbers) // 2
            self._take(held[numbers[middle]])
            self._follow(held, numbers[: middle + 1])
            self._follow(held, numbers[middle:])
            return
        for number, plates in zip(numbers, joined.plates):
            # What another stretch brought to a frame that is an end of both.
            held[number].plates = [*plates, *(plate for plate in held[number].plates if not plate.observed)]
            if number not in (numbers[0], numbers[-1]):
                held[number].excluded = [*first.excluded, *last.excluded]


def check_interval(interval: int | str) -> None:
    """Raises ValueError when something is no interval of key frames, as :class:`KeyFrames` takes it."""
    if interval != 'auto' and (isinstance(interval, str) or interval < 1):
        raise ValueError(
            f"frames are looked at each N-th (N at least 1) or as 'auto' finds it right, got {interval!r}"
        )


class _Held:
    """A frame that is held until its plates are known."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.grey = cv2.cvtColor(frame.bgr, cv2.COLOR_BGR2GRAY)
        self.small = cv2.resize(self.grey, _CUT_SIZE, interpolation=cv2.INTER_AREA).astype(np.float32)
        #: What a look found; with what was followed to it.
        self.found: list[Plate] = []
        self.plates: list[Plate] = []
        #: Where they go, where they came from, and the latter in the frames before those that are held.
        self.earlier: list[Way] = []
        self.ahead: list[Way] | None = None
        self.behind: list[Way] | None = None
        self.excluded: list[Plate] = []
        self.is_looked_at = False


def _is_cut(before: _Held, after: _Held) -> bool:
    return float(np.abs(before.small - after.small).mean()) > _CUT
