"""Metrics: how well plates are found, as pixels and as plates."""

from .components import MaskComparison, compare_masks, component_height, match_by_iou
from .plate_metric import PlateMetric
from .scores import HEIGHT_BINS, summarize_scores

__all__ = [
    'HEIGHT_BINS',
    'MaskComparison',
    'PlateMetric',
    'compare_masks',
    'component_height',
    'match_by_iou',
    'summarize_scores',
]
