"""The flagship with random weights, and the same network as the original builds it, from torchvision."""

from __future__ import annotations

from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS
from torch import nn
from torchvision.models import segmentation
from torchvision.models.resnet import Bottleneck
from torchvision.models.segmentation.deeplabv3 import DeepLabHead

import mmlp.modules  # noqa: F401 (registers models and transforms)
from mmlp.checkpoints.torchvision_layout import convert_torchvision_deeplabv3

CONFIGS = {
    depth: Path(__file__).parents[3] / 'configs' / f'lp_deeplabv3_r{depth}.py' for depth in ('50', '101')
}
#: The channel of the original's auxiliary head that its loss looks at.
AUX_CHANNEL = 1


def load_config(depth: str, size: int) -> Config:
    """The flagship's config for pictures of a size, without pretrained weights.

    Args:
        depth: '50' or '101'.
        size: Side of the training crops in pixels.

    Returns:
        The config.
    """
    cfg = Config.fromfile(CONFIGS[depth])
    cfg.model.data_preprocessor.size = (size, size)
    cfg.model.backbone.pop('init_cfg')
    cfg.model.auxiliary_head.pop('init_cfg')
    return cfg


def build_original(depth: str) -> nn.Module:
    """The network of torchvision as the original uses it: one class, and an auxiliary head of 21."""
    build = getattr(segmentation, f'deeplabv3_resnet{depth}')
    model = build(weights=None, weights_backbone=None, num_classes=21, aux_loss=True)
    model.classifier = DeepLabHead(2048, 1)
    return model


def build_ours(cfg: Config, original: nn.Module) -> EncoderDecoder:
    """Our network, with the original's weights.

    Args:
        cfg: As of :func:`load_config`.
        original: As of :func:`build_original`.

    Returns:
        The segmentor.
    """
    with DefaultScope.overwrite_default_scope('mmseg'):
        segmentor = MODELS.build(cfg.model)
    weights = convert_torchvision_deeplabv3(original.state_dict()).state_dict
    segmentor.load_state_dict({key: value.clone() for key, value in weights.items()})
    return segmentor


@torch.no_grad()
def settle(original: nn.Module, images: torch.Tensor) -> None:
    """Gives random weights the statistics of some pictures, without which they overflow or say 0 everywhere.

    Args:
        original: As of :func:`build_original`; it is left in evaluation mode.
        images: Normalised pictures, float32 (N, 3, H, W), at least two that differ.
    """
    for module in original.modules():
        if isinstance(module, Bottleneck):  # or random residuals would magnify rounding from block to block
            nn.init.constant_(module.bn3.weight, 0.2)
    norms = [module for module in original.modules() if isinstance(module, nn.BatchNorm2d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.momentum = 1.0
    original.train()
    original(images)
    for norm, momentum in zip(norms, momenta):
        norm.momentum = momentum
    original.eval()
    logits, last = original(images)['out'], original.classifier[-1]
    scale = 1 / logits.std()
    last.weight *= scale
    last.bias.copy_((last.bias - logits.mean()) * scale)
