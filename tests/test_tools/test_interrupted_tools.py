"""Tools that are stopped while their worker processes work leave neither processes nor unfinished files."""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest
from helpers.command_processes import ROOT, assert_nothing_runs, start
from helpers.needed_packages import TOOLBOX
from helpers.tiny_config import TINY_CONFIG

from mmlp.datasets.synthetic import write_dataset

pytestmark = [
    pytest.mark.skipif(os.name != 'posix', reason='sends signals'),
    pytest.mark.needs(*TOOLBOX, 'matplotlib'),
]


@pytest.fixture(scope='module')
def tools(tmp_path_factory):
    """All of them, started at once: most of their time they load what they need.

    Yields:
        Their processes with their folders, by name.
    """
    root = tmp_path_factory.mktemp('tools')
    data = write_dataset(root / 'data', 4, 4, seed=3, size=(128, 96), progress=False)
    for index in range(400):  # Enough to be interrupted in.
        for kind, end in (('images', ''), ('masks', '.png')):
            source = data / 'train' / kind / f'train_{index % 4:05d}.jpg{end}'
            os.link(source, source.with_name(f'{index}.jpg{end}'))
    workers = 'train_dataloader.num_workers=2'
    (root / 'tiny.py').write_text(
        TINY_CONFIG.format(configs=(ROOT / 'configs').as_posix()).replace(
            'max_iters=2, val_interval=2', 'max_iters=10000'
        )
    )
    generate = ['generate_synthetic_plates.py', '--num-train', 4000, '--workers', 2, '--out-dir']
    commands = {
        'generator': [*generate, root / 'generator/made'],
        'killed generator': [*generate, root / 'killed generator/made'],
        'training': [
            *('train.py', root / 'tiny.py', '--data-root', data, '--work-dir', root / 'training'),
            *('--cfg-options', workers),
        ],
        'audit': ['analysis_tools/audit_dataset.py', data, '--workers', 2, '-o', root / 'audit/made'],
    }
    started = {}
    for name, (tool, *arguments) in commands.items():
        (root / name).mkdir()
        process = start(ROOT / 'tools' / tool, *arguments, PYTHONPATH=str(ROOT), OMP_NUM_THREADS='1')
        started[name] = (process, root / name)
    yield started
    for process, _ in started.values():
        process.kill()


def wait_for(is_so, process: subprocess.Popen) -> None:
    for _ in range(6000):
        if is_so():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    raise AssertionError('it did not begin')


def children(process: subprocess.Popen) -> list[str]:
    listed = subprocess.run(
        ['ps', '-A', '-o', 'ppid='], capture_output=True, text=True, check=True
    ).stdout.split()
    return [parent for parent in listed if parent == str(process.pid)]


def stop(process: subprocess.Popen, number: int) -> str:
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number and 'Traceback' not in err
    assert_nothing_runs(process.pid)
    return err.splitlines()[-1]


def test_an_audit(tools):  # First: it would soon be done.
    process, folder = tools['audit']
    wait_for(lambda: len(children(process)) == 2, process)
    assert stop(process, signal.SIGINT) == 'interrupted: nothing was written'
    assert not list(folder.iterdir())


def test_the_generator(tools):
    process, folder = tools['generator']
    wait_for(lambda: list(folder.glob('.mmlp-*/train/images/*.jpg')), process)
    assert stop(process, signal.SIGINT) == 'interrupted: nothing was written'
    assert not list(folder.iterdir())


def test_the_generator_killed_by_force(tools):
    process, folder = tools['killed generator']
    wait_for(lambda: list(folder.glob('.mmlp-*/train/images/*.jpg')), process)
    process.kill()
    process.wait()
    assert_nothing_runs(process.pid)
    (left,) = folder.iterdir()
    write_dataset(folder / 'made', 1, 0, size=(64, 64), progress=False)
    assert not left.exists() and os.listdir(folder) == ['made']


def test_training(tools):
    process, folder = tools['training']
    wait_for(lambda: any('Iter(train)' in path.read_text() for path in folder.glob('*/*.log')), process)
    assert len(children(process)) == 2
    assert stop(process, signal.SIGTERM).startswith('stopped by SIGTERM: checkpoints that were saved stay')
    assert not list(folder.rglob('.mmlp-*'))
