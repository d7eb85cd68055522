"""Cityscapes: outlines of plates in 3,475 street scenes of the fine annotation.

Licence: research use, by registration at cityscapes-dataset.com. Paper: Cordts et al., The Cityscapes Dataset
for Semantic Urban Scene Understanding, CVPR 2016. The plates are missing from the label pictures of the set
(gtFine_labelIds.png) and are drawn here from its outlines. Releases in which plates are blurred teach a
network to find blur: check yours.

layout:
  SRC/leftImg8bit/{train,val}/CITY/NAME_leftImg8bit.png
  SRC/gtFine/{train,val}/CITY/NAME_gtFine_polygons.json with objects of label "license plate"

The official split is kept; test has no public annotations and is left out. Objects that come later in a file
lie in front and are cut out of a plate; a plate that they hide whole is left out. Most plates are a few
pixels high.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from ..files import ImageIndex, relative_name
from ..json_members import read_json
from ..limits import MOST_SHAPES
from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, polygon
from .fields import stated_size

_LABEL = 'license plate'
_ENDING = '_polygons.json'


def parse_objects(objects: list[dict[str, Any]]) -> list[Shape]:
    """The plates among the objects of a file, those in front of them cut out; groups are ignored.

    Raises:
        FormatError: An object has no label or no outline.
    """
    if len(objects) > MOST_SHAPES:
        raise FormatError(f'{len(objects)} objects in one picture, more than {MOST_SHAPES}')
    plates = []
    outlines = _Outlines(objects)
    for position, entry in enumerate(objects):
        if not isinstance(entry, dict) or 'label' not in entry or 'polygon' not in entry:
            raise FormatError(f'object {position}: expected "label" and "polygon"')
        if entry['label'] not in (_LABEL, f'{_LABEL}group') or entry.get('deleted'):
            continue
        try:
            plate = polygon(entry['polygon'], ignored=entry['label'] != _LABEL)
        except FormatError as error:
            raise FormatError(f'object {position}: {error}') from None
        plates.append(replace(plate, cut=tuple(outlines.in_front(plate, position))))
    return plates


class _Outlines:
    """The outlines of all objects that are not plates, by where they lie."""

    def __init__(self, objects: list[dict[str, Any]]) -> None:
        self._points: list[np.ndarray] = []
        places: list[int] = []
        for position, entry in enumerate(objects):
            if (
                not isinstance(entry, dict)
                or entry.get('deleted')
                or str(entry.get('label')).startswith(_LABEL)
            ):
                continue
            points = np.array(entry.get('polygon', []), dtype=np.float64).reshape(-1, 2)
            if len(points) >= 3 and np.isfinite(points).all():
                self._points.append(points)
                places.append(position)
        self._places = np.array(places)
        self._low = np.array([points.min(axis=0) for points in self._points]).reshape(-1, 2)
        self._high = np.array([points.max(axis=0) for points in self._points]).reshape(-1, 2)

    def in_front(self, plate: Shape, position: int) -> list[np.ndarray]:
        """Those after a position whose window touches that of the plate."""
        low, high = plate.parts[0].min(axis=0), plate.parts[0].max(axis=0)
        touches = (self._low < high).all(axis=1) & (self._high > low).all(axis=1)
        return [self._points[i] for i in np.flatnonzero(touches & (self._places > position))]


class Cityscapes(Reader):
    """Reads Cityscapes' outlines."""

    name = 'cityscapes'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        files = [path for path in self.walk(_ENDING) if split_of(relative_name(path, '/')) != 'test']
        if not files:
            raise ConversionError(
                f'no *{_ENDING} of train or val in {self.source!r}; expected gtFine/ and leftImg8bit/ in it'
            )
        index = self.find_images()
        for path in files:
            yield attempt(path, self._record, path, index)

    def _record(self, path: str, index: ImageIndex) -> Record:
        content = read_json(path)
        if not isinstance(content, dict) or not isinstance(content.get('objects'), list):
            raise FormatError('expected a list under "objects"')
        stem = os.path.basename(path)[: -len(_ENDING)].rsplit('_', 1)[0]
        image = index.find(f'{stem}_leftImg8bit.png', path)
        return Record(
            image,
            os.path.basename(image),
            parse_objects(content['objects']),
            split=split_of(relative_name(path, '/')),
            group=os.path.basename(os.path.dirname(path)),
            size=stated_size(content, 'imgWidth', 'imgHeight'),
            source=path,
        )
