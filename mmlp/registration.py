"""Lets MMSegmentation find the modules of mmlp in its registries, without loading the one or the other."""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_REGISTRY_MODULE = 'mmseg.registry'
#: Its registries that hold something of ours.
_REGISTRIES = ('DATASETS', 'HOOKS', 'METRICS', 'MODELS', 'RUNNERS', 'TRANSFORMS', 'VISUALIZERS')


def register_on_demand() -> None:
    """Makes the registries of the toolbox import :mod:`mmlp.modules` when they are first asked."""
    sys.meta_path.insert(0, _RegistryFinder())


def _add_location(registry: ModuleType) -> None:
    """Adds ours to the locations from which the registries import their own modules."""
    for name in _REGISTRIES:
        ours = getattr(registry, name)
        ours._locations = [*ours._locations, 'mmlp.modules']


class _RegistryFinder(importlib.abc.MetaPathFinder):
    """Waits until the toolbox's registries are imported, finds them as everybody does, and adds to them."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As of ``importlib.abc.MetaPathFinder``."""
        if fullname != _REGISTRY_MODULE or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_add(module: ModuleType) -> None:
                execute(module)
                _add_location(module)

            spec.loader.exec_module = execute_and_add
        return spec
