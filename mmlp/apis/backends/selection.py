"""Which engine runs a network."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Optional

import torch

from mmlp.apis.config_files import ConfigSource
from mmlp.apis.export import export_onnx
from mmlp.apis.model_loading import load_segmentor
from mmlp.apis.plate_probability import PlateProbability

from .base import Backend
from .onnxruntime import ONNXRuntimeBackend
from .openvino import OpenVINOBackend
from .pytorch import PyTorchBackend

#: Engines for exported networks, the faster on a CPU first.
EXPORTED = {'onnxruntime': ONNXRuntimeBackend, 'openvino': OpenVINOBackend}
BACKENDS = ('pytorch', *EXPORTED)


def build_backend(
    model: Path,
    config: Optional[ConfigSource] = None,
    backend: str = 'auto',
    device: str = 'auto',
    num_threads: Optional[int] = None,
) -> Backend:
    """Loads a network into an engine.

    A checkpoint is exported in memory for the engines that want ONNX, which takes about a second.

    Args:
        model (Path): A checkpoint of ours (.pth), or an exported network (.onnx).
        config: Config of a checkpoint; None for the one inside it.
        backend (str): 'pytorch', 'onnxruntime', 'openvino', or 'auto': PyTorch when the device is CUDA, else
            the fastest of those installed.
        device (str): 'cpu', 'cuda' or what the engine knows besides; 'auto' takes CUDA where PyTorch has it.
        num_threads (int, optional): Threads of the engine. Default: None, its own choice.

    Returns:
        Backend: The engine.

    Raises:
        FileNotFoundError: There is no such model or config.
        ValueError: The model cannot be loaded, or backend and model or device do not fit together.
        ImportError: The engine is not installed.
    """
    if backend not in (*BACKENDS, 'auto'):
        raise ValueError(f"backend must be 'auto' or one of {', '.join(BACKENDS)}, got {backend!r}")
    exported = model.suffix.lower() == '.onnx'
    if exported and backend == 'pytorch':
        raise ValueError(
            f'{model} is an exported network, which PyTorch does not run; choose onnxruntime or openvino'
        )
    if backend == 'auto':
        backend = _fastest_backend(exported, device)
    if backend != 'pytorch':
        _require(backend)
        data = model.read_bytes() if exported else _export(model, config)
        return EXPORTED[backend](data, str(model), device, num_threads)
    network = PlateProbability(load_segmentor(model, config))
    return PyTorchBackend(network, str(model), device, num_threads)


def _fastest_backend(exported: bool, device: str) -> str:
    installed = [name for name in EXPORTED if _installed(name)]
    if exported:
        return installed[0] if installed else 'onnxruntime'
    on_cpu = device == 'cpu' or (device == 'auto' and not torch.cuda.is_available())
    return installed[0] if on_cpu and installed and _installed('onnx') else 'pytorch'


def _export(model: Path, config: Optional[ConfigSource]) -> bytes:
    _require('onnx')
    return export_onnx(PlateProbability(load_segmentor(model, config)))


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _require(package: str) -> None:
    if not _installed(package):
        extra = 'openvino' if package == 'openvino' else 'onnx'
        raise ImportError(
            f"{package} is not installed. Install it by  pip install 'mmlp[{extra}]'  or choose "
            "backend='pytorch'."
        )
