"""Frames of a video with their plates: decoding, network, memory, drawing and encoding at the same time."""

from __future__ import annotations

import dataclasses
import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

from mmlp.media import Frame, MediaItem, TimeSpan, VideoReader, run_pipeline
from mmlp.media.limits import LARGE_FRAME
from mmlp.media.pipeline import Stage
from mmlp.plates import Plate, PlateTracker, TemporalMemory

from .exclusion import ExcludingSegmenter, drop_excluded
from .frame_parts import FrameParts
from .key_frames import FoundPlates, KeyFrames
from .report import FileResult
from .segmenters import Segmenter
from .video_detection import VideoDetector

logger = logging.getLogger(__name__)

#: Frames that may wait between two steps; few, since a frame of 4K takes 37 MB.
_QUEUE_SIZE = 2
#: Jumps of a clock that are listed, at most.
_MAX_JUMPS = 500


class FramePlates(NamedTuple):
    """A frame and its plates."""

    frame: Frame
    plates: list[Plate]


def run_video(
    video: VideoReader,
    segmenter: Segmenter,
    stages: Mapping[str, Stage],
    sink: Callable[[FramePlates], Any],
    *,
    memory: TemporalMemory | None = None,
    batch_size: int = 1,
    detect_every: int | str = 1,
) -> list[str]:
    """Sends a video through the network and further steps, each in a thread of its own.

    Frames larger than those of 4K are read twice, one after the other: to find the plates, and for the steps
    behind, since a memory would hold dozens of them.

    Args:
        video (VideoReader): The video.
        segmenter (Segmenter): Finds the plates.
        stages (Mapping[str, Stage]): Steps behind network and memory, by name; they take and give
            :class:`FramePlates`.
        sink (Callable[[FramePlates], Any]): Takes each frame at the end.
        memory (TemporalMemory | None): Fills gaps in the plates; None leaves them.
        batch_size (int): Frames that the network gets at once; one where not every frame is looked at.
        detect_every (int | str): Look at each N-th frame, or as often as 'auto' finds right, and follow the
            plates in between; see :class:`~mmlp.jobs.key_frames.KeyFrames`. 1 looks at every frame.

    Returns:
        list[str]: Notes on how the frames were searched, as of :class:`~mmlp.jobs.FileResult`.
    """
    detector = VideoDetector(segmenter, video.info)
    shape = video.info.height, video.info.width

    def find(frames: Iterable[Frame]) -> Iterator[FoundPlates]:
        if detect_every == 1:
            return _look_at_all(frames, detector, batch_size)
        return _look_at_some(frames, detector, segmenter, detect_every, float(video.info.fps))

    if shape[0] * shape[1] > LARGE_FRAME:
        _run_twice(video, find, stages, sink, memory, segmenter)
        return detector.notes
    excluded: deque[list[Plate]] = deque()  # In the frames that are on their way through the memory.

    def drop(plates: list[Plate]) -> list[Plate]:
        return drop_excluded(segmenter, plates, excluded.popleft(), shape)

    def network(frames: Iterator[Frame]) -> Iterator[FramePlates]:
        for found in find(frames):
            if memory is not None:
                excluded.append(found.excluded)
            yield FramePlates(found.frame, found.plates)

    stages = {**({} if memory is None else {'memory': remember(memory, drop)}), **stages}
    timing = run_pipeline(video, {'network': network, **stages}, sink, queue_size=_QUEUE_SIZE)
    logger.info('%s: %.1f s\n%s', video.info.path, timing.seconds, timing)
    return detector.notes


def _look_at_all(frames: Iterable[Frame], detector: VideoDetector, batch_size: int) -> Iterator[FoundPlates]:
    frames = iter(frames)
    while batch := list(itertools.islice(frames, batch_size)):
        found = detector.find_plates([frame.bgr for frame in batch])
        yield from map(FoundPlates, batch, found, detector.excluded)


def _look_at_some(
    frames: Iterable[Frame],
    detector: VideoDetector,
    segmenter: Segmenter,
    detect_every: int | str,
    fps: float,
) -> Iterator[FoundPlates]:
    def look_at(frame: Frame) -> tuple[list[Plate], list[Plate]]:
        (plates,) = detector.find_plates([frame.bgr])
        return plates, detector.excluded[0]

    for frame, plates, excluded in KeyFrames(look_at, detect_every, fps).stream(frames):
        if isinstance(segmenter, ExcludingSegmenter):  # What was followed to where nothing counts.
            shape = frame.bgr.shape[:2]
            plates = [plate for plate in plates if not segmenter.excludes(plate, shape)]
            plates = drop_excluded(segmenter, plates, excluded, shape)
        yield FoundPlates(frame, plates, excluded)


