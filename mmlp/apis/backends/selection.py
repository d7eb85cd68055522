"""Which engine runs a network."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

from mmlp.apis.config_files import ConfigSource
from mmlp.apis.onnx_files import read_onnx
from mmlp.compat import require_toolbox
from mmlp.weights import DEFAULT_WEIGHTS, resolve_weights

from .base import Backend
from .graphics_card import pytorch_sees_card
from .onnxruntime import ONNXRuntimeBackend
from .openvino import OpenVINOBackend

#: Engines for exported networks.
EXPORTED = {'onnxruntime': ONNXRuntimeBackend, 'openvino': OpenVINOBackend}
BACKENDS = ('pytorch', *EXPORTED)
#: Engines start as many as they are told, until the system refuses.
_MOST_THREADS = 4096


def build_backend(
    model: str | os.PathLike | None,
    config: ConfigSource | None = None,
    backend: str = 'auto',
    device: str = 'auto',
    num_threads: int | None = None,
    **limits: Any,
) -> Backend:
    """Loads a network into an engine.

    Of weights with a name, PyTorch runs the checkpoint and the others run the exported network, without
    PyTorch. Of a checkpoint by path PyTorch builds the network, and it is exported in memory for the others.

    Args:
        model (str | os.PathLike, optional): Weights, as for :func:`~mmlp.weights.resolve_weights`: a name,
            the path of a checkpoint of ours (.pth) or of an exported network (.onnx), None for the default.
        config: Config of a checkpoint; None for the one inside it.
        backend (str): 'pytorch', 'onnxruntime', 'openvino', or 'auto': PyTorch where it sees a graphics card
            and a checkpoint can be had, else the fastest of those installed; of an exported network, ONNX
            Runtime if installed.
        device (str): 'cpu', 'cuda' or what the engine knows besides; 'auto' takes a graphics card where the
            engine sees one.
        num_threads (int, optional): Threads of the engine. Default: None, its own choice.
        **limits: ``allow_imports`` and ``max_parameters``, as of
            :func:`~mmlp.apis.model_loading.load_segmentor`.

    Returns:
        Backend: The engine.

    Raises:
        FileNotFoundError: There is no such model or config.
        ValueError: The model cannot be loaded or takes pictures of one size alone, or backend and model or
            device do not fit together.
        ImportError: The engine, or what a checkpoint needs, is not installed.
    """
    if backend not in (*BACKENDS, 'auto'):
        raise ValueError(f"backend must be 'auto' or one of {', '.join(BACKENDS)}, got {backend!r}")
    if num_threads is not None and not 1 <= num_threads <= _MOST_THREADS:
        raise ValueError(f'num_threads must be 1 to {_MOST_THREADS}, got {num_threads}')
    runs_exported = backend in EXPORTED or (backend == 'auto' and not _belongs_to_pytorch(device))
    path = resolve_weights(model, exported=runs_exported and config is None)
    name = str(DEFAULT_WEIGHTS if model is None else model)
    if path.suffix.lower() == '.onnx':
        return _build_exported(path, name, backend, device, num_threads)
    if backend in EXPORTED:
        _require(backend, 'onnx')
    require_toolbox(f'{path} is a checkpoint, which PyTorch and MMSegmentation read')
    from .checkpoint import build_from_checkpoint

    return build_from_checkpoint(path, name, config, backend, device, num_threads, **limits)


def _belongs_to_pytorch(device: str) -> bool:
    """Whether an engine that nobody named is PyTorch, for weights that are there for all engines."""
    if device == 'auto':
        return pytorch_sees_card()
    return device != 'cpu' and is_installed('torch')


def _build_exported(path: Path, name: str, backend: str, device: str, num_threads: int | None) -> Backend:
    if backend == 'pytorch':
        raise ValueError(
            f'{path} is an exported network, which PyTorch does not run; choose onnxruntime or openvino'
        )
    if backend == 'auto':
        backend = next(filter(is_installed, EXPORTED), 'onnxruntime')
    _require(backend)
    engine = EXPORTED[backend](read_onnx(path), name, device, num_threads)
    fixed = [side if isinstance(side, int) else '?' for side in engine.input_shape[:3]]
    if fixed != ['?'] * 3:
        raise ValueError(
            f'{path} takes pictures of {" x ".join(map(str, fixed))} (number x height x width) alone, and '
            'pictures and crops of all sizes are to be looked at: export it without --batch-size and --size'
        )
    return engine


def is_installed(package: str) -> bool:
    """Whether a package can be imported, without importing it."""
    return importlib.util.find_spec(package) is not None


def _require(*packages: str) -> None:
    for package in packages:
        if not is_installed(package):
            extra = 'openvino' if package == 'openvino' else 'onnx'
            raise ImportError(
                f"{package} is not installed. Install it by  pip install 'mmlp[{extra}]'  or choose "
                "backend='pytorch'."
            )
