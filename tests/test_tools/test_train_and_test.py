"""The tools as a user calls them: train, stop, resume, test, in one process and in two."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers.needed_packages import needs_toolbox
from helpers.tiny_config import TINY_CONFIG

pytestmark = needs_toolbox

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / 'tools'


def run(*command, check: bool = True) -> subprocess.CompletedProcess:
    environment = dict(os.environ, OMP_NUM_THREADS='1', CUDA_VISIBLE_DEVICES='')
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, env=environment, check=False
    )
    if check and done.returncode:
        raise AssertionError(f'{command} exited with {done.returncode}\n{done.stdout}\n{done.stderr}')
    return done


@pytest.fixture()
def config(tmp_path: Path) -> Path:
    path = tmp_path / 'tiny.py'
    path.write_text(TINY_CONFIG.format(configs=(ROOT / 'configs').as_posix()))
    return path


def figures(work_dir: Path) -> dict:
    """The figures that the newest test run below work_dir wrote."""
    newest = max((p for p in work_dir.glob('*/*.json')), key=lambda p: p.stat().st_mtime)
    return {k: v for k, v in json.loads(newest.read_text()).items() if 'time' not in k}


def test_train_resume_and_test(config, plate_root, tmp_path):
    work_dir = tmp_path / 'work'
    train = [sys.executable, TOOLS / 'train.py', config, '--data-root', plate_root, '--work-dir', work_dir]
    run(*train)
    assert (work_dir / 'iter_2.pth').is_file()
    work_dir = work_dir.rename(tmp_path / 'moved')
    train[-1] = work_dir
    done = run(*train, '--resume', '--cfg-options', 'train_cfg.max_iters=3', 'train_cfg.val_interval=3')
    assert 'resumed' in done.stdout + done.stderr
    assert (work_dir / 'iter_3.pth').is_file() and not (work_dir / 'iter_1.pth').is_file()
    assert list(work_dir.glob('best_plate_iou_iter_*.pth'))
    scalars = [json.loads(line) for path in work_dir.glob('*/vis_data/scalars.json') for line in path.open()]
    assert any('decode.plate_iou' in row for row in scalars)
    assert any('plate_iou_per_image' in row for row in scalars)
    assert not any('acc_seg' in key for row in scalars for key in row)

    checkpoint = work_dir / 'iter_3.pth'
    test = [sys.executable, TOOLS / 'test.py', config, checkpoint, '--data-root', plate_root]
    run(
        *test,
        '--work-dir',
        tmp_path / 'plain',
        '--out-dir',
        tmp_path / 'masks',
        '--show-dir',
        tmp_path / 'shown',
    )
    masks = sorted((tmp_path / 'masks').glob('*.png'))
    assert len(masks) == 3
    for path in masks:
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert mask.shape == (96, 128) and set(np.unique(mask)) <= {0, 255}
    assert len(list((tmp_path / 'shown').rglob('*.png'))) >= 3

    run(*test, '--work-dir', tmp_path / 'tta', '--tta')
    assert set(figures(tmp_path / 'tta')) == set(figures(tmp_path / 'plain'))


def test_two_processes_train_and_agree_with_one(config, plate_root, tmp_path):
    torchrun = [sys.executable, '-m', 'torch.distributed.run', '--nproc_per_node=2', '--standalone']
    data = ['--data-root', plate_root, '--launcher', 'pytorch']
    run(*torchrun, TOOLS / 'train.py', config, *data, '--work-dir', tmp_path / 'two')
    checkpoint = tmp_path / 'two/iter_2.pth'
    run(*torchrun, TOOLS / 'test.py', config, checkpoint, *data, '--work-dir', tmp_path / 'test2')
    run(
        *(sys.executable, TOOLS / 'test.py', config, checkpoint),
        *('--data-root', plate_root, '--work-dir', tmp_path / 'test1'),
    )
    assert figures(tmp_path / 'test2') == figures(tmp_path / 'test1')


def test_mistakes_are_answered_in_a_line(config, plate_root, tmp_path):
    done = run(sys.executable, TOOLS / 'train.py', tmp_path / 'absent.py', check=False)
    assert done.returncode == 2 and 'Traceback' not in done.stderr
    assert "absent.py' does not exist" in done.stderr

    done = run(sys.executable, TOOLS / 'train.py', config, '--data-root', tmp_path / 'none', check=False)
    assert done.returncode == 2 and 'Traceback' not in done.stderr
    assert 'picture folder' in done.stderr and 'does not exist' in done.stderr

    done = run(sys.executable, TOOLS / 'train.py', config, '--data-root', plate_root, '--amp', check=False)
    assert done.returncode == 2 and 'needs a CUDA device' in done.stderr

    done = run(sys.executable, TOOLS / 'test.py', config, tmp_path / 'absent.pth', check=False)
    assert done.returncode == 2 and "absent.pth' is not a file" in done.stderr
