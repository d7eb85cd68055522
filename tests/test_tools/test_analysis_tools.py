"""``mmlp analyze-logs`` and ``mmlp browse``, called in the tests' own process."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmlp.cli import analyze_logs, browse
from mmlp.visualization import write_images
from mmlp.visualization.pipeline_images import BrowsedImage

TOOLS = Path(__file__).resolve().parents[2] / 'tools' / 'analysis_tools'


@pytest.fixture()
def work_dir(tmp_path):
    rows = [{'loss': 1 / i, 'lr': 0.1, 'iter': i, 'step': i} for i in range(1, 9)]
    rows.append({'plate_iou': 70.0, 'plate_iou_per_image': 60.0, 'step': 8})
    file = tmp_path / 'work' / '20250101_000000' / 'vis_data' / 'scalars.json'
    file.parent.mkdir(parents=True)
    file.write_text(''.join(json.dumps(row) + '\n' for row in rows), encoding='utf-8')
    return tmp_path / 'work'


@pytest.fixture()
def config(tmp_path, plate_root):
    dataset = """dict(
        type='LicensePlateDataset', data_root={root!r},
        data_prefix=dict(img_path='{split}/images', seg_map_path='{split}/masks'), pipeline=pipeline)"""
    file = tmp_path / 'lp_test.py'
    file.write_text(
        "custom_imports = dict(imports=['mmlp'], allow_failed_imports=False)\n"
        "pipeline = [dict(type='LoadImageFromFile'), dict(type='LoadPlateAnnotations'),\n"
        "            dict(type='RandomFlip', prob=0.5), dict(type='PackSegInputs')]\n"
        f'train_dataloader = dict(dataset={dataset.format(root=str(plate_root), split="train")})\n'
        f'val_dataloader = dict(dataset={dataset.format(root=str(plate_root), split="val")})\n'
        f'work_dir = {str(tmp_path / "work")!r}\n',
        encoding='utf-8',
    )
    return str(file)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_curves_are_written_beside_the_runs(work_dir, capsys):
    analyze_logs.main([str(work_dir)])
    height, width = cv2.imread(str(work_dir / 'curves.png')).shape[:2]
    assert width > 3 * height
    assert '8 logged iterations, 1 validations' in capsys.readouterr().out


def test_curves_as_vector_graphics(work_dir, tmp_path):
    out = tmp_path / 'figures' / 'curves.svg'
    analyze_logs.main(
        [str(work_dir), str(work_dir), '--legend', 'a', 'b', '--keys', 'loss', 'lr', '--out', str(out)]
    )
    assert '<svg' in out.read_text(encoding='utf-8')
    assert names(out.parent) == ['curves.svg']


def test_curves_without_such_a_scalar(work_dir, capsys):
    assert analyze_logs.main([str(work_dir), '--keys', 'mIoU']) == 2
    message = "error: 'mIoU' is not in the log of work. There are: loss, plate_iou"
    assert capsys.readouterr().err.startswith(message)
    assert analyze_logs.main([str(work_dir / 'nothing')]) == 2
    assert 'does not exist' in capsys.readouterr().err
    assert not (work_dir / 'curves.png').exists()


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['--out', 'curves.gif'], '--out wants a name that ends with .png'),
        (['--legend', 'a', 'b'], '--legend wants a name for each of the 1 logs, got 2'),
        (['--smooth', '0'], '--smooth wants a number of values from 1 on, got 0'),
    ],
)
def test_curves_with_wrong_options(work_dir, capsys, options, message):
    with pytest.raises(SystemExit):
        analyze_logs.main([str(work_dir), *options])
    assert message in capsys.readouterr().err


def test_browsed_pictures_are_named_after_their_files(config, tmp_path, capsys):
    browse.main([config, '--show-number', '4'])
    assert names(tmp_path / 'work' / 'browse') == [f'train_{i}.jpg' for i in range(4)]
    assert '4 pictures in ' in capsys.readouterr().out


def test_browsing_repeats_with_the_same_seed(config, tmp_path):
    folders = [tmp_path / name for name in ('a', 'b', 'c')]
    for folder, seed in zip(folders, ('1', '1', '2')):
        browse.main([config, '-o', str(folder), '--shuffle', '--seed', seed, '-n', '4'])
    contents = [{path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders]
    assert contents[0] == contents[1] != contents[2]


def test_browsing_another_phase_and_mode_with_options(config, tmp_path):
    out = tmp_path / 'out'
    browse.main([config, '-o', str(out), '-p', 'val', '-m', 'concat'])
    assert names(out) == ['val_0.jpg', 'val_1.jpg', 'val_2.jpg']
    wide = cv2.imread(str(out / 'val_0.jpg')).shape
    option = 'val_dataloader.dataset.pipeline.2.prob=0.0'
    browse.main([config, '-o', str(out), '-p', 'val', '-m', 'original', '--cfg-options', option])
    assert cv2.imread(str(out / 'val_0.jpg')).shape == (96, 128, 3)
    assert wide[1] > 2 * 128


def test_contact_sheets(config, tmp_path):
    browse.main([config, '-o', str(tmp_path / 'out'), '--contact-sheet', '2'])
    assert names(tmp_path / 'out') == ['contact_sheet_001.jpg']
    assert cv2.imread(str(tmp_path / 'out' / 'contact_sheet_001.jpg')).shape[1] == 2 * 330 + 10
    browse.main([config, '-o', str(tmp_path / 'pages'), '--contact-sheet', '1', '-p', 'train'])
    assert names(tmp_path / 'pages') == ['contact_sheet_001.jpg']


def test_pictures_that_come_again_are_numbered(config, tmp_path):
    text = Path(config).read_text(encoding='utf-8')
    text += "train_dataloader = dict(dataset=dict(type='RepeatDataset', times=2, **val_dataloader))\n"
    Path(config).write_text(text, encoding='utf-8')
    browse.main([config, '-o', str(tmp_path / 'out')])
    assert names(tmp_path / 'out') == sorted(f'val_{i}{again}.jpg' for i in range(3) for again in ('', '_2'))


def test_the_data_are_not_overwritten(config, plate_root, capsys):
    folder = plate_root / 'train' / 'images'
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert browse.main([config, '-o', str(folder)]) == 2
    assert 'holds the pictures of the data set' in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (['-p', 'test'], 'the config has no test_dataloader'),
        (['--data-root', '/nowhere'], "picture folder '/nowhere/"),
        (['--cfg-options', 'a=[1,(2]'], '--cfg-options a=[1,(2]: '),
    ],
)
def test_browsing_mistakes(config, capsys, options, message):
    assert browse.main([config, *options]) == 2
    assert capsys.readouterr().err.startswith(f'error: {message}')


def test_browsing_what_is_not_there(config, capsys):
    assert browse.main(['no.py']) == 2
    assert capsys.readouterr().err.startswith("error: config 'no.py' does not exist")
    for options, message in (
        (['-n', '0'], '-n/--show-number: must be a whole number, 1 or more'),
        (['--cfg-options', 'a'], "--cfg-options: expected KEY=VALUE, got 'a'"),
    ):
        with pytest.raises(SystemExit, match='2'):
            browse.main([config, *options])
        assert capsys.readouterr().err.startswith(f'error: argument {message}')


def test_a_config_of_mmlp_by_its_name(plate_root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert browse.main(['lp_fpn_lite0', '--data-root', str(plate_root), '-n', '1', '-m', 'original']) == 0
    assert names(tmp_path / 'work_dirs/lp_fpn_lite0/browse') == ['train_0.jpg']


def test_run_as_a_script(config, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, 'argv', ['browse_dataset.py', config, '-o', str(tmp_path / 'out'), '-n', '1'])
    runpy.run_path(str(TOOLS / 'browse_dataset.py'), run_name='__main__')
    assert np.ndim(cv2.imread(str(tmp_path / 'out' / 'train_0.jpg'))) == 3


def test_names_that_look_numbered_are_not_replaced(tmp_path):
    dark, grey, light = (np.full((8, 8, 3), value, np.uint8) for value in (0, 128, 250))
    paths = [Path('x/a.jpg'), Path('y/a.jpg'), Path('z/a_2.jpg')]
    pictures = [BrowsedImage(path, picture, True) for path, picture in zip(paths, (dark, grey, light))]
    write_images(pictures, tmp_path)
    assert names(tmp_path) == ['a.jpg', 'a_2.jpg', 'a_2_2.jpg']
    assert cv2.imread(str(tmp_path / 'a_2.jpg')).mean() == pytest.approx(128, abs=3)
