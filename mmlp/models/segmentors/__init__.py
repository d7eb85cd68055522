"""Segmentors beyond the toolbox's: test-time augmentation for one output channel."""

from .plate_tta import PlateTTAModel

__all__ = ['PlateTTAModel']
