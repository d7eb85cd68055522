"""Worker processes that leave Ctrl-C to their parent, and end when it ends, whatever ends it.

Nothing but the standard library: every layer may use it.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import multiprocessing
import os
import pickle
import signal
import stat
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

T = TypeVar('T')
R = TypeVar('R')


class WorkerError(RuntimeError):
    """A worker process was ended from outside, and its work is lost."""


def end_with_parent(worker_id: int = 0) -> None:
    """Makes this process, which ``multiprocessing`` started, a worker of its parent.

    It ends at once when its parent is gone, killed by force included, ignores Ctrl-C, which a terminal sends
    to parent and children alike, and takes SIGTERM as processes do. A fork leaves its parent's garbage alone.
    To be called in the main thread of the worker.

    Args:
        worker_id (int): Not used: this may be the ``worker_init_fn`` of a data loader.

    Raises:
        RuntimeError: ``multiprocessing`` did not start this process.
    """
    for name, action in (('SIGINT', signal.SIG_IGN), ('SIGHUP', signal.SIG_IGN), ('SIGTERM', signal.SIG_DFL)):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), action)
    parent = multiprocessing.parent_process()
    if parent is None:
        raise RuntimeError('end_with_parent() is for processes that multiprocessing started')
    # What a parent has left to be collected may hold threads, which a fork does not have: FFmpeg's scalers
    # would wait for them for ever.
    gc.freeze()
    threading.Thread(target=_end_after, args=(parent.sentinel,), name='mmlp-parent', daemon=True).start()


def _end_after(sentinel: int) -> None:
    """Ends this process as soon as its parent has; nothing of the parent's is cleaned up twice."""
    wait([sentinel])
    os._exit(1)


def end_with_input() -> None:
    """Makes this process, and all that it starts, end when the pipe that is its standard input ends.

    For scripts that are started with ``stdin=subprocess.PIPE, start_new_session=True``: the other end of the
    pipe is closed when the parent is gone. Where the standard input is not a pipe, nothing is done.
    """
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=_end_at_end_of_input, name='mmlp-parent', daemon=True).start()


def _end_at_end_of_input() -> None:
    while os.read(0, 4096):
        pass
    if hasattr(os, 'killpg') and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


@contextlib.contextmanager
def in_processes(
    function: Callable[[T], R], jobs: Iterable[T], workers: int, chunksize: int = 1
) -> Iterator[Iterator[R]]:
    """Calls a function for each job in worker processes.

    When the block ends, by an error or an interruption as well, the workers are ended in the middle of what
    they do; when it has ended, none of them writes any more. See :func:`end_with_parent`.

    Every worker has a pipe of its own: those of ``ProcessPoolExecutor`` share one for their results, and it
    waits for ever when one of them is killed while it answers.

    Args:
        function (Callable[[T], R]): What to do; can be pickled, as its results can.
        jobs (Iterable[T]): What to do it with.
        workers (int): Number of processes, 1 or more.
        chunksize (int): Jobs that a worker takes at a time.

    Yields:
        Iterator[R]: What the function returned, in the order of the jobs. What it raised is raised, from an
        error that shows the worker's traceback.

    Raises:
        WorkerError: A worker was killed.
        AttributeError, TypeError, pickle.PicklingError: What the function returned cannot be pickled.
    """
    started: list[_Worker] = []
    try:
        with _interruptions_held():
            for _ in range(workers):
                started.append(_Worker(function))
        yield _results(started, iter(jobs), chunksize)
    finally:
        for worker in started:
            worker.process.kill()
        for worker in started:
            worker.process.join()
            worker.connection.close()


class _Worker:
    """A process that calls a function, and this end of the pipe to it."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_work, args=(function, theirs))
        self.process.start()
        theirs.close()  # So that this end is at an end as soon as the worker is.

    def send(self, chunk: list[Any]) -> None:
        """Hands it some jobs; it has none."""
        self._or_killed(self.connection.send, chunk)

    def receive(self) -> list[Any]:
        """Returns the results of the jobs that it was handed last."""
        results, error, trace = self._or_killed(self.connection.recv)
        if error is not None:
            raise error from _InWorker(trace)
        return results

    def _or_killed(self, exchange: Callable[..., Any], *arguments: Any) -> Any:
        try:
            return exchange(*arguments)
        except (EOFError, OSError) as error:  # At an end, in the middle of an answer, too.
            reason = 'a worker process was killed, as the system does when memory runs short'
            raise WorkerError(f'{reason}; try with fewer workers') from error


class _InWorker(Exception):
    """Shows where in a worker an error was raised."""

    def __str__(self) -> str:
        return f'\n{self.args[0]}'


def _results(workers: list[_Worker], jobs: Iterator[T], chunksize: int) -> Iterator[Any]:
    """Yields the results in the order of the jobs; a worker gets its next ones when it has answered."""
    chunks = enumerate(iter(lambda: list(itertools.islice(jobs, chunksize)), []))
    busy: dict[Connection, tuple[int, _Worker]] = {}
    done: dict[int, list[Any]] = {}
    idle, following = list(workers), 0
    while True:
        for number, chunk in itertools.islice(chunks, len(idle)):
            worker = idle.pop()
            worker.send(chunk)
            busy[worker.connection] = number, worker
        while following in done:
            yield from done.pop(following)
            following += 1
        if not busy:
            return
        for connection in wait(list(busy)):
            number, worker = busy.pop(connection)
            done[number] = worker.receive()
            idle.append(worker)


def _work(function: Callable[[Any], Any], connection: Connection) -> None:
    """Answers what comes through a pipe, in a worker, until it is ended."""
    end_with_parent()
    while True:
        chunk = connection.recv()
        try:
            answer = [function(job) for job in chunk], None, ''
        except Exception as error:
            answer = None, error, traceback.format_exc()
        try:
            connection.send(answer)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            connection.send((None, error, traceback.format_exc()))


@contextlib.contextmanager
def _interruptions_held() -> Iterator[None]:
    """Puts Ctrl-C off: processes that start here never get it, not even while they load."""
    if not hasattr(signal, 'pthread_sigmask'):
        yield
        return
    if multiprocessing.get_start_method() != 'fork':
        resource_tracker.ensure_running()  # Started later, it would let Ctrl-C through again.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
