"""Hooks: logging, checkpoints, memory format, stochastic weight averaging, and a check of the splits."""

from .channels_last_hook import ChannelsLastHook
from .checkpoint_hook import CheckpointHook
from .main_process_logger_hook import MainProcessLoggerHook
from .split_overlap_hook import SplitOverlapHook
from .swa_hook import SWAHook

__all__ = ['ChannelsLastHook', 'CheckpointHook', 'MainProcessLoggerHook', 'SWAHook', 'SplitOverlapHook']
