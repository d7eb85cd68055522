"""The weights that mmlp knows by name: those in the package, and those to download."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Optional

import torch

#: Where the weights in the package lie.
WEIGHTS_FOLDER = Path(__file__).resolve().parents[1] / 'weights'


@dataclasses.dataclass(frozen=True)
class WeightsEntry:
    """Weights with a name.

    Args:
        file (str): Name of the file, in the package or in the download cache.
        sha256 (str): SHA-256 of the file, 64 hexadecimal digits.
        config (str): Name of the config that trained them, for the toolbox's own tools.
        url (str, optional): Where to download it; None for a file in the package. Default: None.
        refiner (str, optional): Name of the weights for a second look at the plates that these find.
            Default: None.
    """

    file: str
    sha256: str
    config: str
    url: Optional[str] = None
    refiner: Optional[str] = None


#: Name to weights. ``tools/model_converters/publish_model.py`` makes the files and prints the entries.
WEIGHTS: dict[str, WeightsEntry] = {
    'lp_fpn_lite0': WeightsEntry(
        'lp_fpn_lite0.pth',
        'ed9dd9d33d15c27f1f45072fa46bd8ef473c02214074771ca4eb6eed0488a43b',
        config='lp_fpn_lite0',
        refiner='lp_fpn_lite0_refiner',
    ),
    'lp_fpn_lite0_refiner': WeightsEntry(
        'lp_fpn_lite0_refiner.pth',
        '99d410c78cee6af2b96acd47ba3b34c39457d617debc7ea617483e90bface033',
        config='lp_fpn_lite0_refiner',
    ),
}
#: What is used when no weights are named.
DEFAULT_WEIGHTS = 'lp_fpn_lite0'


def resolve_weights(
    name: str | os.PathLike | None = None,
    index: Optional[Mapping[str, WeightsEntry]] = None,
    folder: Optional[Path] = None,
) -> Path:
    """Finds weights by name or by path.

    Files of the index are checked against their SHA-256, and downloaded first when they are not in the
    package; downloads go to ``torch.hub``'s folder (``$TORCH_HOME/hub/checkpoints``).

    Args:
        name: A name in the index, or the path of a file; None for the default weights.
        index: The index. Default: ``WEIGHTS``.
        folder: Where the files of the package lie. Default: ``WEIGHTS_FOLDER``.

    Returns:
        Path: The file, which exists.

    Raises:
        FileNotFoundError: It is neither a name nor a file, or the package came without the file.
        ValueError: The file is not the one that the index means.
    """
    index = WEIGHTS if index is None else index
    entry = index.get(str(DEFAULT_WEIGHTS if name is None else name))
    if entry is None:
        if name is not None and Path(name).expanduser().is_file():
            return Path(name).expanduser()
        known = ', '.join(sorted(index)) or 'none in this build'
        wanted = 'the default weights' if name is None else f'{str(name)!r} is no file and'
        raise FileNotFoundError(
            f'{wanted} {"are" if name is None else "is"} not among the weights of mmlp ({known}). Give the '
            'path of a checkpoint (.pth) or of an exported network (.onnx).'
        )
    path = (folder or WEIGHTS_FOLDER) / entry.file
    if entry.url is not None:
        path = _download(entry)
    elif not path.is_file():
        raise FileNotFoundError(
            f'{path}, which should come with mmlp, is missing. Install mmlp again from its wheel or from a '
            'complete checkout.'
        )
    found = file_sha256(path)
    if found != entry.sha256:
        raise ValueError(
            f'{path} is not the file it should be: its SHA-256 is {found}, expected {entry.sha256}. It is '
            'damaged or was replaced: remove it and ' + ('try again.' if entry.url else 'install mmlp again.')
        )
    return path


def find_refiner(name: str | os.PathLike | None = None) -> Optional[str]:
    """Finds what takes a second look at the plates that weights find.

    Args:
        name: Weights, as for :func:`resolve_weights`.

    Returns:
        str | None: A name in the index; None when there is none, or for files by path.
    """
    entry = WEIGHTS.get(str(DEFAULT_WEIGHTS if name is None else name))
    return entry.refiner if entry else None


def file_sha256(path: str | os.PathLike) -> str:
    """Computes the SHA-256 of a file, 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _download(entry: WeightsEntry) -> Path:
    path = Path(torch.hub.get_dir()) / 'checkpoints' / entry.file
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Writes beside the destination, and renames when the hash is right.
        torch.hub.download_url_to_file(entry.url, str(path), hash_prefix=entry.sha256)
    return path
