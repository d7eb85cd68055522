"""Test-time augmentation for a segmentor with one output channel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmengine.model import BaseTTAModel
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample


@MODELS.register_module()
class PlateTTAModel(BaseTTAModel):
    """Average the plate probabilities of the augmented views of a picture.

    A segmentor with one output channel stores probabilities, not logits, in ``seg_logits``. The toolbox's
    ``SegTTAModel`` takes them for logits: after a second sigmoid every value is at least 0.5 and nearly every
    pixel becomes plate. Here they are averaged as they are.

    Set it as ``tta_model`` of a config beside a ``tta_pipeline`` of scales and flips; ``tools/test.py --tta``
    uses both.

    Args:
        module (dict or nn.Module): The segmentor. Its test step must undo flips and scales, as
            :class:`mmseg.models.EncoderDecoder` does.
        **kwargs: Arguments of :class:`mmengine.model.BaseTTAModel`.

    Raises:
        ValueError: The segmentor has more than one output channel.
    """

    def __init__(self, module: dict | torch.nn.Module, **kwargs: Any) -> None:
        super().__init__(module, **kwargs)
        out_channels = self.module.out_channels
        if out_channels != 1:
            raise ValueError(
                f'PlateTTAModel averages the probabilities of one output channel, got a segmentor with '
                f"out_channels={out_channels}. Use tta_model=dict(type='SegTTAModel') for it."
            )

    def merge_preds(self, data_samples_list: Sequence[Sequence[SegDataSample]]) -> list[SegDataSample]:
        """Merge the predictions of all views of each picture.

        Args:
            data_samples_list (Sequence[Sequence[SegDataSample]]): For each picture of the batch the
                predictions of its views, all at the picture's original size (H, W), with probabilities in
                ``seg_logits`` of shape (1, H, W).

        Returns:
            list[SegDataSample]: For each picture the sample of its first view (with its ground truth and meta
            information), in which ``seg_logits`` holds the mean probability, float32 (1, H, W) in 0..1, and
            ``pred_sem_seg`` the labels 0 or 1, int64 (1, H, W).
        """
        return [self._merge_views(views) for views in data_samples_list]

    def _merge_views(self, views: Sequence[SegDataSample]) -> SegDataSample:
        # Summed view by view: a stack of large pictures at many scales would not fit into memory.
        total = views[0].seg_logits.data.float()
        for view in views[1:]:
            total = total + view.seg_logits.data.float()
        probability = total / len(views)
        merged = views[0].new()
        merged.seg_logits = PixelData(data=probability)
        merged.pred_sem_seg = PixelData(data=(probability > self.module.decode_head.threshold).long())
        return merged
