"""Readers of downloaded sets by the names of their formats."""

from __future__ import annotations

import importlib
import os
import pkgutil

from ..converters import readers
from ..converters.reader import Reader
from ..converters.readers.layout import Layout
from ..converters.records import SPLITS


def formats() -> dict[str, type[Reader]]:
    """All readers by their names, which are those of their commands."""
    found = {}
    for module in pkgutil.iter_modules(readers.__path__):
        for value in vars(importlib.import_module(f'{readers.__name__}.{module.name}')).values():
            if isinstance(value, type) and issubclass(value, Reader) and hasattr(value, 'name'):
                found[value.name] = value
    return found


def open_source(
    folder: str, named: str | None = None, usual: str = '', allow_outside: bool = False
) -> Reader:
    """The reader of a downloaded set.

    Args:
        folder: Where it lies.
        named: The format that the user named. Without one a folder in our own layout is read as that, any
            other as ``usual``.
        usual: The format that the set has where it is published; empty where that is not known.
        allow_outside: Take pictures outside of the folder to which names or links lead.

    Raises:
        ConversionError: There is no such folder.
        ValueError: The format is unknown, or nobody named one.
    """
    known = formats()
    if named is None and _is_layout(folder):
        named = Layout.name
    chosen = named or usual
    if chosen not in known:
        what = f'there is no format {chosen!r}' if chosen else f'which format has {folder!r}?'
        raise ValueError(f'{what} Name one with --format: {", ".join(sorted(known))}')
    return known[chosen](folder, allow_outside=allow_outside)


def _is_layout(folder: str) -> bool:
    parts = [os.path.join(folder, split) for split in ('', *SPLITS)]
    return any(all(os.path.isdir(os.path.join(part, name)) for name in ('images', 'masks')) for part in parts)
