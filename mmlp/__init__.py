"""mmlp: licence plates, pixel by pixel, on MMSegmentation.

Importing the package registers its data sets, transforms, models, hooks and metrics in ``mmseg.registry``,
so that ``custom_imports = dict(imports=['mmlp'])`` in a config is all that the toolbox's tools need.
"""

from .compat import check_toolbox
from .version import __version__

check_toolbox()

from . import checkpoints, datasets, engine, evaluation, models, visualization  # noqa: E402

__all__ = ['__version__', 'checkpoints', 'datasets', 'engine', 'evaluation', 'models', 'visualization']
