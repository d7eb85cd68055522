"""From a checkpoint, and the config it was trained with, to a network."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from mmseg.models.segmentors import EncoderDecoder
from torch import Tensor

from mmlp.checkpoints.files import read_checkpoint

from .config_files import ConfigSource, load_config, parse_config_text
from .embedded_config import build_model, build_within_limits, check_embedded_model, import_packages
from .model_info import MAX_PARAMETERS


def load_segmentor(
    checkpoint: str | os.PathLike,
    config: ConfigSource | None = None,
    *,
    allow_imports: Sequence[str] = (),
    max_parameters: int = MAX_PARAMETERS,
) -> EncoderDecoder:
    """Builds a segmentor and loads its weights; auxiliary heads are left out.

    Args:
        checkpoint: A checkpoint of the toolbox (of a training run, converted or published), or a bare state
            dict. No code in it is executed.
        config: Path or name of the config, or the config itself, which is trusted. Default: None, the one in
            the checkpoint, which is not: it may name registered modules only, and fetches nothing.
        allow_imports: Packages beside the toolbox that are imported, and that the checkpoint's config may
            name modules of. Default: none.
        max_parameters: Most parameters that the network may have. Default: 500 million.

    Returns:
        EncoderDecoder: The segmentor on the CPU, single precision, in evaluation mode.

    Raises:
        FileNotFoundError: There is no such checkpoint or config.
        ValueError: The checkpoint is damaged, carries no config although none was given, does not fit, or
            asks for something that is not allowed.
        ImportError: A package of ``allow_imports`` cannot be imported.
    """
    content = read_checkpoint(checkpoint)
    import_packages(allow_imports)
    if config is None:
        model_cfg = _model_of_checkpoint(content, checkpoint)
        model_cfg.pop('auxiliary_head', None)
        check_embedded_model(model_cfg, str(checkpoint), allow_imports)
    else:
        model_cfg = load_config(config).model.to_dict()
        model_cfg.pop('auxiliary_head', None)
    state = _state_dict(content, checkpoint)
    # First without memory for its weights: only a network that the file's weights fill is built.
    outline = build_within_limits(model_cfg, str(checkpoint), max_parameters)
    _check_weights(outline.state_dict(), state, checkpoint)
    segmentor = build_model(model_cfg, str(checkpoint))
    segmentor.load_state_dict(state)
    segmentor.train(False)
    return segmentor


def _model_of_checkpoint(content: Mapping[str, Any], checkpoint: str | os.PathLike) -> dict[str, Any]:
    meta = content.get('meta')
    text = meta.get('cfg') if isinstance(meta, dict) else None
    if not isinstance(text, str):
        raise ValueError(f'{checkpoint} carries no config: say with config=... which one it was trained with')
    try:
        model = parse_config_text(text).get('model')
    except ValueError as error:
        raise ValueError(f'{checkpoint}: {error}') from error
    if not isinstance(model, dict):
        raise ValueError(
            f"{checkpoint}'s config has no model: say with config=... which one it was trained with"
        )
    return model


def _state_dict(content: Mapping[str, Any], checkpoint: str | os.PathLike) -> dict[str, Tensor]:
    state = content.get('state_dict', content)
    if not isinstance(state, Mapping):
        raise ValueError(f'{checkpoint}: state_dict is a {type(state).__name__}, expected a dict of tensors')
    if 'model' in content or any(key.startswith('classifier.') for key in state):
        raise ValueError(
            f'{checkpoint} has the layout of torchvision; convert it by "mmlp import-torchvision"'
        )
    kept = {
        key.removeprefix('module.'): value
        for key, value in state.items()
        if isinstance(value, Tensor) and not key.removeprefix('module.').startswith('auxiliary_head.')
    }
    for key, value in kept.items():
        if value.numel() * value.element_size() > value.untyped_storage().nbytes():
            raise ValueError(f'{checkpoint}: {key} has shape {tuple(value.shape)} and too few values for it')
    return kept


def _check_weights(
    own: Mapping[str, Tensor], state: Mapping[str, Tensor], checkpoint: str | os.PathLike
) -> None:
    problems = [f'{key} is missing' for key in own if key not in state]
    problems += [f'{key} is not of this network' for key in state if key not in own]
    problems += [
        f'{key} has shape {tuple(value.shape)}, expected {tuple(own[key].shape)}'
        for key, value in state.items()
        if key in own and value.shape != own[key].shape
    ]
    if problems:
        shown = '; '.join(problems[:4]) + (f'; and {len(problems) - 4} more' if len(problems) > 4 else '')
        raise ValueError(
            f'{checkpoint} does not fit its config: {shown}. Give the config it was trained with.'
        )
