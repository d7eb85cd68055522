"""Registers what configs name with MMSegmentation: ``custom_imports = dict(imports=['mmlp.modules'])``."""

from .compat import check_toolbox, quiet_imports

with quiet_imports():
    check_toolbox()
    from . import checkpoints, datasets, engine, evaluation, models, visualization
    from .datasets import license_plate_dataset, transforms
    from .datasets.synthetic import paste
    from .evaluation import plate_metric
    from .visualization import local_visualizer

__all__ = [
    'checkpoints',
    'datasets',
    'engine',
    'evaluation',
    'license_plate_dataset',
    'local_visualizer',
    'models',
    'paste',
    'plate_metric',
    'transforms',
    'visualization',
]
