"""Doing the same to many pictures in threads, a few at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar('T')
R = TypeVar('R')

#: Jobs that wait for each thread. All of 200,000 at once would take 290 MB and seconds before the first.
_WAITING = 8


def in_threads(function: Callable[[T], R], jobs: Iterable[T], workers: int) -> Iterator[tuple[T, Future[R]]]:
    """Calls a function for each job in threads, and yields each job with its finished future, in order.

    Closed early, by ``contextlib.closing`` around it, it waits for the calls that have begun and drops the
    rest.

    Args:
        function: What to do; from any thread.
        jobs: Taken as they are needed.
        workers: Number of threads.
    """
    pool = ThreadPoolExecutor(workers)
    waiting: deque[tuple[T, Future[R]]] = deque()
    try:
        for job in jobs:
            waiting.append((job, pool.submit(function, job)))
            if len(waiting) >= workers * _WAITING:
                yield _finished(waiting)
        while waiting:
            yield _finished(waiting)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _finished(waiting: deque[tuple[T, Future[R]]]) -> tuple[T, Future[R]]:
    waiting[0][1].exception()  # waits
    return waiting.popleft()
