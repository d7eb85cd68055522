"""What of a video is damaged, from what demuxer and decoder say."""

from __future__ import annotations

from collections.abc import Sequence

import av

#: A flag means what comes this many packets later: the parser hands out packets one late.
_DELAY = 1


class DamageCount:
    """Counts the damaged parts of a stream.

    FFmpeg flags where a transport stream lacks a piece. It does so, too, where two streams were joined, as
    their counters start again: there, before a key frame, only the decoder's word counts.

    What stands before the first key frame cannot be decoded in videos that were cut, and is no damage.
    """

    def __init__(self) -> None:
        self._started = False
        self._parts = self._joints = self._corrupt = 0
        self._since_flag: int | None = None

    @property
    def parts(self) -> int:
        """Damaged parts so far."""
        return self._parts + (self._since_flag is not None) + min(self._joints, self._corrupt)

    def see_packet(self, packet: av.Packet) -> None:
        """Takes the next packet, before it is decoded."""
        self._started = self._started or packet.is_keyframe
        if self._since_flag is not None:
            self._since_flag += 1
            if packet.is_keyframe or self._since_flag > _DELAY:
                is_joint = packet.is_keyframe and self._since_flag > _DELAY
                self._joints += is_joint
                self._parts += not is_joint
                self._since_flag = None
        if self._started and packet.is_corrupt:
            self._parts += self._since_flag is not None
            self._since_flag = 0

    def see_frames(self, frames: Sequence[av.VideoFrame]) -> None:
        """Takes the frames of a packet."""
        self._started = self._started or bool(frames)
        self._corrupt += sum(frame.is_corrupt for frame in frames)

    def see_failure(self) -> None:
        """Notes that a packet could not be decoded, or a frame not be converted."""
        self._parts += self._started
