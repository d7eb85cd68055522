"""That looks at some frames of a video are measured beside looks at all of them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from helpers.benchmark_scripts import load_benchmark

from mmlp.plates import Plate

pytestmark = pytest.mark.needs('matplotlib', 'torch')


@pytest.fixture(scope='module')
def video():
    return load_benchmark('video')


def test_a_drive_is_measured_in_each_way(video, tmp_path, capsys):
    report = video.main(['--quick', '--out-dir', str(tmp_path)])
    assert json.loads((tmp_path / 'video.json').read_text()) == report
    every, some = report['results']['1'], report['results']['auto']
    assert every['looks a frame'] == 1 and every['kept'] == 1 and some['looks a frame'] < 1
    steps = ('decode', 'network', 'motion', 'hiding and encoding')
    for figures in (every, some):
        assert figures['total'] == pytest.approx(sum(figures[step] for step in steps))
    assert [row['frames'] for row in report['clips']] == [6, 6]
    assert 'times faster' in capsys.readouterr().out


def test_figures_of_clips_are_summed_by_frames(video):
    rows = [
        {
            'detect every': way,
            'frames': frames,
            'looks': looks,
            'milliseconds a frame': {'total': total},
            'plates': plates,
            'covered': covered,
            'covered by looks at every frame': plates,
            'kept': covered,
            'for nothing': 0,
        }
        for way, frames, looks, total, plates, covered in ((4, 10, 3, 20.0, 6, 3), (4, 30, 7, 40.0, 2, 2))
    ]
    figures = video.sum_up(rows)['4']
    assert figures['looks a frame'] == 0.25 and figures['total'] == 35.0
    assert figures['covered'] == figures['kept'] == 0.625


def test_what_a_look_is_not_sure_of_does_not_count(video):
    corners = np.array([(10, 10), (40, 10), (40, 20), (10, 20)], np.float32)
    lower = corners + np.float32([0, 30])
    sure, unsure = Plate(corners, corners, 0.9), Plate(lower, lower, 0.75)
    labels = video.sure_plates([unsure, sure], (60, 60))
    assert labels[15, 25] == 1 and labels[45, 25] == -1 and labels[30, 25] == 0
