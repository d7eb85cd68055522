"""Parts of a video that a report names: frames and seconds, from and to."""

from __future__ import annotations

import math
from typing import Any

from mmlp.media import Frame

#: Parts that are listed, at most.
_MAX_PARTS = 500


class FrameParts:
    """Gathers frames that belong together into parts.

    Args:
        pause (int): Parts with fewer frames in between count as one.
    """

    def __init__(self, pause: int = 15) -> None:
        self._pause = pause
        self._parts: list[dict[str, Any]] = []
        self._open: dict[tuple, dict[str, Any]] = {}
        self._left_out = 0
        self._left_out_from = math.inf

    def extend(self, frame: Frame, reason: str, **details: Any) -> dict[str, Any]:
        """Prolongs the part that is going on for a reason, or begins one.

        Args:
            frame (Frame): The frame.
            reason (str): Why it is named.
            **details (Any): What else tells parts from one another; each has them.

        Returns:
            dict[str, Any]: The part: ``reason``, the details, ``frames`` and ``seconds``.
        """
        key = reason, *details.items()
        part = self._open.get(key)
        seconds = round(float(frame.time), 3)
        if part is None or frame.index - part['frames'][1] > self._pause:
            part = {
                'reason': reason,
                **details,
                'frames': [frame.index, frame.index],
                'seconds': [seconds, seconds],
            }
            self._open[key] = part
            if len(self._parts) < _MAX_PARTS:
                self._parts.append(part)
            else:
                self._left_out += 1
                self._left_out_from = min(self._left_out_from, seconds)
        part['frames'][1], part['seconds'][1] = frame.index, seconds
        return part

    def listed(self) -> list[dict[str, Any]]:
        """Returns all parts, and says where there are more of them than can be listed."""
        parts = list(self._parts)
        if self._left_out:
            reason = (
                f'{self._left_out} more parts are not listed: look at all from second '
                f'{self._left_out_from:g} on'
            )
            parts.append({'reason': reason})
        return parts
