"""What all commands share: how they load, are interrupted, answer mistakes and end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
from helpers.command_processes import MINIMAL, ROOT, assert_nothing_runs, start

#: Scripts that are not commands of the package: they load what they need at their top.
SCRIPTS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ('tools', 'examples')
    for path in (ROOT / folder).rglob('*.py')
    if "if __name__ == '__main__':" in (text := path.read_text(encoding='utf-8'))
    and 'from mmlp.cli.main import main' not in text
)
pytestmark = pytest.mark.skipif(os.name != 'posix', reason='sends signals')

#: Stops at the first import of what is neither the standard library nor light: seconds of loading begin here.
STOPS_LOADING = """
import sys, time

LIGHT = sys.stdlib_module_names | {'mmlp', 'lazy_loader', 'usercustomize', 'org'}

class Stop:
    def find_spec(self, name, path=None, target=None):
        package = name.partition('.')[0]
        if package not in LIGHT:
            print('loading', package, flush=True)
            time.sleep(60)

sys.meta_path.insert(0, Stop())
"""


def assert_ends_in_a_line_while_it_loads(folder, *arguments):
    (folder / 'sitecustomize.py').write_text(STOPS_LOADING)
    process = start(*arguments, PYTHONPATH=f'{folder}{os.pathsep}{ROOT}')
    assert process.stdout.readline().startswith('loading'), process.communicate()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, '', 'interrupted: nothing was begun\n')


@pytest.mark.parametrize('name', sorted(set(MINIMAL) - {'configs'}))
def test_every_command_ends_in_a_line_while_it_loads(name, tmp_path):
    assert_ends_in_a_line_while_it_loads(tmp_path, '-m', 'mmlp', name, *MINIMAL[name])


@pytest.mark.parametrize('script', SCRIPTS)
def test_every_script_ends_in_a_line_while_it_loads(script, tmp_path):
    assert_ends_in_a_line_while_it_loads(tmp_path, ROOT / script)


@pytest.fixture
def script(tmp_path):
    """Starts a script whose ``main`` is given, and waits until it prints 'ready'."""

    def call(body: str, *options: str, waits: bool = True) -> subprocess.Popen:
        path = tmp_path / 'script.py'
        path.write_text(
            'import os, signal, sys, time\nfrom mmlp.cli.command import answers_mistakes, command, loading\n'
            f'{body}\n'
            "if __name__ == '__main__':\n    command(main, 'what was kept')\n"
        )
        process = start(*options, path, PYTHONPATH=str(ROOT))
        if waits:
            assert process.stdout.readline() == 'ready\n', process.communicate()
        return process

    return call


WAITS = """
def main():
    try:
        print('ready', flush=True)
        time.sleep(60)
    finally:
        print('cleaned up', flush=True)
"""


@pytest.mark.parametrize(
    ('number', 'line'),
    [
        (signal.SIGINT, 'interrupted'),
        (signal.SIGTERM, 'stopped by SIGTERM'),
        (signal.SIGHUP, 'stopped by SIGHUP'),
    ],
)
def test_signals_end_it_orderly(script, number, line):
    process = script(WAITS)
    process.send_signal(number)
    assert process.communicate(timeout=20) == ('cleaned up\n', f'{line}: what was kept\n')
    assert process.returncode == 128 + number


def test_signals_that_it_was_started_to_ignore_stay_ignored(script):
    process = script(
        'signal.signal(signal.SIGHUP, signal.SIG_IGN)\n'
        'def main():\n    print("ready", flush=True); time.sleep(1); return 7'
    )
    process.send_signal(signal.SIGHUP)
    assert process.communicate(timeout=20)[1] == '' and process.returncode == 7


CLEANS_UP_SLOWLY = """
def main():
    try:
        print('ready', flush=True)
        time.sleep(60)
    finally:
        print('cleaning', flush=True)
        time.sleep({seconds})
        print('cleaned up', flush=True)
