"""What a plate is: from masks to outlines, corners, crops, redaction and tracks; numpy and OpenCV only."""

import lazy_loader

# Each name is loaded with the first use: a command line that is asked for help needs none of them.
_load, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        'area': ['Area'],
        'coco': ['COCO_CATEGORY', 'coco_document', 'encode_rle', 'plates_to_coco'],
        'draw': ['default_label', 'draw_plates', 'plate_color'],
        'extract': ['extract_plates'],
        'geometry': ['is_convex', 'order_corners', 'polygon_area', 'quadrilateral_iou', 'side_lengths'],
        'memory': ['TemporalMemory', 'interpolate_plates', 'move_plate'],
        'outline': ['fill_holes', 'simplify_outline', 'trace_outline'],
        'plate': ['Plate'],
        'quadrilateral': ['fit_quadrilateral'],
        'raster': ['fill_polygons', 'paint_polygon', 'polygon_mask'],
        'rectify': ['estimate_aspect', 'rectify', 'unsharp_mask'],
        'redact': ['covered_pixels', 'redact'],
        'redaction_methods': ['REDACTION_METHODS'],
        'split': ['split_touching'],
        'tracking': ['PlateTracker'],
    },
)


def __getattr__(name: str) -> object:
    import mmlp.opencv  # noqa: F401 (says which library of the system it lacks)

    return _load(name)
