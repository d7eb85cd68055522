import logging
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import torch.multiprocessing as mp
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger
from mmseg.registry import METRICS

import mmlp.modules  # noqa: F401
from mmlp.evaluation import PlateMetric

COUNT = 5


def make_sample(seed, path=None):
    rng = np.random.default_rng(seed)
    target = np.zeros((60, 80), np.uint8)
    top, left = rng.integers(5, 25, 2)
    target[top : top + 10 + seed, left : left + 30] = 1
    target[50:58, 60:70] = 255
    probability = cv2.GaussianBlur((target == 1).astype(np.float32), (0, 0), 1.5)
    probability = np.roll(probability, seed, axis=1)
    probability[40:48, 10:20] = 0.6
    probability = torch.from_numpy(probability)[None]
    return {
        'pred_sem_seg': {'data': (probability > 0.5).float()},
        'seg_logits': {'data': probability},
        'gt_sem_seg': {'data': torch.from_numpy(target)[None]},
        'img_path': path or f'/pictures/{seed}.jpg',
    }


def evaluate(samples, **kwargs):
    metric = PlateMetric(**kwargs)
    metric.process({}, samples)
    return metric.evaluate(len(samples))


def test_builds_from_a_config_with_what_the_test_tool_adds(tmp_path):
    metric = METRICS.build(dict(type='PlateMetric', output_dir=str(tmp_path / 'out'), keep_results=True))
    evaluator = Evaluator(metric)
    evaluator.dataset_meta = dict(classes=('background', 'plate'))
    evaluator.process(data_samples=[make_sample(1)], data_batch={})
    scores = evaluator.evaluate(1)
    assert 90 > scores['plate_iou'] > 50
    assert scores['plate_recall'] == 100.0 and scores['plate_precision'] == 50.0
    assert all(type(value) is float for value in scores.values())
    mask = cv2.imread(str(tmp_path / 'out' / '1.png'), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(mask, make_sample(1)['pred_sem_seg']['data'][0].numpy() * 255)
    assert os.listdir(tmp_path / 'out') == ['1.png']


def test_threshold_of_its_own():
    samples = [make_sample(seed) for seed in range(3)]
    assert evaluate(samples, threshold=0.5) == evaluate(samples)
    strict = evaluate(samples, threshold=0.7)
    assert strict['plate_precision'] == 100.0 and strict['pixel_recall'] < evaluate(samples)['pixel_recall']


def test_threshold_on_two_channels_is_of_the_softmax():
    sample = make_sample(0)
    probability = sample['seg_logits']['data'].clamp(1e-6, 1 - 1e-6)
    logit = probability.logit()
    sample['seg_logits']['data'] = torch.cat([torch.zeros_like(logit), logit])
    assert evaluate([sample], threshold=0.7) == evaluate([make_sample(0)], threshold=0.7)


def test_threshold_refuses_raw_logits():
    sample = make_sample(0)
    sample['seg_logits']['data'] = sample['seg_logits']['data'] * 10 - 5
    with pytest.raises(ValueError, match='probabilities'):
        evaluate([sample], threshold=0.5)


@pytest.mark.parametrize(
    'kwargs',
    [dict(threshold=1.0), dict(iou_threshold=0), dict(coverage_threshold=95), dict(format_only=True)],
)
def test_bad_arguments(kwargs):
    with pytest.raises(ValueError, match=next(iter(kwargs))):
        PlateMetric(**kwargs)


def test_misspelt_arguments_are_refused():
    with pytest.raises(TypeError, match='iou_treshold'):
        PlateMetric(iou_treshold=0.9)


def test_masks_do_not_replace_pictures(tmp_path):
    picture = tmp_path / 'x.png'
    picture.write_bytes(b'picture')
    with pytest.raises(ValueError, match='would replace it: choose another output_dir'):
        evaluate([make_sample(0, str(picture))], output_dir=str(tmp_path))
    assert picture.read_bytes() == b'picture'


def test_mask_of_another_size_names_the_picture():
    sample = make_sample(0)
    sample['gt_sem_seg']['data'] = torch.zeros(1, 5, 5, dtype=torch.uint8)
    with pytest.raises(ValueError, match=r'/pictures/0\.jpg'):
        evaluate([sample])


def test_two_pictures_of_one_name_do_not_overwrite_each_other(tmp_path):
    samples = [make_sample(0, '/a/x.jpg'), make_sample(1, '/b/x.jpg')]
    with pytest.raises(ValueError, match=r'/b/x\.jpg and /a/x\.jpg'):
        evaluate(samples, output_dir=str(tmp_path))
    assert evaluate([samples[0], samples[0]], output_dir=str(tmp_path))['num_images'] == 2


def test_format_only_needs_no_ground_truth(tmp_path):
    sample = make_sample(0)
    del sample['gt_sem_seg']
    assert evaluate([sample], format_only=True, output_dir=str(tmp_path)) == {}
    assert os.listdir(tmp_path) == ['0.png']


def test_prefix():
    assert 'val/plate_iou' in evaluate([make_sample(0)], prefix='val')


def test_the_table_shows_every_score(tmp_path):
    logger = MMLogger.get_instance('plate_metric_table', log_file=str(tmp_path / 'log.txt'))
    logger.setLevel(logging.INFO)
    scores = evaluate([make_sample(seed) for seed in range(3)])
    text = (tmp_path / 'log.txt').read_text()
    assert f'{scores["plate_iou"]:.2f}' in text and f'{scores["plate_covered_lt16"]:.2f}' in text
    assert '> 32 px' in text and '3 of 3 plates found, 6 predicted, in 3 pictures' in text


def _worker(rank, world_size, folder):
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{folder}/rendezvous', rank=rank, world_size=world_size
    )
    metric = PlateMetric()
    # The toolbox's sampler pads the last round with the first pictures.
    for index in range(rank, COUNT + world_size - 1, world_size):
        if index < COUNT or COUNT % world_size:
            metric.process({}, [make_sample(index % COUNT)])
    torch.save(metric.evaluate(COUNT), f'{folder}/{rank}.pt')
    torch.distributed.destroy_process_group()


