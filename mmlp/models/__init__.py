"""Backbones, decode heads, losses and segmentors."""

from . import backbones, decode_heads, losses, segmentors

__all__ = ['backbones', 'decode_heads', 'losses', 'segmentors']
