"""Work that overlaps: each stage in a thread of its own, with short queues in between."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

#: A step: takes the items of the step before and hands out its own, none, one or many for each.
Stage = Callable[[Iterator[Any]], Iterable[Any]]

_WAKE_SECONDS = 0.2


@dataclasses.dataclass
class StageTiming:
    """Where one stage's time went, in seconds.

    Attributes:
        name (str): The stage.
        items (int): Items handed on (taken in, for the last stage).
        busy (float): Working.
        waiting_for_input (float): Idle because the stage before was not ready.
        waiting_for_output (float): Idle because the stage behind had not caught up.
    """

    name: str
    items: int = 0
    busy: float = 0.0
    waiting_for_input: float = 0.0
    waiting_for_output: float = 0.0


@dataclasses.dataclass
class PipelineReport:
    """Where the time of a pipeline went.

    Attributes:
        seconds (float): Time from start to end.
        stages (list[StageTiming]): One for the source, each stage and the sink, in order.
    """

    seconds: float
    stages: list[StageTiming]

    def __str__(self) -> str:
        rows = [
            f'{"stage":<14}{"items":>8}{"busy s":>9}{"ms/item":>9}{"busy":>7}{"starved":>9}{"blocked":>9}'
        ]
        total = max(self.seconds, 1e-9)
        for stage in self.stages:
            each_ms = 1000 * stage.busy / max(stage.items, 1)
            starved, blocked = stage.waiting_for_input / total, stage.waiting_for_output / total
            rows.append(
                f'{stage.name:<14}{stage.items:>8}{stage.busy:>9.2f}{each_ms:>9.2f}'
                f'{stage.busy / total:>9.0%}{starved:>9.0%}{blocked:>9.0%}'
            )
        return '\n'.join(rows)


def each(function: Callable[[Any], Any]) -> Stage:
    """Makes a stage of a function of one item."""
    return lambda items: map(function, items)


def run_pipeline(
    source: Iterable[Any],
    stages: Mapping[str, Stage],
    sink: Callable[[Any], Any],
    *,
    queue_size: int = 4,
    names: tuple[str, str] = ('decode', 'encode'),
) -> PipelineReport:
    """Runs source, stages and sink at the same time.

    Order is kept. At most ``queue_size`` items wait between two stages, so memory stays bounded however long
    the source is. Threads do the work: decoding, networks, OpenCV and encoding all leave Python's lock
    while they compute. The caller's thread only waits, so that an interruption reaches it.

    A stage takes an iterator and returns an iterable, mostly as a generator; it may look ahead, gather
    batches, or hand out more or fewer items than it takes. Use :func:`each` for a plain function.

    Args:
        source (Iterable[Any]): Where the items come from.
        stages (Mapping[str, Stage]): Steps in order, by name.
        sink (Callable[[Any], Any]): Takes each item at the end, such as ``VideoWriter.write``.
        queue_size (int): Items that may wait between two stages.
        names (tuple[str, str]): Names of source and sink in the report.

    Returns:
        PipelineReport: Busy and idle seconds of each stage.

    Raises:
        BaseException: The first error of any stage, the source or the sink, or the interruption. All threads
            have ended by then, and generators among the stages were closed.

    Examples:
        >>> with VideoReader('in.mp4') as video, VideoWriter('out.mp4', like=video.info) as writer:
        ...     report = run_pipeline(video, {'blur': each(blur)}, writer.write)
        >>> print(report)
    """
    if queue_size < 1:
        raise ValueError(f'queue_size must be at least 1, got {queue_size}')
    failure = _Failure()
    channels = [_Channel(queue_size) for _ in range(len(stages) + 1)]
    timings = [StageTiming(name) for name in (names[0], *stages, names[1])]

    def feed(timing: StageTiming) -> None:
        _pump(iter(source), channels[0], timing)

    def work(number: int, stage: Stage, timing: StageTiming) -> None:
        _pump(iter(stage(_receive(channels[number], timing))), channels[number + 1], timing)

    def drain(timing: StageTiming) -> None:
        for item in _receive(channels[-1], timing):
            started = time.perf_counter()
            sink(item)
            timing.busy += time.perf_counter() - started
            timing.items += 1

    jobs = [partial(feed, timings[0])]
    jobs += [partial(work, *step, timings[step[0] + 1]) for step in enumerate(stages.values())]
    jobs.append(partial(drain, timings[-1]))

    # Threads begin together: an interruption while they are started leaves none that works unseen.
    gate, admitted = threading.Event(), threading.Event()
    # Not Thread.join: interrupted, it takes the thread for ended (CPython 3.11).
    ended = [threading.Event() for _ in jobs]

    def run(job: Callable[[], None], number: int) -> None:
        gate.wait()
        try:
            if admitted.is_set():
                job()
        except _Stopped:
            pass
        except BaseException as error:
            failure.set(error)
            for channel in channels:
                channel.stop()
        finally:
            if number:  # A step that has enough must not leave the one before it waiting for room.
                channels[number - 1].stop()
            ended[number].set()

    threads = [
        threading.Thread(target=run, args=(job, number), name=f'mmlp-{timings[number].name}', daemon=True)
        for number, job in enumerate(jobs)
    ]
    started = time.perf_counter()
    try:
        for thread in threads:
            thread.start()
        admitted.set()
        gate.set()
        for end in ended:
            while not end.wait(_WAKE_SECONDS):  # A plain wait cannot be interrupted on every system.
                pass
    except BaseException:
        for channel in channels:
            channel.stop()
        gate.set()
        if admitted.is_set():
            _wait_for(ended)
        raise
    failure.raise_if_set()
    return PipelineReport(time.perf_counter() - started, timings)


def _wait_for(ended: Iterable[threading.Event]) -> None:
    """Waits for threads that were told to stop, however often the user interrupts: files are closed next."""
    for end in ended:
        while not end.is_set():
            with contextlib.suppress(KeyboardInterrupt):
                end.wait(_WAKE_SECONDS)


class _Stopped(BaseException):
    """Ends a stage whose neighbours have ended; no ``Exception``, so that no stage takes it for its own."""


class _Failure:
    """The first error of all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._error: BaseException | None = None

    def set(self, error: BaseException) -> None:
        with self._lock:
            self._error = self._error or error

    def raise_if_set(self) -> None:
        if self._error is not None:
            raise self._error