def test_two_processes_give_the_scores_of_one(tmp_path):
    # Forked, as spawned processes would import the toolbox again for half a minute.
    mp.start_processes(_worker, args=(2, str(tmp_path)), nprocs=2, start_method='fork')
    expected = evaluate([make_sample(seed) for seed in range(COUNT)])
    for rank in range(2):
        assert torch.load(tmp_path / f'{rank}.pt', weights_only=True) == expected


def _write_one_name(rank, world_size, folder):
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{folder}/rendezvous', rank=rank, world_size=world_size
    )
    metric = PlateMetric(output_dir=f'{folder}/masks')
    metric.process({}, [make_sample(rank, f'/{"ab"[rank]}/x.jpg')])
    try:
        metric.evaluate(2)
    except ValueError as error:
        Path(folder, f'{rank}.txt').write_text(str(error))
    torch.distributed.destroy_process_group()


def test_two_processes_do_not_overwrite_each_others_masks(tmp_path):
    mp.start_processes(_write_one_name, args=(2, str(tmp_path)), nprocs=2, start_method='fork')
    for rank in range(2):
        assert '/b/x.jpg and /a/x.jpg have masks of one name' in (tmp_path / f'{rank}.txt').read_text()


def test_save_best_follows_plate_iou(tmp_path):
    from mmengine.runner import Runner
    from torch import nn
    from torch.utils.data import Dataset

    class Pictures(Dataset):
        metainfo = dict(classes=('background', 'plate'))

        def __len__(self):
            return 2

        def __getitem__(self, index):
            return index

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))
            self.calls = 0

        def forward(self, data, mode):
            if mode == 'loss':
                return dict(loss=self.weight.sum())
            samples = [make_sample(int(index)) for index in data]
            self.calls += 1
            if self.calls > 2:  # the second validation finds nothing
                for sample in samples:
                    sample['pred_sem_seg']['data'].zero_()
            return samples

        def train_step(self, data, optim_wrapper):
            loss = self(data, 'loss')['loss']
            optim_wrapper.update_params(loss)
            return dict(loss=loss)

        def val_step(self, data):
            return self(data, 'predict')

    loader = dict(
        dataset=Pictures(),
        batch_size=1,
        num_workers=0,
        sampler=dict(type='DefaultSampler', shuffle=False),
        collate_fn=dict(type='pseudo_collate'),
    )
    runner = Runner(
        model=Model(),
        work_dir=str(tmp_path),
        train_dataloader=loader,
        val_dataloader=loader,
        train_cfg=dict(by_epoch=True, max_epochs=2),
        val_cfg=dict(),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.0)),
        val_evaluator=dict(type='PlateMetric'),
        default_scope='mmseg',
        default_hooks=dict(checkpoint=dict(type='CheckpointHook', save_best='plate_iou', rule='greater')),
        experiment_name='plate_metric_save_best',
    )
    runner.train()
    assert [path.name for path in tmp_path.glob('best_*')] == ['best_plate_iou_epoch_1.pth']


def test_results_on_any_device_give_the_same_scores(device):
    samples = [make_sample(seed) for seed in range(COUNT)]
    moved = [
        {
            key: {'data': value['data'].to(device)} if isinstance(value, dict) else value
            for key, value in sample.items()
        }
        for sample in samples
    ]
    assert evaluate(moved) == evaluate(samples)
