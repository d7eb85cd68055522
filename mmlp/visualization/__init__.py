"""Pictures for people: predictions over photos, what the pipeline feeds the network, training curves."""

from .captions import contact_sheet, titled_panels
from .local_visualizer import PlateLocalVisualizer
from .mask_overlay import draw_ignored, draw_mask
from .pipeline_pictures import BrowsedPicture, BrowseMode, browse
from .show_result import show_result_pyplot
from .training_curves import plot_training_curves
from .training_log import TrainingLog, load_training_log

__all__ = [
    'BrowseMode',
    'BrowsedPicture',
    'PlateLocalVisualizer',
    'TrainingLog',
    'browse',
    'contact_sheet',
    'draw_ignored',
    'draw_mask',
    'load_training_log',
    'plot_training_curves',
    'show_result_pyplot',
    'titled_panels',
]