"""


def test_further_signals_do_not_disturb_the_clean_up(script):
    process = script(CLEANS_UP_SLOWLY.format(seconds=0.5))
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == 'cleaning\n'
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
        process.send_signal(number)
        time.sleep(0.02)
    assert process.communicate(timeout=20) == ('cleaned up\n', 'interrupted: what was kept\n')
    assert process.returncode == 130


def test_a_clean_up_that_hangs_can_be_ended(script):
    process = script(
        'import mmlp.cli.command as module\nmodule._PATIENCE = 0.2\n' + CLEANS_UP_SLOWLY.format(seconds=60)
    )
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == 'cleaning\n'
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130 and out == '' and 'the next run removes it' in err


LOSES_IT = """
class Lost:
    def __del__(self):
        print('ready', flush=True)
        time.sleep(0.5)

def main():
    Lost()
    time.sleep(60)
"""


def test_an_interruption_within_a_finalizer_is_not_lost(script):
    process = script(LOSES_IT)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ('', 'interrupted: what was kept\n')
    assert process.returncode == 130


FAILS_IN_A_FINALIZER = """
class Fails:
    def __del__(self):
        raise RuntimeError('the worker is gone')

def main():
    fails = Fails()
    print('ready', flush=True)
    time.sleep({seconds})
"""


def test_clean_ups_that_fail_after_an_interruption_are_silent(script):
    process = script(FAILS_IN_A_FINALIZER.format(seconds=60))
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[1] == 'interrupted: what was kept\n'
    assert 'the worker is gone' in script(FAILS_IN_A_FINALIZER.format(seconds=0)).communicate(timeout=20)[1]


TURNS_IT_INTO_ANOTHER = """
def main():
    try:
        print('ready', flush=True)
        time.sleep(60)
    except KeyboardInterrupt as error:
        raise RuntimeError('unpacking of {} failed') from error
"""


def test_what_libraries_make_of_an_interruption_is_one(script):
    process = script(TURNS_IT_INTO_ANOTHER)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[1] == 'interrupted: what was kept\n' and process.returncode == 130


FORKS = """
import multiprocessing
def work(pipe):
    pipe.send(signal.getsignal(signal.SIGTERM) == signal.SIG_DFL)
    time.sleep(60)

def main():
    context = multiprocessing.get_context('fork')
    receiver, sender = context.Pipe()
    workers = [context.Process(target=work, args=(sender,), daemon=True) for _ in range(3)]
    for worker in workers:
        worker.start()
    assert all(receiver.recv() for _ in workers)
    print('ready', flush=True)
    workers[0].join()
"""


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGHUP])
def test_forked_processes_leave_it_to_the_command(script, number):
    process = script(FORKS)
    os.killpg(process.pid, number)
    assert process.communicate(timeout=20)[1].count('\n') == 1 and process.returncode == 128 + number
    assert_nothing_runs(process.pid)


ENDS_SLOWLY = """
import atexit

class Slow:
    def __del__(self):
        print('taken apart', flush=True)

def main():
    global slow
    slow = Slow()
    atexit.register(print, 'at exit')
    print('ready', flush=True)
    return 3
