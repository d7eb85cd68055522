"""Data sets and the transforms that feed them to the network."""

from . import synthetic, transforms
from .integrity import DatasetError
from .license_plate_dataset import LicensePlateDataset
from .plate_mask import read_plate_mask

__all__ = ['DatasetError', 'LicensePlateDataset', 'read_plate_mask', 'synthetic', 'transforms']
