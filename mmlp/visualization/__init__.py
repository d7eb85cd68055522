"""Pictures for people: predictions over photos, what the pipeline feeds the network, training curves."""

from .captions import contact_sheet, titled_panels
from .local_visualizer import PlateLocalVisualizer
from .mask_overlay import draw_ignored, draw_mask
from .training_curves import plot_training_curves
from .training_log import TrainingLog, load_training_log

__all__ = [
    'PlateLocalVisualizer',
    'TrainingLog',
    'contact_sheet',
    'draw_ignored',
    'draw_mask',
    'load_training_log',
    'plot_training_curves',
    'titled_panels',
]
