"""Metrics: how well plates are found and hidden, as pixels and as plates."""

import lazy_loader

# The metric of the toolbox needs PyTorch, what it counts does not.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'components': ['MaskComparison', 'compare_masks', 'component_height', 'match_by_iou'],
        'covers': ['CoverTally', 'measure_covers'],
        'figures': ['SIZE_CLASSES', 'summarize_tallies'],
        'intervals': ['bootstrap_interval', 'resample_sums', 'wilson_interval'],
        'plate_metric': ['PlateMetric'],
        'plate_tally': ['PlateTally', 'box_ious', 'boxes_of_components', 'boxes_of_plates', 'tally_plates'],
        'scores': ['HEIGHT_BINS', 'summarize_scores'],
    },
)
