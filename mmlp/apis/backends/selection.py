"""Which engine runs a network."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, Optional

import torch
from torch import nn

from mmlp.apis.config_files import ConfigSource
from mmlp.apis.export import export_onnx
from mmlp.apis.model_loading import load_segmentor
from mmlp.apis.onnx_files import read_onnx
from mmlp.apis.plate_probability import PlateProbability

from .base import Backend
from .onnxruntime import ONNXRuntimeBackend
from .openvino import OpenVINOBackend
from .pytorch import PyTorchBackend

#: Engines for exported networks.
EXPORTED = {'onnxruntime': ONNXRuntimeBackend, 'openvino': OpenVINOBackend}
BACKENDS = ('pytorch', *EXPORTED)
#: Engines on a CPU, the faster first, for networks of depthwise convolutions and for dense ones such as
#: ResNets (measured by tools/analysis_tools/benchmarks/, see docs/benchmarks.md).
_FASTER_WHEN_DEPTHWISE = ('onnxruntime', 'openvino', 'pytorch')
_FASTER_WHEN_DENSE = ('openvino', 'pytorch', 'onnxruntime')
#: Engines start as many as they are told, until the system refuses.
_MOST_THREADS = 4096


def build_backend(
    model: Path,
    config: Optional[ConfigSource] = None,
    backend: str = 'auto',
    device: str = 'auto',
    num_threads: Optional[int] = None,
    **limits: Any,
) -> Backend:
    """Loads a network into an engine.

    A checkpoint is exported in memory for the engines that want ONNX, which takes about a second.

    Args:
        model (Path): A checkpoint of ours (.pth), or an exported network (.onnx).
        config: Config of a checkpoint; None for the one inside it.
        backend (str): 'pytorch', 'onnxruntime', 'openvino', or 'auto': PyTorch when the device is CUDA, else
            the fastest of those installed for such a network; of an exported one, ONNX Runtime if installed.
        device (str): 'cpu', 'cuda' or what the engine knows besides; 'auto' takes CUDA where PyTorch has it.
        num_threads (int, optional): Threads of the engine. Default: None, its own choice.
        **limits: ``allow_imports`` and ``max_parameters``, as of
            :func:`~mmlp.apis.model_loading.load_segmentor`.

    Returns:
        Backend: The engine.

    Raises:
        FileNotFoundError: There is no such model or config.
        ValueError: The model cannot be loaded or takes pictures of one size alone, or backend and model or
            device do not fit together.
        ImportError: The engine is not installed.
    """
    if backend not in (*BACKENDS, 'auto'):
        raise ValueError(f"backend must be 'auto' or one of {', '.join(BACKENDS)}, got {backend!r}")
    if num_threads is not None and not 1 <= num_threads <= _MOST_THREADS:
        raise ValueError(f'num_threads must be 1 to {_MOST_THREADS}, got {num_threads}')
    exported = model.suffix.lower() == '.onnx'
    if exported and backend == 'pytorch':
        raise ValueError(
            f'{model} is an exported network, which PyTorch does not run; choose onnxruntime or openvino'
        )
    if exported:
        if backend == 'auto':
            backend = next(filter(_installed, EXPORTED), 'onnxruntime')
        _require(backend)
        engine = EXPORTED[backend](read_onnx(model), str(model), device, num_threads)
        _refuse_fixed_sizes(engine, model)
        return engine
    if backend in EXPORTED:
        _require(backend, 'onnx')
    network = PlateProbability(load_segmentor(model, config, **limits))
    if backend == 'auto':
        backend = _fastest_backend(network, device)
    if backend == 'pytorch':
        return PyTorchBackend(network, str(model), device, num_threads)
    return EXPORTED[backend](export_onnx(network), str(model), device, num_threads)


def _refuse_fixed_sizes(engine: Backend, model: Path) -> None:
    fixed = [side if isinstance(side, int) else '?' for side in engine.input_shape[:3]]
    if fixed != ['?'] * 3:
        raise ValueError(
            f'{model} takes pictures of {" x ".join(map(str, fixed))} (number x height x width) alone, and '
            'pictures and crops of all sizes are to be looked at: export it without --batch-size and --size'
        )


def _fastest_backend(network: PlateProbability, device: str) -> str:
    on_cpu = device == 'cpu' or (device == 'auto' and not torch.cuda.is_available())
    if not on_cpu or not _installed('onnx'):  # onnx is what exports the network.
        return 'pytorch'
    faster_first = _FASTER_WHEN_DEPTHWISE if _has_depthwise(network) else _FASTER_WHEN_DENSE
    return next(name for name in faster_first if name == 'pytorch' or _installed(name))


def _has_depthwise(network: nn.Module) -> bool:
    return any(
        isinstance(module, nn.Conv2d) and module.groups == module.in_channels > 1
        for module in network.modules()
    )


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _require(*packages: str) -> None:
    for package in packages:
        if not _installed(package):
            extra = 'openvino' if package == 'openvino' else 'onnx'
            raise ImportError(
                f"{package} is not installed. Install it by  pip install 'mmlp[{extra}]'  or choose "
                "backend='pytorch'."
            )
