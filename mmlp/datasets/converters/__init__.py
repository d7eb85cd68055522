"""Converters of public plate sets and annotation tools to the layout that training reads."""

from .conversion import convert
from .options import Options, Report
from .reader import Reader
from .records import ConversionError, Problem, Record
from .shapes import FormatError, Shape
from .splits import SplitRule

__all__ = [
    'ConversionError',
    'FormatError',
    'Options',
    'Problem',
    'Reader',
    'Record',
    'Report',
    'Shape',
    'SplitRule',
    'convert',
]
