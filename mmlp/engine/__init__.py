"""Hooks that the schedules need, and what a run needs before it starts."""

from .cpu_distributed import prepare_cpu_distributed
from .hooks import ChannelsLastHook, MainProcessLoggerHook, SplitOverlapHook, SWAHook
from .run_config import load_run_config

__all__ = [
    'ChannelsLastHook',
    'MainProcessLoggerHook',
    'SWAHook',
    'SplitOverlapHook',
    'load_run_config',
    'prepare_cpu_distributed',
]
