"""Worker processes end with their block and with their parent, whatever ends it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmlp.processes import WorkerError, end_with_parent, in_processes

PACKAGE = Path(__file__).resolve().parents[1] / 'mmlp'
METHODS = ['fork', 'spawn', 'forkserver'] if os.name == 'posix' else ['spawn']


def test_results_come_in_the_order_of_the_jobs():
    with in_processes(abs, range(-20, 0), workers=2, chunksize=3) as results:
        assert list(results) == list(range(20, 0, -1))


def test_an_error_of_a_worker_is_raised():
    with pytest.raises(TypeError, match='bad operand'), in_processes(abs, [1, 'x'], workers=1) as results:
        list(results)


def test_a_worker_that_is_killed_is_told():
    killed = pytest.raises(WorkerError, match='try with fewer workers')
    with killed, in_processes(os._exit, [3], workers=1) as results:
        list(results)


def test_workers_end_in_the_middle_of_their_work():
    started = time.monotonic()
    with pytest.raises(ValueError, match='enough'), in_processes(time.sleep, [0, 60, 60], 2) as results:
        next(results)
        raise ValueError('enough')
    assert time.monotonic() - started < 20


def _never_ends(_):
    while True:
        yield


def test_what_cannot_be_sent_is_told():
    with pytest.raises(TypeError, match='pickle'), in_processes(_never_ends, [1], workers=1) as results:
        list(results)


def test_an_error_shows_where_in_the_worker_it_was_raised():
    with pytest.raises(ZeroDivisionError) as caught, in_processes(_divide, [0], workers=1) as results:
        list(results)
    assert 'in _divide' in str(caught.value.__cause__)


def _divide(number):
    return 1 / number


def test_jobs_are_taken_as_workers_answer():
    taken = []

    def jobs():
        for number in range(100):
            taken.append(number)
            yield number

    with in_processes(abs, jobs(), workers=1, chunksize=2) as results:
        assert next(results) == 0 and taken == [0, 1, 2, 3]  # The worker has its next ones already.
        assert list(results) == list(range(1, 100))


def _answer_at_length(_):
    return bytes(2_000_000)  # More than a pipe holds: a worker spends its time writing.


@pytest.mark.skipif(os.name != 'posix', reason='kills as POSIX does')
@pytest.mark.parametrize('pause', [0.01, 0.02, 0.03, 0.05, 0.08])
def test_workers_that_are_killed_while_they_answer_are_not_waited_for(pause):
    before = set(multiprocessing.active_children())
    with pytest.raises(WorkerError), in_processes(_answer_at_length, range(100), workers=2) as results:
        next(results)
        time.sleep(pause)
        for worker in set(multiprocessing.active_children()) - before:
            worker.kill()
        list(results)


class Garbage:
    """A cycle, so that nothing but a collection ends it."""

    ended = 0

    def __init__(self):
        self.itself = self

    def __del__(self):
        Garbage.ended += 1


def _collect(sender):
    end_with_parent()
    Garbage()
    gc.collect()
    sender.send(Garbage.ended)


@pytest.mark.skipif('fork' not in METHODS, reason='starts processes by forking')
def test_a_fork_collects_its_own_garbage_alone():
    """That of its parent may wait for threads that it does not have."""
    context = multiprocessing.get_context('fork')
    receiver, sender = context.Pipe(duplex=False)
    Garbage.ended = 0
    gc.disable()
    try:
        Garbage()
        process = context.Process(target=_collect, args=(sender,))
        process.start()
    finally:
        gc.enable()
    assert receiver.recv() == 1
    process.join()


def test_only_workers_have_a_parent_to_end_with():
    with pytest.raises(RuntimeError, match='processes that multiprocessing started'):
        end_with_parent()


# The module is loaded alone: it needs the standard library only, and starts at once.
SCRIPT = """
import multiprocessing, os, signal, sys, time
sys.path.insert(0, {package!r})
from processes import in_processes

def work(seconds):
    os.write(1, b'working\\n')  # In one step, whoever else writes.
    time.sleep(seconds)

if __name__ == '__main__':
    multiprocessing.set_start_method({method!r})
    try:
        with in_processes(work, [60, 60, 60], workers=2) as results:
            list(results)
    except KeyboardInterrupt:
        print('stopped', flush=True)
else:
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, []) if os.name == 'posix' else [signal.SIGINT]
    assert signal.SIGINT in blocked, 'a worker that loads would take Ctrl-C'
    time.sleep({loading})
"""


@pytest.fixture(params=METHODS)
def start(tmp_path, request):
    def call(loading: float = 0.0) -> subprocess.Popen:
        path = tmp_path / 'script.py'
        path.write_text(SCRIPT.format(package=str(PACKAGE), method=request.param, loading=loading))
        return subprocess.Popen(
            [sys.executable, path],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # pytest may itself be a job in the background, which ignores Ctrl-C.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        )

    return call


def assert_nothing_runs(group: int) -> None:
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    raise AssertionError('a process was left')


@pytest.mark.skipif(os.name != 'posix', reason='kills as POSIX does')
def test_workers_end_with_a_parent_that_is_killed(start):
    process = start()
    assert [process.stdout.readline() for _ in range(2)] == ['working\n'] * 2
    process.kill()
    process.wait()
    assert_nothing_runs(process.pid)
    assert 'Traceback' not in process.stderr.read()


STARTED = """
import os, subprocess, sys
sys.path.insert(0, {package!r})
from processes import end_with_input

if len(sys.argv) > 1:
    end_with_input()
    subprocess.run([sys.executable, '-c', "import time; print('working', flush=True); time.sleep(60)"])
else:
    command = [sys.executable, sys.argv[0], 'part']
    part = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    print(part.pid, flush=True)
    part.wait()
"""


@pytest.mark.skipif(os.name != 'posix', reason='kills as POSIX does')
def test_scripts_and_what_they_start_end_with_a_parent_that_is_killed(tmp_path):
    path = tmp_path / 'script.py'
    path.write_text(STARTED.format(package=str(PACKAGE)))
    process = subprocess.Popen([sys.executable, path], stdout=subprocess.PIPE, text=True)
    group = int(process.stdout.readline())
    assert process.stdout.readline() == 'working\n'
    process.kill()
    process.wait()
    assert_nothing_runs(group)


@pytest.mark.skipif(os.name != 'posix', reason='interrupts as POSIX does')
@pytest.mark.parametrize('loading', [0.0, 2.0])
def test_ctrl_c_is_left_to_the_parent(start, loading):
    process = start(loading)
    if loading:  # Workers that are started anew load what the parent has loaded.
        time.sleep(1)
    else:
        assert [process.stdout.readline() for _ in range(2)] == ['working\n'] * 2
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert out.endswith('stopped\n') and 'Traceback' not in err and process.returncode == 0
    assert_nothing_runs(process.pid)
