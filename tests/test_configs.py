"""Every config builds, and the flagship is the original's, number by number."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.optim import OptimWrapper
from mmengine.registry import PARAM_SCHEDULERS
from mmseg.registry import DATASETS, HOOKS, METRICS, MODELS, TRANSFORMS, VISUALIZERS

CONFIG_DIR = Path(__file__).resolve().parents[1] / 'configs'
CONFIGS = sorted(path.name for path in CONFIG_DIR.glob('*.py'))
#: Models by their description: most configs share theirs with others.
BUILT: dict[str, torch.nn.Module] = {}


def drop_pretrained(node):
    """Takes the weights out of a model's config: building needs none."""
    if isinstance(node, dict):
        if (node.get('init_cfg') or {}).get('type') == 'Pretrained':
            del node['init_cfg']
        for value in node.values():
            drop_pretrained(value)


def single_sets(data):
    """The data sets that wrappers hold, or the one that is not wrapped."""
    inner = data.get('datasets', [data['dataset']] if 'dataset' in data else [])
    return [single for one in inner for single in single_sets(one)] or [data]


def load(name: str) -> Config:
    return Config.fromfile(str(CONFIG_DIR / name))


@pytest.mark.parametrize('name', CONFIGS)
def test_every_part_builds(name, tmp_path):
    cfg = load(name)
    drop_pretrained(cfg.model)
    if repr(cfg.model) not in BUILT:
        BUILT[repr(cfg.model)] = MODELS.build(cfg.model)
    model = BUILT[repr(cfg.model)]
    assert model.decode_head.out_channels == 1
    assert model.decode_head.threshold == 0.5
    for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
        for data in single_sets(cfg[loader].dataset):
            for step in data.pipeline:
                TRANSFORMS.build(step)
            data.lazy_init = True
            DATASETS.build(data)
    for step in cfg.tta_pipeline:
        TRANSFORMS.build(step)
    for evaluator in ('val_evaluator', 'test_evaluator'):
        assert isinstance(cfg[evaluator], dict), 'a list breaks test.py --out'
        METRICS.build(cfg[evaluator])
    VISUALIZERS.build(dict(cfg.visualizer, save_dir=str(tmp_path)))
    for hook in (*cfg.custom_hooks, *cfg.default_hooks.values()):
        HOOKS.build(hook)


@pytest.mark.parametrize('name', CONFIGS)
def test_every_config_says_which_weights_it_starts_from(name):
    cfg = load(name)
    init_cfg = cfg.model.backbone.init_cfg
    if name == 'lp_fpn_lite0_custom.py':
        assert (cfg.load_from, init_cfg) == ('mmlp://lp_fpn_lite0', None)
    elif name == 'lp_deeplabv3_r101_swa.py':
        assert (cfg.load_from, init_cfg) == ('work_dirs/lp_deeplabv3_r101/epoch_250.pth', None)
    elif 'deeplabv3_r' in name:
        weights = f'torchvision-seg://deeplabv3_resnet{cfg.model.backbone.depth}'
        assert init_cfg == dict(type='Pretrained', checkpoint=weights, prefix='backbone')
        assert cfg.model.auxiliary_head.init_cfg == dict(init_cfg, prefix='auxiliary_head')
    else:
        assert init_cfg == dict(type='Pretrained', checkpoint='efficientnet-lite://lite0')


@pytest.mark.parametrize('name', CONFIGS)
def test_a_leaf_is_model_data_and_schedule(name):
    """A base goes on from another of its own folder alone, as a data set from what all data sets share."""
    assert Config.fromfile(str(CONFIG_DIR / name), import_custom_modules=False).default_scope == 'mmseg'
    for path in (CONFIG_DIR / '_base_').rglob('*.py'):
        bases = re.findall(r'^_base_ = (.*)', path.read_text(), re.M)
        assert all(re.fullmatch(r"'\./\w+\.py'", base) for base in bases)


def test_flagship_schedule_is_the_originals():
    cfg = load('lp_deeplabv3_r101.py')
    assert dict(cfg.optim_wrapper.optimizer) == dict(type='SGD', lr=1e-3, momentum=0.9, weight_decay=1e-4)
    assert cfg.train_cfg.max_epochs == 250
    assert cfg.model.backbone.depth == 101
    assert cfg.train_dataloader.batch_size == 2 and cfg.train_dataloader.drop_last
    assert cfg.model.decode_head.loss_decode.loss_weight == 1.0
    assert cfg.model.auxiliary_head.loss_decode.loss_weight == 0.5


def test_the_recipe_of_the_flagship_on_a_small_backbone():
    flagship, small = load('lp_deeplabv3_r101.py'), load('lp_deeplabv3_lite0.py')
    for key in ('optim_wrapper', 'param_scheduler', 'train_cfg', 'train_dataloader', 'val_dataloader'):
        assert small[key] == flagship[key]
    drop_pretrained(small.model)
    model = MODELS.build(small.model)
    picture = torch.zeros(2, 3, 96, 64)
    features = model.extract_feat(picture)
    assert [tuple(feature.shape[1:]) for feature in features] == [(24, 24, 16), (40, 12, 8), (112, 6, 4)]
    assert model.decode_head(features).shape == (2, 1, 6, 4)
    assert model.auxiliary_head(features).shape == (2, 1, 12, 8)
    for head in ('decode_head', 'auxiliary_head'):
        assert small.model[head].loss_decode == flagship.model[head].loss_decode


def test_flagship_rate_falls_every_iteration_as_the_originals():
    """lr(i) = 1e-3 * (1 - i / total) ** 0.9, the original's, for an epoch of 7 iterations.

    The toolbox reaches 0 in the last iteration, the original after it: a thousandth of the rate apart.
    """
    cfg = load('lp_deeplabv3_r101.py')
    parameter = torch.nn.Parameter(torch.zeros(()))
    optimizer = torch.optim.SGD([parameter], lr=cfg.optim_wrapper.optimizer.lr)
    total = cfg.train_cfg.max_epochs * 7

    scheduler = PARAM_SCHEDULERS.build(
        dict(cfg.param_scheduler), default_args=dict(optimizer=OptimWrapper(optimizer), epoch_length=7)
    )
    for iteration in range(total):
        expected = 1e-3 * (1 - iteration / total) ** 0.9
        if iteration % 97 == 0:
            assert math.isclose(optimizer.param_groups[0]['lr'], expected, abs_tol=1e-6)
        scheduler.step()
