"""Checkpoints of training runs, read without executing what is in them."""

from __future__ import annotations

import os
import pickle
import types
from pathlib import Path
from typing import Any

import torch

from .files import read_checkpoint

#: All that an archive of tensors and plain values needs. Nothing else in a file is ever called.
_ALLOWED = {
    ('collections', 'OrderedDict'),
    ('torch', 'Size'),
    ('torch._utils', '_rebuild_parameter'),
    ('torch._utils', '_rebuild_tensor'),
    ('torch._utils', '_rebuild_tensor_v2'),
}


def read_toolbox_checkpoint(path: str | os.PathLike, map_location: Any = 'cpu') -> dict[str, Any]:
    """Reads a checkpoint of the toolbox for its weights and its config.

    The toolbox writes its log buffers and the state of numpy objects into every checkpoint of a training run,
    which ``weights_only=True`` refuses. Those objects are left out here: whatever is no tensor and no plain
    value is replaced by an inert placeholder, and no code from or named by the file runs.

    Args:
        path: The file; ``~`` is expanded.
        map_location: As in :func:`torch.load`. Default: 'cpu'.

    Returns:
        What was saved.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged or no checkpoint.
    """
    try:
        checkpoint = read_checkpoint(path, map_location)
    except ValueError as refusal:
        try:
            # Safe in spite of its name: the unpickler below allows less than weights_only=True does.
            checkpoint = torch.load(
                Path(path).expanduser(), map_location, pickle_module=_restricted_pickle, weights_only=False
            )
        except Exception:
            raise refusal from None
    if not isinstance(checkpoint, dict):
        raise ValueError(
            f'{path} holds a {type(checkpoint).__name__}, expected a dict with a state dict in it'
        )
    return checkpoint


class _LeftOut:
    """Stands for an object that is not read; takes whatever the file would do to it."""

    def __new__(cls, *args: Any, **kwargs: Any) -> _LeftOut:
        return super().__new__(cls)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __setstate__(self, state: Any) -> None:
        pass

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def append(self, item: Any) -> None:
        """Ignores an item of a list."""

    def extend(self, items: Any) -> None:
        """Ignores items of a list."""

    def add(self, item: Any) -> None:
        """Ignores an item of a set."""

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return '<left out>'


class _RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return super().find_class(module, name) if (module, name) in _ALLOWED else _LeftOut


def _load(file: Any, **kwargs: Any) -> Any:
    return _RestrictedUnpickler(file, **kwargs).load()


_restricted_pickle = types.ModuleType('restricted_pickle')
_restricted_pickle.Unpickler = _RestrictedUnpickler
_restricted_pickle.load = _load
