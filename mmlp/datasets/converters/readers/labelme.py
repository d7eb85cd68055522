"""LabelMe JSON files: polygons, rectangles, turned ones, too, circles and masks.

For LabelMe, X-AnyLabeling, ISAT and others that write its format, and for TLPD (Taiwan, more than 3,000
pictures, MIT, huggingface.co/datasets/evan6007/TLPD: images/ and labels/).

layout: JSON files anywhere below SRC, pictures beside them or where "imagePath" says
  {"imagePath": "a.jpg", "imageWidth": 640, "imageHeight": 480, "imageData": null,
   "shapes": [{"label": "plate", "shape_type": "polygon", "points": [[x, y], ...]}]}

The split is that of a folder train, valid or test. Pictures without a JSON file are left out: nobody said
that they have no plate. A shape without area (point, line) is an error if its label is one of a plate.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

from ..files import ImageIndex, relative_name
from ..json_members import read_json
from ..limits import DATA_ERRORS, shown
from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, bitmap, box, ellipse, labelled, polygon
from .fields import refuse_angles, stated_size

#: Types with four corners: of X-AnyLabeling and LabelMe.
_CORNERS = ('rotation', 'quadrilateral', 'oriented_rectangle')


def parse_shape(shape: dict[str, Any]) -> Shape:
    """Reads one shape.

    Raises:
        FormatError: Its type has no area or is not known, or its points do not fit the type.
    """
    kind = shape.get('shape_type') or 'polygon'
    label = str(shape.get('label', ''))
    points = np.array(shape.get('points', []), dtype=np.float64).reshape(-1, 2)
    if kind == 'polygon':
        return polygon(points, label)
    if kind in _CORNERS or (kind == 'rectangle' and len(points) == 4):
        # The corners are where they lie after the turn; "direction" beside them says nothing new.
        if len(points) != 4:
            raise FormatError(f'{kind}: expected 4 points, got {len(points)}')
        return polygon(points, label)
    if kind not in ('rectangle', 'circle', 'mask'):
        raise FormatError(f'{shown(kind)} has no area; expected polygon, rectangle, circle or mask')
    if len(points) != 2:
        raise FormatError(f'{kind}: expected 2 points, got {len(points)}')
    first, second = points
    if kind == 'rectangle':
        refuse_angles({**shape, 'angle': shape.get('direction') or shape.get('angle')})
        return box([*points.min(axis=0), *points.max(axis=0)], label)
    if kind == 'circle':
        radius = float(np.hypot(*(second - first)))
        return ellipse(tuple(first), (radius, radius), label=label)
    data, size = _read_png(shape.get('mask'))
    left, top = (int(value) for value in points.min(axis=0))
    width, height = (int(value) for value in np.ptp(points, axis=0))
    if abs(size[0] - width - 1) > 1 or abs(size[1] - height - 1) > 1:
        raise FormatError(f'mask of {size[0]} x {size[1]} pixels in a box of {width + 1} x {height + 1}')
    return bitmap(lambda: _decode(data), hashlib.sha1(data).digest(), (left, top), size, label)


def _read_png(text: Any) -> tuple[bytes, tuple[int, int]]:
    """A PNG that stands as text, and its width and height."""
    try:
        data = base64.b64decode(text, validate=True)
        with Image.open(io.BytesIO(data), formats=('PNG',)) as image:
            return data, image.size
    except (*DATA_ERRORS, OSError) as error:
        raise FormatError(f'mask: expected a PNG in base64: {error}') from None


def _decode(data: bytes) -> np.ndarray:
    try:
        with Image.open(io.BytesIO(data), formats=('PNG',)) as image:
            return np.asarray(image.convert('L')) > 0
    except (*DATA_ERRORS, OSError) as error:
        raise FormatError(f'mask: {error}') from None


class LabelMe(Reader):
    """Reads LabelMe JSON files."""

    name = 'labelme'

    def __init__(self, source: str, **kwargs: Any) -> None:
        super().__init__(source, **kwargs)
        self._unannotated = 0

    def notes(self) -> list[str]:
        """Says how many pictures have no JSON file."""
        return (
            [f'{self._unannotated} pictures have no JSON file and are left out'] if self._unannotated else []
        )

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        found, used = False, set()
        for path in self.walk('.json'):
            item = attempt(path, self._record, path, index)
            if item is None:
                continue
            found = True
            used.add(getattr(item, 'image', None))
            yield item
        if not found:
            raise ConversionError(
                f'no LabelMe JSON in {self.source!r}; expected files with a list of "shapes"'
            )
        self._unannotated = sum(image not in used for image in index.images)

    def _record(self, path: str, index: ImageIndex) -> Record | None:
        content = read_json(path)
        if not isinstance(content, dict) or not isinstance(content.get('shapes'), list):
            return None
        image = self._image(path, content, index)
        shapes = [
            labelled(str(shape.get('label', '')), f'shape {position}', parse_shape, shape)
            for position, shape in enumerate(content['shapes'], start=1)
        ]
        size = stated_size(content, 'imageWidth', 'imageHeight')
        name = index.relative(image)
        split = split_of(name) or split_of(relative_name(path, self.source))
        return Record(image, name, shapes, split=split, size=size, source=path)

    def _image(self, path: str, content: dict[str, Any], index: ImageIndex) -> str:
        stem = os.path.splitext(os.path.basename(path))[0]
        stated = content.get('imagePath') or stem
        try:
            return index.find(stated, path)
        except FormatError as error:
            try:
                return index.find(stem, path)
            except FormatError:
                inside = ' (a copy is inside the JSON as imageData)' if content.get('imageData') else ''
                raise FormatError(f'{error}{inside}') from None
