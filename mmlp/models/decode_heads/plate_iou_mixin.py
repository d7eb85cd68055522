"""The plate IoU of the training batch, reported by decode heads in place of ``acc_seg``."""

from __future__ import annotations

import torch
from mmseg.models.utils import resize
from mmseg.utils import SampleList
from torch import Tensor

PLATE_LABEL = 1


def batch_plate_iou(
    seg_logits: Tensor, seg_label: Tensor, threshold: float | None = 0.5, ignore_index: int | None = 255
) -> Tensor:
    """Intersection over union of the plate pixels of a whole batch, in percent.

    The pixels of all pictures are counted together. A batch in which neither the prediction nor the label has
    a plate pixel, or in which every pixel is ignored, holds no error and scores 100. The computation neither
    synchronises with the device nor takes part in the graph.

    Args:
        seg_logits (Tensor): Logits, float (N, C, H, W). With one channel a pixel is plate where
            ``sigmoid(logit) > threshold``, with more where channel 1 is the largest.
        seg_label (Tensor): Labels, integer (N, H, W); 1 is plate.
        threshold (float, optional): Probability in 0..1 above which a pixel is plate. Used with one channel
            only. Default: 0.5.
        ignore_index (int, optional): Label of the pixels that do not count; None counts all. Default: 255.

    Returns:
        Tensor: Scalar float32 in 0..100, detached.
    """
    seg_logits = seg_logits.detach()
    if seg_logits.shape[1] == 1:
        pred = seg_logits[:, 0].float().sigmoid() > threshold
    else:
        pred = seg_logits.argmax(dim=1) == PLATE_LABEL
    target = seg_label == PLATE_LABEL
    if ignore_index is not None:
        pred = pred & (seg_label != ignore_index)
        target = target & (seg_label != ignore_index)
    intersection = (pred & target).sum()
    union = (pred | target).sum()
    return torch.where(union > 0, 100.0 * intersection / union.clamp(min=1), 100.0).float()


class PlateIoUMixin:
    """Makes a decode head of MMSegmentation log the batch's plate IoU instead of ``acc_seg``.

    ``acc_seg`` takes the arg max over channels: with the single channel of a plate segmenter it shows the
    share of background pixels, whatever the network predicts. In its place comes ``plate_iou``: the
    :func:`batch_plate_iou` of the resized logits at the head's ``threshold``. The toolbox prefixes it with
    the head's role: ``decode.plate_iou``, ``aux.plate_iou``.

    Put it before the head: ``class MyHead(PlateIoUMixin, FCNHead)``. The head's losses are left as they are.
    """

    def loss_by_feat(self, seg_logits: Tensor, batch_data_samples: SampleList) -> dict[str, Tensor]:
        """Compute the head's losses and the plate IoU of the batch.

        Args:
            seg_logits (Tensor): Output of the head, float (N, C, h, w).
            batch_data_samples (list[SegDataSample]): Samples with ``gt_sem_seg`` of shape (1, H, W).

        Returns:
            dict[str, Tensor]: The losses by name, and ``plate_iou``, a detached scalar in percent (0..100).
        """
        losses = super().loss_by_feat(seg_logits, batch_data_samples)
        losses.pop('acc_seg', None)
        seg_label = self._stack_batch_gt(batch_data_samples)
        resized = resize(
            seg_logits.detach(), size=seg_label.shape[2:], mode='bilinear', align_corners=self.align_corners
        )
        losses['plate_iou'] = batch_plate_iou(
            resized, seg_label.squeeze(1), self.threshold, self.ignore_index
        )
        return losses
