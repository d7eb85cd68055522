"""Transforms that the toolbox lacks, on its results dicts: pictures BGR uint8, masks 0, 1, 255 (ignore)."""

from .blur import GaussianBlur, MotionBlur
from .color import ColorJitter, RandomGamma
from .crop import RandomPlateCrop
from .deferred_loading import LoadImageDeferred
from .geometric import RandomPerspective
from .loading import LoadPlateAnnotations
from .night import RandomRetroreflection
from .outline import IgnorePlateOutline
from .sensor import JPEGCompression, RandomDownscale, RandomNoise
from .warp_crop import RandomWarpCrop

__all__ = [
    'ColorJitter',
    'GaussianBlur',
    'IgnorePlateOutline',
    'JPEGCompression',
    'LoadImageDeferred',
    'LoadPlateAnnotations',
    'MotionBlur',
    'RandomDownscale',
    'RandomGamma',
    'RandomNoise',
    'RandomPerspective',
    'RandomPlateCrop',
    'RandomRetroreflection',
    'RandomWarpCrop',
]
