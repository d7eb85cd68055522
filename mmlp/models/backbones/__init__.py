"""Backbones that the toolbox lacks."""

from .frozen_timm_backbone import FrozenTIMMBackbone

__all__ = ['FrozenTIMMBackbone']
