"""Engines that run a network: PyTorch, ONNX Runtime, OpenVINO."""

from .base import Backend
from .selection import BACKENDS, build_backend

__all__ = ['BACKENDS', 'Backend', 'build_backend']
