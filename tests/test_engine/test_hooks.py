"""Logging, weight averaging, the memory format and the check of the splits."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path

import pytest
import torch
import torch.multiprocessing as mp
from mmengine.config import Config
from mmengine.evaluator import BaseMetric
from mmengine.runner import Runner
from mmseg.registry import HOOKS, MODELS
from torch.optim.swa_utils import update_bn

from mmlp.datasets.integrity import DatasetError, find_shared_files
from mmlp.engine import CheckpointHook, ConciseRunner, MainProcessLoggerHook, SWAHook
from mmlp.engine.concise_runner import _Without
from mmlp.engine.hooks.swa_hook import estimate_bn_statistics
from mmlp.engine.run_config import find_resumable
from mmlp.visualization import load_training_log

ROOT = Path(__file__).resolve().parents[2]

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


@pytest.mark.parametrize(
    'score', ['plate_iou', 'plate_iou_per_image', 'plate_recall', 'plate_f1', 'plate_covered']
)
def test_scores_of_plates_need_no_rule(score):
    hook = HOOKS.build(dict(type='CheckpointHook', save_best=score))
    assert isinstance(hook, CheckpointHook) and hook.rules == ['greater']
    assert HOOKS.build(dict(type='CheckpointHook', save_best='loss')).rules == ['less']


class _Scripted(BaseMetric):
    """Gives scores of a list, one a validation."""

    default_prefix = ''

    def __init__(self, scores):
        super().__init__()
        self.scores = list(scores)

    def process(self, data_batch, data_samples):
        self.results.append(0)

    def compute_metrics(self, results):
        return {'plate_iou': self.scores.pop(0), 'plate_iou_per_image': 1.0}


@pytest.mark.parametrize('schedule', ['schedule_250e', 'schedule_3k', 'schedule_swa_20e'])
def test_every_validation_is_logged_as_it_is(schedule, plate_root, tmp_path):
    """A run that collapses: with means over the validations it would be 49.7, 24.85, 16.57."""
    scores = [49.7, 0.0, 0.1]
    base = Config.fromfile(str(ROOT / f'configs/_base_/schedules/{schedule}.py'))
    by_epoch = base.log_processor.by_epoch
    training = dict(by_epoch=True, max_epochs=3) if by_epoch else dict(type='IterBasedTrainLoop', max_iters=9)
    hooks = dict(logger=base.default_hooks.logger, checkpoint=base.default_hooks.checkpoint)
    cfg = tiny_run(
        plate_root,
        tmp_path / schedule,
        train_cfg=dict(training, val_interval=1 if by_epoch else 3),
        log_processor=base.log_processor,
        default_hooks=dict(hooks, logger=dict(hooks['logger'], interval=1)),
        log_level='INFO',
        visualizer=dict(
            type='SegLocalVisualizer', vis_backends=[dict(type='LocalVisBackend')], name=schedule
        ),
    )
    runner = Runner.from_cfg(cfg)
    runner.val_loop.evaluator.metrics = [_Scripted(scores)]
    runner.train()
    rows = load_training_log(tmp_path / schedule)
    assert [row['plate_iou'] for row in rows.val] == scores
    (log,) = (tmp_path / schedule).glob('*/*.log')
    logged = re.findall(r'(?<![.\w])plate_iou: ([0-9.]+)', log.read_text())
    assert [float(value) for value in logged] == scores
    # What is logged of the batches is a mean over the last of them, as before.
    assert len({row['decode.plate_iou'] for row in rows.train}) > 1
    assert list((tmp_path / schedule).glob('best_plate_iou_*_[13].pth'))


def test_a_copied_run_goes_on_without_touching_the_first(plate_root, tmp_path):
    def train(folder, epochs, scores, **changes):
        hooks = dict(checkpoint=dict(type='CheckpointHook', save_best='plate_iou'))
        cfg = tiny_run(
            plate_root,
            tmp_path / folder,
            train_cfg=dict(by_epoch=True, max_epochs=epochs),
            default_hooks=hooks,
            **changes,
        )
        runner = Runner.from_cfg(cfg)
        runner.val_loop.evaluator.metrics = [_Scripted(scores)]
        runner.train()

    train('first', 1, [10.0])
    shutil.copytree(tmp_path / 'first', tmp_path / 'copy')
    before = sorted(path.name for path in (tmp_path / 'first').glob('*.pth'))
    train('copy', 2, [20.0], resume=True, load_from=str(tmp_path / 'copy/epoch_1.pth'))
    assert sorted(path.name for path in (tmp_path / 'first').glob('*.pth')) == before
    assert [path.name for path in (tmp_path / 'copy').glob('best_*.pth')] == ['best_plate_iou_epoch_2.pth']


@pytest.mark.parametrize('killed_at', [1, 4, 5, 8])
def test_whenever_it_is_killed_a_whole_checkpoint_is_there(killed_at, plate_root, tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    writes, write_bytes = [], Path.write_bytes

    def cut_off(path, data):
        writes.append(path)
        if len(writes) == killed_at:
            write_bytes(path, data[: len(data) // 2])
            raise Killed
        write_bytes(path, data)

    hook = dict(type='CheckpointHook', interval=1, max_keep_ckpts=1, save_best='plate_iou')
    changes = dict(train_cfg=dict(by_epoch=True, max_epochs=3), default_hooks=dict(checkpoint=hook))
    runner = Runner.from_cfg(tiny_run(plate_root, tmp_path / 'run', **changes))
    runner.val_loop.evaluator.metrics = [_Scripted([10.0, 20.0, 30.0])]
    monkeypatch.setattr(Path, 'write_bytes', cut_off)
    # An epoch, its best, and the epoch once more, three times.
    with pytest.raises(Killed):
        runner.train()
    monkeypatch.undo()
    best = list((tmp_path / 'run').glob('best_*.pth'))
    assert len(best) >= (killed_at > 2)
    for path in (tmp_path / 'run').glob('*.pth'):
        assert torch.load(path, weights_only=False)['state_dict']
    newest = find_resumable(str(tmp_path / 'run'))
    assert (newest is None) == (killed_at == 1)
    if newest is not None:
        resumed = tiny_run(plate_root, tmp_path / 'run', resume=True, load_from=str(newest), **changes)
        runner = Runner.from_cfg(resumed)
        runner.val_loop.evaluator.metrics = [_Scripted([20.0, 30.0, 40.0])]
        runner.train()
        names = sorted(path.name for path in (tmp_path / 'run').iterdir() if path.is_file())
        assert 'epoch_3.pth' in names and not [name for name in names if name.startswith('.')]


def test_a_terminal_shows_what_a_person_needs(plate_root, tmp_path, capsys):
    cfg = tiny_run(
        plate_root,
        tmp_path / 'terminal',
        log_level='INFO',
        train_cfg=dict(by_epoch=True, max_epochs=1),
        optim_wrapper=dict(
            optimizer=dict(type='SGD', lr=0.1),
            paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.5)}),
        ),
    )
    frozen = dict(TINY_MODEL['backbone'], frozen_stages=1)
    cfg.model.backbone = frozen
    capsys.readouterr()
    ConciseRunner.from_cfg(cfg).train()
    printed = capsys.readouterr().out
    assert len(printed.splitlines()) < 40
    for part in (
        'Config:',
        'System environment',
        'paramwise_options',
        'requires_grad',
        'Hooks will be executed',
    ):
        assert part not in printed
    assert re.search(
        r'SGD trains weights: .* at a rate of 0\.05, .* at a rate of 0\.1; [0-9,]+ are frozen', printed
    )
    assert 'plate_iou' in printed
    (log,) = (tmp_path / 'terminal').glob('*/*.log')
    text = log.read_text()
    assert 'Config:' in text and 'System environment' in text and 'paramwise_options' not in text


@pytest.mark.parametrize('what, is_kept', [('unexpected key', False), ('missing keys', True)])
def test_only_classifiers_are_passed_over(what, is_kept):
    def keeps(names):
        text = (
            f'The model and loaded state dict do not match exactly\n\n{what} in source state_dict: {names}\n'
        )
        return _Without(()).filter(logging.LogRecord('a', logging.WARNING, 'b', 1, text, None, None))

    assert keeps('fc.weight, fc.bias') is is_kept
    assert keeps('fc.weight, layer1.0.conv1.weight')
