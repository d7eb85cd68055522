"""Reading checkpoints without executing what is in them, and writing them whole."""

from __future__ import annotations

import argparse
import contextlib
import os
import pickle
from pathlib import Path
from typing import Any

import torch


def read_checkpoint(path: str | os.PathLike, map_location: Any = 'cpu') -> Any:
    """Read a file of ``torch.save`` with ``weights_only=True``.

    Tensors and plain Python values are allowed, and ``argparse.Namespace``, in which training scripts keep
    their arguments. The latter needs torch >= 2.5.

    Args:
        path: The file; ``~`` is expanded.
        map_location: As in :func:`torch.load`. Default: 'cpu'.

    Returns:
        What was saved, most often a dict.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged, no checkpoint, or holds objects that are not safe to read.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'{path} is not a file. Check the path of the checkpoint.')
    # torch < 2.5 has no way to allow a class for one call.
    allow = getattr(torch.serialization, 'safe_globals', None)
    try:
        with allow([argparse.Namespace]) if allow else contextlib.nullcontext():
            return torch.load(path, map_location=map_location, weights_only=True)
    except pickle.UnpicklingError as error:
        raise ValueError(
            f'{path} is no checkpoint, or holds more than tensors and plain values, which could run code '
            f'when read ({_first_line(error)}).\nIf you trust whoever made it, read it by torch.load with '
            'weights_only=False in another session, and save its state dict alone.'
            + ('' if allow else ' torch >= 2.5 may read the file as it is: it can allow argparse.Namespace.')
        ) from error
    except PermissionError:
        raise
    except (OSError, RuntimeError, EOFError, KeyError) as error:
        raise ValueError(
            f'{path} could not be read ({type(error).__name__}: {_first_line(error)}). '
            'It is damaged or no checkpoint: remove it and fetch it again.'
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [''])[0]


def write_checkpoint(checkpoint: dict, path: str | os.PathLike, overwrite: bool = False) -> None:
    """Write a checkpoint beside its destination and rename it when it is complete.

    Args:
        checkpoint: What to save.
        path: The destination; missing folders are made.
        overwrite: Whether an existing file may be replaced. Default: False.

    Raises:
        FileExistsError: The destination exists and ``overwrite`` is False.
    """
    path = Path(path).expanduser()
    if path.exists() and not overwrite:
        raise FileExistsError(
            f'{path} exists already. Remove it, choose another name, or ask to overwrite it.'
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f'{path.name}.{os.getpid()}.part')
    try:
        torch.save(checkpoint, partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
