"""Converters of public plate sets and annotation tools to the layout that training reads."""

import lazy_loader

# Each name is loaded with the first use: a command line that is asked for help needs none of them.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'conversion': ['convert'],
        'options': ['Options', 'Report'],
        'reader': ['Reader'],
        'records': ['ConversionError', 'Problem', 'Record'],
        'shapes': ['FormatError', 'Shape'],
        'splits': ['SplitRule'],
    },
)
