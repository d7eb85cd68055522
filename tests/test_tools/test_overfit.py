"""Overfitting a config on a few crops, as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.needed_packages import needs_toolbox

pytestmark = needs_toolbox

ROOT = Path(__file__).resolve().parents[2]


def run(*options: str | Path) -> subprocess.CompletedProcess:
    """Runs the tool."""
    command = [
        sys.executable,
        ROOT / 'tools/analysis_tools/overfit.py',
        ROOT / 'configs/lp_fpn_lite0.py',
        '--crop-size',
        '96',
        *options,
    ]
    return subprocess.run([*map(str, command)], check=False, capture_output=True, text=True, timeout=300)


def test_a_network_learns_a_few_crops_by_heart(plate_root: Path, tmp_path: Path) -> None:
    """The loss falls to half, and the plates are found on the crops."""
    output = tmp_path / 'result.json'
    options = ('--data-root', plate_root, '--num-images', '4', '--plate-iou', '60', '--max-minutes', '4')
    done = run(*options, '--out', output)
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads(output.read_text())
    assert result['reached'] and result['num_images'] == 4
    assert result['last_loss'] <= result['first_loss'] / 2
    assert result['plate_iou'] >= 60
    assert 'learned by heart' in done.stdout


def test_a_network_that_does_not_learn_is_told_apart(plate_root: Path) -> None:
    """With a rate of zero nothing is learned, and the exit status says so."""
    options = ('--data-root', plate_root, '--num-images', '2', '--max-minutes', '0.01')
    done = run(*options, '--cfg-options', 'optim_wrapper.optimizer.lr=0.0')
    assert done.returncode == 1, done.stdout + done.stderr
    assert 'not learned' in done.stdout


@pytest.mark.parametrize(
    ('option', 'message'),
    [
        (('--num-images', '7'), '7 pictures wanted, the training set has 6'),
        (('--crop-size', '0'), 'greater'),
    ],
)
def test_what_cannot_be_tried_is_said(plate_root: Path, option: tuple[str, str], message: str) -> None:
    """A mistake ends with a message and no traceback."""
    done = run('--data-root', plate_root, *option)
    assert done.returncode != 0 and message in done.stderr and 'Traceback' not in done.stderr
