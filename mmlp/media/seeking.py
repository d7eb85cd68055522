"""Going to a time of a video without decoding what is before it, where the file makes that safe."""

from __future__ import annotations

from fractions import Fraction

import av

#: Containers whose packets tell their times wherever reading begins. Bare streams and others count from 0.
_SEEKABLE = ('mov', 'matroska', 'webm', 'avi', 'mpegts')
#: How far before a time one goes, in seconds, or in frames where that is more. Pictures right behind a key
#: frame may need some before it, and what is deinterlaced looks at its neighbours. The next ones are for
#: indices that lead too far.
_LEADS, _LEAST_FRAMES = (1, 10, 60), 16


def leads_before(time: Fraction, container: av.container.InputContainer, fps: Fraction) -> list[Fraction]:
    """Lists how far before a time to begin to decode, the shortest way first.

    Args:
        time (Fraction): Seconds since the start of the file.
        container (av.container.InputContainer): The file.
        fps (Fraction): Frames a second.

    Returns:
        list[Fraction]: Seconds; none where it is as well to begin at the start of the file.
    """
    if not tells_times(container):
        return []
    leads = (max(Fraction(1), _LEAST_FRAMES / fps) * lead for lead in _LEADS)
    return [lead for lead in leads if lead < time]


def tells_times(container: av.container.InputContainer) -> bool:
    """Tells whether the times of packets are in the file itself, wherever one begins to read."""
    return any(name in _SEEKABLE for name in container.format.name.split(','))


def seek(container: av.container.InputContainer, stream: av.stream.Stream | None, time: Fraction) -> bool:
    """Goes to a key frame at or before a time; whoever reads on sees whether it is.

    Args:
        container (av.container.InputContainer): The file.
        stream (av.stream.Stream | None): Whose key frame; None means the one that FFmpeg thinks best.
        time (Fraction): Seconds on the file's clock.

    Returns:
        bool: False when the file does not allow it.
    """
    time_base = Fraction(1, av.time_base) if stream is None else stream.time_base
    try:
        container.seek(int(time / time_base), stream=stream, backward=True)
    except (av.FFmpegError, OverflowError):
        return False
    return True
