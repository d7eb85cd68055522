"""The Lovász loss as a module of the toolbox."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from .lovasz_functional import CLASS_ABSENT, lovasz_hinge, lovasz_sigmoid

FORMS = {'sigmoid': lovasz_sigmoid, 'hinge': lovasz_hinge}


@MODELS.register_module()
class BinaryLovaszLoss(nn.Module):
    """Lovász loss of one-channel binary segmentation: a surrogate that optimises the IoU of the plate.

    The toolbox's ``LovaszLoss`` has no sigmoid form for one channel. Definition, pixel weights and sources:
    :mod:`mmlp.models.losses.lovasz_functional`.

    Args:
        mode (str): ``'sigmoid'``: errors ``|label - sigmoid(logit)|``, the Lovász-Softmax loss of the plate
            class alone. ``'hinge'``: errors ``max(0, 1 - logit * (2 * label - 1))``. Default: ``'sigmoid'``.
        per_image (bool): The mean of one loss per picture, over all pictures of the batch, instead of one
            loss over all pixels of the batch. Default: False.
        loss_weight (float): Factor of the loss. Default: 1.0.
        ignore_index (int, optional): Label of the pixels that are left out when the caller names none; decode
            heads of the toolbox name theirs. Default: 255.
        class_absent (str): What a batch (a picture with ``per_image``) without a labelled plate pixel costs.
            ``'zero'``: nothing, and it gives no gradient. ``'max_error'``: its largest error, so that false
            alarms cost something: the value of the Lovász extension, that of reference implementations which
            are told to score the class whether present or not. Default: ``'zero'``.
        loss_name (str): Name in the log. It must contain ``loss`` for the toolbox to add it to the objective.
            Default: ``'loss_lovasz'``.

    Raises:
        ValueError: ``mode`` or ``class_absent`` is unknown.

    Example:
        >>> loss_decode = [
        ...     dict(type='BinaryLovaszLoss', mode='sigmoid', loss_weight=1.0),
        ...     dict(type='CrossEntropyLoss', use_sigmoid=True, loss_weight=0.5)]
    """

    def __init__(
        self,
        mode: str = 'sigmoid',
        per_image: bool = False,
        *,
        loss_weight: float = 1.0,
        ignore_index: int | None = 255,
        class_absent: str = 'zero',
        loss_name: str = 'loss_lovasz',
    ) -> None:
        super().__init__()
        if mode not in FORMS:
            raise ValueError(f'mode must be one of {sorted(FORMS)}, got {mode!r}.')
        if class_absent not in CLASS_ABSENT:
            raise ValueError(f'class_absent must be one of {CLASS_ABSENT}, got {class_absent!r}.')
        self.mode = mode
        self.per_image = per_image
        self.loss_weight = loss_weight
        self.ignore_index = ignore_index
        self.class_absent = class_absent
        self._loss_name = loss_name

    def forward(
        self,
        seg_logits: Tensor,
        seg_label: Tensor,
        weight: Tensor | None = None,
        ignore_index: int | None = None,
        **kwargs: Any,
    ) -> Tensor:
        """Compute the loss in float32, also under autocast.

        Args:
            seg_logits (Tensor): Raw logits, float (N, 1, H, W).
            seg_label (Tensor): Labels, integer (N, H, W): 0 background, 1 plate, or ``ignore_index``.
            weight (Tensor, optional): Pixel weights, at least 0, (N, H, W). They count the pixels in
                the IoU, so that only their proportions matter. Default: None.
            ignore_index (int, optional): Label of the pixels that are left out. Default: None, the module's.
            **kwargs: Accepted for the toolbox's calling convention, without effect.

        Returns:
            Tensor: Scalar, connected to ``seg_logits`` in every case, so that distributed training never
            waits for a gradient that does not come.

        Raises:
            ValueError: Shapes, dtypes or values are not as above.
        """
        self._check_shapes(seg_logits, seg_label, weight)
        logits = seg_logits.squeeze(1)
        if ignore_index is None:
            ignore_index = self.ignore_index
        form = partial(FORMS[self.mode], ignore_index=ignore_index, class_absent=self.class_absent)
        if self.per_image:
            weights = [None] * len(logits) if weight is None else weight
            losses = [form(*pair, weight=w) for *pair, w in zip(logits, seg_label, weights)]
            loss = torch.stack(losses).mean()
        else:
            loss = form(logits, seg_label, weight=weight)
        return self.loss_weight * loss

    @staticmethod
    def _check_shapes(seg_logits: Tensor, seg_label: Tensor, weight: Tensor | None) -> None:
        if seg_logits.dim() != 4 or seg_logits.shape[1] != 1:
            raise ValueError(
                f'BinaryLovaszLoss needs seg_logits of shape (N, 1, H, W), got {tuple(seg_logits.shape)}. '
                'Give the decode head num_classes=2, out_channels=1, threshold=0.5, or use LovaszLoss for '
                'several channels.'
            )
        expected = (seg_logits.shape[0], *seg_logits.shape[2:])
        for name, tensor in (('seg_label', seg_label), ('weight', weight)):
            if tensor is not None and tuple(tensor.shape) != expected:
                raise ValueError(
                    f'{name} must have the shape (N, H, W) of seg_logits, {expected}, got '
                    f'{tuple(tensor.shape)}. Resize the logits to the labels, squeeze(1) a channel axis.'
                )

    @property
    def loss_name(self) -> str:
        """Name of the loss in the log."""
        return self._loss_name
