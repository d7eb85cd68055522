"""The weights that mmlp knows by name: those in the package, and those to download; without PyTorch."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

#: Where the weights in the package lie.
WEIGHTS_FOLDER = Path(__file__).resolve().parent


@dataclasses.dataclass(frozen=True)
class WeightsEntry:
    """Weights with a name.

    Args:
        file (str): Name of the checkpoint's file, in the package or in the download cache.
        sha256 (str): SHA-256 of that file, 64 hexadecimal digits.
        config (str): Name of the config that trained them, for the toolbox's own tools.
        exported (str, optional): Name of the file in the package that holds the same network for ONNX
            Runtime and OpenVINO. Default: None.
        exported_sha256 (str, optional): SHA-256 of that file. Default: None.
        url (str, optional): Where to download the checkpoint; None for a file in the package. Default: None.
        refiner (str, optional): Name of the weights that refine the plates which these find.
            Default: None.
    """

    file: str
    sha256: str
    config: str
    exported: str | None = None
    exported_sha256: str | None = None
    url: str | None = None
    refiner: str | None = None


#: Name to weights. ``mmlp publish`` makes the checkpoints and prints the entries,
#: ``mmlp export-onnx`` the exported networks.
WEIGHTS: dict[str, WeightsEntry] = {
    'lp_fpn_lite0': WeightsEntry(
        'lp_fpn_lite0.pth',
        'ed9dd9d33d15c27f1f45072fa46bd8ef473c02214074771ca4eb6eed0488a43b',
        config='lp_fpn_lite0',
        exported='lp_fpn_lite0.onnx',
        exported_sha256='c238c818231236a53be380acd325481ce091e99e1c35d9f74e12274434724b92',
        refiner='lp_fpn_lite0_refiner',
    ),
    'lp_fpn_lite0_refiner': WeightsEntry(
        'lp_fpn_lite0_refiner.pth',
        '99d410c78cee6af2b96acd47ba3b34c39457d617debc7ea617483e90bface033',
        config='lp_fpn_lite0_refiner',
        exported='lp_fpn_lite0_refiner.onnx',
        exported_sha256='903e29823b70b710f350143a3fc9236a62df1b3a6e2f15e496db4329afe392b0',
    ),
}
#: What is used when no weights are named.
DEFAULT_WEIGHTS = 'lp_fpn_lite0'


def resolve_weights(
    name: str | os.PathLike | None = None,
    index: Mapping[str, WeightsEntry] | None = None,
    folder: Path | None = None,
    *,
    exported: bool = False,
) -> Path:
    """Finds weights by name or by path.

    Files of the index are checked against their SHA-256, and downloaded first when they are not in the
    package; downloads go to ``torch.hub``'s folder (``$TORCH_HOME/hub/checkpoints``).

    Args:
        name: A name in the index, or the path of a file; None for the default weights.
        index: The index. Default: ``WEIGHTS``.
        folder: Where the files of the package lie. Default: ``WEIGHTS_FOLDER``.
        exported: Of a name, the exported network where there is one, in place of the checkpoint.
            Default: False.

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
        wanted = 'the default weights' if name is None else f'{str(name)!r} is not a file and'
        raise FileNotFoundError(
            f'{wanted} {"are" if name is None else "is"} not among the weights of mmlp ({known}). Give the '
            'path of a checkpoint (.pth) or of an exported network (.onnx).'
        )
    if exported and entry.exported is not None:
        file, expected = entry.exported, entry.exported_sha256
    else:
        file, expected = entry.file, entry.sha256
    path, remedy = (folder or WEIGHTS_FOLDER) / file, 'install mmlp again.'
    if file == entry.file and entry.url is not None:
        path, remedy = _download(entry), 'try again.'
    elif not path.is_file():
        raise FileNotFoundError(
            f'{path}, which should come with mmlp, is missing. Install mmlp again from its wheel or from a '
            'complete checkout.'
        )
    found = file_sha256(path)
    if found != expected:
        raise ValueError(
            f'{path} is not the file it should be: its SHA-256 is {found}, expected {expected}. It is '
            f'damaged or was replaced: remove it and {remedy}'
        )
    return path


def find_refiner(name: str | os.PathLike | None = None) -> str | None:
    """Finds what refines the plates that weights find.

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
    import torch  # A checkpoint is of no use without it.

    path = Path(torch.hub.get_dir()) / 'checkpoints' / entry.file
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Writes beside the destination, and renames when the hash is right.
        torch.hub.download_url_to_file(entry.url, str(path), hash_prefix=entry.sha256)
    return path
