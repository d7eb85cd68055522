"""Time codes of cameras: hours, minutes, seconds and frames."""

from __future__ import annotations

import re
from fractions import Fraction

_TIME_CODE = re.compile(r'(\d\d):(\d\d):(\d\d)([:;.])(\d\d)')


def is_time_code(text: str) -> bool:
    """Tells whether a text is a time code, such as ``01:02:03:04``, or ``01:02:03;04`` (drop frame)."""
    return _TIME_CODE.fullmatch(text) is not None


def advance_time_code(text: str, seconds: Fraction, fps: Fraction) -> str:
    """Returns the time code of a later frame.

    Where the sign before the frames is not a colon, numbers are dropped as SMPTE 12M says: at 29.97 frames a
    second the first two of each minute that is not a multiple of ten, at 59.94 the first four.

    Args:
        text (str): Time code of the first frame.
        seconds (Fraction): How much later.
        fps (Fraction): Frames a second.
    """
    hours, minutes, whole, sign, frames = _TIME_CODE.fullmatch(text).groups()
    rate = max(round(fps), 1)
    dropped = rate // 15 if sign != ':' and rate % 30 == 0 else 0
    past = 60 * int(hours) + int(minutes)
    number = (60 * past + int(whole)) * rate + int(frames) - dropped * (past - past // 10)
    number += round(seconds * fps)
    if dropped:  # Back to a count of which nothing is dropped.
        minute, ten_minutes = 60 * rate - dropped, 600 * rate - 9 * dropped
        tens, rest = divmod(number, ten_minutes)
        number += 9 * dropped * tens + dropped * max((rest - dropped) // minute, 0)
    second, frames = divmod(number, rate)
    return f'{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}{sign}{frames:02}'
