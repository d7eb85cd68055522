"""Stochastic weight averaging with re-estimated BatchNorm statistics."""

from __future__ import annotations

from itertools import islice
from typing import Any

import torch
import torch.distributed as dist
from mmengine.dist import all_reduce
from mmengine.hooks import EMAHook
from mmengine.logging import print_log
from mmengine.runner import IterBasedTrainLoop, Runner
from mmseg.registry import HOOKS
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@HOOKS.register_module()
class SWAHook(EMAHook):
    """Averages the weights along the training path and gives the average BatchNorm statistics of its own.

    The plain mean of the weights after every ``interval`` iterations, from ``begin_iter`` on (Izmailov et
    al., Averaging Weights Leads to Wider Optima and Better Generalization, UAI 2018). The mean of weights
    has other activations than any of the averaged networks, therefore section 3.2 of the paper runs the
    training data once more through it to set the BatchNorm statistics; averaging those, too, as the
    toolbox's ``EMAHook`` can, is not the same. It is done here at the end of an epoch before checkpoint
    and validation, so that both have it.

    Args:
        interval: Iterations between two averaged weights.
        begin_iter: First iteration whose weights count.
        bn_batches: Training batches for the statistics, the equally weighted mean over which is taken.
        bn_interval: Epochs between two estimations; the last epoch always has one.
        **kwargs: As of ``mmengine.hooks.EMAHook``.

    Raises:
        ValueError: A number is below 1, or training is not by epochs.
    """

    def __init__(
        self,
        interval: int = 5,
        begin_iter: int = 10,
        bn_batches: int = 100,
        bn_interval: int = 1,
        **kwargs: Any,
    ) -> None:
        for name, value in (('interval', interval), ('bn_batches', bn_batches), ('bn_interval', bn_interval)):
            if value < 1:
                raise ValueError(f'{name} must be at least 1, got {value}')
        super().__init__(
            ema_type='StochasticWeightAverage',
            interval=interval,
            begin_iter=begin_iter,
            update_buffers=True,
            **kwargs,
        )
        self.bn_batches = bn_batches
        self.bn_interval = bn_interval

    def before_train(self, runner: Runner) -> None:
        """Checks that training is by epochs."""
        super().before_train(runner)
        if isinstance(runner.train_loop, IterBasedTrainLoop):
            raise ValueError('SWAHook works at the ends of epochs: use train_cfg with by_epoch=True')

    def after_train_epoch(self, runner: Runner) -> None:
        """Re-estimates the statistics of the averaged model."""
        if self.every_n_epochs(runner, self.bn_interval) or self.is_last_train_epoch(runner):
            loader = runner.build_dataloader(runner.cfg.train_dataloader, seed=runner.seed)
            seen = estimate_bn_statistics(self.ema_model.module, loader, self.bn_batches)
            print_log(f'BatchNorm statistics of the averaged weights: {seen} training batches', 'current')


@torch.no_grad()
def estimate_bn_statistics(model: nn.Module, loader: Any, num_batches: int) -> int:
    """Sets the BatchNorm statistics of a segmentor to their means over training batches.

    Does what ``torch.optim.swa_utils.update_bn`` does, on the toolbox's batches and over all processes;
    other layers stay in evaluation mode, and so do frozen ones.

    Args:
        model: A segmentor of the toolbox.
        loader: Yields batches of its training pipeline.
        num_batches: How many of them to use at most.

    Returns:
        The number of batches used.
    """
    was_training = model.training
    model.train()  # frozen layers stay in evaluation mode, and are left as they are
    layers = [
        m for m in model.modules() if isinstance(m, _BatchNorm) and m.track_running_stats and m.training
    ]
    momenta = [layer.momentum for layer in layers]
    model.eval()
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a cumulative mean, every batch with the same weight
        layer.train()
    seen = 0
    try:
        for batch in islice(loader, num_batches):
            data = model.data_preprocessor(batch, training=True)
            model(data['inputs'], data['data_samples'], mode='tensor')
            seen += 1
    finally:
        for layer, momentum in zip(layers, momenta):
            layer.momentum = momentum
        model.train(was_training)
    if dist.is_available() and dist.is_initialized():
        for layer in layers:
            all_reduce(layer.running_mean, op='mean')
            all_reduce(layer.running_var, op='mean')
    return seen
