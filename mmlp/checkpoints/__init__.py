"""Weights in and out: torchvision's and the like converted to our layout, safely read, wholly written."""

from .efficientnet_lite_scheme import load_from_efficientnet_lite
from .files import read_checkpoint, write_checkpoint
from .local_scheme import load_from_local
from .package_scheme import load_from_package
from .publishing import slim_checkpoint
from .torchvision_layout import ConvertedWeights, convert_torchvision_deeplabv3
from .torchvision_scheme import as_toolbox_checkpoint, read_torchvision_weights
from .web_scheme import load_from_web

__all__ = [
    'ConvertedWeights',
    'as_toolbox_checkpoint',
    'convert_torchvision_deeplabv3',
    'load_from_efficientnet_lite',
    'load_from_local',
    'load_from_package',
    'load_from_web',
    'read_checkpoint',
    'read_torchvision_weights',
    'slim_checkpoint',
    'write_checkpoint',
]
