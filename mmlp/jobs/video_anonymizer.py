"""One video in, the same with unreadable plates out: every stream of pictures, and what goes along."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from mmlp.media import (
    Companions,
    EmptySpanError,
    Frame,
    MediaItem,
    MediaWriteError,
    StreamPlan,
    TimeSpan,
    UnreadableMediaError,
    VideoReader,
    VideoWriter,
    find_container,
    intermediate_path,
    plan_streams,
)
from mmlp.plates import TemporalMemory

from .hiding import Hiding
from .report import FileResult
from .runner import Progress, Segmenter, explain
from .video_job import FramePlates, VideoStatistics, run_video


@dataclasses.dataclass
class _Task:
    """One video on its way."""

    item: MediaItem
    target: Path
    container: str
    plan: StreamPlan
    progress: Progress
    videos: list[VideoReader] = dataclasses.field(default_factory=list)
    stills: dict[int, Frame] = dataclasses.field(default_factory=dict)
    #: Streams of pictures that cannot be read.
    unreadable: list[str] = dataclasses.field(default_factory=list)
    #: Streams of pictures that have none in the span.
    outside: list[str] = dataclasses.field(default_factory=list)
    results: list[FileResult] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    problems: list[str] = dataclasses.field(default_factory=list)


class VideoAnonymizer:
    """Makes the plates of videos unreadable.

    Each stream of pictures goes through the network by itself, with a memory of its own. All but the main one
    are written to files beside the output first, and join the main one in it.

    Args:
        segmenter (Segmenter): Finds the plates.
        hiding (Hiding): How plates are made unreadable, and which.
        memory (TemporalMemory): Keeps plates covered that are not seen for a moment.
        batch_size (int): Frames that the network gets at once.
        strip_location (bool): Leave out what tells places.
        replaces (bool): Whether outputs replace their inputs; then one that would lack something is refused.
        drop_streams (bool): Whether streams that an output cannot have may be lost even then.
        audio (bool): Keep the audio.
        codec (str | None): See :class:`~mmlp.media.VideoWriter`.
        crf (int | None): See :class:`~mmlp.media.VideoWriter`.
        doubtful_score (float): Plates with a lower score are to be looked at, 0..1.
        max_pixels (int | None): Videos of larger frames are refused, and such whose streams of pictures have
            larger ones together. None means the limit of :class:`~mmlp.media.VideoReader`.
        span (TimeSpan | None): The part that outputs have: pictures, sound, subtitles, chapters. None means
            all.
        detect_every (int | str): Frames from one that is looked at to the next, see
            :func:`~mmlp.jobs.video_job.run_video`.
    """

    def __init__(
        self,
        segmenter: Segmenter,
        hiding: Hiding,
        memory: TemporalMemory,
        *,
        batch_size: int = 1,
        strip_location: bool = False,
        replaces: bool = False,
        drop_streams: bool = False,
        audio: bool = True,
        codec: str | None = None,
        crf: int | None = None,
        doubtful_score: float = 0.0,
        max_pixels: int | None = None,
        span: TimeSpan | None = None,
        detect_every: int | str = 1,
    ) -> None:
        self._segmenter, self._hiding = segmenter, hiding
        self._looking = {'memory': memory, 'batch_size': batch_size, 'detect_every': detect_every}
        self._strip_location = strip_location
        self._replaces, self._drop_streams = replaces, drop_streams
        self._audio, self._encoding = audio, {'codec': codec, 'crf': crf}
        self._doubtful_score, self._max_pixels, self._span = doubtful_score, max_pixels, span

    def run(self, item: MediaItem, target: Path, progress: Progress) -> FileResult:
        """Processes a video.

        Args:
            item (MediaItem): The video.
            target (Path): The file to write.
            progress (Progress): Is told how far it is.

        Returns:
            FileResult: What became of it.

        Raises:
            ValueError: The output would replace the input and lack a stream of it.
            UnreadableMediaError: The video cannot be read.
            MediaWriteError: The output could not be written.
        """
        container = find_container(target, item.path)
        plan = plan_streams(item.path, container, audio=self._audio, strip_location=self._strip_location)
        task = _Task(item, target, container, plan, progress, unreadable=list(plan.unreadable))
        self._refuse(plan.lost)
        with contextlib.ExitStack() as stack:
            self._open(task, stack)
            self._refuse(task.unreadable)
            self._refuse(
                ['transparency'] if any(video.info.has_transparency for video in task.videos) else []
            )
            lengths = [video.info.frames for video in task.videos]
            progress.start_video(item, None if None in lengths else sum(lengths))
            main, *others = task.videos
            images = {video.info.stream: self._write_aside(task, video, stack) for video in others}
            companions = Companions(
                copied=frozenset(info.index for info in plan.copied),
                images=images,
                covers={index: self._cover_still(task, frame) for index, frame in task.stills.items()},
                chapters=plan.chapters,
            )
            options = {'strip_location': self._strip_location, 'strict': self._replaces, **self._encoding}
            with VideoWriter(target, like=main.info, companions=companions, **options) as writer:
                self._process(task, main, writer)
                main.close()  # Some systems do not replace an open file.
        return _combine(task, writer.problem)

    def _refuse(self, losses: Sequence[str]) -> None:
        if losses and self._replaces and not self._drop_streams:
            raise ValueError(
                f'would lose {", ".join(losses)}: write to a folder instead of in place (--out-dir), or pass '
                'drop_streams (--drop-streams)'
            )

    def _open(self, task: _Task, stack: contextlib.ExitStack) -> None:
        """Opens the streams of pictures, the main one first, and reads the stills."""
        # In place, what cannot be decoded would be lost for good: then an error makes the writer give up.
        for info in task.plan.images or (None,):
            main = task.videos[0].info if task.videos else None
            number = None if info is None else info.index
            is_last = info is None or info is task.plan.images[-1]
            try:
                video = VideoReader(
                    task.item.path,
                    strict=self._replaces,
                    stream=number,
                    timeline=None if main is None else main.timeline,
                    max_pixels=self._max_pixels,
                    span=self._span if main is None else main.span,  # On one clock.
                )
            except UnreadableMediaError as error:
                if is_last and not task.videos:
                    raise
                if isinstance(error, EmptySpanError):
                    task.outside.append(str(info))
                    continue
                task.unreadable.append(f'{info}, which {error.reason}')
                continue
            task.videos.append(stack.enter_context(video))
            together = sum(other.info.width * other.info.height for other in task.videos)
            limit = min(other.max_pixels for other in task.videos)
            if together > limit:
                raise ValueError(
                    f'has {len(task.plan.images)} streams of pictures, whose frames have at least '
                    f'{together:,} pixels together, more than max_pixels={limit:,}; split them, '
                    'or raise it'
                )
        for info in task.plan.covers:
            timeline = task.videos[0].info.timeline
            try:
                still = VideoReader(
                    task.item.path,
                    strict=False,
                    stream=info.index,
                    timeline=timeline,
                    max_pixels=self._max_pixels,
                )
                with still:
                    task.stills[info.index] = next(iter(still))
            except UnreadableMediaError as error:
                task.unreadable.append(f'{info}, which {error.reason}')

    def _write_aside(self, task: _Task, video: VideoReader, stack: contextlib.ExitStack) -> Path:
        """Writes what becomes of a further stream of pictures into a file beside the output."""
        path = intermediate_path(task.target, task.container, self._encoding['codec'])
        stack.callback(path.unlink, missing_ok=True)
        options = {'strip_location': self._strip_location, **self._encoding}
        with VideoWriter(path, like=video.info, companions=Companions(), **options) as writer:
            self._process(task, video, writer)
        return path

    def _process(self, task: _Task, video: VideoReader, writer: VideoWriter) -> None:
        """Covers the plates of one stream. What was done before a fault stays, unless it would replace."""
        statistics = VideoStatistics(self._doubtful_score)
        hiding = self._hiding.begin_video(task.item, video.info, is_main=video is task.videos[0])

        def cover(items: Iterator[FramePlates]) -> Iterator[FramePlates]:
            for frame, plates in items:
                yield FramePlates(frame, hiding.hide(frame, plates))

        def write(entry: FramePlates) -> None:
            writer.write(entry.frame)
            statistics.add(*entry)
            task.progress.frame()

        try:
            task.notes += run_video(video, self._segmenter, {'redaction': cover}, write, **self._looking)
        except Exception as fault:
            if self._replaces or isinstance(fault, MediaWriteError) or not statistics.frames:
                raise
            task.problems.append(f'stops after {statistics.frames} frames: {explain(fault)}')
            writer.close(cut=True)
        result = statistics.result(task.item, video, [task.target])
        result.video.update(statistics.describe_span(video.info.span))
        problem = hiding.add_to(result)
        if problem is not None and self._replaces:
            raise ValueError(problem)
        task.problems += [problem] if problem is not None else []
        task.notes += result.notes
        if not result.plates and not result.left_visible:
            result.review.append({'reason': 'no plate found'})
        task.notes += video.notes + writer.notes
        task.results.append(result)

    def _cover_still(self, task: _Task, frame: Frame) -> np.ndarray:
        """Covers all plates of a still picture beside the video."""
        plates = self._segmenter.predict_batch([frame.bgr])[0].plates
        self._hiding.redaction.apply(frame.bgr, plates)
        return frame.bgr


def _combine(task: _Task, unwritten: str | None) -> FileResult:
    """Makes one result of those of all streams."""
    main, *others = reversed(task.results)  # The main one was the last.
    if others:
        streams = sorted((result.video for result in task.results), key=lambda video: video['stream'])
        main.video = {**main.video, 'streams': streams}
        for name in ('frames', 'frames_with_plates'):
            main.video[name] = sum(stream[name] for stream in streams)
        main.video['most_plates_in_a_frame'] = max(stream['most_plates_in_a_frame'] for stream in streams)
        main.review = [
            {**part, 'stream': result.video['stream']} for result in task.results for part in result.review
        ]
        for name in ('plates', 'left_visible', 'also_hidden'):
            setattr(main, name, sum(getattr(result, name) for result in task.results))
        main.visible = [
            {**part, 'stream': result.video['stream']} for result in task.results for part in result.visible
        ]
        scores = [result.lowest_score for result in task.results if result.lowest_score is not None]
        main.lowest_score = min(scores, default=None)
    plan = task.plan
    main.video['streams_left_out'] = [*plan.unreadable, *plan.lost, *plan.withheld, *task.outside]
    main.notes = list(dict.fromkeys(task.notes))
    main.notes += [f'left out: {name}' for name in plan.lost]
    main.notes += [f'left out since it may tell places: {name}' for name in plan.withheld]
    main.notes += [f'left out, since the span has no frame of it: {name}' for name in task.outside]
    damages = [result.error for result in task.results if result.error]
    problems = [f'lacks {name}' for name in task.unreadable] + damages + task.problems
    problems += [unwritten] if unwritten else []
    if problems:
        main.status, main.error = 'incomplete', '; '.join(problems)
    return main
