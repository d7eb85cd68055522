"""``mmlp://lp_fpn_lite0``: the weights that come with mmlp, wherever a config names a checkpoint."""

from __future__ import annotations

from typing import Any

from mmengine.runner import CheckpointLoader

from mmlp.weights import resolve_weights

from .files import read_checkpoint

SCHEME = 'mmlp://'


@CheckpointLoader.register_scheme(prefixes=SCHEME)
def load_from_package(filename: str, map_location: Any = None) -> dict:
    """Loads weights by their name in :data:`mmlp.weights.WEIGHTS`, from whatever folder it is asked.

    Args:
        filename: ``mmlp://NAME``.
        map_location: As in ``torch.load``; None for the CPU.

    Returns:
        The checkpoint: ``state_dict``, and ``meta`` with its config.

    Raises:
        FileNotFoundError: There are no weights of that name.
        ValueError: The file is not the one that the index means.
    """
    return read_checkpoint(resolve_weights(filename[len(SCHEME) :]), map_location or 'cpu')
