"""The wheel, built once, installed where nothing else of the project can be imported."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from helpers.needed_packages import is_installed

ROOT = Path(__file__).resolve().parents[2]
#: Run by every interpreter below: takes away what finds the checkout of an editable install.
FORGET_CHECKOUT = (
    'import sys\n'
    'is_ours = lambda finder: "__editable__" not in getattr(finder, "__module__", "")\n'
    'sys.meta_path[:] = filter(is_ours, sys.meta_path)\n'
)


def run(*command: object, **options: object) -> subprocess.CompletedProcess:
    """Runs a process that must succeed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f'{words} exited with {done.returncode}\n{done.stdout}\n{done.stderr}'
    return done


@pytest.fixture(scope='session')
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a wheel is built from, copied, so that the checkout stays clean."""
    folder = tmp_path_factory.mktemp('wheel') / 'source'
    left_out = ('.git', '*.egg-info', 'build', 'work_dirs', 'data', '__pycache__', 'outputs', 'tests')
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*left_out))
    return folder


@pytest.fixture(scope='session')
def wheel(source: Path) -> Path:
    """The wheel; nothing is downloaded."""
    has_both = is_installed('pip') and is_installed('setuptools')
    if not has_both or int(version('setuptools').split('.')[0]) < 78:
        pytest.skip('a wheel is built by pip and setuptools 78 or later')
    options = ('--no-deps', '--no-build-isolation', '--quiet', '--wheel-dir', source.parent)
    run(sys.executable, '-m', 'pip', 'wheel', *options, source)
    (file,) = source.parent.glob('mmlp-*.whl')
    return file


@pytest.fixture(scope='session')
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel is installed into, in the place of ``site-packages``."""
    folder = tmp_path_factory.mktemp('installed')
    run(sys.executable, '-m', 'pip', 'install', '--no-deps', '--quiet', '--target', folder, wheel)
    (folder / 'sitecustomize.py').write_text(FORGET_CHECKOUT)
    return folder


@pytest.fixture(scope='session')
def call(installed: Path) -> Callable[..., subprocess.CompletedProcess]:
    """Runs a command as a person does who has installed the wheel.

    Returns:
        A function of the folder to work in and the words of the command, the first of which is ``mmlp``,
        ``python`` or a program.
    """
    programs = {'mmlp': installed / 'bin' / 'mmlp', 'python': sys.executable}
    environment = dict(os.environ, PYTHONPATH=str(installed), OMP_NUM_THREADS='1', CUDA_VISIBLE_DEVICES='')

    def call_in(folder: Path, program: str, *words: object) -> subprocess.CompletedProcess:
        return run(programs.get(program, program), *words, cwd=folder, env=environment)

    return call_in
