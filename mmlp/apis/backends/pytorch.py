"""The network run by PyTorch."""

from __future__ import annotations

import numpy as np
import torch

from mmlp.apis.model_info import ModelInfo
from mmlp.apis.plate_probability import PlateProbability

from .base import Backend


class PyTorchBackend(Backend):
    """Runs the network by PyTorch, on a CPU in ``channels_last`` layout.

    CUDA is written after PyTorch's documentation and has not been run on a GPU.

    Args:
        network (PlateProbability): The network; it is moved to the device.
        name (str): Where it comes from, for messages.
        device (str): Any device of PyTorch; 'auto' takes CUDA when there is any. Default: 'auto'.
        num_threads (int, optional): Threads of PyTorch in this process, for all that it does. Default: None,
            as it stands.

    Raises:
        ValueError: PyTorch does not have the device.
    """

    name = 'pytorch'

    def __init__(
        self,
        network: PlateProbability,
        name: str,
        device: str = 'auto',
        num_threads: int | None = None,
    ) -> None:
        if device == 'auto':
            device = 'cuda' if torch.cuda.is_available() else 'cpu'
        super().__init__(ModelInfo(network.threshold, network.divisor, name), device)
        if num_threads is not None:
            torch.set_num_threads(num_threads)
        try:
            self.network = network.to(device, memory_format=torch.channels_last).eval()
        except (RuntimeError, AssertionError) as error:
            raise ValueError(f'PyTorch cannot use device={device!r}: {str(error).splitlines()[0]}') from error

    @torch.inference_mode()
    def _run(self, images: np.ndarray) -> np.ndarray:
        if not images.flags.writeable:
            images = images.copy()  # PyTorch knows no read-only tensors and would warn.
        return self.network(torch.from_numpy(images).to(self.device)).cpu().numpy()
