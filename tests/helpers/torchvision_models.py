from pathlib import Path

import torch
from mmengine import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn
from torchvision.models import segmentation

import mmlp.modules  # noqa: F401

MODELS_DIR = Path(__file__).parents[2] / 'configs' / '_base_' / 'models'


def build_torchvision(depth, classifier_channels):
    """Torchvision's model, auxiliary head of 21 channels, with random weights and statistics."""
    torch.manual_seed(depth)
    build = getattr(segmentation, f'deeplabv3_resnet{depth}')
    model = build(weights=None, weights_backbone=None, aux_loss=True)
    if classifier_channels != 21:
        model.classifier = segmentation.deeplabv3.DeepLabHead(2048, classifier_channels)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.3, 0.7)
            nn.init.normal_(module.bias, std=0.2)
            nn.init.normal_(module.running_mean, std=0.2)
            nn.init.uniform_(module.running_var, 0.5, 2)
    return model.eval()


def build_ours(depth, **kwargs):
    init_default_scope('mmseg')
    cfg = Config.fromfile(MODELS_DIR / 'deeplabv3_r50.py').model
    cfg.backbone.depth = depth
    cfg.update(kwargs)
    model = MODELS.build(cfg)
    model.eval()
    return model
