"""docs/correct_and_retrain.md, command by command; only the number of pictures and of iterations is cut."""

from __future__ import annotations

import json
import re
import runpy
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.needed_packages import needs_toolbox
from PIL import Image

pytestmark = needs_toolbox

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / 'docs' / 'correct_and_retrain.md').read_text(encoding='utf-8')
BEST = 'best_plate_iou_iter_500.pth'
SHORT = [
    '--cfg-options',
    'train_cfg.max_iters=2',
    'train_cfg.val_interval=2',
    'train_dataloader.batch_size=2',
    *(
        f'{split}_dataloader.{option}'
        for split in ('train', 'val', 'test')
        for option in ('num_workers=0', 'persistent_workers=False')
    ),
]


def command_lines() -> list[str]:
    blocks = re.findall(r'```bash\n(.*?)```', PAGE, re.S)
    return [line for block in blocks for line in block.replace('\\\n', '').splitlines()]


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs a command of the page, ``mmlp`` or a tool, in this process."""
    program, *argv = shlex.split(line)
    if program == 'python':
        program, *argv = argv
    if program in ('tools/train.py', 'tools/test.py'):
        argv += SHORT
    argv = [argument.replace(BEST, BEST.replace('500', '2')) for argument in argv]
    monkeypatch.setattr(sys, 'argv', [program, *argv])
    try:
        if program == 'mmlp':
            runpy.run_module('mmlp', run_name='__main__')
        else:
            runpy.run_path(str(ROOT / program), run_name='__main__')
    except SystemExit as end:
        assert not end.code, line


def correct_by_hand(folder: Path) -> None:
    """What a person does in LabelMe: draws a plate that was missed, and deletes one that is none."""
    first, second, *_ = sorted(folder.glob('*.json'))
    content = json.loads(first.read_text())
    missed = [[10, 10], [60, 10], [60, 22], [10, 22]]
    content['shapes'].append({'label': 'plate', 'shape_type': 'polygon', 'points': missed})
    first.write_text(json.dumps(content))
    second.write_text(json.dumps({**json.loads(second.read_text()), 'shapes': []}))


def test_every_command_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / 'configs', 'configs')
    (tmp_path / 'mmlp').symlink_to(ROOT / 'mmlp')  # where the page finds the weights
    (own_config,) = re.findall(r'```python\n(.*?)```', PAGE, re.S)
    Path('configs/lp_fpn_lite0_both.py').write_text(own_config)
    for line in command_lines():
        if line.startswith('cp -r'):
            source, target = line.split()[2:]
            shutil.copytree(source, target)
        elif line.startswith('mmlp generate'):
            line = line.replace('--num-train 24', '--num-train 4 --workers 1 --size 320x240')
            run(f'{line} --seed 2', monkeypatch)
            # The pictures that one had.
            run(f'{line.replace("data/drawn", "data/plates")} --seed 1', monkeypatch)
        else:
            run(line, monkeypatch)
        if line.startswith('mmlp export'):
            correct_by_hand(tmp_path / 'corrections')

    masks = {path.name: np.asarray(Image.open(path)) for path in Path('data/corrected').glob('*/masks/*')}
    assert len(masks) == 4
    first, second, *others = (masks[name] for name in sorted(masks))
    assert (first[10:22, 10:60] == 255).all() and not second.any()
    found = {path.stem: np.asarray(Image.open(path)) for path in Path('found/mask').glob('*.png')}
    for mask, predicted in zip(others, [found[name] for name in sorted(found)][2:]):
        both, either = ((mask > 0) & (predicted > 0)).sum(), ((mask > 0) | (predicted > 0)).sum()
        assert both >= 0.98 * either
    assert Path('work_dirs/lp_fpn_lite0_custom', BEST.replace('500', '2')).is_file()
    assert len(list(Path('found_again/mask').glob('*.png'))) == 4
    log = next(Path('work_dirs/lp_fpn_lite0_both').glob('*/*.log')).read_text()
    assert "data_root='data/plates'" in log and "data_root='data/corrected'" in log
