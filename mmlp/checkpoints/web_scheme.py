"""Checkpoints at an address, fetched once and read without running what is in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import torch
from mmengine.dist import barrier, is_main_process
from mmengine.runner import CheckpointLoader

from .local_scheme import load_from_local


# The toolbox's own loader unpickles freely what it fetched.
@CheckpointLoader.register_scheme(prefixes=('http://', 'https://'), force=True)
def load_from_web(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Loads a checkpoint by its address; a file of that name that was fetched before is taken.

    Args:
        filename: The address. The file is kept in the folder ``checkpoints`` of :func:`torch.hub.get_dir`,
            where the toolbox keeps them.
        map_location: As in ``torch.load``; None for the device that each tensor was saved from.

    Returns:
        The checkpoint.

    Raises:
        OSError: It cannot be fetched.
        ValueError: The address names no file, or the file is damaged or holds code.
    """
    name = Path(urlsplit(filename).path).name
    if name in ('', '.', '..'):
        raise ValueError(
            f'{filename} names no file: expected an address that ends in the name of a checkpoint'
        )
    target = Path(torch.hub.get_dir(), 'checkpoints', name)
    if is_main_process() and not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(filename, str(target))
    barrier()
    return load_from_local(str(target), map_location)
