"""Pictures in, plates out: one segmenter over any network of mmlp and any engine."""

from .anonymizing import ANONYMIZING
from .export import export_onnx
from .plate_reader import PlateReader, PlateText
from .plate_segmenter import PlateSegmenter
from .prediction import Prediction
from .refinement import Refinement

__all__ = [
    'ANONYMIZING',
    'PlateReader',
    'PlateSegmenter',
    'PlateText',
    'Prediction',
    'Refinement',
    'export_onnx',
]
