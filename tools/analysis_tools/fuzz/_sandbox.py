"""A function run in a process of its own, with limits of time and memory."""

from __future__ import annotations

import dataclasses
import faulthandler
import json
import multiprocessing
import os
import resource
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from mmlp.processes import end_with_parent


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
    context = multiprocessing.get_context('fork')
    answer, speaking = context.Pipe(duplex=False)
    child = context.Process(target=_run_as_child, args=(function, refusals, speaking, gibibytes))
    child.start()
    speaking.close()
    try:
        text = answer.recv_bytes() if answer.poll(seconds) else None
    except EOFError:  # It ended without an answer.
        child.join()
        text = b''
    finally:
        child.kill()
        child.join()
    elapsed = time.monotonic() - started
    if text is None:
        return Outcome('time', f'more than {seconds:g} s', elapsed)
    if not text:
        return Outcome('killed', f'signal {max(-child.exitcode, 0)}', elapsed)
    return Outcome(*json.loads(text), elapsed)


def _run_as_child(
    function: Callable[[], str], refusals: tuple[type[Exception], ...], speaking: Connection, gibibytes: float
) -> None:
    """Runs the function, answers and ends: nothing of the parent's is cleaned up twice."""
    end_with_parent()
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
    speaking.send_bytes(json.dumps([answer[0], answer[1][-4000:]]).encode())
    os._exit(0)
