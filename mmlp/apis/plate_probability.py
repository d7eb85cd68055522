"""From uint8 pictures to probabilities as one module: what every backend runs and what export writes."""

from __future__ import annotations

import torch
from mmengine.model.utils import revert_sync_batchnorm
from mmseg.models.segmentors import EncoderDecoder
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.utils.fusion import fuse_conv_bn_eval


class PlateProbability(nn.Module):
    """A segmentor with what surrounds it: normalisation before, resize of the output and sigmoid after.

    Gives what the segmentor's ``predict`` gives for pictures of one size: they are padded to the
    ``size_divisor`` of the data preprocessor's ``test_cfg`` with zeros after normalisation, logits are
    resized to the padded size, and the padding is cut off.

    Args:
        segmentor (EncoderDecoder): One output channel (sigmoid), or two (softmax, the second is plate). It is
            set to evaluation, and its BatchNorms are merged into the convolutions before them: do not train
            it afterwards.

    Raises:
        ValueError: The segmentor has more than two output channels, or is tested by sliding windows or with a
            fixed size of input.
    """

    def __init__(self, segmentor: EncoderDecoder) -> None:
        super().__init__()
        channels = segmentor.out_channels
        if channels not in (1, 2):
            raise ValueError(
                f'the segmentor has {channels} output channels, expected 1 (plate) or 2 with background'
            )
        preprocessor = segmentor.data_preprocessor
        test_cfg = preprocessor.test_cfg or {}
        mode = segmentor.test_cfg.get('mode', 'whole')
        if mode != 'whole' or test_cfg.get('size'):
            raise ValueError(
                f'the segmentor is tested with mode={mode!r} and data_preprocessor.test_cfg={test_cfg}; '
                "expected mode='whole' and no fixed size: Search(tiles=...) cuts large pictures"
            )
        self.divisor = int(test_cfg.get('size_divisor') or 1)
        self.threshold = float(getattr(segmentor.decode_head, 'threshold', None) or 0.5)
        self.align_corners = segmentor.align_corners
        # The attribute's name differs between the builds of the toolbox.
        upstream = getattr(preprocessor, 'channel_conversion', None)
        self.flip_channels = bool(preprocessor._channel_conversion if upstream is None else upstream)
        normalised = preprocessor._enable_normalize
        mean = preprocessor.mean.flatten() if normalised else torch.zeros(3)
        std = preprocessor.std.flatten() if normalised else torch.ones(3)
        self.register_buffer('mean', mean.detach().clone().view(1, 3, 1, 1))
        self.register_buffer('std', std.detach().clone().view(1, 3, 1, 1))
        segmentor = revert_sync_batchnorm(segmentor)
        segmentor.train(False)
        for parameter in segmentor.parameters():
            parameter.requires_grad_(False)
        fuse_conv_bn(segmentor)
        self.segmentor = segmentor
        self.train(False)

    def forward(self, images: Tensor) -> Tensor:
        """Computes probabilities.

        Args:
            images (Tensor): Uint8 (N, H, W, 3), BGR.

        Returns:
            Tensor: Probability of plate, float32 (N, H, W), 0..1.
        """
        height, width = images.shape[1:3]
        x = images.permute(0, 3, 1, 2).to(self.mean.dtype)
        if self.flip_channels:
            x = x[:, [2, 1, 0]]
        x = (x - self.mean) / self.std
        if self.divisor > 1:
            x = functional.pad(x, (0, -width % self.divisor, 0, -height % self.divisor))
        logits = self.segmentor.decode_head(self.segmentor.extract_feat(x))
        logits = functional.interpolate(
            logits, size=x.shape[2:], mode='bilinear', align_corners=self.align_corners
        )
        logits = logits[:, :, :height, :width]
        probability = logits.softmax(dim=1)[:, 1] if logits.shape[1] == 2 else logits.sigmoid()[:, 0]
        # Engines approximate the sigmoid: that of ONNX Runtime reaches 1 + 1.2e-7 for some logits about 17.8.
        return probability.clamp(0.0, 1.0)


def fuse_conv_bn(module: nn.Module) -> None:
    """Merges each BatchNorm into the convolution registered just before it, in place.

    Unlike ``mmcv.cnn.fuse_conv_bn`` it keeps the activation that is a part of timm's BatchNorms.

    Args:
        module (nn.Module): A network in evaluation mode, whose modules are registered in the order in which
            they are applied, as those of mmcv, mmseg and timm are.
    """
    last: tuple[str, nn.Conv2d] | None = None
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Conv2d):
            last = (name, child)
        elif isinstance(child, _BatchNorm) and last and last[1].out_channels == child.num_features:
            setattr(module, last[0], fuse_conv_bn_eval(last[1], child))
            setattr(module, name, getattr(child, 'act', None) or nn.Identity())
            last = None
        else:
            last = None
            fuse_conv_bn(child)
