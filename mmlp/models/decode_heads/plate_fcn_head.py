"""The toolbox's FCN head for plates."""

from __future__ import annotations

from typing import Any

from mmseg.models.decode_heads import FCNHead
from mmseg.registry import MODELS
from torch import nn

from .plate_iou_mixin import PlateIoUMixin


@MODELS.register_module()
class PlateFCNHead(PlateIoUMixin, FCNHead):
    """:class:`mmseg.models.FCNHead` with one output channel, which logs ``plate_iou`` instead of ``acc_seg``.

    It is the auxiliary head of the DeepLabV3 models. Its parameters carry the same names as the toolbox's
    ``FCNHead``, so checkpoints fit both. Dropout drops single values, as torchvision's ``FCNHead`` does, not
    whole channels.

    Args:
        num_classes (int): Classes, background included. Default: 2.
        out_channels (int): Channels of the logits: 1 for sigmoid or hinge losses, ``num_classes`` for softmax
            losses. Default: 1.
        threshold (float): Probability in 0..1 above which a pixel is plate. Default: 0.5 (the toolbox's own
            default is 0.3).
        **kwargs: Arguments of :class:`mmseg.models.FCNHead`.
    """

    def __init__(
        self, *, num_classes: int = 2, out_channels: int = 1, threshold: float = 0.5, **kwargs: Any
    ) -> None:
        super().__init__(num_classes=num_classes, out_channels=out_channels, threshold=threshold, **kwargs)
        if self.dropout is not None:
            self.dropout = nn.Dropout(self.dropout_ratio)
