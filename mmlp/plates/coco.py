"""Plates in the annotation format of COCO."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .plate import Plate
from .raster import polygon_mask

#: The one category; the corners are its keypoints.
COCO_CATEGORY = {
    'id': 1,
    'name': 'plate',
    'supercategory': 'vehicle',
    'keypoints': ['top_left', 'top_right', 'bottom_right', 'bottom_left'],
    'skeleton': [[1, 2], [2, 3], [3, 4], [4, 1]],
}


def coco_document(
    images: Iterable[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]],
    categories: Sequence[Mapping[str, Any]] = (COCO_CATEGORY,),
    info: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Puts pictures and their annotations together to a file of COCO, numbered from 1.

    Args:
        images (Iterable[tuple[Mapping, Sequence[Mapping]]]): Of each picture ``file_name``, ``width`` and
            ``height``, and its annotations as of :func:`plates_to_coco`; their numbers are replaced.
        categories (Sequence[Mapping]): What there is. Default: plates.
        info (Mapping, optional): What the file says about itself. Default: None, nothing.

    Returns:
        dict: ``info``, ``images``, ``annotations``, ``categories``.
    """
    numbered: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image_id, (image, found) in enumerate(images, start=1):
        numbered.append({**image, 'id': image_id})
        for annotation in found:
            annotations.append({**annotation, 'id': len(annotations) + 1, 'image_id': image_id})
    about = {} if info is None else {'info': dict(info)}
    return {**about, 'images': numbered, 'annotations': annotations, 'categories': list(categories)}


def plates_to_coco(
    plates: Sequence[Plate],
    image_id: int,
    *,
    rle_size: tuple[int, int] | None = None,
) -> list[dict[str, Any]]:
    """Turns the plates of a picture into COCO annotations.

    COCO counts from the upper left corner of the first pixel, so all coordinates are half a pixel larger than
    those of the plates. The four corners are keypoints (``COCO_CATEGORY`` names them), all marked as visible;
    ``score``, ``track_id``, ``text`` are added as keys of our own.

    Args:
        plates (Sequence[Plate]): Plates of the picture.
        image_id (int): Number of the picture.
        rle_size (tuple[int, int], optional): Height and width of the picture, to write the masks as
            uncompressed run lengths in place of polygons. Default: None.

    Returns:
        list[dict]: One annotation per plate, numbered from 1.
    """
    annotations = []
    for number, plate in enumerate(plates, 1):
        polygon = plate.polygon.astype(np.float64) + 0.5
        x1, y1 = polygon.min(axis=0)
        x2, y2 = polygon.max(axis=0)
        corners = plate.corners.astype(np.float64) + 0.5
        annotation = {
            'id': number,
            'image_id': image_id,
            'category_id': COCO_CATEGORY['id'],
            'segmentation': [[round(float(value), 2) for value in polygon.ravel()]],
            'area': round(float(plate.area), 2),
            'bbox': [round(float(value), 2) for value in (x1, y1, x2 - x1, y2 - y1)],
            'iscrowd': 0,
            'keypoints': [value for x, y in corners for value in (round(float(x), 2), round(float(y), 2), 2)],
            'num_keypoints': 4,
            'score': round(float(plate.score), 4),
        }
        if rle_size is not None:
            annotation['segmentation'] = encode_rle(polygon_mask(plate.polygon, rle_size))
        for name in ('track_id', 'text'):
            if getattr(plate, name) is not None:
                annotation[name] = getattr(plate, name)
        annotations.append(annotation)
    return annotations


def encode_rle(mask: np.ndarray) -> dict[str, Any]:
    """Writes a mask as COCO's uncompressed run lengths: column by column, starting with zeros.

    Args:
        mask (np.ndarray): Bool or uint8 (H, W).

    Returns:
        dict: ``size`` [H, W] and ``counts``.
    """
    values = np.asarray(mask, bool).ravel(order='F')
    changes = np.flatnonzero(values[1:] != values[:-1]) + 1
    bounds = np.concatenate([[0], changes, [values.size]])
    counts = np.diff(bounds).tolist()
    if values.size and values[0]:
        counts.insert(0, 0)
    return {'size': [int(mask.shape[0]), int(mask.shape[1])], 'counts': counts}
