"""That covers are measured as one would by hand."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from helpers.benchmark_scripts import load_benchmark

from mmlp.plates import Plate

pytestmark = pytest.mark.needs('matplotlib', 'torch')


@pytest.fixture(scope='module')
def covers():
    return load_benchmark('covers')


def make_plate(left, top, right, bottom):
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32) - 0.5
    return Plate(corners, corners)


def test_shares_and_areas_are_those_worked_by_hand(covers):
    labels = np.zeros((100, 200), np.int32)
    labels[20:30, 20:60], labels[60:80, 100:160], labels[80:90, 20:60] = 1, 2, -1
    scene = covers.Scene(np.zeros((100, 200, 3), np.uint8), labels, [10.0, 20.0])
    counts = covers.Counts(seconds=[0.5])
    # One plate with its margin of 2 pixels, none for the other, one that does not count, and an alarm.
    counts.add(scene, [make_plate(20, 20, 60, 30), make_plate(20, 80, 60, 90), make_plate(150, 5, 190, 15)])
    summary = counts.summary()
    assert summary['plates'] == 2 and summary['covered'] == 0.5 and summary['alarms a picture'] == 1
    # 44 x 14 pixels with round corners, or half a pixel more on each side, by how the outline is filled.
    assert summary['times the plate'] == [pytest.approx(44 * 14 / 400, rel=0.1)] * 2
    assert summary['by height']['8 to 12 px'] == {'plates': 1, 'covered': 1.0}
    assert summary['by height']['12 to 24 px'] == {'plates': 1, 'covered': 0.0}


def test_a_folder_is_measured_side_by_side(covers, tmp_path, capsys):
    for name in ('images', 'masks'):
        (tmp_path / 'val' / name).mkdir(parents=True)
    for index in range(2):
        mask = np.zeros((120, 200), np.uint8)
        mask[40:60, 60:130] = 255
        cv2.imwrite(str(tmp_path / f'val/images/{index}.png'), np.stack([mask] * 3, axis=2))
        cv2.imwrite(str(tmp_path / f'val/masks/{index}.png.png'), mask)
    arguments = ['--quick', '--out-dir', str(tmp_path / 'out')]
    report = covers.main(['folder', str(tmp_path / 'val'), *arguments])
    assert json.loads((tmp_path / 'out/covers.json').read_text()) == report
    assert {one['plates'] for one in report['results'].values()} == {2}
    assert 'times the plate' in capsys.readouterr().out
    mosaics = covers.main(['mosaics', str(tmp_path / 'val'), '--rounds', '1', *arguments])
    assert mosaics['results']['anonymize']['plates'] >= 2


def test_paths_are_asked_for_where_they_are_needed(covers):
    for arguments in (['folder'], ['drives', 'somewhere']):
        with pytest.raises(SystemExit):
            covers.parse_args(arguments)
