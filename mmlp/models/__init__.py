"""Decode heads, losses and segmentors."""

from . import decode_heads, losses, segmentors

__all__ = ["decode_heads", "losses", "segmentors"]
