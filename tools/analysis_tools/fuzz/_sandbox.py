"""A function run in a process of its own, with limits of time and memory."""

from __future__ import annotations

import contextlib
import dataclasses
import faulthandler
import json
import os
import resource
import select
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How it ended.

    Attributes:
        status (str): ``'done'``, ``'refused'``, or what must not be: ``'failed'`` (an error that nobody
            foresaw), ``'killed'`` (by a signal), ``'time'`` or ``'memory'`` (over the limit).
        detail (str): What the function returned, or the last lines of the error.
        seconds (float): How long it took.
    """

    status: str
    detail: str
    seconds: float

    @property
    def is_sound(self) -> bool:
        """Whether it ended as it may."""
        return self.status in ('done', 'refused')


def run_limited(
    function: Callable[[], str], refusals: tuple[type[Exception], ...], seconds: float, gibibytes: float
) -> Outcome:
    """Runs a function in a fork of this process.

    Args:
        function (Callable[[], str]): What to run.
        refusals (tuple[type[Exception], ...]): Errors that are an orderly answer.
        seconds (float): Limit of wall-clock time.
        gibibytes (float): Limit of memory beyond what this process has.

    Returns:
        Outcome: How it ended.
    """
    started = time.monotonic()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run_as_child(function, refusals, writing, gibibytes)
    os.close(writing)
    with os.fdopen(reading, 'rb') as answer:
        is_ready = bool(select.select([answer], [], [], seconds)[0])
        if not is_ready:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        text = answer.read() if is_ready else b''
    _, status = os.waitpid(child, 0)
    elapsed = time.monotonic() - started
    if not is_ready:
        return Outcome('time', f'more than {seconds:g} s', elapsed)
    if not text:
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        return Outcome('killed', f'signal {number}', elapsed)
    return Outcome(*json.loads(text), elapsed)


def _run_as_child(
    function: Callable[[], str], refusals: tuple[type[Exception], ...], writing: int, gibibytes: float
) -> None:
    """Runs the function, answers and ends: nothing of the parent's is cleaned up twice."""
    faulthandler.disable()
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    size = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()
    limit = size + int(gibibytes * 2**30)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        answer = ('done', str(function()))
    except refusals as error:
        answer = ('refused', f'{type(error).__name__}: {error}')
    except MemoryError:
        answer = ('memory', f'more than {gibibytes:g} GiB')
    except BaseException as error:
        last = traceback.format_exception(error)[-4:]
        answer = ('failed', ''.join(last).strip())
    os.write(writing, json.dumps([answer[0], answer[1][-4000:]]).encode())
    os._exit(0)
