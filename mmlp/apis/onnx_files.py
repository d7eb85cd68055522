"""ONNX files, read with weights from beside them or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .onnx_wire import keeps_data_outside

if TYPE_CHECKING:
    from onnx import TensorProto

#: Most bytes of a protobuf, the format in which ONNX is written.
_LARGEST_FILE = (1 << 31) - 1
_NO_LINKS = getattr(os, 'O_NOFOLLOW', 0)


def read_onnx(path: Path) -> bytes:
    """Reads an ONNX file; weights that it keeps in other files are put into it.

    Engines would look for such files in the working directory and, in some versions, wherever else the model
    says, by ``..``, absolute paths, links or addresses in memory. Here they are read from the folder of the
    model and those below it alone, and the engine gets one piece that names no file.

    Args:
        path (Path): The file.

    Returns:
        bytes: The model, complete.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged or not an ONNX model, larger than a protobuf can be, or keeps weights
            elsewhere than beside it.
        ImportError: It keeps weights in other files, and the package ``onnx`` is missing.
    """
    if not path.is_file():
        raise FileNotFoundError(f'{path} is not a file. Check the path of the model.')
    size = path.stat().st_size
    if size > _LARGEST_FILE:
        raise ValueError(
            f'cannot load {path}: it has {size:,} bytes, and an ONNX file holds at most {_LARGEST_FILE:,}'
        )
    content = path.read_bytes()
    try:
        is_in_parts = keeps_data_outside(content)
    except ValueError as error:
        raise ValueError(f'cannot load {path}: it is damaged or not an ONNX model ({error})') from error
    return _with_weights(content, path) if is_in_parts else content


def _with_weights(content: bytes, path: Path) -> bytes:
    """Puts the weights of other files into the model."""
    try:
        import onnx
    except ImportError as error:
        raise ImportError(
            f"{path} keeps weights in other files, which takes the package onnx: pip install 'mmlp[onnx]'"
        ) from error
    try:
        model = onnx.load_from_string(content)
    except Exception as error:  # The base of protobuf's errors differs between its versions.
        raise ValueError(
            f'cannot load {path}: it is damaged or not an ONNX model ({type(error).__name__})'
        ) from error
    size = len(content)
    for tensor in _tensors(model, onnx.TensorProto):
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        try:
            data = _read_weights(tensor, path.parent.resolve(), _LARGEST_FILE - size)
        except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: a link to itself
            raise ValueError(f'cannot load {path}: its weights {tensor.name[:80]!r} {error}') from error
        size += len(data)
        tensor.raw_data = data
        tensor.ClearField('external_data')
        tensor.ClearField('data_location')
    return model.SerializeToString()


def _tensors(message: Any, kind: type) -> Iterator[TensorProto]:
    """All tensors in a message."""
    if isinstance(message, kind):
        yield message
        return
    for field, value in message.ListFields():
        if field.message_type is not None:
            for child in [value] if hasattr(value, 'ListFields') else value:
                yield from _tensors(child, kind)


def _read_weights(tensor: TensorProto, folder: Path, most: int) -> bytes:
    """Reads what a tensor keeps in another file.

    Raises:
        ValueError: Why not; goes on after 'its weights NAME'.
    """
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get('location', '')
    if len(location) > 255 or not location.isprintable() or '\\' in location or ':' in location:
        raise ValueError(
            f'are in a file of the name {location[:99]!r}, which not every system takes: rename it'
        )
    file = folder / location
    # Of a path without '..' and links, what it leads to is the path itself.
    if Path(location).is_absolute() or file.resolve() != file or not file.is_relative_to(folder):
        raise ValueError(
            f'are in {location!r}, which does not lie beside the model or leads elsewhere: put the file '
            'itself, not a link, into the folder of the model'
        )
    offset = _whole_number(entries.get('offset', '0'), 'offset')
    with _open_without_links(file) as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
            raise ValueError(f'are in {location!r}, which is not a file of its own: put a copy there')
        length = _whole_number(entries.get('length', str(max(status.st_size - offset, 0))), 'length')
        if offset + length > status.st_size:
            raise ValueError(
                f'are said to be bytes {offset:,} to {offset + length:,} of {location!r}, which has '
                f'{status.st_size:,}: one of the two files is damaged or not the right one'
            )
        if length > most:
            raise ValueError('make the model larger than 2 GiB, more than an engine takes in one piece')
        stream.seek(offset)
        return stream.read(length)


def _open_without_links(file: Path) -> Any:
    if not file.is_file():  # Opening a pipe would wait for somebody to write to it.
        raise ValueError(f'are in {file.name!r}, and there is no such file beside the model')
    return os.fdopen(os.open(file, os.O_RDONLY | getattr(os, 'O_BINARY', 0) | _NO_LINKS), 'rb')


def _whole_number(text: str, key: str) -> int:
    if len(text) > 19 or not text.isascii() or not text.isdigit():
        raise ValueError(f'have {text[:40]!r} as {key}, expected a whole number')
    return int(text)
