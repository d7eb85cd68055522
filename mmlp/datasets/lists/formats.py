"""Readers of downloaded sets by the names of their formats."""

from __future__ import annotations

import os

from ..converters.choices import SPLITS
from ..converters.formats import FORMATS
from ..converters.reader import Reader

#: The format of a folder that lies as training reads it.
_LAYOUT = 'layout'


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
    if named is None and _is_layout(folder):
        named = _LAYOUT
    chosen = named or usual
    if chosen not in FORMATS:
        what = f'there is no format {chosen!r}' if chosen else f'which format has {folder!r}?'
        raise ValueError(f'{what} Name one with --format: {", ".join(sorted(FORMATS))}')
    return FORMATS[chosen].load_reader()(folder, allow_outside=allow_outside)


def _is_layout(folder: str) -> bool:
    parts = [os.path.join(folder, split) for split in ('', *SPLITS)]
    return any(all(os.path.isdir(os.path.join(part, name)) for name in ('images', 'masks')) for part in parts)
