"""mmlp: licence plates, pixel by pixel, on MMSegmentation.

Importing the package registers its data sets, transforms, models, hooks and metrics in ``mmseg.registry``,
so that ``custom_imports = dict(imports=['mmlp'])`` in a config is all that the toolbox's tools need.
"""

from .compat import check_toolbox, quiet_imports
from .version import __version__

with quiet_imports():
    check_toolbox()
    from . import checkpoints, datasets, engine, evaluation, models, visualization

__all__ = ['__version__', 'checkpoints', 'datasets', 'engine', 'evaluation', 'models', 'visualization']
