"""A few frames from all over a video, before it is read from its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.sidedata.sidedata import Type as SideDataType

from .orientation import apply_orientation
from .panorama import Panorama, find_panorama, full_sphere
from .pixel_limits import MAX_FRAME_PIXELS
from .planes import SCALER_THREADS
from .time_span import TimeSpan
from .video_info import VideoInfo, open_video

#: FFmpeg's number of a picture of all directions.
_EQUIRECTANGULAR = 0
#: Share of the width by which a sphere may differ from being twice as wide as high; two pictures one above
#: the other, for two eyes, differ more.
_ASPECT_TOLERANCE = 0.02


class VideoSamples:
    """Frames from all over a video, or over the span that is read of it, on their own.

    Use it as a context manager; what cannot be decoded is passed over.

    Args:
        info (VideoInfo): The video.
    """

    def __init__(self, info: VideoInfo) -> None:
        self._info = info
        self._container = open_video(info.path, max(info.width * info.height, MAX_FRAME_PIXELS))
        self._stream = self._container.streams[info.stream]

    def __enter__(self) -> VideoSamples:
        return self

    def __exit__(self, *error: object) -> None:
        self._container.close()

    def find_panorama(self) -> Panorama | None:
        """Tells whether the video shows all directions around the camera, by its tags or else by its shape.

        Returns:
            Panorama | None: None when it does not; see :func:`~mmlp.media.find_panorama`.
        """
        first, info = self._decode(), self._info
        if first is None:
            return None
        try:
            projection = int(np.frombuffer(bytes(first.side_data[SideDataType.SPHERICAL]), np.int32)[0])
        except (KeyError, IndexError):
            bgr = self._upright(first)
            return None if bgr is None else find_panorama(bgr, {})
        is_mono = abs(info.width - 2 * info.height) <= _ASPECT_TOLERANCE * info.width
        if projection != _EQUIRECTANGULAR or not is_mono:
            return None
        return full_sphere(info.width, info.height, is_tagged=True)

    def spread(self, count: int) -> Iterator[np.ndarray]:
        """Reads frames at even distances.

        Args:
            count (int): How many.

        Yields:
            np.ndarray: Upright frames, (H, W, 3) uint8, BGR; fewer when the file cannot be read out of order,
            or does not tell its length.
        """
        span = self._info.span or TimeSpan()
        ends = [end for end in (span.end, self._info.duration) if end]
        for number in range(count if ends else 0):
            share = Fraction(2 * number + 1, 2 * count)
            frame = self._decode(self._info.start + span.start + (min(ends) - span.start) * share)
            bgr = None if frame is None else self._upright(frame)
            if bgr is not None:
                yield bgr

    def _decode(self, seconds: Fraction | None = None) -> av.VideoFrame | None:
        """The next frame, or one near a time; None when it cannot be decoded."""
        try:
            if seconds is not None:
                self._container.seek(int(seconds * av.time_base))
            return next(self._container.decode(self._stream), None)
        except (av.FFmpegError, OverflowError):
            return None

    def _upright(self, frame: av.VideoFrame) -> np.ndarray | None:
        """A frame's upright pixels, BGR; None when FFmpeg does not know its colours."""
        try:
            return apply_orientation(
                frame.to_ndarray(format='bgr24', threads=SCALER_THREADS), self._info.orientation
            )
        except (av.FFmpegError, ValueError):
            return None
