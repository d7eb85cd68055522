"""Pictures for people: predictions over photos, what the pipeline feeds the network, training curves."""

from .training_curves import plot_training_curves
from .training_log import TrainingLog, load_training_log

__all__ = ['TrainingLog', 'load_training_log', 'plot_training_curves']
