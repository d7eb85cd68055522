"""Synthetic plates with exact outlines: a data set made from nothing, and plates to paste into real
pictures.
"""

from .drive import render_drive
from .geometry import composite, convex_mask, homography
from .layouts import LAYOUTS, choose_layout
from .paste import PasteSyntheticPlate
from .plate_layout import PlateLayout
from .plates import PlateImage, render_plate
from .scene_types import ScenePlate
from .scenes import render_scene
from .writer import GENERATOR_VERSION, write_dataset

__all__ = [
    'GENERATOR_VERSION',
    'LAYOUTS',
    'PasteSyntheticPlate',
    'PlateImage',
    'PlateLayout',
    'ScenePlate',
    'choose_layout',
    'composite',
    'convex_mask',
    'homography',
    'render_drive',
    'render_plate',
    'render_scene',
    'write_dataset',
]
