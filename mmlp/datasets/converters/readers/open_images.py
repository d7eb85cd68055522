"""Open Images V7: instance masks of the class Vehicle registration plate (/m/01jfm_).

Licence: annotations CC BY 4.0 (Google), pictures CC BY 2.0 (as listed there). Download: pictures, masks and
CSV files at storage.googleapis.com/openimages, or with FiftyOne:
  foz.load_zoo_dataset("open-images-v7", label_types=["segmentations", "detections"],
                       classes=["Vehicle registration plate"])

layout: any, as long as these are below SRC
  {train,validation,test}-annotations-object-segmentation.csv (FiftyOne: SPLIT/labels/segmentations.csv)
  {oidv6-train,validation,test}-annotations-bbox.csv          (FiftyOne: SPLIT/labels/detections.csv)
  the pictures IMAGEID.jpg, and the masks *_m01jfm_*.png as they unpack from SPLIT-masks-[0-9a-f].zip

Not every plate with a box has a mask: such plates, groups of plates, and drawings of plates become regions
to ignore, not background. Only pictures that have a plate are taken, since most others were never searched
for plates. The official split is kept.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from mmlp.plates.boxes import box_iou

from ..files import relative_name
from ..limits import DATA_ERRORS, MOST_SHAPES, shown
from ..names import SPLIT_NAMES, split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, box, describe, mask_file
from ..texts import read_lines

CLASS = '/m/01jfm_'
_MASK_COLUMNS = ('MaskPath', 'ImageID', 'LabelName', 'BoxXMin', 'BoxXMax', 'BoxYMin', 'BoxYMax')
_BOX_COLUMNS = ('ImageID', 'LabelName', 'XMin', 'XMax', 'YMin', 'YMax', 'IsGroupOf', 'IsDepiction')
#: A box and the box of a mask are of one plate from this overlap on.
_SAME = 0.8
#: Pixels of a mask: ten times as many as the largest pictures of the set.
_LARGEST_MASK = 4 * 10**7


@dataclass
class _Rows:
    """What the tables say of one picture."""

    split: str | None
    masks: list[dict[str, str]] = field(default_factory=list)
    boxes: list[dict[str, str]] = field(default_factory=list)
    flaw: str | None = None


class OpenImages(Reader):
    """Reads the plates of Open Images."""

    name = 'open_images'

    def __init__(self, source: str, **kwargs: Any) -> None:
        super().__init__(source, **kwargs)
        self._missing = 0

    def notes(self) -> list[str]:
        """Says how many annotated pictures were not downloaded."""
        return [f'{self._missing} pictures with plates are not below the source'] if self._missing else []

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        tables = self._read_tables()
        index = self.find_images()
        images = {os.path.splitext(os.path.basename(path))[0]: path for path in index.images}
        masks = {os.path.basename(path): path for path in self.walk('.png')}
        self._missing = sum(name not in images for name in tables)
        if tables and self._missing == len(tables):
            raise ConversionError(
                f'none of {len(tables)} pictures with plates is below {self.source!r}; expected IMAGEID.jpg'
            )
        for name, rows in tables.items():
            if name in images:
                image = images[name]
                yield attempt(image, _record, image, rows, masks)

    def _read_tables(self) -> dict[str, _Rows]:
        images: dict[str, _Rows] = {}
        kinds = set()
        for path in self.walk('.csv'):
            try:
                kinds.add(self._read_table(path, images))
            except (*DATA_ERRORS, OSError) as error:
                raise ConversionError(f'{path!r}: {describe(error)}') from None
        for kind, name in (('masks', 'object-segmentation'), ('boxes', 'bbox')):
            if kind not in kinds:
                raise ConversionError(
                    f'no table of {kind} (*-annotations-{name}.csv) in {self.source!r}. Both are '
                    'needed: a plate that has a box and no mask must be ignored, it is not background'
                )
        return images

    def _read_table(self, path: str, images: dict[str, _Rows]) -> str | None:
        """Notes the rows of the class; returns what kind of table it is, None for another."""
        lines = read_lines(path, is_table=True)
        header = next(csv.reader([next(lines, '')]), [])
        kind = 'masks' if 'MaskPath' in header else 'boxes' if 'XMin' in header else None
        if kind is None:
            return None
        expected = _MASK_COLUMNS if kind == 'masks' else _BOX_COLUMNS
        missing = [column for column in expected if column not in header]
        if missing:
            raise FormatError(f'the column {missing[0]!r} is missing, found {shown(header)}')
        split = _split(relative_name(path, os.path.dirname(self.source)))
        # The boxes of train are 14 million lines; only those of the class are parsed. Each for itself, so
        # that an open quotation mark costs no more than its own line.
        for number, line in enumerate(lines, start=2):
            if CLASS not in line:
                continue
            try:
                row = dict(zip(header, next(csv.reader([line]))))
            except csv.Error as error:
                name = line.split(',')[header.index('ImageID')]
                images.setdefault(name, _Rows(split)).flaw = f'{path!r}, line {number}: {error}'
                continue
            if row.get('LabelName') == CLASS:
                getattr(images.setdefault(row['ImageID'], _Rows(split)), kind).append(row)
        return kind


def _split(name: str) -> str | None:
    """The split of a table: by its own name, else by its folder."""
    words = os.path.basename(name).lower().replace('oidv6-', '').split('-')
    return SPLIT_NAMES.get(words[0]) or split_of(name)


def _record(image: str, rows: _Rows, masks: dict[str, str]) -> Record:
    if rows.flaw is not None:
        raise FormatError(rows.flaw)
    if len(rows.boxes) + len(rows.masks) > MOST_SHAPES // 10:
        raise FormatError(f'{len(rows.boxes)} boxes and {len(rows.masks)} masks of one picture')
    boxes = [(_edges(row, ''), row) for row in rows.boxes]
    shapes: list[Shape] = []
    covered: set[int] = set()
    for row in rows.masks:
        edges = _edges(row, 'Box')
        twins = [i for i, (other, _) in enumerate(boxes) if box_iou(other, edges) >= _SAME]
        covered.update(twins)
        name = os.path.basename(row['MaskPath'])
        if name not in masks:
            raise FormatError(
                f'there is no mask {shown(name)}; unpack the masks that begin with {name[:1]!r}, too'
            )
        shapes.append(mask_file(masks[name], _read_mask, ignored=any(_is_odd(boxes[i][1]) for i in twins)))
    for position, (edges, _) in enumerate(boxes):
        if position not in covered:
            shapes.append(box(edges, normalized=True, ignored=True))
    return Record(image, os.path.basename(image), shapes, split=rows.split)


def _is_odd(row: dict[str, str]) -> bool:
    return row['IsGroupOf'] == '1' or row['IsDepiction'] == '1'


def _edges(row: dict[str, str], prefix: str) -> tuple[float, float, float, float]:
    try:
        left, top, right, bottom = (float(row[prefix + name]) for name in ('XMin', 'YMin', 'XMax', 'YMax'))
    except (KeyError, ValueError):
        raise FormatError(f'a box of image {row["ImageID"]} has a coordinate that is no number') from None
    return left, top, right, bottom


def _read_mask(path: str) -> np.ndarray:
    try:
        with Image.open(path, formats=('PNG',)) as image:
            if image.width * image.height > _LARGEST_MASK:
                raise ValueError(f'{image.width} x {image.height} pixels, more than masks of this set have')
            return np.asarray(image.convert('L')) > 0
    except (*DATA_ERRORS, OSError) as error:
        raise FormatError(f'mask {path!r} cannot be read: {error}') from None
