"""A segmentor that sees plate where it is bright, and pictures with bright plates."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS
from torch import nn

import mmlp.modules  # noqa: F401

#: Grey level at which the probability is one half, and grey levels a logit.
LEVEL, SOFTNESS = 128.0, 10.0


@MODELS.register_module()
class TestPictureBackbone(nn.Module):
    """Hands the normalised picture on, as features at full size."""

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        return [x]


def brightness_config() -> Config:
    """Config of a segmentor whose probability is sigmoid((mean of B, G and R - LEVEL) / SOFTNESS)."""
    return Config(
        dict(
            custom_imports=dict(imports=['mmlp'], allow_failed_imports=False),
            default_scope='mmseg',
            model=dict(
                type='EncoderDecoder',
                data_preprocessor=dict(
                    type='SegDataPreProcessor',
                    mean=[120.0, 128.0, 136.0],
                    std=[64.0, 64.0, 64.0],
                    bgr_to_rgb=True,
                    pad_val=0,
                    seg_pad_val=255,
                    size=(32, 32),
                    test_cfg=dict(size_divisor=8),
                ),
                backbone=dict(type='TestPictureBackbone'),
                decode_head=dict(
                    type='FCNHead',
                    in_channels=3,
                    channels=3,
                    num_convs=0,
                    concat_input=False,
                    dropout_ratio=0.0,
                    num_classes=2,
                    out_channels=1,
                    threshold=0.5,
                    loss_decode=dict(type='CrossEntropyLoss', use_sigmoid=True),
                ),
                test_cfg=dict(mode='whole'),
            ),
        )
    )


def build_brightness_segmentor() -> EncoderDecoder:
    """The segmentor with its weights."""
    with DefaultScope.overwrite_default_scope('mmseg'):
        segmentor = MODELS.build(brightness_config().model)
    with torch.no_grad():
        # The means average to 128, so that no bias is left.
        segmentor.decode_head.conv_seg.weight.fill_(64.0 / 3 / SOFTNESS)
        segmentor.decode_head.conv_seg.bias.fill_((128.0 - LEVEL) / SOFTNESS)
    segmentor.train(False)
    return segmentor


def brightness_probability(picture: np.ndarray) -> np.ndarray:
    """What the segmentor answers, computed by hand, float64 (H, W)."""
    return 1 / (1 + np.exp(-(picture.astype(np.float64).mean(axis=2) - LEVEL) / SOFTNESS))


def draw_plates(shape: tuple[int, int], quads: list[list[tuple[float, float]]]) -> np.ndarray:
    """A dark picture with bright quadrilaterals, antialiased, corners in pixels."""
    scale = 8
    picture = np.full((*shape, 3), 30, np.uint8)
    for quad in quads:
        quad = np.asarray(quad, np.float64)
        left, top = np.floor(quad.min(axis=0)).astype(int) - 2
        right, bottom = np.ceil(quad.max(axis=0)).astype(int) + 3
        fine = np.zeros(((bottom - top) * scale, (right - left) * scale), np.uint8)
        points = (quad - (left, top) + 0.5) * scale - 0.5
        cv2.fillConvexPoly(fine, np.round(points * 16).astype(np.int32), 255, shift=4)
        share = cv2.resize(fine, (right - left, bottom - top), interpolation=cv2.INTER_AREA) / 255.0
        part = picture[top:bottom, left:right]
        part[:] = np.round(part + share[..., None] * (226.0 - part))
    return picture
