"""How commands load, are interrupted, answer mistakes and end.

It loads nothing but the standard library: the toolbox takes seconds to load, and even then Ctrl-C ends a
command in a line.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, TextIO

from .terminal import printable

#: What ends a command in an orderly way: Ctrl-C, ``kill``, and a terminal that is closed.
SIGNALS = tuple(getattr(signal, name) for name in ('SIGINT', 'SIGTERM', 'SIGHUP') if hasattr(signal, name))
#: What commands say that can be interrupted and started again.
GOES_ON = 'the same command goes on where this stopped'
#: Exit codes: something failed; a mistake of the user; and what is added to the number of a signal.
FAILED, MISTAKE, AFTER_SIGNAL = 1, 2, 128
#: What ``| head`` leaves behind; Windows has no such signal, hence no name.
_SIGPIPE = 13
#: Seconds in which further signals mean the same as the first: a key that is held, a group and its leader.
_PATIENCE = 3.0


class _Interruption:
    """What signals do to this process, and the first that came."""

    def __init__(self) -> None:
        self.handler: Callable[[int, FrameType | None], None] | None = None
        self.number: int | None = None
        self.came_at = 0.0
        self.script: object = None
        self.exit_code: int | None = None
        atexit.register(self.leave_early)  # Before all others, so that it runs after them.

    def catch(self, handler: Callable[[int, FrameType | None], None]) -> None:
        """Hands the signals to a handler, but for those that this process was started to ignore (nohup)."""
        self.handler, self.number = handler, None
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, handler)

    @property
    def is_in_charge(self) -> bool:
        """Whether the signals are still those of a command, and not of a process that called its ``main``."""
        return self.handler is not None and signal.getsignal(signal.SIGTERM) is self.handler

    def leave_at_once(self, number: int, _: FrameType | None) -> None:
        """Ends a process that has begun nothing yet; an exception would be lost in callbacks and in C++."""
        with contextlib.suppress(OSError):
            os.write(2, f'{describe(number)}: nothing was begun\n'.encode())
        os._exit(AFTER_SIGNAL + number)

    def unwind(self, number: int, _: FrameType | None) -> None:
        """Raises KeyboardInterrupt in the main thread, so that what is unfinished is removed on the way."""
        if self.number is None:
            self.number, self.came_at = number, time.monotonic()
            _end_workers()
            raise KeyboardInterrupt
        if time.monotonic() - self.came_at > _PATIENCE:
            with contextlib.suppress(OSError):
                os.write(2, b'ended before all that is unfinished was removed: the next run removes it\n')
            os._exit(AFTER_SIGNAL + self.number)

    def leave_early(self, *signal_and_frame: object) -> None:
        """Ends this process when all is done: the interpreter takes seconds to take the toolbox apart."""
        is_own = sys.modules.get('__main__') is self.script  # and not one that ran the script by runpy
        if is_own and self.exit_code is not None and self.is_in_charge:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                with contextlib.suppress(OSError, ValueError):
                    stream.flush()
            os._exit(self.exit_code)
        if signal_and_frame:
            raise KeyboardInterrupt

    def answer_unraisable(self, unraisable: sys.UnraisableHookArgs) -> None:
        """Sends the signal again whose exception was lost, in a ``__del__`` for instance.

        What else fails in clean-ups after it, since workers are gone, is not told.
        """
        if self.number is None:
            sys.__unraisablehook__(unraisable)
        elif issubclass(unraisable.exc_type, KeyboardInterrupt):
            number, self.number = self.number, None
            timer = threading.Timer(0.01, os.kill, (os.getpid(), number))
            timer.daemon = True
            timer.start()


def _end_workers() -> None:
    """Ends worker processes before they complain that nobody takes their results any more."""
    if hasattr(signal, 'SIGCHLD'):  # PyTorch would raise an error here for every one.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if 'multiprocessing' in sys.modules:
        for worker in sys.modules['multiprocessing'].active_children():
            worker.kill()


_interruption = _Interruption()


def take_charge() -> None:
    """Makes Ctrl-C end this process in a line until :func:`command` runs something in it."""
    _interruption.catch(_interruption.leave_at_once)


@contextlib.contextmanager
def loading(name: str = '') -> Iterator[None]:
    """Ends a command in a line when it is interrupted, or lacks a package, while it loads what it needs::

        with loading():
            import torch

    Where a process calls a command as a function, its signals are left alone.

    Args:
        name (str): ``__name__`` of a script that loads at its top, before :func:`command` runs it.
    """
    is_running = _interruption.is_in_charge
    if not is_running and name != '__main__':
        yield
        return
    handler = _interruption.handler
    _interruption.catch(_interruption.leave_at_once)
    try:
        yield
    except ImportError as error:
        if is_running or sys.flags.dev_mode:  # Running, it is answered by the command.
            raise
        _say(f'error: {_explain(error)}')
        sys.exit(MISTAKE)
    finally:
        if is_running:
            _interruption.catch(handler)


def answers_mistakes(main: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates ``main`` of a command, so that what a user can mend ends in a line instead of a traceback.

    ``python -X dev`` shows the traceback.

    Args:
        main (Callable[..., Any]): Raises ``ValueError``, ``OSError``, ``ImportError`` or ``MemoryError``,
            which make the exit code 2, or other errors that mmlp defines (``WriteError``), which make it 1.

    Returns:
        Callable[..., Any]: Returns what ``main`` returns, or the exit code.
    """

    @functools.wraps(main)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return main(*args, **kwargs)
        except BrokenPipeError:  # For command().
            raise
        except Exception as error:
            code, reason = _code_of(error), _explain(error)
            if not code or sys.flags.dev_mode or _interruption.number is not None:
                raise
        # Here, whatever the exception held is closed, and with it the progress bars.
        _say(f'error: {reason}')
        return code

    return run


