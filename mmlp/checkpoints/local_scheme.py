"""Checkpoint files that the toolbox loads, read without running what is in them."""

from __future__ import annotations

from typing import Any

from mmengine.runner import CheckpointLoader

from .files import read_checkpoint


# The toolbox's own loader falls back to free unpickling when it meets what it does not know.
@CheckpointLoader.register_scheme(prefixes='', force=True)
def load_from_local(filename: str, map_location: Any = None) -> dict[str, Any]:
    """Loads a file for ``load_from``, ``--resume``, ``init_model`` and whatever else the toolbox loads.

    Args:
        filename: The file.
        map_location: As in ``torch.load``; None for the device that each tensor was saved from.

    Returns:
        The checkpoint.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged, or holds code.
    """
    checkpoint = read_checkpoint(filename, map_location)
    meta = checkpoint.get('meta')
    if isinstance(meta, dict):
        # What MMCV called 'cfg': the runner would execute it, to compare the number of graphics cards.
        meta.pop('config', None)
    return checkpoint
