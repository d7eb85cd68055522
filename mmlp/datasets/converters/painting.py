"""From the shapes of one picture to its mask and its COCO annotations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np

from ...plates import encode_rle, polygon_area
from .limits import MOST_SHAPES
from .raster import Region, clip_to_image, fill, fill_cost
from .shapes import FormatError, Shape

#: Grey values of the masks written.
BACKGROUND, IGNORED, PLATE = 0, 128, 255
#: An outline of which less than this share lies in the picture is taken for a mistake.
LEAST_INSIDE = 0.5
#: How often all outlines may cover the picture, and pixels that they may cover in any: seconds of work.
_MOST_COVERS, _LEAST_COVERED = 60, 10**8


@dataclass
class Painted:
    """What :func:`paint` makes of a picture.

    Attributes:
        mask: uint8 of shape (H, W): 0 background, 128 ignored, 255 plate.
        annotations: COCO annotations without ``id`` and ``image_id``.
        clipped: How many outlines reached over the picture's edge and were cut there.
    """

    mask: np.ndarray
    annotations: list[dict[str, Any]]
    clipped: int


def paint(shapes: Sequence[Shape], width: int, height: int, rim: float = 0.0) -> Painted:
    """Paints the mask of one picture. Plates win over regions to ignore; hidden ones are left out.

    Args:
        shapes: What is annotated.
        width: Width of the picture in pixels.
        height: Height of the picture in pixels.
        rim: Share (0 to below 0.5) of a box's width and height that becomes ignore on each of its sides;
            0 fills boxes. With a rim r, the inner part lies on the plate as long as the plate's tilt lifts
            one end over the other by no more than r / (1 - r) of the box's height: a third for 0.25,
            which is 6 degrees for a plate of 520 x 110 mm and 15 degrees for one of 2:1.

    Raises:
        FormatError: An outline holds no pixel, lies outside the picture or for more than half outside, or
            a mask has another size than the picture; there are thousands of outlines, or they are so tangled
            that nobody can have drawn them.
    """
    if len(shapes) > MOST_SHAPES:
        raise FormatError(f'{len(shapes)} annotations of one picture, more than {MOST_SHAPES}')
    mask = np.zeros((height, width), dtype=np.uint8)
    plates = np.zeros((height, width), dtype=bool)
    annotations = []
    clipped = cost = 0
    for stated in shapes:
        shape = _in_pixels(stated, width, height)
        clipped += _reaches_out(shape, width, height)
        cost += _cost(shape, width, height)
        if cost > max(_MOST_COVERS * width * height, _LEAST_COVERED):
            raise FormatError(
                f'outlines that cover the picture more than {_MOST_COVERS} times over, or cross its rows '
                'more often than outlines do'
            )
        region = _region(shape, width, height)
        if not region.count():
            if shape.cut and fill(shape.parts, width, height).count():
                continue  # nothing of it is seen: what stands in front hides it
            raise FormatError(f'{shape.kind} that holds no pixel')
        annotations.append(_annotation(shape, region, width, height))
        if shape.ignored:
            region.paint(mask, IGNORED)
        elif shape.kind == 'box' and rim:
            annotations[-1]['kind'] = 'box_ignored_rim'
            region.paint(mask, IGNORED)
            fill([_shrink(shape.parts[0], rim)], width, height).paint(plates, True)
        else:
            region.paint(plates, True)
    mask[plates] = PLATE
    return Painted(mask, annotations, clipped)


def _in_pixels(shape: Shape, width: int, height: int) -> Shape:
    if not shape.normalized:
        return shape
    return replace(shape, parts=tuple(part * (width, height) for part in shape.parts), normalized=False)


def _cost(shape: Shape, width: int, height: int) -> int:
    if shape.pixels is not None:
        return width * height // 8  # decoded at once
    return sum(fill_cost(part, width, height) for part in (*shape.parts, *shape.cut))


def _shrink(corners: np.ndarray, rim: float) -> np.ndarray:
    centre = (corners.min(axis=0) + corners.max(axis=0)) / 2
    return centre + (corners - centre) * (1 - 2 * rim)


def _reaches_out(shape: Shape, width: int, height: int) -> bool:
    """Whether an outline reaches over the picture's edge.

    Raises:
        FormatError: For more than half.
    """
    reaches = False
    for part in shape.parts:
        inside = clip_to_image(part, width, height)
        if inside is part:
            continue
        if len(inside) < 3 or abs(polygon_area(inside)) < LEAST_INSIDE * abs(polygon_area(part)):
            left, top = part.min(axis=0)
            right, bottom = part.max(axis=0)
            raise FormatError(
                f'{shape.kind} from x {left:g} to {right:g}, y {top:g} to {bottom:g} lies for more than '
                f'half outside the picture of {width} x {height}: wrong picture, size or order of numbers?'
            )
        reaches = True
    return reaches


def _region(shape: Shape, width: int, height: int) -> Region:
    region = fill(shape.parts, width, height) if shape.pixels is None else _mask_region(shape, width, height)
    if shape.cut:
        front = np.zeros((height, width), dtype=bool)
        fill(shape.cut, width, height).paint(front, True)
        rows, columns = region.mask.shape
        region.mask &= ~front[region.top : region.top + rows, region.left : region.left + columns]
    return region


def _mask_region(shape: Shape, width: int, height: int) -> Region:
    pixels = shape.pixels
    pixels.check_fit(width, height)
    mask = pixels.load()
    if pixels.stretch:
        stated = mask.shape[1] / mask.shape[0]
        if abs(stated / (width / height) - 1) > 0.02:
            raise FormatError(
                f'mask of {mask.shape[1]} x {mask.shape[0]} has another aspect ratio than the picture of '
                f'{width} x {height}'
            )
        pixels_of_mask = np.ascontiguousarray(mask).view(np.uint8)
        resized = cv2.resize(pixels_of_mask, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)
        mask = resized.astype(bool)
    # Cut out, since all that follows goes through every pixel, and a plate is a small part of its picture.
    columns = np.flatnonzero(mask.any(axis=0))
    if not len(columns):
        return Region(0, 0, mask[:0, :0])
    mask = mask[:, columns[0] : columns[-1] + 1]
    rows = np.flatnonzero(mask.any(axis=1))
    left, top = pixels.offset
    return Region(left + int(columns[0]), top + int(rows[0]), mask[rows[0] : rows[-1] + 1].copy())


def _encode(region: Region, width: int, height: int) -> dict[str, Any]:
    """Run lengths of a region; goes through the columns of its window alone."""
    columns = np.zeros((height, region.mask.shape[1]), dtype=bool)
    Region(0, region.top, region.mask).paint(columns, True)
    counts = encode_rle(columns)['counts']
    counts[0] += region.left * height
    behind = (width - region.left - region.mask.shape[1]) * height
    if len(counts) % 2:
        counts[-1] += behind
    elif behind:
        counts.append(behind)
    return {'size': [height, width], 'counts': counts}


def _annotation(shape: Shape, region: Region, width: int, height: int) -> dict[str, Any]:
    """COCO annotation of one shape, with ``kind``, ``ignored`` and, for four points, ``corners`` beside."""
    if shape.pixels is None and not shape.cut:
        outlines = [clip_to_image(part, width, height) for part in shape.parts]
        segmentation: Any = [np.round(outline, 2).ravel().tolist() for outline in outlines]
        points = np.concatenate(outlines)
        (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    else:
        segmentation = _encode(region, width, height)
        rows, columns = np.flatnonzero(region.mask.any(axis=1)), np.flatnonzero(region.mask.any(axis=0))
        left, right = region.left + columns[0], region.left + columns[-1] + 1
        top, bottom = region.top + rows[0], region.top + rows[-1] + 1
    bbox = [round(float(value), 2) for value in (left, top, right - left, bottom - top)]
    annotation = dict(
        category_id=1,
        bbox=bbox,
        area=region.count(),
        segmentation=segmentation,
        iscrowd=int(shape.ignored),
        ignored=shape.ignored,
        kind=shape.kind,
    )
    if shape.kind == 'quad':
        annotation['corners'] = np.round(shape.parts[0], 2).tolist()
    return annotation
