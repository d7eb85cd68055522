"""Data sets and the transforms that feed them to the network."""

from . import transforms

__all__ = ["transforms"]
