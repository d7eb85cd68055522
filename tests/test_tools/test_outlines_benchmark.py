from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from helpers.benchmark_scripts import load_benchmark

from mmlp.datasets.synthetic.geometry import composite, premultiply, rect_corners
from mmlp.plates.geometry import find_homography

pytestmark = pytest.mark.needs('matplotlib', 'torch')

#: A plate seen a little from the side.
CORNERS = np.array([(60.3, 52.1), (204.8, 43.6), (207.2, 78.9), (58.6, 84.4)])


@pytest.fixture(scope='module')
def outlines():
    return load_benchmark('outlines')


def draw_scenery(lettering: str = '') -> np.ndarray:
    """A dark wall with a white plate whose corners are known, with a border inside if there is lettering."""
    picture = np.random.default_rng(0).integers(60, 72, (130, 260, 3), np.uint8)
    plate = np.full((110, 450, 3), 235, np.uint8)
    if lettering:
        cv2.rectangle(plate, (8, 8), (441, 101), (150, 150, 150), 4)
        cv2.putText(plate, lettering, (20, 90), cv2.FONT_HERSHEY_SIMPLEX, 2.6, (20, 20, 20), 9)
    edges = rect_corners(-0.5, -0.5, 449.5, 109.5)
    layer = premultiply(plate, np.full((110, 450), 255, np.uint8))
    composite(picture, layer, find_homography(edges, CORNERS.astype(np.float32)), quality=3)
    return picture


def grow(corners: np.ndarray, share: float) -> np.ndarray:
    return corners.mean(axis=0) + (corners - corners.mean(axis=0)) * (1 + share)


@pytest.mark.parametrize('share', [-0.05, 0.0, 0.05])
def test_edges_are_found_from_loose_and_from_tight_outlines(outlines, share):
    """A light rectangle on a dark ground: there is one edge a side."""
    picture = draw_scenery()
    fit = outlines.fit_to_edges(picture, grow(CORNERS, share))
    np.testing.assert_allclose(fit.corners, CORNERS, atol=0.4)
    assert fit.strength > outlines.fit_to_edges(picture // 2, CORNERS).strength > 1


def test_lettering_is_no_edge(outlines):
    """Of a plate with letters and a border, the outer edge counts."""
    fit = outlines.fit_to_edges(draw_scenery('AB 12345'), grow(CORNERS, 0.05))
    np.testing.assert_allclose(fit.corners, CORNERS, atol=0.4)


def make_folder(root: Path, number: int) -> Path:
    """Pictures whose annotation is a tenth too large."""
    for name in ('images', 'masks'):
        (root / name).mkdir(parents=True)
    for index in range(number):
        mask = np.zeros((130, 260), np.uint8)
        cv2.fillConvexPoly(mask, np.rint(grow(CORNERS, 0.1)).astype(np.int32), 255)
        cv2.imwrite(str(root / 'images' / f'a_{index}.png'), draw_scenery(f'AB 1234{index}'))
        cv2.imwrite(str(root / 'masks' / f'a_{index}.png.png'), mask)
    return root


def test_report_tells_loose_annotations_from_our_outlines(outlines, tmp_path, capsys):
    outlines.main([str(make_folder(tmp_path / 'val', 4)), '--by-prefix', '--out-dir', str(tmp_path / 'out')])
    assert 'IoU with the edges' in capsys.readouterr().out
    results = json.loads((tmp_path / 'out' / 'outlines.json').read_text())['results']
    assert all(parts['all'] == parts['a'] for parts in results.values())
    annotation, ours = results['annotation']['all'], results['mmlp']['all']
    # 1.1 times as wide and high: an IoU of 1 / 1.21 with the plate.
    assert annotation['IoU with the edges'] == pytest.approx(1 / 1.21, abs=0.04)
    assert annotation['height'] == pytest.approx(1.1, abs=0.06)
    assert ours['IoU with the edges'] > annotation['IoU with the edges']
    assert cv2.imread(str(tmp_path / 'out' / 'outlines.png')).shape[1] > 600


def test_says_when_there_is_nothing_to_measure(outlines, tmp_path):
    root = make_folder(tmp_path / 'val', 1)
    with pytest.raises(ValueError, match='no plate is 400 pixels wide and found by all: lower --min-width'):
        outlines.main([str(root), '--min-width', '400', '--out-dir', str(tmp_path / 'out')])
