"""A split in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmlp.evaluation import HEIGHT_BINS

from .records import ImageRecord, PlateRecord
from .report import AuditReport

PICTURE_FIELDS = ('width', 'height', 'brightness', 'contrast')
PLATE_FIELDS = ('height', 'width', 'area', 'aspect', 'tilt', 'fill', 'fit', 'brightness', 'contrast')
_PERCENTILES = (5, 25, 50, 75, 95)


def summarize_split(report: AuditReport, split: str) -> dict[str, Any]:
    """Counts and distributions of a split.

    Args:
        report: The report of an audit.
        split: Name of the split.

    Returns:
        ``pictures``; ``unreadable_images``; ``usable_masks``; ``images_without_plates`` (of those with a
        usable mask); ``plates``; ``plates_by_height`` in the bins of ``PlateMetric``; ``ignored_pixels`` and
        ``ignored_share``; distributions of the pictures' and the plates' measures, see :func:`describe`.
    """
    images = [image for image in report.images if image.split == split]
    masked = [image for image in images if image.plates is not None]
    plates = plates_of(images)
    pixels = sum(image.width * image.height for image in masked)
    ignored = sum(image.ignored_pixels for image in masked)
    heights = np.array([plate.height for plate in plates])
    return {
        'pictures': len(images),
        'unreadable_images': sum(image.sha256 is None for image in images),
        'usable_masks': len(masked),
        'images_without_plates': sum(not image.plates for image in masked),
        'plates': len(plates),
        'plates_by_height': {
            name: int(((heights >= low) & (heights < high)).sum()) for name, low, high in HEIGHT_BINS
        },
        'ignored_pixels': ignored,
        'ignored_share': round(ignored / pixels, 6) if pixels else 0.0,
        'picture': {name: describe(values_of(images, name)) for name in PICTURE_FIELDS},
        'plate': {name: describe(values_of(plates, name)) for name in PLATE_FIELDS},
    }


def plates_of(images: Sequence[ImageRecord]) -> list[PlateRecord]:
    """All plates of pictures, those of pictures without a usable mask left out."""
    return [plate for image in images for plate in image.plates or ()]


def values_of(records: Sequence[ImageRecord] | Sequence[PlateRecord], name: str) -> np.ndarray:
    """One measure of many records, float64 (N,); records that do not have it are left out."""
    values = [getattr(record, name) for record in records]
    return np.array([value for value in values if value is not None], np.float64)


def describe(values: np.ndarray) -> dict[str, float] | None:
    """Minimum, percentiles, maximum and mean of values, float (N,); None without any."""
    if not len(values):
        return None
    numbers = {'min': values.min(), 'max': values.max(), 'mean': values.mean()}
    numbers.update(zip((f'p{p}' for p in _PERCENTILES), np.percentile(values, _PERCENTILES)))
    return {name: round(float(value), 3) for name, value in numbers.items()}
