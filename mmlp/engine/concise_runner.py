"""The toolbox's runner, with a terminal that a person can read."""

from __future__ import annotations

import logging
import warnings
from collections import defaultdict
from typing import Any

from mmengine.logging import MMLogger
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from mmseg.registry import RUNNERS

#: What the toolbox says at length about what is in order; messages that hold one of these stay in the log file.
_FOR_THE_FILE = (
    'System environment:',
    'Hooks will be executed in the following order:',
    'paramwise_options -- ',
    'is skipped since its requires_grad=False',
    'Distributed training is not used, all SyncBatchNorm',
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
)


class _TerminalFilter(logging.Filter):
    """Keeps long messages about what is in order off the terminal."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        return not message.startswith('Config:\n') and not any(part in message for part in _FOR_THE_FILE)


@RUNNERS.register_module()
class ConciseRunner(Runner):
    """MMEngine's ``Runner``, which does not fill the terminal before the first iteration.

    The environment, the whole config, the order of hooks and the options of every parameter go to the log
    file alone; what is trained and what is frozen is told in a line.

    Args:
        **kwargs: As of ``mmengine.runner.Runner``.
    """

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        """Builds the logger and thins out its terminal."""
        logger = super().build_logger(*args, **kwargs)
        for handler in logger.handlers:
            if type(handler) is logging.StreamHandler:
                handler.addFilter(_TerminalFilter())
        # The hook that draws results says at every start that it has not been asked to.
        warnings.filterwarnings('ignore', message='The draw is False')
        logger.info(f'environment, config and hooks stand in {self.log_dir}')
        return logger

    def build_optim_wrapper(self, optim_wrapper: Any) -> Any:
        """Builds the optimiser and says what it trains."""
        built = super().build_optim_wrapper(optim_wrapper)
        if isinstance(built, OptimWrapper):
            sizes: dict[float, int] = defaultdict(int)
            for group in built.param_groups:
                sizes[group['lr']] += sum(p.numel() for p in group['params'] if p.requires_grad)
            rates = ', '.join(f'{size:,} at a rate of {rate:g}' for rate, size in sizes.items() if size)
            frozen = sum(p.numel() for p in self.model.parameters() if not p.requires_grad)
            self.logger.info(
                f'{type(built.optimizer).__name__} trains {rates}; {frozen:,} weights are frozen'
            )
        return built
