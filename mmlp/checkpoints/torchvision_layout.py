"""Weights of torchvision's DeepLabV3, and of plate segmenters built on it, in the layout of our models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

#: Modules of torchvision's heads and ours.
_HEADS = {
    **{f'classifier.0.convs.{i}.0': f'decode_head.aspp_modules.{i}.conv' for i in range(4)},
    **{f'classifier.0.convs.{i}.1': f'decode_head.aspp_modules.{i}.bn' for i in range(4)},
    'classifier.0.convs.4.1': 'decode_head.image_pool.1.conv',
    'classifier.0.convs.4.2': 'decode_head.image_pool.1.bn',
    'classifier.0.project.0': 'decode_head.projection.conv',
    'classifier.0.project.1': 'decode_head.projection.bn',
    'classifier.1': 'decode_head.bottleneck.conv',
    'classifier.2': 'decode_head.bottleneck.bn',
    'classifier.4': 'decode_head.conv_seg',
    'aux_classifier.0': 'auxiliary_head.convs.0.conv',
    'aux_classifier.1': 'auxiliary_head.convs.0.bn',
    'aux_classifier.4': 'auxiliary_head.conv_seg',
}
_COCO_CHANNELS = 21
_AUX_CHANNEL = 1
_LAST_LAYERS = ('classifier.4', 'aux_classifier.4')


@dataclass
class ConvertedWeights:
    """Weights in our layout, and what became of each entry of the source.

    Attributes:
        state_dict: Weights for an ``EncoderDecoder`` of ``ResNet``, ``DeepLabHead`` and ``PlateFCNHead``.
        depth: Layers of the ResNet, 50 or 101.
        mapped: For each key of the source that is used, the key in ``state_dict``.
        left_out: For each entry of the source that is not used, why.
        notes: What else differs: channels taken, parts of the model that the source does not hold.
    """

    state_dict: dict[str, Tensor] = field(default_factory=dict)
    depth: int = 50
    mapped: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """Where the weights went, one line a part; and all that was left out or differs."""
        parts = Counter((key.split('.')[0], target.split('.')[0]) for key, target in self.mapped.items())
        lines = [f'{source}.* -> {target}.*: {count} tensors' for (source, target), count in parts.items()]
        lines += [f'left out: {key} ({reason})' for key, reason in self.left_out.items()]
        lines += [f'note: {note}' for note in self.notes]
        return '\n'.join(lines)


def convert_torchvision_deeplabv3(checkpoint: Mapping) -> ConvertedWeights:
    """Rename the weights of torchvision's ``deeplabv3_resnet50`` or ``deeplabv3_resnet101`` to our layout.

    The source is a state dict, or a checkpoint that holds one under ``'model'`` or ``'state_dict'``, with or
    without the prefix ``module.`` of a parallel model. ``aux_classifier`` may be missing. The channels of the
    last convolutions decide what becomes of them:

    - ``classifier.4`` with 1 channel (a plate segmenter) is taken. With 21 (COCO's classes) it is left out:
      the model keeps its own initialisation.
    - ``aux_classifier.4`` with 1 channel is taken, of 21 channels channel 1 is. Plate segmenters trained on
      torchvision's model in place use that channel of the auxiliary head as the plate's. In COCO weights it
      is the class aeroplane, from which they set out.

    Args:
        checkpoint: The state dict or checkpoint, as read from its file.

    Returns:
        ConvertedWeights: The weights (not copied), and an account of every entry of the source.

    Raises:
        TypeError: The source is no dict.
        ValueError: The source is of another model, incomplete, in our layout already, or has another number
            of channels.
    """
    converted = ConvertedWeights()
    source = _state_dict_of(checkpoint, converted)
    _check(source, converted)
    for key, value in source.items():
        module, _, leaf = key.rpartition('.')
        target = f'{_HEADS.get(module, module)}.{leaf}'
        if module in _LAST_LAYERS and value.shape[0] == _COCO_CHANNELS:
            if module == 'classifier.4':
                reason = f"{_COCO_CHANNELS} classes of COCO; {target} keeps the model's own initialisation"
                converted.left_out[key] = reason
                continue
            value = value[_AUX_CHANNEL : _AUX_CHANNEL + 1].clone()
            converted.notes.append(f'{target} is channel {_AUX_CHANNEL} of the {_COCO_CHANNELS} of {key}')
        converted.mapped[key] = target
        converted.state_dict[target] = value
    return converted


def _state_dict_of(checkpoint: Mapping, converted: ConvertedWeights) -> Mapping[str, Tensor]:
    if not isinstance(checkpoint, Mapping):
        raise TypeError(
            f'Expected a state dict or a dict with one under "model", got {type(checkpoint).__name__}. '
            'Save model.state_dict() instead of the model.'
        )
    source = checkpoint
    for name in ('model', 'state_dict'):
        if isinstance(checkpoint.get(name), Mapping):
            source = checkpoint[name]
            converted.left_out.update(
                {key: 'state of the training, no weights' for key in checkpoint if key != name}
            )
            break
    source = {str(key): value for key, value in source.items()}
    if all(key.startswith('module.') for key in source):
        source = {key[len('module.') :]: value for key, value in source.items()}
    if any(key.startswith('decode_head.') for key in source):
        raise ValueError('These weights are in the layout of MMSegmentation already: load the file as it is.')
    return source


def _check(source: Mapping[str, Tensor], converted: ConvertedWeights) -> None:
    """Compare the source with the model that torchvision builds, and tell its depth."""
    converted.depth = 101 if 'backbone.layer3.6.conv1.weight' in source else 50
    auxiliary = any(key.startswith('aux_classifier.') for key in source)
    expected = _torchvision_shapes(converted.depth, auxiliary)
    model = f'deeplabv3_resnet{converted.depth} of torchvision'
    unknown = [key for key in source if key not in expected]
    # Files of old PyTorch versions do not count batches.
    missing = [key for key in expected if key not in source and not key.endswith('num_batches_tracked')]
    if unknown or missing:
        raise ValueError(
            f'These are not the weights of {model}.\nKeys that it does not have: {_some(unknown)}\n'
            f'Keys that are missing: {_some(missing)}\n'
            f'Only deeplabv3_resnet50 and deeplabv3_resnet101, plain or with one output channel, can be used.'
        )
    for key, value in source.items():
        if not isinstance(value, Tensor):
            raise ValueError(f'{key} is a {type(value).__name__}, expected a tensor')
        shape = tuple(value.shape)
        if key.rpartition('.')[0] in _LAST_LAYERS:
            if shape[:1] not in ((1,), (_COCO_CHANNELS,)):
                raise ValueError(
                    f'{key} has {shape[0] if shape else "no"} channels, expected 1 (plates) or '
                    f'{_COCO_CHANNELS} (COCO). Train the model with one output channel, or start from the '
                    'weights of COCO.'
                )
            shape = (1, *shape[1:])
        if shape != expected[key]:
            raise ValueError(f'{key} has the shape {tuple(value.shape)}, in {model} it has {expected[key]}.')
    if not auxiliary:
        converted.notes.append("no aux_classifier: an auxiliary_head keeps the model's own initialisation")


def _torchvision_shapes(depth: int, auxiliary: bool) -> dict[str, tuple[int, ...]]:
    from torchvision.models import segmentation

    build = getattr(segmentation, f'deeplabv3_resnet{depth}')
    with torch.device('meta'):
        model = build(weights=None, weights_backbone=None, num_classes=1, aux_loss=auxiliary)
    return {key: tuple(value.shape) for key, value in model.state_dict().items()}


def _some(keys: list[str], shown: int = 5) -> str:
    more = f' and {len(keys) - shown} more' if len(keys) > shown else ''
    return (', '.join(keys[:shown]) or 'none') + more
