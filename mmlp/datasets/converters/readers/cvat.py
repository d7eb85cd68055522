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

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from xml.etree import ElementTree

import numpy as np

from ..files import PictureIndex, walk
from ..names import SPLIT_NAMES, split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..rle import expand
from ..shapes import FormatError, Shape, bitmap, ellipse, labelled, polygon, turned_box
from .fields import number, read_xml

_EDGES = ('xtl', 'ytl', 'xbr', 'ybr')
_WITH_AREA = ('polygon', 'box', 'ellipse', 'mask')
_WITHOUT_AREA = ('polyline', 'points', 'cuboid', 'skeleton')


def parse_shape(element: ElementTree.Element, label: str) -> Shape:
    """Reads a polygon, box, ellipse or mask.

    Raises:
        FormatError: An attribute is missing or no number, the run lengths do not fit, or there is no area.
    """
    if element.tag == 'polygon':
        pairs = [pair.split(',') for pair in _attribute(element, 'points').split(';')]
        if any(len(pair) != 2 for pair in pairs):
            raise FormatError(f'polygon: expected "x,y;x,y;...", got {_attribute(element, "points")[:60]!r}')
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
        runs = [int(number(run, 'rle')) for run in _attribute(element, 'rle').split(',')]
        return bitmap(expand(runs, width * height).reshape(height, width), (left, top), label)
    raise FormatError(f'<{element.tag}> has no area; expected {", ".join(_WITH_AREA)}')


def _attribute(element: ElementTree.Element, key: str) -> str:
    value = element.get(key)
    if value is None:
        raise FormatError(f'<{element.tag}> without {key!r}')
    return value


def _number(element: ElementTree.Element, key: str) -> float:
    return number(_attribute(element, key), key)


class CVAT(Reader):
    """Reads CVAT XML files."""

    name = 'cvat'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        single = os.path.isfile(self.source)
        files = [self.source] if single else list(walk(self.source, '.xml'))
        index = PictureIndex(os.path.dirname(self.source) if single else self.source)
        found = False
        for path in files:
            root = attempt(path, read_xml, path)
            if isinstance(root, Problem):
                yield root
            elif root.tag == 'annotations':
                found = True
                yield from _read_images(path, root, index)
                if root.find('track') is not None:
                    yield from _read_tracks(path, root, index)
        if not found:
            raise ConversionError(f'no CVAT XML in {self.source!r}; expected <annotations>')


def _read_images(path: str, root: ElementTree.Element, index: PictureIndex) -> Iterator[Record | Problem]:
    def record(image: ElementTree.Element) -> Record:
        picture = index.find(_attribute(image, 'name'), path)
        size = (int(_number(image, 'width')), int(_number(image, 'height')))
        shapes = [
            _shape(element, element.get('label', ''))
            for element in image
            if element.tag in (*_WITH_AREA, *_WITHOUT_AREA)
        ]
        name = index.relative(picture)
        split = SPLIT_NAMES.get(image.get('subset', '').lower()) or split_of(name)
        return Record(picture, name, shapes, split=split, size=size, source=path)

    for image in root.iter('image'):
        yield attempt(f'{path}: {image.get("name")}', record, image)


def _read_tracks(path: str, root: ElementTree.Element, index: PictureIndex) -> Iterator[Record | Problem]:
    frames = _frames(path, index)
    by_frame: dict[int, list[tuple[ElementTree.Element, str]]] = defaultdict(list)
    for track in root.iter('track'):
        for element in track:
            if element.tag in (*_WITH_AREA, *_WITHOUT_AREA) and element.get('outside') != '1':
                frame = element.get('frame', '')
                if not frame.isdigit():
                    yield Problem(path, f'track {track.get("id")}: <{element.tag}> without a frame')
                    continue
                by_frame[int(frame)].append((element, track.get('label', '')))
    if not frames:
        raise ConversionError(
            f'{path!r} has tracks, but no picture has a name that ends with the number of a frame; '
            'make them: ffmpeg -i VIDEO -start_number 0 images/frame_%06d.png'
        )

    def record(frame: int) -> Record:
        if frame not in frames:
            raise FormatError(f'there is no picture of frame {frame}')
        shapes = [_shape(element, label) for element, label in by_frame[frame]]
        name = index.relative(frames[frame])
        return Record(frames[frame], name, shapes, split=split_of(name), group=path, source=path)

    for frame in sorted({*frames, *by_frame}):
        yield attempt(f'{path}: frame {frame}', record, frame)


def _frames(path: str, index: PictureIndex) -> dict[int, str]:
    """Pictures below the folder of an XML file by the number at the end of their names."""
    folder = os.path.dirname(os.path.abspath(path)) + os.sep
    frames = {}
    for picture in index.pictures:
        match = re.search(r'(\d+)$', os.path.splitext(os.path.basename(picture))[0])
        if match and picture.startswith(folder):
            frames[int(match.group(1))] = picture
    return frames


def _shape(element: ElementTree.Element, label: str) -> Shape:
    return labelled(label, f'<{element.tag}> {label!r}', parse_shape, element, label)
