"""What the options of the tools do to a config."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
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
    assert cfg.resume and cfg.load_from == str(tmp_path / 'epoch_1.pth')


def test_resume_takes_what_lies_in_the_work_dir_wherever_it_was(tmp_path):
    config, old, new = str(CONFIGS / 'lp_fpn_lite0.py'), tmp_path / 'old', tmp_path / 'new'
    old.mkdir()
    (old / 'last_checkpoint').write_text(str(old / 'iter_90.pth'))
    for number in (90, 500, 1000):
        torch.save({}, old / f'iter_{number}.pth')
    shutil.copytree(old, new)  # A copy: the old place is still there, and is not to be touched.
    cfg = load_run_config(config, work_dir=str(new), resume=True)
    assert cfg.load_from == str(new / 'iter_90.pth')
    shutil.rmtree(old)
    assert load_run_config(config, work_dir=str(new), resume=True).load_from == str(new / 'iter_90.pth')
    (new / 'iter_90.pth').unlink()
    assert load_run_config(config, work_dir=str(new), resume=True).load_from == str(new / 'iter_1000.pth')
    (new / 'last_checkpoint').unlink()
    assert load_run_config(config, work_dir=str(new), resume=True).load_from == str(new / 'iter_1000.pth')


def test_resume_from_a_checkpoint_that_is_saved_elsewhere_or_gone(tmp_path):
    config, elsewhere = str(CONFIGS / 'lp_fpn_lite0.py'), tmp_path / 'elsewhere.pth'
    (tmp_path / 'last_checkpoint').write_text(str(elsewhere))
    with pytest.raises(
        FileNotFoundError, match=r'elsewhere\.pth.*lies neither there nor in .*without --resume'
    ):
        load_run_config(config, work_dir=str(tmp_path), resume=True)
    torch.save({}, elsewhere)
    (tmp_path / 'last_checkpoint').write_text(str(elsewhere))
    assert load_run_config(config, work_dir=str(tmp_path), resume=True).load_from == str(elsewhere)


def test_resume_passes_over_what_was_cut_off(tmp_path, caplog):
    config = str(CONFIGS / 'lp_fpn_lite0.py')
    for number in (500, 1000):
        torch.save({'a': torch.ones(1000)}, tmp_path / f'iter_{number}.pth')
    (tmp_path / 'last_checkpoint').write_text(str(tmp_path / 'iter_1000.pth'))
    whole = (tmp_path / 'iter_1000.pth').read_bytes()
    (tmp_path / 'iter_1000.pth').write_bytes(whole[: len(whole) // 2])
    assert load_run_config(config, work_dir=str(tmp_path), resume=True).load_from == str(
        tmp_path / 'iter_500.pth'
    )
    (tmp_path / 'last_checkpoint').write_text('')
    assert load_run_config(config, work_dir=str(tmp_path), resume=True).load_from == str(
        tmp_path / 'iter_500.pth'
    )
    (tmp_path / 'iter_500.pth').write_bytes(b'')
    with pytest.raises(FileNotFoundError, match=r'iter_1000\.pth.* is damaged, and there is no other one'):
        load_run_config(config, work_dir=str(tmp_path), resume=True)


def test_cfg_options_may_resume_from_a_checkpoint(tmp_path):
    options = {'resume': True, 'load_from': 'iter_500.pth'}
    cfg = load_run_config(str(CONFIGS / 'lp_fpn_lite0.py'), str(tmp_path), cfg_options=options)
    assert cfg.resume is True and cfg.load_from == 'iter_500.pth'


def test_without_workers_none_persist():
    options = {'train_dataloader.num_workers': 0}
    cfg = load_run_config(str(CONFIGS / 'lp_fpn_lite0.py'), cfg_options=options)
    assert cfg.train_dataloader.persistent_workers is False
    assert cfg.val_dataloader.persistent_workers is True
