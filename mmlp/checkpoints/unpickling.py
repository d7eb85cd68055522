"""An unpickler that builds tensors, arrays and plain values, and calls nothing that a file names besides."""

from __future__ import annotations

import argparse
import collections
import contextlib
import pickle
import types
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

try:
    from numpy._core import multiarray
except ImportError:  # numpy before 1.26
    from numpy.core import multiarray

#: What was left out while a file is read; filled by the unpickler, which torch makes by itself.
_left_out: set[str] = set()


class LeftOut:
    """Stands for an object that is not read; takes whatever the file would do to it."""

    def __new__(cls, *args: Any, **kwargs: Any) -> LeftOut:  # noqa: D102
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


def _history_statistic(owner: Any, name: str) -> Any:
    """Stands in for ``getattr``, by which log buffers name their own statistics."""
    if owner is not HistoryBuffer or not isinstance(name, str) or name.startswith('_'):
        raise pickle.UnpicklingError(f'the file asks for the attribute {name!r} of {owner!r}')
    return getattr(HistoryBuffer, name)


def _encode(text: str, encoding: str = 'latin1') -> bytes:
    """Stands in for ``_codecs.encode``, by which old protocols write bytes."""
    if encoding != 'latin1':
        raise pickle.UnpicklingError(f'the file asks for the codec {encoding!r}')
    return text.encode(encoding)


_ALLOWED: dict[tuple[str, str], Any] = {
    ('argparse', 'Namespace'): argparse.Namespace,  # Training scripts keep their arguments in it.
    ('collections', 'OrderedDict'): collections.OrderedDict,
    ('collections', 'defaultdict'): collections.defaultdict,
    ('mmengine.logging.history_buffer', 'HistoryBuffer'): HistoryBuffer,
    ('numpy', 'dtype'): np.dtype,
    ('numpy', 'ndarray'): np.ndarray,
    ('torch', 'Size'): torch.Size,
    ('torch', 'device'): torch.device,
    ('_codecs', 'encode'): _encode,
}
_ALLOWED |= {
    (module, name): getattr(multiarray, name)
    for module in ('numpy.core.multiarray', 'numpy._core.multiarray')
    for name in ('_reconstruct', 'scalar')
}
_ALLOWED |= {
    ('torch._utils', name): getattr(torch._utils, name)
    for name in ('_rebuild_parameter', '_rebuild_tensor', '_rebuild_tensor_v2')
}
for _module in ('builtins', '__builtin__'):
    _ALLOWED[_module, 'getattr'] = _history_statistic
    _ALLOWED |= {
        (_module, kind.__name__): kind
        for kind in (bool, complex, dict, float, frozenset, int, list, set, slice, str, tuple)
    }


class _RestrictedUnpickler(pickle._Unpickler):
    """The Python implementation, since the one in C has no hook for what is done to built objects."""

    dispatch = dict(pickle._Unpickler.dispatch)

    def find_class(self, module: str, name: str) -> Any:
        allowed = _ALLOWED.get((module, name))
        if allowed is not None:
            return allowed
        if module == 'torch' and isinstance(getattr(torch, name, None), torch.dtype):
            return getattr(torch, name)
        _left_out.add(f'{module}.{name}')
        return LeftOut

    def load_build(self) -> None:
        """Sets the state of an instance; that of a class would change it for the whole process."""
        if isinstance(self.stack[-2], (type, types.ModuleType, types.FunctionType)):
            raise pickle.UnpicklingError('the file changes a class')
        super().load_build()

    dispatch[pickle.BUILD[0]] = load_build


def _load(file: Any, **kwargs: Any) -> Any:
    return _RestrictedUnpickler(file, **kwargs).load()


#: For ``pickle_module`` of :func:`torch.load`.
restricted_pickle = types.ModuleType('restricted_pickle')
restricted_pickle.Unpickler = _RestrictedUnpickler
restricted_pickle.load = _load


@contextlib.contextmanager
def collect_left_out() -> Iterator[set[str]]:
    """Gives the names of what is left out while the block runs, filled when it ends."""
    _left_out.clear()
    names: set[str] = set()
    try:
        yield names
    finally:
        names |= _left_out
