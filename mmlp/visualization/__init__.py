"""Pictures for people: predictions over photos, what the pipeline feeds the network, training curves."""

import lazy_loader

# The curves need neither PyTorch nor the toolbox, the pictures of a pipeline both.
__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'captions': ['contact_sheet', 'titled_panels'],
        'fault_sheet': ['Place', 'draw_sheet', 'draw_tile'],
        'local_visualizer': ['PlateLocalVisualizer'],
        'mask_overlay': ['draw_ignored', 'draw_mask'],
        'image_files': ['write_images', 'write_sheets'],
        'pipeline_images': ['BrowseMode', 'BrowsedImage', 'browse'],
        'show_result': ['show_result_pyplot'],
        'sweep_plot': ['Column', 'Curve', 'plot_sweeps'],
        'training_curves': ['plot_training_curves'],
        'training_log': ['TrainingLog', 'load_training_log'],
    },
)
