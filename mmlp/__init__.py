"""mmlp: licence plates, pixel by pixel.

Importing the package is light: it loads neither PyTorch nor MMSegmentation, and what finds and hides plates
comes on demand. :mod:`mmlp.modules` registers data sets, transforms, models, hooks and metrics with
MMSegmentation. A config that imports ``mmlp`` alone gets them too: where the toolbox is loaded already they
are registered at once, else as soon as its registries are asked.
"""

from __future__ import annotations

import importlib.util
import sys

import lazy_loader

from .registration import register_on_demand
from .version import __version__

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=(
        'apis',
        'checkpoints',
        'datasets',
        'engine',
        'evaluation',
        'jobs',
        'media',
        'models',
        'modules',
        'plates',
        'visualization',
    ),
    submod_attrs={
        'apis': ['PlateSegmenter', 'Prediction'],
        'jobs': ['anonymize_media', 'segment_media'],
        'plates': ['Plate'],
    },
)
__all__ += ['__version__']

if 'mmengine' in sys.modules and importlib.util.find_spec('mmseg') is not None:
    # The toolbox reads a config, or a script imports us after it: what its registries know is known at once.
    from . import modules  # noqa: F401
else:
    register_on_demand()
