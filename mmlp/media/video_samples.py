"""A few frames from all over a video, before it is read from its beginning."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import av
import numpy as np
from av.sidedata.sidedata import Type as SideDataType

from .orientation import apply_orientation
from .panorama import Panorama, find_panorama, full_sphere
from .video_info import VideoInfo, open_video

#: FFmpeg's number of a picture of all directions.
_EQUIRECTANGULAR = 0


class VideoSamples:
    """Frames from all over a video, read on their own.

    Use it as a context manager; what cannot be decoded is passed over.

    Args:
        info (VideoInfo): The video.
    """

    def __init__(self, info: VideoInfo) -> None:
        self._info = info
        self._container = open_video(info.path)
        self._stream = self._container.streams[info.stream]

    def __enter__(self) -> VideoSamples:
        return self

    def __exit__(self, *error: object) -> None:
        self._container.close()

    def first(self) -> av.VideoFrame | None:
        """Returns the first frame, None when it cannot be decoded."""
        with contextlib.suppress(av.FFmpegError):
            return next(self._container.decode(self._stream), None)
        return None

    def spread(self, count: int) -> Iterator[np.ndarray]:
        """Reads frames at even distances.

        Args:
            count (int): How many.

        Yields:
            np.ndarray: Upright frames, (H, W, 3) uint8, BGR; fewer when the file cannot be read out of order,
            or does not tell its length.
        """
        duration = self._info.duration
        for number in range(count if duration else 0):
            seconds = self._info.start + duration * (2 * number + 1) / (2 * count)
            try:
                self._container.seek(int(seconds * av.time_base))
                frame = next(self._container.decode(self._stream), None)
            except (av.FFmpegError, OverflowError):
                return
            if frame is not None:
                yield apply_orientation(frame.to_ndarray(format='bgr24'), self._info.orientation)


def find_video_panorama(info: VideoInfo, first: av.VideoFrame) -> Panorama | None:
    """Tells whether a video shows all directions around the camera, by its tags or else by its shape.

    Args:
        info (VideoInfo): The video.
        first (av.VideoFrame): Its first frame.

    Returns:
        Panorama | None: None when it does not; see :func:`~mmlp.media.find_panorama`.
    """
    try:
        projection = int(np.frombuffer(bytes(first.side_data[SideDataType.SPHERICAL]), np.int32)[0])
    except (KeyError, IndexError):
        bgr = apply_orientation(first.to_ndarray(format='bgr24'), info.orientation)
        return find_panorama(bgr, {})
    is_mono = abs(info.width - 2 * info.height) <= 0.02 * info.width
    if projection != _EQUIRECTANGULAR or not is_mono:
        return None
    return full_sphere(info.width, info.height, is_tagged=True)
