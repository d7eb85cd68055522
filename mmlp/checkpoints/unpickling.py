"""An unpickler that builds tensors, arrays and plain values, and calls nothing that a file names besides."""

from __future__ import annotations

import argparse
import collections
import pickle
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer

try:
    from numpy._core import multiarray
except ImportError:  # numpy before 1.26
    from numpy.core import multiarray


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


def _text(value: str = '') -> str:
    """Stands in for ``str``: a list that holds another twice, and so on, would be written out."""
    if not isinstance(value, str):
        raise pickle.UnpicklingError(f'the file asks for the text of a {type(value).__name__}')
    return value


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
    _ALLOWED[_module, 'str'] = _text
    _ALLOWED |= {
        (_module, kind.__name__): kind
        for kind in (bool, complex, dict, float, frozenset, int, list, set, slice, tuple)
    }


class _RestrictedUnpickler(pickle._Unpickler):
    """The Python implementation, since the one in C has no hook for what is done to built objects."""

    dispatch = dict(pickle._Unpickler.dispatch)
    left_out: set[str]
    record_size: Callable[[str], int] | None

    def find_class(self, module: str, name: str) -> Any:
        allowed = _ALLOWED.get((module, name))
        if allowed is not None:
            return allowed
        if module == 'torch' and isinstance(getattr(torch, name, None), torch.dtype):
            return getattr(torch, name)
        self.left_out.add(f'{module}.{name}')
        return LeftOut

    def load_build(self) -> None:
        """Sets the state of an instance, unless that would reach further than its values."""
        built, state = self.stack[-2:]
        if isinstance(built, (type, types.ModuleType, types.FunctionType)):
            raise pickle.UnpicklingError('the file changes a class')
        if isinstance(built, np.dtype) and any(part is not None for part in state[2:5]):
            # Of fields that it calls objects, numbers of the file would be taken for addresses.
            raise pickle.UnpicklingError('the file makes a type of number of several parts')
        if isinstance(state, tuple) and len(state) == 2 and not isinstance(built, (LeftOut, np.ndarray)):
            raise pickle.UnpicklingError(f'the file sets attributes of a {type(built).__name__}')
        super().load_build()

    def load_append(self) -> None:
        """Adds to a list; other objects have their own idea of what that does."""
        self._expect(self.stack[-2], list)
        super().load_append()

    def load_appends(self) -> None:
        """As :meth:`load_append`, for several."""
        self._expect(self.metastack[-1][-1], list)
        super().load_appends()

    def load_additems(self) -> None:
        """Adds to a set."""
        self._expect(self.metastack[-1][-1], set)
        super().load_additems()

    def load_setitem(self) -> None:
        """Adds to a dict; a tensor would be written to."""
        self._expect(self.stack[-3], dict)
        super().load_setitem()

    def load_setitems(self) -> None:
        """As :meth:`load_setitem`, for several."""
        self._expect(self.metastack[-1][-1], dict)
        super().load_setitems()

    def load_binpersid(self) -> None:
        """Loads the numbers of a tensor, which PyTorch before 2.10 does not count (CVE-2026-24747)."""
        if self.record_size is not None:
            _, kind, key, _, count = self.stack[-1]
            stated = count * torch._utils._element_size(kind.dtype)
            if not isinstance(key, str) or self.record_size(key) != stated:
                raise pickle.UnpicklingError(
                    f'the file has other than {stated} bytes for storage {key!r:.40}'
                )
        super().load_binpersid()

    @staticmethod
    def _expect(target: Any, kind: type) -> None:
        if not isinstance(target, (kind, LeftOut)):
            raise pickle.UnpicklingError(f'the file adds items to a {type(target).__name__}')

    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.APPEND[0]] = load_append
    dispatch[pickle.APPENDS[0]] = load_appends
    dispatch[pickle.ADDITEMS[0]] = load_additems
    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.BINPERSID[0]] = load_binpersid


def restricted_pickle(
    left_out: set[str], record_size: Callable[[str], int] | None = None
) -> types.ModuleType:
    """Makes what :func:`torch.load` takes as ``pickle_module``.

    Args:
        left_out (set[str]): Gets the names of what is left out.
        record_size (Callable[[str], int], optional): Number of bytes that an archive holds for a storage.
            Default: None, the file is not an archive: PyTorch compares by itself.

    Returns:
        types.ModuleType: A module with an ``Unpickler`` and a function ``load``.
    """

    class Unpickler(_RestrictedUnpickler):
        pass

    Unpickler.left_out = left_out
    Unpickler.record_size = staticmethod(record_size) if record_size else None

    def load(file: Any, **kwargs: Any) -> Any:
        return Unpickler(file, **kwargs).load()

    module = types.ModuleType('restricted_pickle')
    module.Unpickler, module.load = Unpickler, load
    return module
