"""From a checkpoint, and the config it was trained with, to a network."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Optional

from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmseg.models.segmentors import EncoderDecoder
from mmseg.registry import MODELS
from torch import Tensor

from mmlp.checkpoints.toolbox_files import read_toolbox_checkpoint

from .config_files import ConfigSource, load_config, parse_config_text


def load_segmentor(checkpoint: str | os.PathLike, config: Optional[ConfigSource] = None) -> EncoderDecoder:
    """Builds a segmentor and loads its weights; auxiliary heads are left out.

    Args:
        checkpoint: A checkpoint of the toolbox (of a training run, converted or published), or a bare state
            dict. No code in it is executed.
        config: Path or name of the config, or the config itself. Default: None, the one in the checkpoint.

    Returns:
        EncoderDecoder: The segmentor on the CPU, single precision, in evaluation mode.

    Raises:
        FileNotFoundError: There is no such checkpoint or config.
        ValueError: The checkpoint is damaged, carries no config although none was given, or does not fit.
    """
    content = read_toolbox_checkpoint(checkpoint)
    if config is None:
        model_cfg = _model_of_checkpoint(content, checkpoint)
    else:
        model_cfg = load_config(config).model.to_dict()
    model_cfg.pop('auxiliary_head', None)
    with DefaultScope.overwrite_default_scope('mmseg'):
        try:
            segmentor = MODELS.build(Config(dict(model=model_cfg)).model)
        except (KeyError, TypeError) as error:  # An unknown name; arguments that are none.
            raise ValueError(
                f'the config of {checkpoint} cannot be built: {error.args[0]}. If a package of yours '
                'registers it, import that package first.'
            ) from error
    _load_weights(segmentor, _state_dict(content, checkpoint), checkpoint)
    segmentor.train(False)
    return segmentor


def _model_of_checkpoint(content: Mapping[str, Any], checkpoint: str | os.PathLike) -> dict[str, Any]:
    meta = content.get('meta')
    text = meta.get('cfg') if isinstance(meta, dict) else None
    if not isinstance(text, str):
        raise ValueError(f'{checkpoint} carries no config: say with config=... which one it was trained with')
    model = parse_config_text(text).get('model')
    if not isinstance(model, dict):
        raise ValueError(
            f"{checkpoint}'s config has no model: say with config=... which one it was trained with"
        )
    _check_types(model, checkpoint)
    return model


def _check_types(node: Any, checkpoint: str | os.PathLike) -> None:
    """Lets only names of registries build something: the toolbox also imports whatever has dots in it."""
    if isinstance(node, dict):
        name = node.get('type', '')
        if not isinstance(name, str) or '.' in name:
            raise ValueError(
                f"{checkpoint}'s config builds {name!r}, which is no name of a registry; if you trust it, "
                'give the config as a file'
            )
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        for value in node:
            _check_types(value, checkpoint)


def _state_dict(content: Mapping[str, Any], checkpoint: str | os.PathLike) -> dict[str, Tensor]:
    state = content.get('state_dict', content)
    if not isinstance(state, Mapping):
        raise ValueError(f'{checkpoint}: state_dict is a {type(state).__name__}, expected a dict of tensors')
    if 'model' in content or any(key.startswith('classifier.') for key in state):
        raise ValueError(
            f'{checkpoint} has the layout of torchvision; convert it by '
            'tools/model_converters/torchvision2mmseg.py'
        )
    return {
        key.removeprefix('module.'): value
        for key, value in state.items()
        if isinstance(value, Tensor) and not key.removeprefix('module.').startswith('auxiliary_head.')
    }


def _load_weights(
    segmentor: EncoderDecoder, state: Mapping[str, Tensor], checkpoint: str | os.PathLike
) -> None:
    own = segmentor.state_dict()
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
    segmentor.load_state_dict(state)
