"""Works that are killed at a named point inside their writes.

A work runs in a process of its own, in which renaming, swapping and writing of lines are wrapped: at the
point it leaves the disk as a kill would find it, and kills itself. The processes are forked by a server that
has imported what the works need.
"""

import fnmatch
import multiprocessing
import os
import shutil
import signal

import pytest

#: Points at which a file or folder whose final name matches is on its way, ...
FILE_POINTS = ('within a file', 'before its name', 'after its name')
#: ... and those of lines of a journal that hold a text.
LINE_POINTS = ('before its line', 'within its line', 'after its line')
SIGKILL = getattr(signal, 'SIGKILL', None)

needs_sigkill = pytest.mark.skipif(
    SIGKILL is None or 'forkserver' not in multiprocessing.get_all_start_methods(),
    reason='this system kills in other ways',
)


def run_killed(work, *args, point, what, count=1):
    """Calls ``work(*args)`` in a process that is killed at a point.

    Args:
        work (Callable): A function of a module.
        *args (Any): Its arguments.
        point (str): One of ``FILE_POINTS`` and ``LINE_POINTS``.
        what (str): Pattern of the file's name, or text in the line.
        count (int): The how manieth time the process comes there.
    """
    context = multiprocessing.get_context('forkserver')
    context.set_forkserver_preload(['mmlp.jobs', 'mmlp.datasets.converters', 'torch'])
    process = context.Process(target=_run, args=(work, args, point, what, count))
    process.start()
    process.join(120)
    if process.is_alive():
        process.kill()
    assert process.exitcode == -SIGKILL, f'ended with {process.exitcode}, and was to be killed {point}'


def _run(work, args, point, what, count):
    _arm(point, what, count)
    work(*args)


def _arm(point, what, count):
    """Wraps what the writers call, so that the process kills itself at the point."""
    from mmlp.files import folders

    passed = 0

    def is_here():
        nonlocal passed
        passed += 1
        return passed == count

    def kill():
        os.kill(os.getpid(), SIGKILL)

    def renaming(rename):
        def wrapped(part, path, **options):
            here = point in FILE_POINTS and fnmatch.fnmatch(os.path.basename(path), what) and is_here()
            if here and point == 'within a file':
                _cut(part)
            if here and point != 'after its name':
                kill()
            result = rename(part, path, **options)
            if here:
                kill()
            return result

        return wrapped

    def writing(write):
        def wrapped(descriptor, data):
            here = point in LINE_POINTS and what.encode() in bytes(data) and is_here()
            if here and point == 'before its line':
                kill()
            if here and point == 'within its line':
                write(descriptor, data[: len(data) // 2])
                kill()
            result = write(descriptor, data)
            if here:
                kill()
            return result

        return wrapped

    os.replace, os.write = renaming(os.replace), writing(os.write)
    folders._swap = renaming(folders._swap)


def _cut(part):
    """Makes of a file half of it, and of a folder one that lacks something."""
    if os.path.islink(part):
        return
    if os.path.isdir(part):
        child = os.path.join(part, sorted(os.listdir(part))[-1])
        shutil.rmtree(child) if os.path.isdir(child) else os.remove(child)
    else:
        os.truncate(part, os.path.getsize(part) // 2)
