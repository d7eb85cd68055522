"""Plates of a picture as files: overlay, mask, instances, JSON, crops."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from mmlp.files import write_json
from mmlp.media import DecodedImage, write_image
from mmlp.plates import Plate, draw_plates, paint_polygon, rectify

from .save_kinds import SAVE_KINDS

_OVERLAY_QUALITY = 90


def image_record(name: str, shape: tuple[int, int], plates: Sequence[Plate]) -> dict[str, Any]:
    """Describes a picture and its plates, plain values for JSON.

    Args:
        name (str): The picture's file.
        shape (tuple[int, int]): Height and width of the upright picture, in whose pixels the plates are.
        plates (Sequence[Plate]): The plates.

    Returns:
        dict[str, Any]: ``file``, ``width``, ``height``, and ``plates`` as of
            :meth:`~mmlp.plates.Plate.to_dict`.
    """
    height, width = shape
    return {
        'file': name,
        'width': width,
        'height': height,
        'plates': [plate.to_dict() for plate in plates],
    }


def frame_record(index: int, time: Fraction, shape: tuple[int, int], plates: Sequence[Plate]) -> str:
    """Describes a frame of a video and its plates as one line of JSON."""
    height, width = shape
    record = {
        'frame': index,
        'time': round(float(time), 6),
        'width': width,
        'height': height,
        'plates': [plate.to_dict() for plate in plates],
    }
    return json.dumps(record) + '\n'


def instance_mask(plates: Sequence[Plate], shape: tuple[int, int]) -> np.ndarray:
    """Draws the plates with their numbers, best plate on top.

    Args:
        plates (Sequence[Plate]): The plates, best score first.
        shape (tuple[int, int]): Height and width.

    Returns:
        np.ndarray: (H, W), 0 where there is no plate; elsewhere the plate's place in the list, from 1 on, or
        its track id plus 1 when plates are tracked (those without an id yet are left out). Uint8, or uint16
        when a number is above 255.
    """
    numbers = list(range(1, len(plates) + 1))
    if any(plate.track_id is not None for plate in plates):
        numbers = [0 if plate.track_id is None else plate.track_id + 1 for plate in plates]
    labels = np.zeros(shape, np.uint8 if max(numbers, default=0) < 256 else np.uint16)
    for plate, number in reversed(list(zip(plates, numbers))):
        paint_polygon(labels, plate.polygon, number)
    return labels


def binary_mask(plates: Sequence[Plate], shape: tuple[int, int]) -> np.ndarray:
    """Draws the plates; uint8 (H, W), 255 on plates and 0 elsewhere."""
    mask = np.zeros(shape, np.uint8)
    for plate in plates:
        paint_polygon(mask, plate.polygon, 255)
    return mask


def write_image_files(
    image: DecodedImage,
    name: str,
    plates: Sequence[Plate],
    *,
    kinds: Sequence[str],
    folder: Path,
    stem: Path,
    crop: Mapping[str, Any] = MappingProxyType({}),
) -> list[Path]:
    """Writes what is wanted of a picture, each kind below a folder of its name.

    All is upright, as viewers show the picture, and of the picture's size. When one cannot be written, those
    before it are removed: a picture that failed has no output.

    Args:
        image (DecodedImage): The picture.
        name (str): Its name in the JSON file.
        plates (Sequence[Plate]): Its plates, best score first.
        kinds (Sequence[str]): Names of ``SAVE_KINDS``; ``coco`` is not of one picture and passed over.
        folder (Path): The output folder.
        stem (Path): Place and name of the files below ``folder/KIND``, without suffix.
        crop (Mapping[str, Any]): Arguments of :func:`~mmlp.plates.rectify` for crops.

    Returns:
        list[Path]: The files.

    Raises:
        MediaWriteError: A file could not be written.
    """
    written: list[Path] = []
    try:
        for kind in kinds:
            path = folder / kind / stem.with_name(stem.name + SAVE_KINDS[kind])
            if kind == 'crop':
                for place in write_crops(image.bgr, plates, path, crop):
                    written.append(place)  # One by one: the next may fail.
            elif kind != 'coco':
                _write_kind(kind, path, image, name, plates)
                written.append(path)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    return written


def write_crops(
    bgr: np.ndarray, plates: Sequence[Plate], path: Path, crop: Mapping[str, Any] = MappingProxyType({})
) -> Iterator[Path]:
    """Writes the plates as seen from the front, in their order: ``NAME_0.png``, ``NAME_1.png``, ...

    Crops of a former run that found more plates are removed.

    Yields:
        Path: Each file when it is written.
    """

    def target(number: int) -> Path:
        return path.with_name(f'{path.stem}_{number}{path.suffix}')

    for number, plate in enumerate(plates):
        write_image(target(number), rectify(bgr, plate.corners, **crop))
        yield target(number)
    for number in itertools.count(len(plates)):
        if not target(number).exists():
            break
        target(number).unlink()


def _write_kind(kind: str, path: Path, image: DecodedImage, name: str, plates: Sequence[Plate]) -> None:
    """Writes one of the kinds that are a single file."""
    shape = (image.height, image.width)
    if kind == 'overlay':
        # Not as its source: the drawing of a grey picture has colours, and its place concerns nobody.
        plain = dataclasses.replace(image, format=None, data=None)
        write_image(path, plain, draw_plates(image.bgr, plates), quality=_OVERLAY_QUALITY)
    elif kind == 'mask':
        write_image(path, binary_mask(plates, shape))
    elif kind == 'instance':
        write_image(path, instance_mask(plates, shape))
    else:
        write_json(path, image_record(name, shape, plates))
