"""The toolbox's runner, with a terminal that a person can read."""

from __future__ import annotations

import logging
import re
import warnings
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from mmengine.logging import MMLogger
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from mmseg.registry import RUNNERS
from torch.utils.data import DataLoader

from mmlp.processes import end_with_parent

#: What the toolbox says about every single parameter; ``ConciseRunner`` says it in a line.
_NOWHERE = ('paramwise_options -- ', 'is skipped since its requires_grad=False')
#: The classifier of ImageNet weights, for which a segmenter has no use.
_CLASSIFIER = re.compile(
    r'The model and loaded state dict do not match exactly\s+unexpected key in source state_dict: '
    r'(timm_model\.)?(fc|classifier|head)\.\w+(, (timm_model\.)?(fc|classifier|head)\.\w+)*\s*$'
)
#: What it says at length, or as a warning, about what is in order.
_FILE_ONLY = (
    'System environment:',
    'Config:',
    'Hooks will be executed in the following order:',
    'Distributed training is not used, all SyncBatchNorm',
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
)


class _Without(logging.Filter):
    """Leaves messages out that begin with some texts, or hold them in their first line."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        self.texts = texts

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        head = message.lstrip('\n -')[:200]
        return not any(text in head for text in self.texts) and not _CLASSIFIER.match(message)


@RUNNERS.register_module()
class ConciseRunner(Runner):
    """MMEngine's ``Runner``, which does not fill the terminal before the first iteration.

    The environment, the whole config and the order of hooks go to the log file alone; what is trained and
    what is frozen is told in a line in place of several for each parameter. Processes that load data end with
    this one.

    Args:
        **kwargs: As of ``mmengine.runner.Runner``.
    """

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        """Builds the logger and thins out its terminal."""
        logger = super().build_logger(*args, **kwargs)
        for handler in logger.handlers:
            is_terminal = type(handler) is logging.StreamHandler
            handler.addFilter(_Without(_NOWHERE + _FILE_ONLY if is_terminal else _NOWHERE))
        # The hook that draws results says at every start that it has not been asked to.
        warnings.filterwarnings('ignore', message='The draw is False')
        logger.info(f'the log file in {self.log_dir} tells the environment and the whole config, too')
        return logger

    @staticmethod
    def build_dataloader(*args: Any, **kwargs: Any) -> DataLoader:
        """Builds a data loader; takes what ``Runner.build_dataloader`` takes."""
        loader = Runner.build_dataloader(*args, **kwargs)
        loader.worker_init_fn = partial(_begin_worker, loader.worker_init_fn)
        return loader

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
                f'{type(built.optimizer).__name__} trains weights: {rates}; {frozen:,} are frozen'
            )
        return built


def _begin_worker(then: Callable[[int], None] | None, worker_id: int) -> None:
    end_with_parent()
    if then is not None:
        then(worker_id)
