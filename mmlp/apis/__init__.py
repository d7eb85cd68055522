"""Pictures in, plates out: one segmenter over any network of mmlp and any engine."""

import lazy_loader

# Exporting loads PyTorch, reading plates its own engine: each comes with the first name that needs it.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'anonymizing': ['ANONYMIZING'],
        'export': ['export_onnx'],
        'plate_reader': ['PlateReader', 'PlateText'],
        'plate_segmenter': ['PlateSegmenter'],
        'prediction': ['Prediction'],
        'settings': ['Refinement', 'Runtime', 'Search', 'Tiles', 'Trust'],
    },
)
