"""Reading checkpoints without executing what is in them, and writing them whole."""

from __future__ import annotations

import io
import logging
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import torch

from mmlp.files import write_bytes

from .unpickling import LeftOut, restricted_pickle

logger = logging.getLogger(__name__)

#: Compressed archives could be small and fill the memory; ``torch.save`` stores without compression.
_LARGEST_GROWTH = 2
_LONGEST_NAME = 500


def read_checkpoint(path: str | os.PathLike, map_location: Any = 'cpu') -> dict[str, Any]:
    """Read a file of ``torch.save``; no code in it or named by it runs.

    Tensors, numpy arrays, plain values, and what the toolbox keeps its logs in are read, whatever the version
    of torch. Any other object is replaced by an inert placeholder, and the log names its class. Archives that
    hold code (TorchScript, ``torch.export``) and the tar files of torch 0.1 are refused before anything is
    loaded: ``torch.load`` hands them to loaders that run what they hold. ``weights_only=True`` is not relied
    on, which is not safe before PyTorch 2.6 (CVE-2025-32434) and 2.10 (CVE-2026-24747): the unpickler is our
    own and allows less, and the sizes of storages are compared with what the archive has for them.

    Args:
        path: The file; ``~`` is expanded.
        map_location: As in :func:`torch.load`. Default: 'cpu'.

    Returns:
        What was saved.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged, holds code or something else than a dict, or asks for more memory
            than there is.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f'{path} is not a file. Check the path of the checkpoint.')
    # Checked and read through one handle: the file cannot be exchanged in between.
    left_out: set[str] = set()
    with path.open('rb') as file:
        try:
            unpickler = restricted_pickle(left_out, _refuse_code(file, path))
            file.seek(0)
            # Safe in spite of its name: the unpickler allows less than weights_only=True does.
            content = torch.load(file, map_location, pickle_module=unpickler, weights_only=False, mmap=False)
        except _Refusal:
            raise
        except MemoryError as error:
            raise ValueError(f'{path} could not be read: it asks for more memory than there is') from error
        except Exception as error:  # Damaged bytes make unpicklers raise almost anything.
            raise ValueError(
                f'{path} could not be read ({type(error).__name__}: {_first_line(error)}). '
                'It is damaged or not a checkpoint: remove it and fetch it again.'
            ) from error
    if not isinstance(content, dict):
        kind = ', '.join(sorted(left_out)) if isinstance(content, LeftOut) else type(content).__name__
        raise ValueError(
            f'{path} holds a {kind}, expected a dict of weights. Save the state_dict() of the network alone.'
        )
    _check_names(content, path)
    if left_out:
        logger.warning('%s: left out objects of %s', path, ', '.join(sorted(left_out)))
    return content


class _Refusal(ValueError):
    """A file that is not to be loaded."""


def _refuse_code(file: BinaryIO, path: Path) -> Callable[[str], int] | None:
    """Refuses whatever ``torch.load`` would hand to another loader than the unpickler.

    Returns:
        Callable[[str], int] | None: For an archive, the number of bytes that it holds for a storage.
    """
    if file.read(4) != b'PK\x03\x04':
        file.seek(0)
        if _is_tar(file):
            raise _Refusal(f'{path} is a tar archive, as torch before 0.2 wrote them: save it by torch.save')
        return None
    file.seek(0)
    # By torch's own reader: another one could see other records than the loader does.
    reader = torch._C.PyTorchFileReader(file)
    records = reader.get_all_records()
    if any(record == 'constants.pkl' or record.startswith('code/') for record in records):
        raise _Refusal(
            f'{path} is a TorchScript archive: it holds code, which would run when it is loaded. Give a '
            'checkpoint of a training run (.pth), or an exported network (.onnx).'
        )
    if 'data.pkl' not in records:
        raise _Refusal(
            f'{path} is an archive, but not one that torch.save wrote: it has {sorted(records)[:4]}. Give a '
            'checkpoint of a training run (.pth).'
        )
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > _LARGEST_GROWTH * os.fstat(file.fileno()).st_size:
        raise _Refusal(f'{path} is a compressed archive that grows to {size:,} bytes; torch.save writes none')
    if hasattr(reader, 'get_record_size'):
        return lambda key: reader.get_record_size(f'data/{key}')
    return lambda key: len(reader.get_record(f'data/{key}'))  # before PyTorch 2.3


def _check_names(content: dict, path: Path) -> None:
    """Refuses weights whose names are not names; whoever reads them asks how they begin, and prints them."""
    for weights in (content, content.get('state_dict'), content.get('model')):
        for name in weights if isinstance(weights, dict) else ():
            if not isinstance(name, str) or len(name) > _LONGEST_NAME or not name.isprintable():
                raise ValueError(
                    f'{path} has an entry {ascii(name)[:60]} where names of weights are expected. It is '
                    'damaged or not a checkpoint.'
                )


def _is_tar(file: BinaryIO) -> bool:
    try:
        with tarfile.open(fileobj=file, mode='r:'):
            return True
    except tarfile.TarError:
        return False


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
        WriteError: The file could not be written.
    """
    path = Path(path).expanduser()
    if path.exists() and not overwrite:
        raise FileExistsError(
            f'{path} exists already. Remove it, choose another name, or ask to overwrite it.'
        )
    buffer = io.BytesIO()  # Writing files itself, torch does not say what the system's error was.
    torch.save(checkpoint, buffer)
    write_bytes(path, buffer.getbuffer())
