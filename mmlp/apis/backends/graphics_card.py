"""Whether there may be a graphics card, found out without loading an engine."""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import os

from mmlp.compat import quiet_imports

#: What the drivers of NVIDIA and of AMD bring, by name as the system's loader finds it or as a file.
_DRIVER_LIBRARIES = ('nvcuda.dll',) if os.name == 'nt' else ('libcuda.so.1',)
_AMD_DEVICE = '/dev/kfd'


@functools.cache
def has_driver() -> bool:
    """Whether the driver of a graphics card is installed on which PyTorch could run."""
    for name in _DRIVER_LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return os.path.exists(_AMD_DEVICE)


def pytorch_sees_card() -> bool:
    """Whether PyTorch is installed and can use a graphics card; it is loaded only where there may be one."""
    if not has_driver() or importlib.util.find_spec('torch') is None:
        return False
    with quiet_imports():
        import torch

    return torch.cuda.is_available()


def advise_on_unused_card(engine: str, device: str) -> str | None:
    """Says how a graphics card could be used that an engine leaves unused.

    Args:
        engine (str): Name of the engine.
        device (str): Where it runs.

    Returns:
        str | None: A sentence; None where there is no card, or the engine uses it.
    """
    if device != 'cpu' or not has_driver():
        return None
    if importlib.util.find_spec('torch') is None:
        remedy = (
            "install PyTorch and the toolbox (pip install 'mmlp[onedl]'), or ONNX Runtime for CUDA "
            "(pip install 'mmlp[cuda]')"
        )
    else:
        remedy = 'the PyTorch here cannot use it'
    return f'{engine} runs on the CPU although the driver of a graphics card is installed: {remedy}'
