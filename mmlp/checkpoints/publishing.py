"""From a checkpoint of a training run to weights that one hands out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from mmengine.config import Config
from mmseg.registry import DATASETS

from mmlp.version import __version__

#: Parts of a config that inference needs; the others tell of the machine that trained.
_KEPT_KEYS = ('custom_imports', 'default_scope', 'model', 'test_pipeline', 'tta_model', 'tta_pipeline')


def slim_checkpoint(checkpoint: Mapping[str, Any], config: Config, half: bool = False) -> dict[str, Any]:
    """Keeps what inference needs: weights, config and classes, tensors and plain values only.

    Optimiser, schedule, logs, auxiliary heads and the second set of weights that averaging leaves are left
    out. With averaging, ``state_dict`` holds the averaged weights, as the toolbox's ``EMAHook`` saves them.

    Args:
        checkpoint (Mapping): A checkpoint of the toolbox.
        config (Config): Its config.
        half (bool): Whether to store the weights in half precision. Default: False.

    Returns:
        dict[str, Any]: ``state_dict`` and ``meta``, for ``init_model`` of the toolbox and for
        :class:`mmlp.apis.PlateSegmenter`.

    Raises:
        ValueError: There is no state dict, or a weight does not fit into half precision.
    """
    state = checkpoint.get('state_dict')
    if not isinstance(state, Mapping) or not state:
        raise ValueError(f'the checkpoint has no state_dict, it holds {sorted(checkpoint)[:8]}')
    kept = {
        key: _convert(key, value, half)
        for key, value in state.items()
        if not key.startswith('auxiliary_head.')
    }
    settings = {key: config[key] for key in _KEPT_KEYS if key in config}
    model = settings['model'].to_dict()
    model.pop('auxiliary_head', None)
    settings['model'] = model
    meta = {
        'mmlp_version': __version__,
        'cfg': Config(settings).pretty_text,
        'dataset_meta': dict(DATASETS.get('LicensePlateDataset').METAINFO),
    }
    return {'meta': meta, 'state_dict': kept}


def _convert(key: str, value: torch.Tensor, half: bool) -> torch.Tensor:
    if not isinstance(value, torch.Tensor):
        raise ValueError(f'{key} in the state_dict is a {type(value).__name__}, expected a tensor')
    value = value.detach().cpu()
    if not half or not value.is_floating_point():
        return value.clone()
    converted = value.half()
    if not torch.isfinite(converted).all():
        raise ValueError(f'{key} reaches {value.abs().max():.3g}, too much for half precision')
    return converted