def command(main: Callable[[], Any], kept: str = 'nothing was written') -> None:
    """Runs a command to an orderly end, and leaves the process unless all is done.

    Mistakes are answered as by :func:`answers_mistakes`, which ``main`` needs when others call it, too.

    Ctrl-C, SIGTERM and SIGHUP raise ``KeyboardInterrupt`` in the main thread, and the exit code is 128 and
    the number of the signal. Further ones within three seconds mean the same; later ones end the process at
    once. Forked processes leave these signals to this one. A command whose output nobody reads any more
    (``| head``) ends in the same way.

    Args:
        main (Callable[[], Any]): Returns the exit code; what is not a number means 0.
        kept (str): What was kept after an interruption, and how to go on, for a line on standard error.
    """
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors='backslashreplace')  # Names of files may be of any bytes.
    _interruption.catch(_interruption.unwind)
    sys.unraisablehook = _interruption.answer_unraisable
    _leave_signals_of_forks_to_parent()
    code, line = _run(answers_mistakes(main))
    # Here, whatever the exception held is closed, and with it the progress bars.
    if line:
        _say(f'{line}: {kept}')
    for stream in filter(None, (sys.stdout, sys.stderr)):
        code = _flush(stream) or code
    _end_workers()
    _interruption.exit_code, _interruption.script = code, sys.modules.get('__main__')
    _interruption.catch(_interruption.leave_early)
    if code:
        sys.exit(code)


def _run(main: Callable[[], Any]) -> tuple[int, str]:
    """Returns the exit code, and what stopped the command if something did."""
    try:
        result = main()
        return (result if isinstance(result, int) else 0), ''
    except BrokenPipeError:
        return AFTER_SIGNAL + _SIGPIPE, 'stopped, since nobody reads the output any more'
    except SystemExit as leaving:
        if _interruption.number is None:
            if isinstance(leaving.code, str):
                _say(leaving.code)
                return FAILED, ''
            return leaving.code or 0, ''
    except BaseException:  # After a signal, whatever it led to: libraries turn the interruption into others.
        if _interruption.number is None:
            raise
    return AFTER_SIGNAL + _interruption.number, describe(_interruption.number)


def describe(number: int) -> str:
    """Says what a signal did to a command."""
    return 'interrupted' if number == signal.SIGINT else f'stopped by {signal.Signals(number).name}'


def _flush(stream: TextIO) -> int:
    """Writes out what waits, and returns the exit code if that failed on a full disk."""
    try:
        stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # The interpreter tries it once more.
        if not isinstance(error, BrokenPipeError):
            _say(f'error: the output could not be written: {error.strerror}')
            return FAILED
    return 0


def _code_of(error: Exception) -> int:
    """Returns the exit code of an error that a user can mend, and 0 for others."""
    is_ours = type(error).__module__.partition('.')[0] == 'mmlp'
    is_of_system = isinstance(error, OSError) and not is_ours
    if isinstance(error, (ValueError, ImportError)) or is_of_system or _is_out_of_memory(error):
        return MISTAKE
    return FAILED if is_ours else 0


def _is_out_of_memory(error: Exception) -> bool:
    """Whether Python, NumPy, OpenCV or PyTorch says so."""
    texts = ('Insufficient memory', "can't allocate memory", 'out of memory')
    return isinstance(error, MemoryError) or any(text in str(error) for text in texts)


def _explain(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        from mmlp.compat import describe_missing

        return describe_missing(error)
    if _is_out_of_memory(error):
        return f'out of memory: {error}' if str(error) else 'out of memory'
    if isinstance(error, OSError) and type(error).__module__ == 'builtins' and error.strerror:
        return error.strerror if error.filename is None else f'{error.filename}: {error.strerror}'
    return str(error) or type(error).__name__


def _say(text: str) -> None:
    """Prints lines on standard error; in place of characters that move the cursor, their escape sequences."""
    with contextlib.suppress(OSError):
        print('\n'.join(map(printable, text.split('\n'))), file=sys.stderr, flush=True)


@functools.cache
def _leave_signals_of_forks_to_parent() -> None:
    """Makes processes that are forked ignore what a terminal sends to all, and take SIGTERM as others do."""
    if not hasattr(os, 'register_at_fork'):
        return
    masks = threading.local()

    def hold() -> None:
        masks.before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)

    def release() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, masks.before)

    def leave_to_parent() -> None:
        for number in SIGNALS:
            if signal.getsignal(number) is _interruption.handler:
                signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
        release()

    os.register_at_fork(before=hold, after_in_parent=release, after_in_child=leave_to_parent)
