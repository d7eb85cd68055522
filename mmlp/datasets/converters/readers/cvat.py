"""CVAT 1.1 XML: images and video tracks; polygons, boxes (turned ones, too), ellipses and masks.

Export in CVAT: "CVAT for images 1.1" or "CVAT for video 1.1", with images.

layout: XML files anywhere below SRC, pictures beside them or below SRC
  <annotations><image name="a.jpg" width="640" height="480">
      <polygon label="plate" points="10.5,20.0;110.0,20.0;..."/>
      <box label="plate" xtl="" ytl="" xbr="" ybr=""/>
      <mask label="plate" rle="3, 5, 7" left="10" top="20" width="5" height="3"/></image></annotations>
  <annotations><track label="plate"><polygon frame="0" outside="0" points="..."/>...</track></annotations>

The pictures of tracks are those whose name ends with the number of the frame (frame_000012.png); if there are
none, make them: ffmpeg -i VIDEO -start_number 0 images/frame_%06d.png. All frames of a video are one group,
since they show the same vehicles. The split is that of a subset, or of a folder train, valid or test.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import numpy as np

from ..files import ImageIndex
from ..limits import shown
from ..names import SPLIT_NAMES, split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..rle import expand
from ..shapes import FormatError, Shape, bitmap, ellipse, labelled, polygon, turned_box
from ..xml_members import read_elements
from .fields import number

_EDGES = ('xtl', 'ytl', 'xbr', 'ybr')
_WITH_AREA = ('polygon', 'box', 'ellipse', 'mask')
_LARGEST_SIDE = 1 << 20
#: Characters of the number of a frame, or of a run.
_LONGEST_NUMBER = 12
_WITHOUT_AREA = ('polyline', 'points', 'cuboid', 'skeleton')


def parse_shape(element: Element, label: str) -> Shape:
    """Reads a polygon, box, ellipse or mask.

    Raises:
        FormatError: An attribute is missing or no number, the run lengths do not fit, or there is no area.
    """
    if element.tag == 'polygon':
        pairs = [pair.split(',') for pair in _attribute(element, 'points').split(';')]
        if any(len(pair) != 2 for pair in pairs):
            raise FormatError(f'polygon: expected "x,y;x,y;...", got {shown(_attribute(element, "points"))}')
        return polygon([[number(text, 'points') for text in pair] for pair in pairs], label)
    if element.tag == 'box':
        edges = [_number(element, edge) for edge in _EDGES]
        return turned_box(edges, number(element.get('rotation', '0'), 'rotation'), label)
    if element.tag == 'ellipse':
        cx, cy, rx, ry = (_number(element, key) for key in ('cx', 'cy', 'rx', 'ry'))
        angle = np.deg2rad(number(element.get('rotation', '0'), 'rotation'))
        return ellipse((cx, cy), (rx, ry), angle, label)
    if element.tag == 'mask':
        width, height, left, top = (int(_number(element, key)) for key in ('width', 'height', 'left', 'top'))
        if not (0 < width <= _LARGEST_SIDE and 0 < height <= _LARGEST_SIDE):
            raise FormatError(f'<mask> of {width} x {height} pixels')
        runs = _runs(_attribute(element, 'rle'))
        return bitmap(
            lambda: expand(runs, width * height).reshape(height, width),
            hashlib.sha1(runs.tobytes()).digest(),
            (left, top),
            (width, height),
            label,
        )
    raise FormatError(f'<{element.tag}> has no area; expected {", ".join(_WITH_AREA)}')


def _runs(text: str) -> np.ndarray:
    runs = text.split(',')
    try:
        if max(map(len, runs)) > _LONGEST_NUMBER:
            raise ValueError
        return np.array([int(run) for run in runs], dtype=np.int64)
    except ValueError:
        raise FormatError(f'rle: expected whole numbers with commas between, got {shown(text)}') from None


def _attribute(element: Element, key: str) -> str:
    value = element.get(key)
    if value is None:
        raise FormatError(f'<{element.tag}> without {key!r}')
    return value


def _number(element: Element, key: str) -> float:
    return number(_attribute(element, key), key)


class CVAT(Reader):
    """Reads CVAT XML files."""

    name = 'cvat'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        found = False
        for path in self.walk('.xml'):
            items = attempt(path, _read_file, path, index)
            if isinstance(items, Problem):
                yield items
            elif items is not None:
                found = True
                yield from items
        if not found:
            raise ConversionError(f'no CVAT XML in {self.source!r}; expected <annotations>')


def _read_file(path: str, index: ImageIndex) -> list[Record | Problem] | None:
    """The pictures of a CVAT file; None for XML of another kind."""
    items: list[Record | Problem] = []
    tracks = _Tracks(path)
    for parent, element, flaw in read_elements(path, ('track',)):
        if parent is None:
            if element.tag != 'annotations':
                return None
        elif element.tag == 'image':
            items.append(attempt(f'{path}: {element.get("name")}', _image, path, element, flaw, index))
        elif element.tag == 'track':
            tracks.is_there = True
        elif parent.tag == 'track':
            problem = attempt(path, tracks.take, parent, element, flaw)
            if problem is not None:
                items.append(problem)
    return items + list(tracks.records(index))


def _image(path: str, image: Element, flaw: str | None, index: ImageIndex) -> Record:
    if flaw is not None:
        raise FormatError(flaw)
    found = index.find(_attribute(image, 'name'), path)
    size = (int(_number(image, 'width')), int(_number(image, 'height')))
    shapes = [
        _shape(element, element.get('label', ''))
        for element in image
        if element.tag in (*_WITH_AREA, *_WITHOUT_AREA)
    ]
    name = index.relative(found)
    split = SPLIT_NAMES.get(image.get('subset', '').lower()) or split_of(name)
    return Record(found, name, shapes, split=split, size=size, source=path)


class _Tracks:
    """The tracks of a file, frame by frame."""

    def __init__(self, path: str) -> None:
        self.is_there = False
        self._path = path
        self._shapes: dict[int, list[Shape]] = defaultdict(list)

    def take(self, track: Element, element: Element, flaw: str | None) -> None:
        """Takes what a track shows in one frame."""
        if element.tag not in (*_WITH_AREA, *_WITHOUT_AREA) or element.get('outside') == '1':
            return
        frame = element.get('frame', '')
        if not (frame.isdecimal() and len(frame) < _LONGEST_NUMBER):
            raise FormatError(
                f'track {shown(track.get("id"))}: <{element.tag}> with the frame {shown(frame)}'
            )
        label = track.get('label', '')
        shape = _shape(element, label) if flaw is None else Shape('flawed', label=label, flaw=flaw)
        self._shapes[int(frame)].append(shape)

    def records(self, index: ImageIndex) -> Iterator[Record | Problem]:
        """Yields a record for every frame of which there is a picture."""
        frames = _frames(self._path, index) if self.is_there else {}
        if self.is_there and not frames:
            yield Problem(
                self._path,
                'has tracks, but no picture has a name that ends with the number of a frame; '
                'make them: ffmpeg -i VIDEO -start_number 0 images/frame_%06d.png',
            )
            return
        for frame in sorted({*frames, *self._shapes}):
            yield attempt(f'{self._path}: frame {frame}', self._record, frame, frames, index)

    def _record(self, frame: int, frames: dict[int, str], index: ImageIndex) -> Record:
        if frame not in frames:
            raise FormatError(f'there is no picture of frame {frame}')
        name = index.relative(frames[frame])
        shapes = self._shapes.get(frame, [])
        return Record(frames[frame], name, shapes, split=split_of(name), group=self._path, source=self._path)


def _frames(path: str, index: ImageIndex) -> dict[int, str]:
    """Pictures below the folder of an XML file by the number at the end of their names."""
    folder = os.path.dirname(os.path.abspath(path)) + os.sep
    frames = {}
    for image in index.images:
        match = re.search(r'(\d+)$', os.path.splitext(os.path.basename(image))[0])
        if match and image.startswith(folder):
            frames[int(match.group(1))] = image
    return frames


def _shape(element: Element, label: str) -> Shape:
    return labelled(label, f'<{element.tag}> {label!r}', parse_shape, element, label)
