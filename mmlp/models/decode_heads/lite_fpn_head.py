"""A light feature pyramid head at stride 4: plates are small, and a CPU has to be fast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmcv.cnn import DepthwiseSeparableConvModule, build_conv_layer
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.models.utils import resize
from mmseg.registry import MODELS
from torch import Tensor, nn

from .plate_iou_mixin import PlateIoUMixin


@MODELS.register_module()
class LiteFPNHead(PlateIoUMixin, BaseDecodeHead):
    """Top-down pyramid of 1x1 convolutions, summed, and a few separable convolutions at the finest level.

    The pyramid is that of Lin et al., Feature Pyramid Networks for Object Detection, CVPR 2017:
    each level is brought to ``channels`` by a 1x1 convolution and added to the coarser sum, enlarged
    bilinearly. Unlike Semantic FPN (Kirillov et al. 2019) only the finest level is convolved further, by
    depthwise separable convolutions (Howard et al., MobileNets, 2017), an eighth of the plain ones' work.

    Args:
        in_channels: Channels of the chosen feature maps, finest first.
        channels: Channels of the pyramid.
        num_convs: Separable 3x3 convolutions at the finest level.
        in_index: Which feature maps of the backbone are taken, finest first.
        **kwargs: As of ``BaseDecodeHead``; by default two classes from one channel at threshold 0.5.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        channels: int,
        num_convs: int = 2,
        in_index: Sequence[int] = (0, 1, 2),
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault('num_classes', 2)
        kwargs.setdefault('out_channels', 1)
        kwargs.setdefault('threshold', 0.5)
        super().__init__(
            list(in_channels), channels, in_index=list(in_index), input_transform='multiple_select', **kwargs
        )
        self.laterals = nn.ModuleList(
            build_conv_layer(self.conv_cfg, c, channels, 1) for c in self.in_channels
        )
        conv = dict(
            kernel_size=3, padding=1, conv_cfg=self.conv_cfg, norm_cfg=self.norm_cfg, act_cfg=self.act_cfg
        )
        self.convs = nn.Sequential(
            *(DepthwiseSeparableConvModule(channels, channels, **conv) for _ in range(num_convs))
        )

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Computes logits.

        Args:
            inputs: Feature maps of the backbone, each (N, C_i, H_i, W_i).

        Returns:
            Logits of shape (N, 1, H_0, W_0), H_0 and W_0 being those of the finest map taken.
        """
        features = self._transform_inputs(inputs)
        total = self.laterals[-1](features[-1])
        for lateral, feature in zip(reversed(self.laterals[:-1]), reversed(features[:-1])):
            finer = lateral(feature)
            total = finer + resize(
                total, size=finer.shape[2:], mode='bilinear', align_corners=self.align_corners
            )
        return self.cls_seg(self.convs(total))
