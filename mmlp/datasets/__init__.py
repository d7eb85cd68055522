"""Data sets and the transforms that feed them to the network."""

import lazy_loader

# What makes and converts data sets loads no toolbox: it comes with the first name that needs it.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=('synthetic', 'transforms'),
    submod_attrs={
        'integrity': ['DatasetError'],
        'license_plate_dataset': ['LicensePlateDataset'],
        'plate_mask': ['read_plate_mask'],
    },
)
