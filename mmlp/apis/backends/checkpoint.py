"""A checkpoint, loaded into an engine; PyTorch builds its network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn

from mmlp.apis.config_files import ConfigSource
from mmlp.apis.export import export_onnx
from mmlp.apis.model_loading import load_segmentor
from mmlp.apis.plate_probability import PlateProbability

from .base import Backend
from .graphics_card import pytorch_sees_card
from .pytorch import PyTorchBackend
from .selection import EXPORTED, is_installed

#: Engines on a CPU, the faster first, for networks of depthwise convolutions and for dense ones such as
#: ResNets (measured by tools/analysis_tools/benchmarks/, see docs/benchmarks.md).
_FASTER_WHEN_DEPTHWISE = ('onnxruntime', 'openvino', 'pytorch')
_FASTER_WHEN_DENSE = ('openvino', 'pytorch', 'onnxruntime')


def build_from_checkpoint(
    path: Path,
    name: str,
    config: ConfigSource | None,
    backend: str,
    device: str,
    num_threads: int | None,
    **limits: Any,
) -> Backend:
    """Loads a checkpoint into an engine; see :func:`~mmlp.apis.backends.build_backend`.

    It is exported in memory for the engines that want ONNX, which takes about a second.

    Args:
        path (Path): The checkpoint.
        name (str): What it is called in messages.
        config: Its config; None for the one inside it.
        backend (str): An engine, or 'auto'.
        device (str): A device, or 'auto'.
        num_threads (int, optional): Threads of the engine.
        **limits: As of :func:`~mmlp.apis.model_loading.load_segmentor`.

    Returns:
        Backend: The engine.
    """
    network = PlateProbability(load_segmentor(path, config, **limits))
    if backend == 'auto':
        backend = _fastest_backend(network, device)
    if backend == 'pytorch':
        return PyTorchBackend(network, name, device, num_threads)
    return EXPORTED[backend](export_onnx(network), name, device, num_threads)


def _fastest_backend(network: PlateProbability, device: str) -> str:
    on_cpu = device == 'cpu' or (device == 'auto' and not pytorch_sees_card())
    if not on_cpu or not is_installed('onnx'):  # onnx is what exports the network.
        return 'pytorch'
    faster_first = _FASTER_WHEN_DEPTHWISE if _has_depthwise(network) else _FASTER_WHEN_DENSE
    return next(name for name in faster_first if name == 'pytorch' or is_installed(name))


def _has_depthwise(network: nn.Module) -> bool:
    return any(
        isinstance(module, nn.Conv2d) and module.groups == module.in_channels > 1
        for module in network.modules()
    )
