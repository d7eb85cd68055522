"""Commands as processes of their own, and minimal command lines of all of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: What each command needs to be named, so that it begins to work; the files need not be there.
MINIMAL = {
    'segment': ['photo.jpg'],
    'anonymize': ['photo.jpg', '-o', 'out'],
    'evaluate': ['set', '-o', 'out'],
    'convert': ['voc', 'set', '-o', 'out'],
    'export': ['set', '--to', 'coco', '-o', 'out'],
    'audit': ['lp_fpn_lite0'],
    'generate': [],
    'complete-masks': ['set'],
    'make-list': ['set', '-o', 'list.csv', '--by-prefix'],
    'rebuild': ['list.csv', '-o', 'out', '--source', 'a=b'],
    'configs': [],
    'browse': ['lp_fpn_lite0'],
    'train': ['lp_fpn_lite0'],
    'test': ['lp_fpn_lite0', 'lp_fpn_lite0'],
    'overfit': ['lp_fpn_lite0'],
    'analyze-logs': ['work'],
    'export-onnx': ['lp_fpn_lite0', '-o', 'out.onnx'],
    'publish': ['iter_1.pth', '-o', 'out.pth'],
    'import-torchvision': ['deeplabv3_resnet50', '-o', 'out.pth'],
}


def _ignore_no_signal() -> None:
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def start(*arguments: object, **environment: str) -> subprocess.Popen:
    """Starts Python in a process group of its own, in which Ctrl-C is not ignored."""
    return subprocess.Popen(
        [sys.executable, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, 'PYTHONUNBUFFERED': '', **environment},
        preexec_fn=_ignore_no_signal,  # noqa: PLW1509 (no other thread runs)
    )


def assert_nothing_runs(group: int, seconds: float = 10.0) -> None:
    """Waits until all processes of a group have ended."""
    for _ in range(int(seconds * 20)):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    raise AssertionError('a process was left')
