"""Worker processes that leave Ctrl-C to their parent, and end when it ends, whatever ends it.

Nothing but the standard library: every layer may use it.
"""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import stat
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection, wait
from typing import TypeVar

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
    _become_worker()


def _become_worker(dismissal: Connection | None = None) -> None:
    for name, action in (('SIGINT', signal.SIG_IGN), ('SIGHUP', signal.SIG_IGN), ('SIGTERM', signal.SIG_DFL)):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), action)
    parent = multiprocessing.parent_process()
    if parent is None:
        raise RuntimeError('end_with_parent() is for processes that multiprocessing started')
    # What a parent has left to be collected may hold threads, which a fork does not have: FFmpeg's scalers
    # would wait for them for ever.
    gc.freeze()
    signs = [parent.sentinel] if dismissal is None else [parent.sentinel, dismissal]
    threading.Thread(target=_end_at, args=(signs,), name='mmlp-parent', daemon=True).start()


def _end_at(signs: list[int | Connection]) -> None:
    """Ends this process as soon as one of them can be read; nothing of the parent's is cleaned up twice."""
    wait(signs)
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

    Args:
        function (Callable[[T], R]): What to do; can be pickled, as its results can.
        jobs (Iterable[T]): What to do it with; all are taken at once.
        workers (int): Number of processes, 1 or more.
        chunksize (int): Jobs that a worker takes at a time.

    Yields:
        Iterator[R]: What the function returned, in the order of the jobs.

    Raises:
        WorkerError: A worker was killed.
    """
    listening, speaking = multiprocessing.Pipe(duplex=False)
    pool = ProcessPoolExecutor(workers, initializer=_become_worker, initargs=(listening,))
    try:
        with _interruptions_held():
            results = pool.map(function, jobs, chunksize=chunksize)
        yield results
    except BrokenProcessPool as error:
        raise WorkerError(
            'a worker process was killed, as the system does when memory runs short; try with fewer workers'
        ) from error
    finally:
        speaking.send_bytes(b'.')  # Nobody takes it, so that every worker sees it.
        pool.shutdown(cancel_futures=True)
        listening.close()
        speaking.close()


@contextlib.contextmanager
def _interruptions_held() -> Iterator[None]:
    """Puts Ctrl-C off: processes that start here never get it, not even while they load."""
    if not hasattr(signal, 'pthread_sigmask'):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
