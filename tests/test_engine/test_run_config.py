"""What the options of the tools do to a config."""

from __future__ import annotations

from pathlib import Path

import torch
from mmengine.config import Config

from mmlp.engine import load_run_config

CONFIGS = Path(__file__).resolve().parents[2] / 'configs'


def test_data_root_reaches_every_loader():
    cfg = load_run_config(str(CONFIGS / 'lp_deeplabv3_r101.py'), data_root='elsewhere')
    roots = [cfg[f'{split}_dataloader'].dataset.data_root for split in ('train', 'val', 'test')]
    assert roots == ['elsewhere'] * 3


def test_cfg_options_win_and_work_dir_has_the_configs_name(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    options = {'train_dataloader.batch_size': 7, 'train_dataloader.dataset.data_root': 'mine'}
    cfg = load_run_config(str(CONFIGS / 'lp_fpn_lite0.py'), data_root='other', cfg_options=options)
    assert cfg.train_dataloader.batch_size == 7
    assert cfg.train_dataloader.dataset.data_root == 'mine'
    assert cfg.val_dataloader.dataset.data_root == 'other'
    assert cfg.work_dir == 'work_dirs/lp_fpn_lite0'


def test_data_root_from_the_environment(monkeypatch):
    monkeypatch.setenv('MMLP_DATA_ROOT', '/somewhere/plates')
    cfg = Config.fromfile(str(CONFIGS / 'lp_deeplabv3_r101.py'))
    assert cfg.train_dataloader.dataset.data_root == '/somewhere/plates'


def test_resume_beats_load_from_only_when_there_is_something_to_resume(tmp_path):
    config = str(CONFIGS / 'lp_deeplabv3_r101_swa.py')
    cfg = load_run_config(config, work_dir=str(tmp_path), resume=True)
    assert not cfg.resume and cfg.load_from.endswith('epoch_250.pth')
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'epoch_1.pth'))
    torch.save({}, tmp_path / 'epoch_1.pth')
    cfg = load_run_config(config, work_dir=str(tmp_path), resume=True)
    assert cfg.resume and cfg.load_from is None


def test_cfg_options_may_resume_from_a_checkpoint(tmp_path):
    options = {'resume': True, 'load_from': 'iter_500.pth'}
    cfg = load_run_config(str(CONFIGS / 'lp_fpn_lite0.py'), str(tmp_path), cfg_options=options)
    assert cfg.resume is True and cfg.load_from == 'iter_500.pth'


def test_without_workers_none_persist():
    options = {'train_dataloader.num_workers': 0}
    cfg = load_run_config(str(CONFIGS / 'lp_fpn_lite0.py'), cfg_options=options)
    assert cfg.train_dataloader.persistent_workers is False
    assert cfg.val_dataloader.persistent_workers is True
