"""Reads one picture with its mask, and writes down what the audit wants to know; bad files raise nothing."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from mmlp.evaluation import component_height
from mmlp.media import DecodedImage, UnreadableMediaError, read_image
from mmlp.plates import Plate, extract_plates, polygon_mask

from ..image_size import read_size
from ..mask_census import census_of
from ..plate_mask import IGNORE, PLATE, examine_mask, read_plate_mask
from ..transforms import LoadPlateAnnotations
from .perceptual_hash import hash_image
from .records import ImageRecord, PlateRecord, Sample
from .suspicion import LEAST_AREA, LEAST_CONTRAST, check_plate

_DAMAGE = (OSError, SyntaxError, ValueError, Image.DecompressionBombError, cv2.error)


def measure_sample(sample: Sample) -> ImageRecord:
    """Measures a picture, its mask and its plates.

    Args:
        sample: The picture and its mask.

    Returns:
        The record; what is wrong with the files stands in its findings, and what could not be measured is
        None.
    """
    record = ImageRecord(sample.split, sample.img_path, sample.seg_map_path, sample.mask_rule, sample.name)
    image = _read_image(record)
    grey = None
    if image is not None:
        grey = cv2.cvtColor(image.bgr, cv2.COLOR_BGR2GRAY)
        record.height, record.width = grey.shape
        record.brightness, record.contrast = _brightness_and_contrast(grey)
        if record.contrast < LEAST_CONTRAST:
            message = f'grey values of {record.brightness:.0f} +- {record.contrast:.1f} all over'
            record.add('blank-picture', message, rank=record.contrast)
        else:
            record.perceptual_hash = hash_image(grey).tobytes().hex()
    if sample.seg_map_path is not None:
        mask = _read_mask(record, image)
        if mask is not None and grey is not None:
            _measure_mask(record, mask, grey)
    return record


def _read_image(record: ImageRecord) -> DecodedImage | None:
    try:
        data = Path(record.path).read_bytes()
        image = read_image(data)
    except UnreadableMediaError as error:
        record.add('unreadable-picture', error.reason)
    except OSError as error:
        reason = f'cannot be read: {error.strerror or error}'
        if os.path.islink(record.path) and not os.path.exists(record.path):
            reason = f'is a link to {os.path.realpath(record.path)}, which is not there'
        record.add('unreadable-picture', reason)
    else:
        record.sha256 = hashlib.sha256(data).hexdigest()
        return image
    return None


def _read_mask(record: ImageRecord, image: DecodedImage | None) -> np.ndarray | None:
    """The mask as it lies on the upright picture; None and a finding where there is none to trust."""
    path = record.mask_path
    try:
        # Looks for cut-off files, of which decoders make the best they can.
        (width, height), _ = read_size(path)
    except _DAMAGE as error:
        record.add('unreadable-mask', str(error), path)
        return None
    if image is not None:
        # A mask may be drawn on the pixels as stored, where the camera's rotation is not applied.
        fitting = [(image.width, image.height), (image.height, image.width)]
        if (width, height) not in fitting[: 2 if image.orientation >= 5 else 1]:
            message = f'{width} x {height} pixels, the picture {image.width} x {image.height}'
            record.add('mask-size', message, path)
            return None
    try:
        record.mask_values = census_of(path, examine_mask(path, record.mask_rule))
        if record.mask_values.doubt is None:
            return load_mask(record, image)
    except _DAMAGE as error:
        record.add('unreadable-mask', str(error), path)
        return None
    record.add('ambiguous-mask', record.mask_values.doubt, path)
    return None


def load_mask(record: ImageRecord, image: DecodedImage | None) -> np.ndarray:
    """Loads a mask as training does.

    Args:
        record: Of the picture.
        image: The picture, for masks drawn on the pixels as stored; None to take the mask as it is.

    Returns:
        Uint8 (H, W) with 0 background, 1 plate, 255 ignore.

    Raises:
        ValueError: The mask cannot be read, is ambiguous or does not fit the picture.
        OSError: The file cannot be opened.
    """
    if image is None:
        return read_plate_mask(
            record.mask_path, record.mask_rule.ignore_values, plate_values=record.mask_rule.plate_values
        )
    results = dict(
        img_path=record.path,
        seg_map_path=record.mask_path,
        ori_shape=image.bgr.shape[:2],
        mask_rule=record.mask_rule,
    )
    return LoadPlateAnnotations().transform(results)['gt_seg_map']


def _measure_mask(record: ImageRecord, mask: np.ndarray, grey: np.ndarray) -> None:
    record.mask_digest = hashlib.sha256(np.ascontiguousarray(mask)).hexdigest()
    record.ignored_pixels = int(np.count_nonzero(mask == IGNORE))
    record.plates = []
    count, labels, stats, _ = cv2.connectedComponentsWithStats((mask == PLATE).astype(np.uint8))
    specks = []
    for label in range(1, count):
        left, top, width, height, area = (int(value) for value in stats[label])
        if area < LEAST_AREA:
            specks.append((area, (left, top, left + width - 1, top + height - 1)))
            continue
        window = np.s_[top : top + height, left : left + width]
        plate = _measure_plate(labels[window] == label, (left, top), grey)
        record.plates.append(plate)
        for check, message, rank in check_plate(plate, mask.shape):
            record.add(check, message, record.mask_path, plate.box, rank)
    if specks:
        areas = [area for area, _ in specks]
        message = f'{len(specks)} specks of {min(areas)} to {max(areas)} pixels'
        if len(specks) == 1:
            message = f'a speck of {areas[0]} pixel{"s" * (areas[0] > 1)}'
        record.add('speck', message, record.mask_path, specks[0][1], -len(specks))


def _measure_plate(component: np.ndarray, origin: tuple[int, int], grey: np.ndarray) -> PlateRecord:
    """Measures a component that fills its window, whose top left corner is at ``origin`` in the picture."""
    plate = extract_plates(component, min_area=1, split=False)[0]
    (height, width), (left, top) = component.shape, origin
    corners = plate.corners + np.float32(origin)
    x, y = corners.mean(axis=0)
    pixels = grey[top : top + height, left : left + width][component]
    brightness, contrast = _brightness_and_contrast(pixels)
    edges = (left == 0, top == 0, left + width == grey.shape[1], top + height == grey.shape[0])
    return PlateRecord(
        box=tuple(float(value) for value in (left, top, left + width - 1, top + height - 1)),
        corners=[[round(float(value), 2) for value in corner] for corner in corners],
        center=(round(float(x) / grey.shape[1], 4), round(float(y) / grey.shape[0], 4)),
        area=int(plate.area),
        height=round(component_height(component), 2),
        width=round(plate.width, 2),
        aspect=round(plate.width / max(plate.height, 1e-6), 3),
        tilt=round(_tilt(plate), 2),
        fill=round(_fill(plate), 4),
        fit=round(_fit(plate, component), 4),
        brightness=brightness,
        contrast=contrast,
        borders=sum(edges),
    )


def _tilt(plate: Plate) -> float:
    top_left, top_right, bottom_right, bottom_left = plate.corners
    x, y = (top_right - top_left) + (bottom_right - bottom_left)
    return float(np.degrees(np.arctan2(y, x)))


def _fill(plate: Plate) -> float:
    width, height = cv2.minAreaRect(plate.polygon)[1]
    return min(plate.area / max(width * height, 1e-6), 1.0)


def _fit(plate: Plate, component: np.ndarray) -> float:
    quadrilateral = polygon_mask(plate.corners, component.shape) > 0
    return float((component & quadrilateral).sum() / (component | quadrilateral).sum())


def _brightness_and_contrast(grey: np.ndarray) -> tuple[float, float]:
    mean, deviation = cv2.meanStdDev(grey)
    return round(float(mean[0, 0]), 2), round(float(deviation[0, 0]), 2)
