"""Logging, weight averaging, the memory format and the check of the splits."""

from __future__ import annotations

import shutil

import pytest
import torch
import torch.multiprocessing as mp
from mmengine.config import Config
from mmengine.runner import Runner
from mmseg.registry import MODELS
from torch.optim.swa_utils import update_bn

from mmlp.datasets.integrity import DatasetError, find_shared_files
from mmlp.engine import MainProcessLoggerHook, SWAHook
from mmlp.engine.hooks.swa_hook import estimate_bn_statistics

TINY_MODEL = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor', mean=[127.0] * 3, std=[128.0] * 3, bgr_to_rgb=True, size=(64, 64)
    ),
    backbone=dict(
        type='MobileNetV2',
        widen_factor=0.25,
        strides=(1, 2, 1, 1, 1, 1, 1),
        dilations=(1, 1, 1, 1, 1, 1, 1),
        out_indices=(0, 1),
    ),
    decode_head=dict(
        type='PlateFCNHead',
        in_channels=8,
        channels=8,
        num_convs=1,
        concat_input=False,
        num_classes=2,
        out_channels=1,
        threshold=0.5,
        loss_decode=dict(type='BinaryLovaszLoss', mode='sigmoid'),
    ),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'),
)


def tiny_run(root, work_dir, **changes) -> Config:
    """Two epochs of a tiny network on the tests' pictures."""
    pipeline = [
        dict(type='LoadImageFromFile'),
        dict(type='LoadPlateAnnotations'),
        dict(type='RandomCrop', crop_size=(64, 64)),
        dict(type='PackSegInputs'),
    ]

    def loader(split, steps, size):
        prefix = dict(img_path=f'{split}/images', seg_map_path=f'{split}/masks')
        data = dict(type='LicensePlateDataset', data_root=str(root), data_prefix=prefix, pipeline=steps)
        sampler = dict(type='DefaultSampler', shuffle=split == 'train')
        return dict(batch_size=size, num_workers=0, sampler=sampler, dataset=data)

    cfg = dict(
        model=TINY_MODEL,
        train_dataloader=loader('train', pipeline, 2),
        val_dataloader=loader('val', pipeline[:2] + pipeline[3:], 1),
        val_evaluator=dict(type='PlateMetric'),
        train_cfg=dict(by_epoch=True, max_epochs=2),
        val_cfg=dict(),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        default_scope='mmseg',
        randomness=dict(seed=3),
        work_dir=str(work_dir),
        experiment_name=work_dir.name,
        log_level='ERROR',
    )
    cfg.update(changes)
    return Config(cfg)


