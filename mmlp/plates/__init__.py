"""What a plate is: from masks to outlines, corners, crops, redaction and tracks; numpy and OpenCV only."""

from .coco import COCO_CATEGORY, encode_rle, plates_to_coco
from .draw import default_label, draw_plates, plate_color
from .extract import extract_plates
from .geometry import is_convex, order_corners, polygon_area, quadrilateral_iou, side_lengths
from .memory import TemporalMemory, interpolate_plates, move_plate
from .outline import fill_holes, simplify_outline, trace_outline
from .plate import Plate
from .quadrilateral import fit_quadrilateral
from .raster import fill_polygons, paint_polygon, polygon_mask
from .rectify import estimate_aspect, rectify, unsharp_mask
from .redact import REDACTION_METHODS, redact
from .split import split_touching
from .tracking import PlateTracker

__all__ = [
    'COCO_CATEGORY',
    'REDACTION_METHODS',
    'Plate',
    'PlateTracker',
    'TemporalMemory',
    'default_label',
    'draw_plates',
    'encode_rle',
    'estimate_aspect',
    'extract_plates',
    'fill_holes',
    'fill_polygons',
    'fit_quadrilateral',
    'interpolate_plates',
    'is_convex',
    'move_plate',
    'order_corners',
    'paint_polygon',
    'plate_color',
    'plates_to_coco',
    'polygon_area',
    'polygon_mask',
    'quadrilateral_iou',
    'rectify',
    'redact',
    'side_lengths',
    'simplify_outline',
    'split_touching',
    'trace_outline',
    'unsharp_mask',
]
