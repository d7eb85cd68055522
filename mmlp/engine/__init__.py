"""Hooks that the schedules need, and what a run needs before it starts."""

from .concise_runner import ConciseRunner
from .cpu_distributed import prepare_cpu_distributed
from .hooks import ChannelsLastHook, CheckpointHook, MainProcessLoggerHook, SplitOverlapHook, SWAHook
from .run_config import config_mistakes, load_run_config

__all__ = [
    'ChannelsLastHook',
    'CheckpointHook',
    'ConciseRunner',
    'MainProcessLoggerHook',
    'SWAHook',
    'SplitOverlapHook',
    'config_mistakes',
    'load_run_config',
    'prepare_cpu_distributed',
]
