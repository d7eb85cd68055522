"""Synthetic plates with exact outlines: a data set made from nothing, and plates to paste into real
pictures.
"""

import lazy_loader

# Pasting is a transform of the toolbox; drawing does without it.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'scenes.drive': ['render_drive'],
        'geometry': ['composite', 'exact_polygon_mask'],
        'plates.layouts': ['LAYOUTS', 'choose_layout'],
        'paste': ['PasteSyntheticPlate'],
        'plates.plate_layout': ['PlateLayout'],
        'plates.render': ['PlateImage', 'render_plate'],
        'scenes.scene_types': ['ScenePlate'],
        'scenes.render': ['render_scene'],
        'writer': ['GENERATOR_VERSION', 'write_dataset'],
    },
)
