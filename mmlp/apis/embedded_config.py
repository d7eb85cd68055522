"""What the config inside a checkpoint may build, checked before anything is built."""

from __future__ import annotations

import contextlib
import importlib
import re
import traceback
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmseg.registry import MODELS
from torch import nn
from torch.nn.modules.module import (
    register_module_module_registration_hook,
    register_module_parameter_registration_hook,
)

from .model_info import MAX_PARAMETERS

#: Registries whose modules a checkpoint may name.
ALLOWED_SCOPES = ('mmseg', 'mmengine', 'mmcv', 'mmlp')
#: Larger numbers in a model's config are those of somebody who wants the builder to run for ever.
_LARGEST_NUMBER, _MOST_MODULES = 1 << 20, 50_000
#: Where weights come from while a network is built; those of a checkpoint are in the checkpoint.
_WEIGHT_SOURCES = {'init_cfg': None, 'pretrained': None, 'checkpoint_path': ''}
_ADDRESS = re.compile(r'[A-Za-z][\w+.-]*:')


def check_embedded_model(model: dict[str, Any], name: str, allow_imports: Sequence[str] = ()) -> None:
    """Checks the model of an embedded config, and takes out of it what would fetch weights.

    Args:
        model (dict): ``model`` of the config; ``init_cfg``, ``pretrained`` and ``checkpoint_path`` are set to
            their empty values, in place.
        name (str): The checkpoint, for messages.
        allow_imports (Sequence[str]): Packages beside the toolbox that it may name modules of.

    Raises:
        ValueError: It names something outside of the registries of the toolbox and of ``allow_imports``, a
            place to load from, or a number out of all proportion.
    """
    for value in _walk(model):
        if isinstance(value, dict):
            _check_type(value, name, allow_imports)
            for key in _WEIGHT_SOURCES.keys() & value.keys():
                value[key] = _WEIGHT_SOURCES[key]
    for value in _walk(model):
        if isinstance(value, str) and _ADDRESS.match(value):
            raise ValueError(
                f"{name}'s config names {value!r}, a place to load from; if you trust it, give the config as "
                'a file'
            )
        if isinstance(value, (int, float)) and abs(value) > _LARGEST_NUMBER:
            raise ValueError(f"{name}'s config asks for {value}, out of proportion for a network")


def build_within_limits(model: dict[str, Any], name: str, max_parameters: int = MAX_PARAMETERS) -> nn.Module:
    """Builds a network without memory for its weights, to see its size and the names of its weights.

    Networks that ask tensors for their values while they are built, as transformers do for the rates of
    stochastic depth, get memory all the same.

    Args:
        model (dict): Config of the model.
        name (str): The checkpoint, for messages.
        max_parameters (int): Most parameters that it may have.

    Returns:
        nn.Module: The network, its tensors on the device ``meta`` where it can be built there.

    Raises:
        ValueError: It has too many parameters or modules, or cannot be built.
    """
    try:
        with _limit(name, max_parameters), torch.device('meta'):
            return build_model(model, name)
    except (RuntimeError, NotImplementedError):  # It asks a tensor for its value.
        try:
            with _limit(name, max_parameters):
                return build_model(model, name)
        except RuntimeError as error:  # More memory than there is, or sizes that do not fit together.
            raise ValueError(f'the config of {name} cannot be built: {error}') from error


def build_model(model: dict[str, Any], name: str) -> nn.Module:
    """Builds a network by the toolbox's registry.

    Raises:
        ValueError: A name is unknown, or an argument does not fit.
    """
    with DefaultScope.overwrite_default_scope('mmseg'):
        try:
            # A copy with attributes, which some models of the toolbox write to.
            return MODELS.build(Config(dict(model=model)).model)
        except (KeyError, TypeError) as error:  # An unknown name; arguments that are none.
            raise ValueError(
                f'the config of {name} cannot be built: {error.args[0]}. If a package of yours registers it, '
                'name that package in allow_imports (--allow-import)'
            ) from error
        except (
            AssertionError,
            AttributeError,
            ArithmeticError,
            LookupError,
        ) as error:  # Values that are none.
            line = traceback.extract_tb(error.__traceback__)[-1].line
            raise ValueError(f'the config of {name} cannot be built: {str(error) or line}') from error


def import_packages(names: Sequence[str]) -> None:
    """Imports the packages that a user allows a checkpoint to name modules of.

    Raises:
        ImportError: There is no such package.
    """
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise ImportError(f'allow_imports names {name!r}, which cannot be imported: {error}') from error


def _check_type(node: dict[str, Any], name: str, allow_imports: Sequence[str]) -> None:
    kind, scope = node.get('type', ''), node.get('_scope_', 'mmseg')
    package = kind.partition('.')[0] if isinstance(kind, str) and '.' in kind else None
    if not isinstance(kind, str) or (package is not None and package not in allow_imports):
        raise ValueError(
            f"{name}'s config builds {kind!r}, which is not the name of a registered module; if you trust "
            f'it, allow its package ({package or "NAME"}) by allow_imports (--allow-import)'
        )
    if scope not in ALLOWED_SCOPES and scope not in allow_imports:
        raise ValueError(
            f"{name}'s config imports {scope!r}; if you trust it, allow it by allow_imports (--allow-import)"
        )


def _walk(node: Any) -> Iterator[Any]:
    """Gives a node and all that is below it."""
    yield node
    children = node.values() if isinstance(node, dict) else node if isinstance(node, (list, tuple)) else ()
    for child in children:
        yield from _walk(child)


@contextlib.contextmanager
def _limit(name: str, max_parameters: int) -> Iterator[None]:
    """Ends the building of a network that grows beyond the limits, in this thread or any other."""
    counts = {'parameters': 0, 'modules': 0}

    def count(key: str, number: int, limit: int) -> None:
        counts[key] += number
        if counts[key] > limit:
            raise ValueError(
                f'the network of {name} has more than {limit:,} {key}: raise max_parameters '
                '(--max-parameters) if that is right'
            )

    def on_parameter(module: nn.Module, key: str, parameter: nn.Parameter | None) -> None:
        # Sizes that are not known yet (lazy modules) count when they are.
        known = parameter is not None and not nn.parameter.is_lazy(parameter)
        count('parameters', parameter.numel() if known else 0, max_parameters)

    def on_module(module: nn.Module, key: str, child: nn.Module | None) -> None:
        count('modules', 1, _MOST_MODULES)

    hooks = [
        register_module_parameter_registration_hook(on_parameter),
        register_module_module_registration_hook(on_module),
    ]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
