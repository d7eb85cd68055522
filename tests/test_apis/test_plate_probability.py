"""The module that every backend runs gives what the toolbox's own prediction gives."""

from __future__ import annotations

import pytest
import torch
from helpers.brightness_network import build_brightness_segmentor
from mmengine.config import Config
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from torch.nn.modules.batchnorm import _BatchNorm

from mmlp.apis.config_files import config_folder, load_config
from mmlp.apis.plate_probability import PlateProbability


def build_random(name: str, out_channels: int = 1):
    """A model of the configs with weights and BatchNorm statistics that leave no layer idle."""
    torch.manual_seed(0)
    cfg = Config.fromfile(str(config_folder() / '_base_' / 'models' / name))
    cfg.model.decode_head.out_channels = out_channels
    if out_channels > 1:
        cfg.model.decode_head.loss_decode = dict(type='CrossEntropyLoss')
    cfg.model.backbone.init_cfg = None
    if cfg.model.backbone.type == 'ResNet':  # the smallest that is built alike
        cfg.model.backbone.depth = 18
        cfg.model.decode_head.update(in_channels=512, channels=32)
        cfg.model.pop('auxiliary_head')
    model = MODELS.build(cfg.model)
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.2)
    torch.nn.init.normal_(model.decode_head.conv_seg.weight, std=0.5)
    model.train(False)
    return model


def predict_by_toolbox(model, pictures: torch.Tensor) -> torch.Tensor:
    """What ``seg_logits`` holds, (N, C, H, W), for pictures uint8 (N, H, W, 3)."""
    shape = tuple(pictures.shape[1:3])
    samples = [
        SegDataSample(metainfo=dict(img_shape=shape, ori_shape=shape, pad_shape=shape)) for _ in pictures
    ]
    data = dict(inputs=list(pictures.permute(0, 3, 1, 2)), data_samples=samples)
    with torch.no_grad():
        results = model.test_step(data)
    return torch.stack([result.seg_logits.data for result in results])


@pytest.mark.parametrize(
    ('name', 'shape'),
    [
        ('fpn_lite0.py', (2, 50, 70)),
        ('fpn_lite0.py', (1, 64, 96)),
        ('deeplabv3_r50.py', (1, 33, 40)),
    ],
)
def test_agrees_with_the_toolbox(name, shape):
    model = build_random(name)
    pictures = torch.randint(0, 256, (*shape, 3), dtype=torch.uint8)
    expected = predict_by_toolbox(model, pictures)[:, 0]
    network = PlateProbability(model)
    assert not any(isinstance(module, _BatchNorm) for module in network.modules()), 'all are merged'
    with torch.no_grad():
        actual = network(pictures)
    assert actual.dtype == torch.float32
    assert expected.std() > 0.01, 'the answer is not the same everywhere'
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-5)


def test_two_channels_with_softmax():
    model = build_random('fpn_lite0.py', out_channels=2)
    pictures = torch.randint(0, 256, (1, 64, 64, 3), dtype=torch.uint8)
    logits = predict_by_toolbox(model, pictures)  # the toolbox hands out logits when there are two
    with torch.no_grad():
        actual = PlateProbability(model)(pictures)
    torch.testing.assert_close(actual, logits.softmax(dim=1)[:, 1], rtol=0, atol=1e-5)


def test_threshold_and_divisor_come_from_the_segmentor():
    segmentor = build_brightness_segmentor()
    segmentor.decode_head.threshold = 0.35
    network = PlateProbability(segmentor)
    assert (network.threshold, network.divisor) == (0.35, 8)


def test_networks_that_it_cannot_stand_for_are_refused():
    segmentor = build_brightness_segmentor()
    segmentor.test_cfg.mode = 'slide'
    with pytest.raises(ValueError, match=r"mode='slide'.*tile"):
        PlateProbability(segmentor)
    segmentor = build_brightness_segmentor()
    segmentor.out_channels = 19
    with pytest.raises(ValueError, match='19 output channels'):
        PlateProbability(segmentor)


def test_flagship_loads_by_name():
    assert load_config('lp_deeplabv3_r101').model.decode_head.type == 'DeepLabHead'
