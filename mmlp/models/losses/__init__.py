"""Losses."""

from .binary_lovasz_loss import BinaryLovaszLoss
from .lovasz_functional import lovasz_hinge, lovasz_sigmoid

__all__ = ['BinaryLovaszLoss', 'lovasz_hinge', 'lovasz_sigmoid']
