"""A wheel carries the configs and tools, so that an installed mmlp works without a checkout."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_wheel_carries_configs_and_tools(tmp_path):
    source = tmp_path / 'source'
    ignore = shutil.ignore_patterns(
        '.git', '*.egg-info', 'build', 'work_dirs', 'data', '__pycache__', 'outputs'
    )
    shutil.copytree(ROOT, source, ignore=ignore)
    command = [sys.executable, '-m', 'pip', 'wheel', '--no-deps', '--no-build-isolation', '--quiet']
    done = subprocess.run(
        [*command, '--wheel-dir', str(tmp_path), str(source)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob('mmlp-*.whl')
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (*ROOT.glob('configs/**/*.py'), *ROOT.glob('tools/**/*.py'), *ROOT.glob('tools/*.sh')):
        assert f'mmlp/.mim/{path.relative_to(ROOT).as_posix()}' in names
    for path in ROOT.glob('mmlp/**/*.py'):
        if '.mim' not in path.parts:
            assert path.relative_to(ROOT).as_posix() in names
    assert not any(name.startswith(('tests/', 'examples/')) for name in names)
    assert not (source / 'mmlp' / '.mim').exists(), 'the source tree stays clean'
