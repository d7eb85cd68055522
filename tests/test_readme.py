"""What the README promises: its example config trains, and the files it names exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
from mmengine.config import Config
from mmengine.runner import Runner

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / 'README.md').read_text(encoding='utf-8')


def example_config() -> str:
    (example,) = (
        block for block in re.findall(r'```python\n(.*?)```', README, re.S) if '_base_ = [' in block
    )
    return example


def test_example_of_a_config_of_ones_own_trains(tmp_path, monkeypatch, draw_plate_picture):
    """The example as it stands, on data laid out as it says; only size and length are cut."""
    rng = np.random.default_rng(0)
    for split in ('train', 'val'):
        for folder in (split, f'{split}_masks'):
            (tmp_path / 'data/my_plates' / folder).mkdir(parents=True)
        for index, ending in enumerate(('.jpg', '.png', '.jpg', '.png')):
            image, mask = draw_plate_picture(rng)
            name = f'{split}{index}'
            cv2.imwrite(str(tmp_path / 'data/my_plates' / split / (name + ending)), image)
            cv2.imwrite(str(tmp_path / 'data/my_plates' / f'{split}_masks' / f'{name}_mask.png'), mask)
    shutil.copytree(ROOT / 'configs', tmp_path / 'configs')
    (tmp_path / 'configs/my_plates.py').write_text(example_config())
    monkeypatch.chdir(tmp_path)
    cfg = Config.fromfile('configs/my_plates.py')
    assert cfg.train_dataloader.batch_size == 8
    crop = (64, 64)
    cfg.merge_from_dict(
        {
            'work_dir': 'work',
            'model.backbone.depth': 18,
            'model.backbone.init_cfg': None,
            'model.auxiliary_head': None,
            'model.decode_head.in_channels': 512,
            'model.decode_head.channels': 8,
            'model.data_preprocessor.size': crop,
            'train_dataloader.batch_size': 4,
            'train_cfg.max_epochs': 1,
            'train_cfg.val_interval': 1,
        }
    )
    for step in cfg.train_dataloader.dataset.pipeline:
        if step.type == 'Pad':
            step.size = crop
        elif step.type == 'RandomCrop':
            step.crop_size = crop
        elif step.type == 'RandomResize':
            step.scale = [(1000, 64), (1000, 96)]
    for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        cfg[loader].update(num_workers=0, persistent_workers=False)
    cfg.val_dataloader.dataset.pipeline[1].scale = (1000, 64)
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert len(runner.train_dataloader.dataset) == 4
    assert runner.message_hub.get_scalar('val/plate_iou').current() >= 0


def test_configs_in_documents_start_from_trained_weights(tmp_path):
    """What is shown as a config of one's own is not trained from random weights."""
    shutil.copytree(ROOT / 'configs', tmp_path / 'configs')
    starts = []
    for document in (ROOT / 'README.md', *sorted((ROOT / 'docs').glob('*.md')), ROOT / 'data/README.md'):
        for block in re.findall(r'```python\n(.*?)```', document.read_text(encoding='utf-8'), re.S):
            if '_base_ = [' in block:
                path = tmp_path / 'configs/of_a_document.py'
                path.write_text(block)
                cfg = Config.fromfile(str(path))
                starts.append(cfg.get('load_from') or cfg.model.backbone.init_cfg.checkpoint)
    assert starts == ['torchvision-seg://deeplabv3_resnet50', 'mmlp://lp_fpn_lite0']


def test_first_command_finds_the_plates_of_the_street(tmp_path, monkeypatch):
    (command,) = re.findall(r'&& mmlp (segment examples/\S+)', README)
    verb, street = command.split()
    monkeypatch.chdir(tmp_path)
    subprocess.run([sys.executable, '-m', 'mmlp', verb, ROOT / street], check=True, capture_output=True)
    assert cv2.imread('outputs/overlay/street.jpg').shape == (720, 1280, 3)
    found = json.loads(Path('outputs/json/street.json').read_text())['plates']
    # The three nearest of its plates, about where the generator drew them.
    for x, y in ((252, 363), (818, 368), (1045, 372)):
        assert any(
            cv2.pointPolygonTest(np.float32(plate['corners']), (x, y), measureDist=False) >= 0
            for plate in found
        )


def test_every_file_that_is_named_exists():
    named = re.findall(r'\]\(([\w./-]+)\)', README) + re.findall(
        r'(?:tools|configs|examples)/[\w./]+\.\w+', README
    )
    made_by_the_reader = {'configs/my_plates.py'}
    missing = [path for path in set(named) - made_by_the_reader if not (ROOT / path).exists()]
    assert not missing
