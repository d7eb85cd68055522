"""Interlaced video: one whole picture of the two fields that each frame holds."""

from __future__ import annotations

import contextlib
from collections import deque

import av

from .filters import make_filters, take_times


class Deinterlacer:
    """Makes whole pictures of interlaced frames, and passes others on as they are.

    Each frame becomes one picture, at the time of its first field, by FFmpeg's filter ``bwdif``. Nothing is
    filtered before the first interlaced frame. From then on one frame is held back, as the filter looks at
    the next one.

    Attributes:
        used (bool): Whether any frame was interlaced.
    """

    def __init__(self) -> None:
        self.used = False
        self._graph: av.filter.Graph | None = None
        self._kind: tuple | None = None
        self._waiting: deque[av.VideoFrame] = deque()

    def push(self, frame: av.VideoFrame) -> list[av.VideoFrame]:
        """Takes the next frame; returns the pictures that are ready."""
        kind = (frame.width, frame.height, frame.format.name, frame.colorspace, frame.color_range)
        ready = self.flush() if self._graph is not None and kind != self._kind else []
        if self._graph is None:
            if not frame.interlaced_frame:
                return [*ready, frame]
            self._graph = make_filters(frame, ['bwdif=mode=send_frame:deint=interlaced'])
            self._kind = kind
        self.used = self.used or frame.interlaced_frame
        self._graph.vpush(frame)
        self._waiting.append(frame)
        return ready + self._pull()

    def flush(self) -> list[av.VideoFrame]:
        """Returns the picture that is held back, at the end or before frames of another kind."""
        if self._graph is None:
            return []
        self._graph.vpush(None)
        ready = self._pull()
        self._graph, self._kind = None, None
        self._waiting.clear()
        return ready

    def _pull(self) -> list[av.VideoFrame]:
        ready = []
        with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
            while True:
                image = self._graph.vpull()
                take_times(image, self._waiting.popleft())
                ready.append(image)
        return ready