"""


def test_the_interpreter_does_not_take_everything_apart_at_the_end(script):
    process = script(ENDS_SLOWLY, waits=False)
    assert process.communicate(timeout=20) == ('ready\nat exit\n', '') and process.returncode == 3


def test_a_script_that_runs_a_command_ends_with_its_own_exit_code(tmp_path):
    (tmp_path / 'tool.py').write_text("from mmlp.cli.command import command\ncommand(lambda: print('tool'))")
    path = tmp_path / 'script.py'
    path.write_text(
        f"import runpy, sys\nrunpy.run_path({str(tmp_path / 'tool.py')!r}, run_name='__main__')\nsys.exit(5)"
    )
    process = start(path, PYTHONPATH=str(ROOT))
    assert process.communicate(timeout=20) == ('tool\n', '') and process.returncode == 5


def test_nobody_reads_the_output(script):
    process = script(
        'def main():\n    print("ready", flush=True)\n    while True: print("more" * 1000)', waits=False
    )
    assert process.stdout.readline() == 'ready\n'
    process.stdout.close()
    err = process.stderr.read()
    assert process.wait(20) == 141
    assert err == 'stopped, since nobody reads the output any more: what was kept\n'


def test_nobody_reads_the_last_lines(script):
    process = script('def main():\n    print("ready", flush=True)\n    time.sleep(0.3)\n    print("done")')
    process.stdout.close()
    assert process.stderr.read() == '' and process.wait(20) == 0


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='there is no full disk to try it on')
@pytest.mark.parametrize('unbuffered', ['', '1'])
def test_the_output_cannot_be_written(tmp_path, unbuffered):
    path = tmp_path / 'script.py'
    path.write_text("from mmlp.cli.command import command\ncommand(lambda: print('x'))")
    with open('/dev/full', 'w') as full:
        done = subprocess.run(
            [sys.executable, path],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, 'PYTHONPATH': str(ROOT), 'PYTHONUNBUFFERED': unbuffered},
            check=False,
        )
    assert done.stderr.startswith('error: ') and done.stderr.endswith('No space left on device\n')
    assert done.stderr.count('\n') == 1 and done.returncode > 0


@pytest.mark.parametrize(
    ('raised', 'code', 'line'),
    [
        ("ValueError('number must be 1 or more')", 2, 'error: number must be 1 or more'),
        ("FileNotFoundError(2, 'No such file', 'x.jpg')", 2, 'error: x.jpg: No such file'),
        ("OSError('the disk\\x1b[2J is odd')", 2, 'error: the disk\\x1b[2J is odd'),
        ("ImportError('install it')", 2, 'error: install it'),
        ('MemoryError()', 2, 'error: out of memory'),
        ('RuntimeError("can\'t allocate memory")', 2, "error: out of memory: can't allocate memory"),
        ("type('Ours', (Exception,), {'__module__': 'mmlp.x'})('ours')", 1, 'error: ours'),
        ("type('Write', (OSError,), {'__module__': 'mmlp.x'})('full')", 1, 'error: full'),
        ("SystemExit('some words')", 1, 'some words'),
    ],
)
def test_mistakes_are_answered_in_a_line(script, raised, code, line):
    process = script(f'def main():\n    raise {raised}', waits=False)
    assert process.communicate(timeout=20) == ('', f'{line}\n') and process.returncode == code


@pytest.mark.parametrize(
    ('raised', 'options'), [('KeyError(1)', ()), ('ValueError(1)', ('-X', 'dev', '-W', 'ignore'))]
)
def test_tracebacks_are_for_bugs_and_developers(script, raised, options):
    process = script(f'def main():\n    raise {raised}', *options, waits=False)
    assert process.communicate(timeout=20)[1].startswith('Traceback') and process.returncode == 1


def test_a_package_that_is_missing_is_named(tmp_path):
    path = tmp_path / 'script.py'
    path.write_text(
        'from mmlp.cli.command import loading\nwith loading(__name__):\n    import no_such_package'
    )
    process = start(path, PYTHONPATH=str(ROOT))
    assert process.communicate(timeout=20) == ('', "error: No module named 'no_such_package'\n")
    assert process.returncode == 2


def test_what_needs_an_extra_names_it(tmp_path):
    path = tmp_path / 'script.py'
    path.write_text(
        "import sys; sys.modules['onnx'] = None\n"
        'from mmlp.cli.command import loading\nwith loading(__name__):\n    import onnx.helper'
    )
    process = start(path, PYTHONPATH=str(ROOT))
    assert process.communicate(timeout=20) == ('', "error: onnx is not installed: pip install 'mmlp[onnx]'\n")
    assert process.returncode == 2


LOADS_WHILE_IT_RUNS = """
class Loader:
    def find_spec(self, name, path=None, target=None):
        if name == 'heavy':
            print('ready', flush=True)
            time.sleep(60)

sys.meta_path.insert(0, Loader())

def main():
    try:
        with loading():
            import heavy
    finally:
        print('cleaned up')
"""


def test_a_command_that_loads_has_begun_nothing(script):
    process = script(LOADS_WHILE_IT_RUNS)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ('', 'interrupted: nothing was begun\n')
    assert process.returncode == 130


def test_when_all_is_loaded_interruptions_are_orderly_again(script):
    process = script(
        'def main():\n    with loading():\n        import json\n'
        '    try:\n        print("ready", flush=True); time.sleep(60)\n'
        '    finally:\n        print("cleaned up", flush=True)'
    )
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20) == ('cleaned up\n', 'interrupted: what was kept\n')


@pytest.mark.parametrize('name', ['', 'imported'])
def test_a_process_that_calls_commands_keeps_its_handlers(name):
    from mmlp.cli.command import loading

    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ImportError), loading(name):
        assert signal.getsignal(signal.SIGINT) is before
        raise ImportError
    assert signal.getsignal(signal.SIGINT) is before
