"""The commands: help, exit codes, and a whole round through them."""

from __future__ import annotations

import _thread
import importlib.util
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

TOOLS = Path(__file__).resolve().parents[2] / 'tools' / 'dataset_converters'
LICENSED = [
    'ccpd',
    'ufpr_alpr',
    'rodosol',
    'ssig',
    'aolp',
    'openalpr',
    'uc3m_lp',
    'open_images',
    'cityscapes',
    'easypr',
    'open_lpr',
]
NOT_FORMATS = ['export', 'make_list', 'rebuild_from_list']
COMMANDS = sorted(path.stem for path in TOOLS.glob('*.py') if path.stem not in NOT_FORMATS)


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f'converter_command_{name}', TOOLS / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def command(name: str, *argv: object) -> int:
    """Runs a command in this process."""
    module = load(name)
    arguments = [str(value) for value in argv]
    if name in NOT_FORMATS:
        return module.main(arguments)
    from mmlp.datasets.converters.reader import Reader

    (reader,) = [v for v in vars(module).values() if isinstance(v, type) and issubclass(v, Reader)]
    return module.main(reader, arguments)


def write_yolo(root: Path, count: int = 3, size: tuple[int, int] = (80, 60)) -> Path:
    for folder in ('images', 'labels'):
        (root / folder).mkdir(parents=True)
    for i in range(count):
        Image.new('RGB', size, (40 * (i % 6), 90, 90)).save(root / f'images/{i}.jpg')
        (root / f'labels/{i}.txt').write_text('0 0.5 0.5 0.5 0.25\n')
    return root


def test_one_command_for_each_reader() -> None:
    readers = Path(load('ccpd').CCPD.__module__.replace('.', '/')).parent
    shared = {'__init__', 'fields', 'keyed_text', 'tracks', 'yolo_description', 'yolo_lines'}
    found = {path.stem for path in (TOOLS.parents[1] / readers).glob('*.py')} - shared
    assert set(COMMANDS) == found and len(found) == 20


@pytest.mark.parametrize('name', [*COMMANDS, *NOT_FORMATS])
def test_help_tells_layout_licence_and_exit_codes(name: str, capsys: pytest.CaptureFixture) -> None:
    with pytest.raises(SystemExit) as exit_info:
        command(name, '--help')
    assert exit_info.value.code == 0
    shown = capsys.readouterr().out
    assert 'exit codes' in shown and ('layout' in shown or name == 'export')
    assert 'Licence:' in shown or name not in LICENSED
    assert max(len(line) for line in shown.splitlines()) <= 115


def test_exit_codes(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    source = write_yolo(tmp_path / 'S')
    assert command('yolo', source, '-o', tmp_path / 'out', '--workers', 2) == 0
    assert '3 converted, 0 had been before' in capsys.readouterr().out
    (source / 'labels/1.txt').write_text('0 0.5 0.5\n')
    assert command('yolo', source, '-o', tmp_path / 'out') == 1
    shown = capsys.readouterr()
    assert '1 could not be converted' in shown.err and '1.jpg: line 1: expected CLASS' in shown.err
    assert (tmp_path / 'out/errors.txt').read_text().count('\n') == 1
    assert command('yolo', tmp_path / 'nowhere', '-o', tmp_path / 'out') == 2
    assert command('ccpd', source / 'labels', '-o', tmp_path / 'out3') == 2
    assert command('yolo', source, '-o', tmp_path / 'out', '--seed', 1) == 2
    assert '--overwrite to convert anew' in capsys.readouterr().err
    assert command('yolo', source, '-o', tmp_path / 'out', '--seed', 1, '--overwrite') == 1
    assert command('yolo', source, '-o', tmp_path / 'out4', '--workers', 0) == 2


def test_box_and_split_arguments(tmp_path: Path) -> None:
    source = write_yolo(tmp_path / 'S')
    arguments = ('--box-as', 'ignored-rim', '--rim', 0.2, '--split', 'test', '--link', 'symlink')
    assert command('yolo', source, '-o', tmp_path / 'out', *arguments) == 0
    mask = np.asarray(Image.open(tmp_path / 'out/test/masks/0.jpg.png'))
    assert (mask > 0).sum() == 40 * 15 and (mask == 255).sum() == 24 * 9
    content = json.loads((tmp_path / 'out/test/annotations.json').read_text())
    assert {annotation['kind'] for annotation in content['annotations']} == {'box_ignored_rim'}
    assert (tmp_path / 'out/test/images/0.jpg').is_symlink()


@pytest.mark.parametrize('to', ['coco', 'labelme', 'yolo'])
def test_predict_correct_retrain_round(tmp_path: Path, to: str, capsys: pytest.CaptureFixture) -> None:
    assert command('yolo', write_yolo(tmp_path / 'S'), '-o', tmp_path / 'set', '--split', 'train') == 0
    assert command('export', tmp_path / 'set', '--to', to, '-o', tmp_path / 'tool') == 0
    assert '3 pictures with 3 plates' in capsys.readouterr().out
    assert command('export', tmp_path / 'set', '--to', to, '-o', tmp_path / 'tool') == 2
    assert command(to, tmp_path / 'tool', '-o', tmp_path / 'back') == 0
    for name in ('0.jpg', '1.jpg', '2.jpg'):
        first, second = (
            np.asarray(Image.open(tmp_path / f'{d}/train/masks/{name}.png')) for d in ('set', 'back')
        )
        np.testing.assert_array_equal(first, second)


def test_interrupted_command_goes_on_where_it_stopped(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    source = write_yolo(tmp_path / 'S', 150, (640, 480))
    manifest = tmp_path / 'out/.conversion/manifest.jsonl'

    def press_ctrl_c() -> None:
        while not (manifest.exists() and manifest.read_text().count('\n') > 3):
            time.sleep(0.001)
        _thread.interrupt_main()

    threading.Thread(target=press_ctrl_c, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        command('yolo', source, '-o', tmp_path / 'out', '--workers', 1)
    done = manifest.read_text().count('\n') - 1
    assert 3 <= done < 150
    assert command('yolo', source, '-o', tmp_path / 'out') == 0
    assert f'{150 - done} converted, {done} had been before' in capsys.readouterr().out
    assert len(list((tmp_path / 'out').glob('*/masks/*.png'))) == 150


def test_command_line_runs_as_a_program(tmp_path: Path) -> None:
    source = write_yolo(tmp_path / 'S', 1)
    argv = [sys.executable, TOOLS / 'yolo.py', source, '-o', tmp_path / 'out']
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '1 converted' in done.stdout
