"""The Lovász extension of the Jaccard loss of one foreground class, exact and fast.

Let the wrongness of a pixel be its logit with the sign turned so that larger is worse: ``-logit`` on plates,
``logit`` elsewhere. Its error is ``sigmoid(wrongness) = |label - sigmoid(logit)|`` in the sigmoid form and
``max(0, 1 + wrongness)`` in the hinge form. With the pixels in order of falling error, the loss is the sum of
``g_i * error_i``, where ``g_i`` is what pixel ``i`` adds to the Jaccard loss of all pixels before it:

* plate: ``g_i = w_i / (P + B)``
* background: ``g_i = w_i * (P - F) / ((P + B) * (P + B + w_i))``

``P`` is the number of plate pixels, ``F`` and ``B`` are the numbers of plate and background pixels before
``i``, and ``w_i`` is 1. With pixel weights ``w_i`` all three are sums of weights: this is the extension of
the weighted Jaccard loss ``w(M) / w(M | plate)`` of a set ``M`` of wrong pixels. A weight of 2 is thus the
same as a pixel that occurs twice, a weight of 0 the same as an ignored pixel, and only the proportions of the
weights matter.

What makes it fast changes no result:

* ``g_i`` is 0 once all plate pixels have been passed (``F = P``), so background pixels that are less wrong
  than the least wrong plate pixel are left out of the sort; in the hinge form so are all pixels of error 0.
* The others are sorted by integers in the order of the floats: PyTorch has a radix sort for these on the CPU.

Pixels that are equally wrong stay in the order in which they are given: the gradient at ties, where several
are valid, is that of a stable sort of all pixels.

Source: Berman, Triki, Blaschko, "The Lovász-Softmax loss", CVPR 2018, https://arxiv.org/abs/1705.08790. ``g``
is its algorithm 1 in a closed form that does not subtract nearly equal numbers.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

#: What a set without any plate pixel costs.
CLASS_ABSENT = ('zero', 'max_error')

#: With more than this share of pixels to sort, sorting all of them is faster than gathering some.
SORT_ALL_ABOVE = 0.75


def lovasz_sigmoid(
    logits: Tensor,
    labels: Tensor,
    *,
    weight: Tensor | None = None,
    ignore_index: int | None = 255,
    class_absent: str = 'zero',
) -> Tensor:
    """Lovász extension of the Jaccard loss at the errors ``|label - sigmoid(logit)|``.

    All pixels make one set, whatever the shape. On a CUDA device the selection of pixels waits for the
    device, so that the loss cannot be captured in a CUDA graph.

    Args:
        logits (Tensor): Float logits, any shape. float16 and bfloat16 are computed in float32.
        labels (Tensor): Integer, 0 background and 1 plate, shape of ``logits``.
        weight (Tensor, optional): Pixel weights, at least 0, shape of ``logits``. No gradient flows to them,
            and they are summed in float64. Default: None, all equal.
        ignore_index (int, optional): Label of the pixels that are left out; None: of none. Default: 255.
        class_absent (str): What a set without any plate pixel costs. ``'zero'``: nothing. ``'max_error'``:
            its largest error, which is the value of the extension. Default: ``'zero'``.

    Returns:
        Tensor: Scalar in 0..1, float32 (float64 for float64 logits). It is always connected to ``logits``:
        where no pixel counts it is 0 and its gradient zeros. Infinite logits have errors of exactly 0 or 1. A
        NaN logit that counts makes it NaN, so that a diverged network does not go unnoticed.

    Raises:
        ValueError: Shapes differ, labels are not integers or not 0, 1 or ``ignore_index``, ``ignore_index``
            is 0 or 1, a weight is negative or not finite, or ``class_absent`` is unknown.
    """
    return _lovasz_extension(
        logits,
        labels,
        weight=weight,
        ignore_index=ignore_index,
        class_absent=class_absent,
        error_of=torch.sigmoid,
        no_error=None,
    )


def lovasz_hinge(
    logits: Tensor,
    labels: Tensor,
    *,
    weight: Tensor | None = None,
    ignore_index: int | None = 255,
    class_absent: str = 'zero',
) -> Tensor:
    """Lovász extension of the Jaccard loss at the errors ``max(0, 1 - logit * (2 * label - 1))``.

    Args:
        logits (Tensor): Float logits, any shape. float16 and bfloat16 are computed in float32.
        labels (Tensor): As for :func:`lovasz_sigmoid`, like the other arguments.
        weight (Tensor, optional): Pixel weights. Default: None, all equal.
        ignore_index (int, optional): Label of the pixels that are left out. Default: 255.
        class_absent (str): ``'zero'`` or ``'max_error'``. Default: ``'zero'``.

    Returns:
        Tensor: Scalar, at least 0, not bounded above. An infinite logit on the wrong side counts as the
        largest finite number and has no gradient. Otherwise as :func:`lovasz_sigmoid`.

    Raises:
        ValueError: As :func:`lovasz_sigmoid`.
    """
    return _lovasz_extension(
        logits,
        labels,
        weight=weight,
        ignore_index=ignore_index,
        class_absent=class_absent,
        error_of=_hinge_error,
        no_error=-1.0,
    )


def _hinge_error(wrongness: Tensor) -> Tensor:
    """The hinge error. Its upper bound keeps ``0 * inf`` out of the sum."""
    return torch.relu(1.0 + wrongness).clamp(max=torch.finfo(wrongness.dtype).max)


def _lovasz_extension(
    logits: Tensor,
    labels: Tensor,
    *,
    weight: Tensor | None,
    ignore_index: int | None,
    class_absent: str,
    error_of: Callable[[Tensor], Tensor],
    no_error: float | None,
) -> Tensor:
    """The extension for an error that rises with the wrongness and is 0 up to the wrongness ``no_error``."""
    _check_arguments(logits, labels, weight, ignore_index, class_absent)
    if logits.dtype in (torch.float16, torch.bfloat16):
        logits = logits.float()
    logits = logits.reshape(-1)
    plate, valid = _split_labels(labels.reshape(-1), ignore_index)
    if weight is None:
        total = torch.count_nonzero(plate)
    else:
        weight = weight.detach().reshape(-1).double()
        plate = plate & (weight > 0)
        valid = weight > 0 if valid is None else valid & (weight > 0)
        total = weight[plate].sum()

    absent = not total
    if absent:
        index = _most_wrong_background(logits, valid, class_absent)
    else:
        index = _pixels_to_sort(logits, plate, valid, no_error)
    if index is not None:
        logits, plate = logits.index_select(0, index), plate.index_select(0, index)
        weight = None if weight is None else weight.index_select(0, index)
    wrongness = logits * torch.where(plate, -1.0, 1.0)
    if absent:
        return error_of(wrongness).sum()
    # The gradient is constant between ties, so that autograd has only the errors to follow.
    return (_lovasz_gradient(wrongness, plate, weight, total) * error_of(wrongness)).sum()


@torch.no_grad()
def _pixels_to_sort(
    logits: Tensor, plate: Tensor, valid: Tensor | None, no_error: float | None
) -> Tensor | None:
    """Returns the indices of the pixels that can contribute, ascending, or None for all."""
    # Every comparison is false for NaN and thus keeps it.
    least_wrong_plate = -torch.where(plate, logits, -float('inf')).amax()
    drop = (logits < least_wrong_plate) & ~plate
    if no_error is not None:
        drop |= torch.where(plate, logits >= -no_error, logits <= no_error)
    keep = ~drop if valid is None else valid & ~drop
    if valid is None and torch.count_nonzero(keep) > SORT_ALL_ABOVE * len(keep):
        return None
    return keep.nonzero().squeeze(1)


@torch.no_grad()
def _most_wrong_background(logits: Tensor, valid: Tensor | None, class_absent: str) -> Tensor:
    """Returns the index of the one pixel that costs something without a plate, or none, int64 (K,)."""
    none = torch.empty(0, dtype=torch.int64, device=logits.device)
    if class_absent == 'zero':
        return none
    index = (torch.ones_like(logits, dtype=torch.bool) if valid is None else valid).nonzero().squeeze(1)
    return index[logits.index_select(0, index).argmax()].reshape(1) if len(index) else none


@torch.no_grad()
def _lovasz_gradient(wrongness: Tensor, plate: Tensor, weight: Tensor | None, total: Tensor) -> Tensor:
    """What each pixel adds to the Jaccard loss of the pixels that are more wrong.

    Args:
        wrongness (Tensor): float (K,).
        plate (Tensor): bool (K,).
        weight (Tensor, optional): float64 (K,), above 0.
        total (Tensor): Scalar, above 0: number (weight) of all plate pixels, also of those left out.

    Returns:
        Tensor: (K,), dtype of ``wrongness``, in 0..1.
    """
    order = torch.sort(_falling_key(wrongness), stable=True).indices
    plate = plate.index_select(0, order)
    if weight is None:
        missed = (total - plate.cumsum(0, dtype=torch.int32)).to(wrongness.dtype)
        union = torch.arange(1, len(order) + 1, dtype=missed.dtype, device=missed.device).add_(missed)
        gradient = missed.div_(union - 1).masked_fill_(plate, 1).div_(union)
    else:
        weight = weight.index_select(0, order)
        missed = (total - (weight * plate).cumsum(0)).clamp_(min=0)
        background = weight * ~plate
        union = background.cumsum(0).add_(total)
        gradient = missed.div_(union - background).masked_fill_(plate, 1).mul_(weight).div_(union)
    return torch.empty_like(wrongness).scatter_(0, order, gradient.to(wrongness.dtype))


def _falling_key(values: Tensor) -> Tensor:
    """Integers whose ascending order is the descending order of ``values``, equal where these are equal."""
    bits = (0.0 - values).view(torch.int32 if values.dtype == torch.float32 else torch.int64)
    sign = bits >> (torch.iinfo(bits.dtype).bits - 1)
    return bits.bitwise_xor_(sign.bitwise_and_(torch.iinfo(bits.dtype).max))


def _split_labels(labels: Tensor, ignore_index: int | None) -> tuple[Tensor, Tensor | None]:
    """Returns which pixels are plate and which are not ignored, bool (P,); the latter is None for all."""
    plate = labels == 1
    if torch.count_nonzero(plate) == torch.count_nonzero(labels):
        return plate, None
    valid = plate | (labels == 0)
    known = valid if ignore_index is None else valid | (labels == ignore_index)
    if not known.all():
        raise ValueError(
            f'labels must be 0 (background), 1 (plate) or ignore_index={ignore_index}, got also '
            f'{labels[~known].unique()[:5].tolist()}. Map them when masks are loaded, or set ignore_index '
            '(of the decode head, if one calls the loss) to the value that marks ignored pixels.'
        )
    return plate, valid


def _check_arguments(
    logits: Tensor, labels: Tensor, weight: Tensor | None, ignore_index: int | None, class_absent: str
) -> None:
    if not logits.is_floating_point():
        raise ValueError(f'logits must be floating point (raw scores, no sigmoid), got {logits.dtype}.')
    if labels.is_floating_point() or labels.is_complex():
        raise ValueError(
            f'labels must be integers (0, 1 or ignore_index), got {labels.dtype}: pass labels.long().'
        )
    if ignore_index in (0, 1):
        raise ValueError(
            f'ignore_index must not be a label, 0 (background) or 1 (plate), got {ignore_index}; use 255.'
        )
    if class_absent not in CLASS_ABSENT:
        raise ValueError(f'class_absent must be one of {CLASS_ABSENT}, got {class_absent!r}.')
    for name, tensor in (('labels', labels), ('weight', weight)):
        if tensor is not None and tensor.shape != logits.shape:
            raise ValueError(
                f'{name} must have the shape of logits, {tuple(logits.shape)}, got {tuple(tensor.shape)}.'
            )
    if weight is not None and not ((weight >= 0) & weight.isfinite()).all():
        raise ValueError('weight must be finite and at least 0; a weight of 0 leaves a pixel out.')
