"""Masks without their plates get them back from the weights that ship, and a config trains on them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmseg.registry import DATASETS

from mmlp.cli import complete_masks
from mmlp.datasets import read_plate_mask
from mmlp.datasets.synthetic import render_drive
from mmlp.engine import load_run_config

ROOT = Path(__file__).resolve().parents[2]


def complete(*argv):
    return complete_masks.main([str(value) for value in argv])


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    """First frames of drives, the first with an empty mask, the others with all but the largest plate."""
    folder = tmp_path_factory.mktemp('plates')
    for name in ('train/images', 'train/masks'):
        (folder / name).mkdir(parents=True)
    for seed in range(6):
        picture, plates = next(iter(render_drive(seed, frames=1, size=(960, 540))))
        sizes = [np.count_nonzero(plate.mask) for plate in plates]
        mask = np.zeros(picture.shape[:2], np.uint8)
        for index, plate in enumerate(plates):
            if seed and index != int(np.argmax(sizes)):
                mask[plate.mask] = 255
        cv2.imwrite(str(folder / f'train/images/{seed}.png'), picture)
        cv2.imwrite(str(folder / f'train/masks/{seed}.png.png'), mask)
        largest = plates[int(np.argmax(sizes))].mask.astype(np.uint8)
        cv2.imwrite(str(folder / f'{seed}.png'), largest)
    return folder


def test_plates_that_nobody_annotated_come_back(root, capsys):
    before = {path: path.read_bytes() for path in (root / 'train/masks').iterdir()}
    assert complete(root, '--threads', 1, '--near-width', 1000, '--plate-score', 0.8) == 0
    assert 'plates added' in capsys.readouterr().out
    assert {path: path.read_bytes() for path in (root / 'train/masks').iterdir()} == before
    found = 0
    for seed in range(6):
        mask = read_plate_mask(root / f'train/completed_masks/{seed}.png.png')
        annotated = read_plate_mask(root / f'train/masks/{seed}.png.png')
        assert set(np.unique(mask)) <= {0, 1, 255}
        assert (mask[annotated == 1] != 0).all(), 'annotated plates stay'
        missing = cv2.imread(str(root / f'{seed}.png'), cv2.IMREAD_GRAYSCALE) > 0
        found += (mask[missing] == 1).mean() > 0.7
    assert found >= 4


def test_it_goes_on_where_it_stopped(root, capsys):
    folder = root / 'train/completed_masks'
    lost, kept = folder / '0.png.png', folder / '1.png.png'
    content = lost.read_bytes()
    lost.unlink()
    kept.write_bytes(content)
    assert complete(root, '--threads', 1, '--near-width', 1000, '--plate-score', 0.8) == 0
    assert '5 masks were there from a run before' in capsys.readouterr().out
    assert lost.read_bytes() == content and kept.read_bytes() == content


def test_the_config_reads_what_was_written(root):
    cfg = Config.fromfile(str(ROOT / 'configs/lp_fpn_lite0_completed.py'))
    names = [f'{seed}.png' for seed in (1, 3)]
    (root / 'train/crowded.txt').write_text('\n'.join(names))
    for data in (cfg.dataset, cfg.train_dataloader.dataset.datasets[1].dataset):
        data.data_root = str(root)
    data = cfg.train_dataloader.dataset
    data.datasets[0].data_root = str(root)
    built = DATASETS.build(data)
    assert len(built) == 6 + 2 * len(names)
    sample = built[7]
    assert sample['inputs'].shape == (3, 320, 320)
    assert 'completed_masks' in built.get_data_info(7)['seg_map_path']


def test_sets_with_one_plate_a_picture_train_on_what_was_written(tmp_path, capsys):
    """No picture has three plates: the list of crowded pictures is empty, and the config takes it so."""
    for folder in ('train/images', 'train/masks'):
        (tmp_path / folder).mkdir(parents=True)
    for seed in range(2):
        picture, mask = np.full((120, 160, 3), 60, np.uint8), np.zeros((120, 160), np.uint8)
        # 1 is a car, 2 its plate: --plate-values says so, and what is written is read without it.
        mask[30:110, 20:140], mask[60:72, 60:100] = 1, 2
        cv2.imwrite(str(tmp_path / f'train/images/{seed}.png'), picture)
        cv2.imwrite(str(tmp_path / f'train/masks/{seed}.png.png'), mask)
    assert complete(tmp_path, '--threads', 1) == 2
    assert '--plate-values 2' in capsys.readouterr().err
    assert complete(tmp_path, '--threads', 1, '--plate-values', 2) == 0
    assert (tmp_path / 'train/crowded.txt').read_text() == ''
    config = str(ROOT / 'configs/lp_fpn_lite0_completed.py')
    cfg = load_run_config(config, data_root=str(tmp_path), plate_values=[2])
    built = DATASETS.build(cfg.train_dataloader.dataset)
    assert len(built) == 2
    assert built[0]['inputs'].shape == (3, 320, 320)
    mask = read_plate_mask(tmp_path / 'train/completed_masks/0.png.png')
    np.testing.assert_array_equal(mask[60:72, 60:100], 1)
    assert not (mask[30:58, 20:140] == 1).any()


def test_mistakes_are_told(root, tmp_path, capsys):
    assert complete(tmp_path / 'nowhere') == 2
    assert 'does not exist' in capsys.readouterr().err
    assert complete(root, '--plate-score', 0.5, '--ignore-score', 0.7) == 2
    assert 'got ignore_score=0.7' in capsys.readouterr().err