def test_swa_is_the_mean_of_the_weights_and_has_statistics_of_its_own(plate_root, tmp_path):
    hook = dict(type='SWAHook', begin_iter=2, interval=2, bn_batches=3)
    runner = Runner.from_cfg(tiny_run(plate_root, tmp_path / 'swa', custom_hooks=[hook]))
    seen = []

    class Recorder(SWAHook):
        """Notes the weights after every iteration, beside the hook under test."""

        def __init__(self):
            pass

        before_run = before_train = before_val_epoch = after_train_epoch = lambda *args: None
        after_val_epoch = before_save_checkpoint = lambda *args, **kwargs: None

        def after_train_iter(self, runner, *args, **kwargs):
            seen.append(runner.model.decode_head.conv_seg.weight.detach().clone())

    runner.register_hook(Recorder(), priority='VERY_LOW')
    runner.train()
    swa = next(h for h in runner.hooks if type(h) is SWAHook)
    assert len(seen) == 6
    expected = torch.stack([seen[1], seen[3], seen[5]]).mean(0)
    averaged = swa.ema_model.module
    torch.testing.assert_close(averaged.decode_head.conv_seg.weight, expected)

    norms = [m for m in averaged.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert all(int(norm.num_batches_tracked) == 3 for norm in norms)
    saved = torch.load(tmp_path / 'swa/epoch_2.pth', weights_only=False)['state_dict']
    for name, value in averaged.state_dict().items():
        torch.testing.assert_close(saved[name], value)


def test_statistics_agree_with_torchs_update_bn(plate_root, tmp_path):
    runner = Runner.from_cfg(tiny_run(plate_root, tmp_path / 'bn'))
    model = runner.model
    batches = list(runner.build_dataloader(runner.cfg.train_dataloader, seed=0))
    assert estimate_bn_statistics(model, batches, num_batches=3) == 3
    ours = {k: v.clone() for k, v in model.state_dict().items() if 'running' in k}

    class Tensors(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, inputs):
            return self.model(inputs, mode='tensor')

    model.decode_head.dropout = None  # update_bn switches dropout on
    inputs = [model.data_preprocessor(batch, training=True)['inputs'] for batch in batches]
    update_bn(inputs, Tensors())
    for name, value in ours.items():
        torch.testing.assert_close(model.state_dict()[name], value)


def test_swa_refuses_training_by_iterations(plate_root, tmp_path):
    cfg = tiny_run(plate_root, tmp_path / 'iter', custom_hooks=[dict(type='SWAHook', begin_iter=1)])
    cfg.train_cfg = dict(by_epoch=False, max_iters=2)
    cfg.train_dataloader.sampler = dict(type='InfiniteSampler')
    with pytest.raises(ValueError, match='by_epoch=True'):
        Runner.from_cfg(cfg).train()


def test_channels_last_changes_the_layout_and_not_the_result(plate_root, tmp_path):
    torch.manual_seed(0)
    plain = MODELS.build(TINY_MODEL).eval()
    inputs = torch.rand(2, 3, 64, 64)
    before = plain(inputs)
    cfg = tiny_run(plate_root, tmp_path / 'cl', custom_hooks=[dict(type='ChannelsLastHook')])
    cfg.train_cfg.max_epochs = 1
    runner = Runner.from_cfg(cfg)
    runner.model.load_state_dict(plain.state_dict())
    runner.call_hook('before_run')
    weight = runner.model.backbone.conv1.conv.weight
    assert weight.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(runner.model.eval()(inputs), before, atol=1e-5, rtol=1e-5)


def _end_a_test(rank, world_size, runner, folder):
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{folder}/rendezvous', rank=rank, world_size=world_size
    )
    runner._log_dir = f'{folder}/{rank}'
    hook = MainProcessLoggerHook()
    hook.before_run(runner)
    hook.after_test_epoch(runner, {})
    torch.distributed.destroy_process_group()


def test_the_figures_of_a_test_are_written_by_one_process(plate_root, tmp_path):
    cfg = tiny_run(plate_root, tmp_path / 'run')
    cfg.test_dataloader, cfg.test_cfg, cfg.test_evaluator = cfg.val_dataloader, dict(), cfg.val_evaluator
    runner = Runner.from_cfg(cfg)
    for rank in range(2):
        (tmp_path / str(rank)).mkdir()
    mp.start_processes(_end_a_test, args=(2, runner, str(tmp_path)), nprocs=2, start_method='fork')
    assert [path.parent.name for path in tmp_path.glob('[01]/*.json')] == ['0']


def test_shared_pictures_are_refused_under_whatever_name(plate_root, tmp_path):
    for folder, ending in (('images', ''), ('masks', '.png')):
        shutil.copy(
            plate_root / 'train' / folder / f'train_1.jpg{ending}',
            plate_root / 'val' / folder / f'renamed.jpg{ending}',
        )
    cfg = tiny_run(plate_root, tmp_path / 'leak', custom_hooks=[dict(type='SplitOverlapHook')])
    with pytest.raises(DatasetError, match=r'1 validation pictures(.|\n)*renamed\.jpg  =  .*train_1\.jpg'):
        Runner.from_cfg(cfg).train()


def test_find_shared_files_reads_only_files_of_equal_length(tmp_path):
    names = []
    for index, content in enumerate((b'aaaa', b'bbbb', b'ccccc', b'bbbb')):
        names.append(tmp_path / f'{index}')
        names[-1].write_bytes(content)
    assert find_shared_files(names[:2], names[2:]) == [(names[1], names[3])]
