"""Work on whole folders and long videos: what the command lines of the verbs call."""

from .anonymize import anonymize_image, anonymize_media
from .exclusion import ExcludingSegmenter, Region
from .redaction import Redaction, read_cover
from .report import FileResult, JobReport
from .runner import Progress, Segmenter
from .segment import segment_media

__all__ = [
    'ExcludingSegmenter',
    'FileResult',
    'JobReport',
    'Progress',
    'Redaction',
    'Region',
    'Segmenter',
    'anonymize_image',
    'anonymize_media',
    'read_cover',
    'segment_media',
]
