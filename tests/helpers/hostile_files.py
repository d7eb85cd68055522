"""Checkpoints that would run something if they were read without care."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import torch


class Trap:
    """Makes a folder when it is unpickled in the usual way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple:
        return os.mkdir, (str(self.folder),)


class ScriptedTrap(torch.nn.Module):
    """A module whose compiled ``__setstate__`` overwrites a file when its archive is loaded."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x

    @torch.jit.export
    def __getstate__(self) -> tuple[str, bool]:
        return (self.target, self.training)

    @torch.jit.export
    def __setstate__(self, state: tuple[str, bool]) -> None:
        self.target = state[0]
        self.training = state[1]
        torch.save(torch.zeros(2), state[0])


def write_scripted(path: Path, target: Path) -> None:
    torch.jit.script(ScriptedTrap(str(target))).save(str(path))


def write_pickle(path: Path, pickled: bytes) -> None:
    """An archive as of ``torch.save`` with a pickle written by hand."""
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('archive/data.pkl', pickled)
        archive.writestr('archive/version', '3\n')
        archive.writestr('archive/byteorder', 'little')


def save(content: Any, path: Path, is_zip: bool = True) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=is_zip)
    return path