def _run_twice(
    video: VideoReader,
    find: Callable[[Iterable[Frame]], Iterator[FoundPlates]],
    stages: Mapping[str, Stage],
    sink: Callable[[FramePlates], Any],
    memory: TemporalMemory | None,
    segmenter: Segmenter,
) -> None:
    """Finds the plates of all frames, and does the rest while the video is read again."""
    found, excluded = [], []
    for one in find(video):
        found.append(one.plates)
        excluded.append(one.excluded)
    if memory is not None:
        shape = video.info.height, video.info.width
        found = [
            drop_excluded(segmenter, plates, excluded[number], shape)
            for number, plates in memory.stream(found)
        ]
    video.close()  # Its decoder holds frames, too.
    with video.again() as frames:
        items: Iterable[FramePlates] = map(FramePlates, frames, found)
        for stage in stages.values():
            items = stage(iter(items))
        for item in items:
            sink(item)


def remember(
    memory: TemporalMemory, drop: Callable[[list[Plate]], list[Plate]] = lambda plates: plates
) -> Stage:
    """Makes a step that fills gaps in the plates, holding as many frames as the memory looks ahead.

    Args:
        memory (TemporalMemory): Fills the gaps.
        drop (Callable[[list[Plate]], list[Plate]]): Takes the plates of each frame, in order, and leaves out
            what the memory must not put there.
    """

    def step(items: Iterator[FramePlates]) -> Iterator[FramePlates]:
        waiting: deque[Frame] = deque()

        def arriving() -> Iterator[list[Plate]]:
            for item in items:
                waiting.append(item.frame)
                yield item.plates

        for _, plates in memory.stream(arriving()):
            yield FramePlates(waiting.popleft(), drop(plates))

    return step


def track(tracker: PlateTracker) -> Stage:
    """Makes a step that numbers the plates."""

    def step(items: Iterator[FramePlates]) -> Iterator[FramePlates]:
        for frame, plates in items:
            yield FramePlates(frame, tracker.update(plates))

    return step


class VideoStatistics:
    """Counts the plates of a video, and notes which parts of it a person should look at.

    Args:
        doubtful_score (float): Plates with a lower score are to be looked at, 0..1.
        pause (int): Parts with fewer frames in between count as one.

    Attributes:
        end (Fraction): When the last frame ends, seconds.
    """

    def __init__(self, doubtful_score: float = 0.0, pause: int = 15) -> None:
        self.frames = 0
        self.frames_with_plates = 0
        self.plates = 0
        self.most_plates = 0
        self.lowest_score: float | None = None
        self.end = Fraction(0)
        self._doubtful_score = doubtful_score
        self._parts = FrameParts(pause)

    def add(self, frame: Frame, plates: list[Plate]) -> None:
        """Takes the plates of the next frame."""
        seen = [plate for plate in plates if plate.observed]
        self.frames += 1
        self.end = frame.time + (frame.duration or 0)
        self.frames_with_plates += bool(plates)
        self.plates += len(seen)
        self.most_plates = max(self.most_plates, len(plates))
        for plate in seen:
            self.lowest_score = min(plate.score, 1.0 if self.lowest_score is None else self.lowest_score)
        doubtful = [plate.score for plate in seen if plate.score < self._doubtful_score]
        if doubtful:
            part = self._parts.extend(frame, 'uncertain plate')
            part['lowest_score'] = round(min([*doubtful, part.get('lowest_score', 1.0)]), 4)
        if len(seen) < len(plates):
            self._parts.extend(frame, 'plate not seen for a moment, or before or after it was seen')

    def describe_span(self, span: TimeSpan | None) -> dict[str, Any]:
        """Says in seconds which part of the video was wanted and is there, for ``video`` of a result."""
        return {} if span is None else {'span': [round(float(time), 3) for time in (span.start, self.end)]}

    def result(self, item: MediaItem, video: VideoReader, outputs: Iterable[Path]) -> FileResult:
        """Makes the result of a video that was read to its end."""
        details = {
            'frames': self.frames,
            'frames_with_plates': self.frames_with_plates,
            'most_plates_in_a_frame': self.most_plates,
            'stream': video.info.stream,
            'clock_jumps': [dataclasses.asdict(jump) for jump in video.info.timeline.jumps[:_MAX_JUMPS]],
        }
        return FileResult(
            str(item.path),
            'video',
            'incomplete' if video.problem else 'done',
            outputs=[str(path) for path in outputs],
            plates=self.plates,
            lowest_score=None if self.lowest_score is None else round(self.lowest_score, 4),
            review=self._parts.listed(),
            error=video.problem and f'is damaged or cut off: {video.problem}',
            video=details,
        )
