"""A wheel carries the configs and tools, so that an installed mmlp works without a checkout."""

from __future__ import annotations

import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_wheel_carries_configs_and_tools(source, wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (*ROOT.glob('configs/**/*.py'), *ROOT.glob('tools/**/*.py'), *ROOT.glob('tools/*.sh')):
        is_of_the_clone = not {'benchmarks', 'fuzz'}.isdisjoint(path.parts)
        assert (f'mmlp/.mim/{path.relative_to(ROOT).as_posix()}' in names) != is_of_the_clone
    for path in ROOT.glob('mmlp/**/*.py'):
        if '.mim' not in path.parts:
            assert path.relative_to(ROOT).as_posix() in names
    assert not any(name.startswith(('tests/', 'examples/')) for name in names)
    assert not (source / 'mmlp' / '.mim').exists(), 'the source tree stays clean'


def test_weights_travel_as_checkpoints_and_exported(wheel):
    archive = zipfile.ZipFile(wheel)
    for path in (ROOT / 'mmlp/weights').iterdir():
        if path.suffix in ('.pth', '.onnx'):
            assert archive.read(f'mmlp/weights/{path.name}') == path.read_bytes()
