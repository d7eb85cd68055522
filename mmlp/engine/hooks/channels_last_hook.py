"""The memory format in which convolutions are fast."""

from __future__ import annotations

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS


@HOOKS.register_module()
class ChannelsLastHook(Hook):
    """Lays the model's convolution weights out channels last, for training and testing.

    Dilated and depthwise convolutions run several times faster so on a CPU, and mixed precision on CUDA
    wants it (`PyTorch, Channels Last Memory Format
    <https://docs.pytorch.org/tutorials/intermediate/memory_format_tutorial.html>`_). Activations follow
    the weights; results agree to rounding; checkpoints do not change.
    """

    priority = 'VERY_HIGH'

    def before_run(self, runner: Runner) -> None:
        """Converts the model once, before other hooks copy it."""
        runner.model.to(memory_format=torch.channels_last)
