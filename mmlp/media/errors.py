"""What can go wrong with a picture or a video, always with the file's name."""

from __future__ import annotations


class MediaError(Exception):
    """Base of all errors about one file.

    Args:
        name (str): The file, or ``<bytes>`` for a picture handed over in memory.
        reason (str): What was wrong, and what to do about it.
    """

    def __init__(self, name: object, reason: str) -> None:
        super().__init__(str(name), reason)
        self.name = str(name)
        self.reason = reason

    def __str__(self) -> str:
        return f'{self.name}: {self.reason}'


class UnreadableMediaError(MediaError, ValueError):
    """The file is no picture or video that can be read, or only a part of one."""


class TruncatedMediaError(UnreadableMediaError):
    """A video ends early or has damaged parts; everything that could be decoded was handed out before."""


class MediaWriteError(MediaError):
    """The file could not be written; nothing of it was left behind."""