class _Channel:
    """A bounded queue that can be closed at its end and stopped at once."""

    def __init__(self, size: int) -> None:
        self._items: deque[Any] = deque()
        self._size = size
        self._closed = self._stopped = False
        self._changed = threading.Condition()

    def put(self, item: Any) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or len(self._items) < self._size)
            if self._stopped:
                raise _Stopped
            self._items.append(item)
            self._changed.notify_all()

    def get(self) -> tuple[bool, Any]:
        """Returns whether there is an item, and the item; waits until that is known."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or self._closed or self._items)
            if self._stopped:
                raise _Stopped
            if not self._items:
                return False, None
            item = self._items.popleft()
            self._changed.notify_all()
            return True, item

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._items.clear()
            self._changed.notify_all()


def _receive(channel: _Channel, timing: StageTiming) -> Iterator[Any]:
    """Hands out what arrives in a channel, and takes the time of waiting for it."""
    while True:
        started = time.perf_counter()
        there, item = channel.get()
        timing.waiting_for_input += time.perf_counter() - started
        if not there:
            return
        yield item


def _pump(items: Iterator[Any], channel: _Channel, timing: StageTiming) -> None:
    """Moves items into a channel; what passes while they are made, less the waiting in it, is work."""
    try:
        while True:
            waited, started = timing.waiting_for_input, time.perf_counter()
            try:
                item = next(items)
            except StopIteration:
                timing.busy += time.perf_counter() - started - (timing.waiting_for_input - waited)
                break
            made = time.perf_counter()
            timing.busy += made - started - (timing.waiting_for_input - waited)
            channel.put(item)
            timing.waiting_for_output += time.perf_counter() - made
            timing.items += 1
        channel.close()
    finally:
        close = getattr(items, 'close', None)
        if close is not None:
            close()
