"""What can go wrong with a picture or a video, always with the file's name."""

from __future__ import annotations

from mmlp.files import FileError, WriteError

#: Base of all errors about one file.
MediaError = FileError
#: The file could not be written; nothing of it was left behind.
MediaWriteError = WriteError


class UnreadableMediaError(MediaError, ValueError):
    """The file is no picture or video that can be read, or only a part of one."""


class TruncatedMediaError(UnreadableMediaError):
    """A video ends early or has damaged parts; everything that could be decoded was handed out before."""


class EmptySpanError(UnreadableMediaError):
    """No frame of a video begins in the span that is wanted of it."""
