"""The weights that come with mmlp, and their index."""

from .index import DEFAULT_WEIGHTS, WEIGHTS, WeightsEntry, file_sha256, find_refiner, resolve_weights

__all__ = [
    'DEFAULT_WEIGHTS',
    'WEIGHTS',
    'WeightsEntry',
    'file_sha256',
    'find_refiner',
    'resolve_weights',
]
