"""The commands: help, exit codes, and a whole round through them."""

from __future__ import annotations

import _thread
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from needed_packages import formats_of_sets
from PIL import Image

from mmlp.cli import convert, export, make_list, rebuild
from mmlp.datasets.converters import readers
from mmlp.datasets.converters.choices import EXPORT_FORMATS
from mmlp.datasets.converters.exporters import WRITERS
from mmlp.datasets.converters.formats import FORMATS

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
OTHERS = {'export': export, 'make_list': make_list, 'rebuild_from_list': rebuild}


def command(name: str, *argv: object) -> int:
    """Runs a command in this process."""
    arguments = [str(value) for value in argv]
    if name in OTHERS:
        return OTHERS[name].main(arguments)
    return convert.main([name, *arguments])


def write_yolo(root: Path, count: int = 3, size: tuple[int, int] = (80, 60)) -> Path:
    for folder in ('images', 'labels'):
        (root / folder).mkdir(parents=True)
    for i in range(count):
        Image.new('RGB', size, (40 * (i % 6), 90, 90)).save(root / f'images/{i}.jpg')
        (root / f'labels/{i}.txt').write_text('0 0.5 0.5 0.5 0.25\n')
    return root


def test_one_command_for_each_reader() -> None:
    shared = {'__init__', 'fields', 'keyed_text', 'tracks', 'yolo_description', 'yolo_lines'}
    found = {path.stem for path in Path(readers.__path__[0]).glob('*.py')} - shared
    assert set(FORMATS) == found and len(found) == 20
    assert {path.stem for path in TOOLS.glob('*.py')} == found | set(OTHERS)
    for name, format_ in FORMATS.items():
        assert format_.load_reader().name == name and format_.help


@pytest.mark.parametrize('name', [*FORMATS, *OTHERS])
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
    with pytest.raises(SystemExit, match='2'):
        command('yolo', source, '-o', tmp_path / 'out4', '--workers', 0)
    assert not (tmp_path / 'out4').exists()


def test_box_and_split_arguments(tmp_path: Path) -> None:
    source = write_yolo(tmp_path / 'S')
    arguments = ('--box-as', 'ignored-rim', '--rim', 0.2, '--split', 'test', '--link', 'symlink')
    assert command('yolo', source, '-o', tmp_path / 'out', *arguments) == 0
    mask = np.asarray(Image.open(tmp_path / 'out/test/masks/0.jpg.png'))
    assert (mask > 0).sum() == 40 * 15 and (mask == 255).sum() == 24 * 9
    content = json.loads((tmp_path / 'out/test/annotations.json').read_text())
    assert {annotation['kind'] for annotation in content['annotations']} == {'box_ignored_rim'}
    assert (tmp_path / 'out/test/images/0.jpg').is_symlink()


def test_all_formats_that_are_exported_are_offered() -> None:
    assert set(EXPORT_FORMATS) == set(WRITERS)


@pytest.mark.parametrize('to', formats_of_sets(EXPORT_FORMATS))
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
