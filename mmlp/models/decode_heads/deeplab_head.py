"""DeepLabV3's decode head in the layout of torchvision, so that its weights fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmcv.cnn import ConvModule
from mmengine.dist import get_world_size
from mmseg.models.decode_heads.aspp_head import ASPPModule
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from .plate_iou_mixin import PlateIoUMixin


@MODELS.register_module()
class DeepLabHead(PlateIoUMixin, BaseDecodeHead):
    """DeepLabV3's head with one output channel, layer for layer as torchvision builds it.

    `Rethinking Atrous Convolution for Semantic Image Segmentation <https://arxiv.org/abs/1706.05587>`_.
    The toolbox's ``ASPPHead`` puts the pooled branch first and goes from the concatenated branches straight
    into a 3x3 convolution. Here, as in :class:`torchvision.models.segmentation.deeplabv3.DeepLabHead`, the
    pooled branch comes last, and a 1x1 projection with dropout precedes the 3x3 convolution. Weights of
    torchvision give the same outputs, see :mod:`mmlp.checkpoints`.

    The head logs ``plate_iou``, the batch's plate IoU, in place of ``acc_seg``.

    Args:
        in_channels (int): Channels of the feature map. Default: 2048.
        channels (int): Channels of each branch and of the features before the last convolution. Default: 256.
        num_classes (int): Classes, background included. Default: 2.
        out_channels (int): Channels of the logits: 1 for sigmoid or hinge losses, ``num_classes`` for softmax
            losses. Default: 1.
        threshold (float): Probability in 0..1 above which a pixel is plate. Default: 0.5.
        dilations (Sequence[int]): Dilation of each convolutional branch; a branch of dilation 1 is a 1x1
            convolution, the others are 3x3. Default: (1, 12, 24, 36), as in torchvision.
        dropout_ratio (float): Probability with which single values (not whole channels) are dropped after the
            projection. Default: 0.5.
        init_cfg (dict or list[dict], optional): Initialisation. None draws every layer from PyTorch's own
            default distribution, as a new head of torchvision is. Default: None.
        **kwargs: Arguments of :class:`mmseg.models.decode_heads.decode_head.BaseDecodeHead`. Unlike there,
            ``norm_cfg`` defaults to BatchNorm and ``loss_decode`` to
            ``dict(type='BinaryLovaszLoss', mode='sigmoid')``.
    """

    def __init__(
        self,
        in_channels: int = 2048,
        channels: int = 256,
        *,
        num_classes: int = 2,
        out_channels: int = 1,
        threshold: float = 0.5,
        dilations: Sequence[int] = (1, 12, 24, 36),
        dropout_ratio: float = 0.5,
        init_cfg: dict | list[dict] | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs = {
            'norm_cfg': dict(type='BN'),
            'loss_decode': dict(type='BinaryLovaszLoss', mode='sigmoid'),
            **kwargs,
        }
        super().__init__(
            in_channels,
            channels,
            num_classes=num_classes,
            out_channels=out_channels,
            threshold=threshold,
            dropout_ratio=0,  # the base class would drop whole channels, before the last convolution
            init_cfg=init_cfg,
            **kwargs,
        )
        self.dropout_ratio = dropout_ratio
        self.dilations = tuple(dilations)
        layer_cfg = dict(conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg)
        self.aspp_modules = ASPPModule(self.dilations, in_channels, channels, **layer_cfg)
        self.image_pool = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), ConvModule(in_channels, channels, 1, **layer_cfg)
        )
        self.projection = ConvModule((len(self.dilations) + 1) * channels, channels, 1, **layer_cfg)
        self.projection_dropout = nn.Dropout(dropout_ratio)
        self.bottleneck = ConvModule(channels, channels, 3, padding=1, **layer_cfg)

    def init_weights(self) -> None:
        """Initialise the head: by ``init_cfg``, or as PyTorch does when that is None."""
        super().init_weights()
        if self.init_cfg:
            return
        for module in self.modules():
            # ConvModule has drawn its convolution from another distribution.
            if isinstance(module, (nn.modules.conv._ConvNd, _BatchNorm)):
                module.reset_parameters()

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Compute the logits at the size of the feature map.

        Args:
            inputs (Sequence[Tensor]): Feature maps of the backbone; the one at ``in_index``, float
                (N, in_channels, h, w), is used.

        Returns:
            Tensor: Logits, float (N, out_channels, h, w).

        Raises:
            ValueError: In training, the batch holds one picture only and the pooled branch is normalised by
                statistics of the batch.
        """
        return self.cls_seg(self._forward_feature(inputs))

    def _forward_feature(self, inputs: Sequence[Tensor]) -> Tensor:
        features = self._transform_inputs(inputs)
        self._check_batch_size(features.shape[0])
        branches = self.aspp_modules(features)
        pooled = self.image_pool(features)
        branches.append(
            resize(pooled, size=features.shape[2:], mode='bilinear', align_corners=self.align_corners)
        )
        projected = self.projection(torch.cat(branches, dim=1))
        return self.bottleneck(self.projection_dropout(projected))

    def _check_batch_size(self, batch_size: int) -> None:
        norm = self.image_pool[1].norm
        if batch_size > 1 or not isinstance(norm, _BatchNorm) or not norm.training:
            return
        if isinstance(norm, nn.SyncBatchNorm) and get_world_size() > 1:
            return
        raise ValueError(
            'DeepLabHead got a training batch of 1 picture, expected >= 2: after image pooling one picture '
            'is one value per channel, of which BatchNorm cannot take a variance. Set batch_size >= 2 in '
            'train_dataloader, and drop_last=True in case an epoch ends on a single picture.'
        )
