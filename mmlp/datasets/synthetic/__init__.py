"""Synthetic plates with exact outlines: a data set made from nothing, and plates to paste into real pictures."""

from .geometry import composite, convex_mask, homography
from .layouts import LAYOUTS, PlateLayout, choose_layout
from .paste import PasteSyntheticPlate
from .plates import PlateImage, render_plate

__all__ = [
    'LAYOUTS', 'PasteSyntheticPlate', 'PlateImage', 'PlateLayout', 'choose_layout', 'composite', 'convex_mask',
    'homography', 'render_plate',
]  # fmt: skip
