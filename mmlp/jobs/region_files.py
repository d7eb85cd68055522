"""Files that tell what other tools found: COCO, boxes by name, and what ``segment`` writes.

Coordinates are in pixels of the picture as it is shown. Of COCO files and boxes they count from the upper
left corner of the first pixel, of what ``segment`` writes from its centre.

- COCO: ``images`` with ``file_name``, and ``annotations`` with ``segmentation`` or ``bbox``. All categories
  count, and crowds too.
- Boxes by name: ``{"day/photo.jpg": [[x, y, width, height], ...], ...}``; of a video they are in all frames.
- Of ``segment --save json``: ``NAME.json`` for a picture, with its name under ``file``, and ``NAME.jsonl``
  for a video, a line a frame: ``{"frame": 0, "time": 0.0, "width": 1280, "height": 720, "plates": [...]}``. A
  plate has a ``polygon``, ``corners``, or a ``box`` of left, top, right and bottom. Lines of other tools may
  have ``boxes`` in the place of ``plates``, as above, and leave out all but ``frame`` or ``time``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mmlp.datasets.converters.json_members import Flawed, read_json, read_members
from mmlp.datasets.converters.limits import DATA_ERRORS, MOST_SHAPES, shown
from mmlp.datasets.converters.readers.coco import Content, load_coco
from mmlp.datasets.converters.readers.fields import stated_size
from mmlp.datasets.converters.shapes import FormatError, Shape, box, describe, polygon, quad
from mmlp.datasets.converters.texts import read_lines

#: One region: the union of its shapes.
Region = tuple[Shape, ...]
_EXPECTED = (
    'expected COCO, {"picture.jpg": [[x, y, width, height], ...]}, or what "mmlp segment --save json" writes'
)


@dataclass
class FrameRegions:
    """What a file tells of one frame.

    Attributes:
        frame (int | None): Its number in the whole video, from 0.
        time (float | None): When it is shown, seconds since the start of the whole video.
        size (tuple[int, int] | None): Width and height that are stated.
        regions (list[Region]): What is in it.
    """

    frame: int | None
    time: float | None
    size: tuple[int, int] | None
    regions: list[Region]


@dataclass
class NamedRegions:
    """What a file tells of one picture or video.

    Attributes:
        source (str): The file that tells it.
        name (str): Name of the picture or video.
        kinds (tuple[str, ...]): Of what kind it may be, ``'image'`` and ``'video'``.
        is_stem (bool): Whether the name is without suffix.
        size (tuple[int, int] | None): Width and height that are stated.
        regions (list[Region]): What is in the picture, or in all frames.
        frames (list[FrameRegions] | None): What is in single frames.
    """

    source: str
    name: str
    kinds: tuple[str, ...] = ('image',)
    is_stem: bool = False
    size: tuple[int, int] | None = None
    regions: list[Region] = field(default_factory=list)
    frames: list[FrameRegions] | None = None


def read_region_files(path: Path) -> list[NamedRegions]:
    """Reads a file, or all ``.json`` and ``.jsonl`` files below a folder.

    Raises:
        ValueError: A file is of another format, or any of what it tells cannot be used: nothing shall be half
            hidden.
        OSError: A file cannot be read.
    """
    files = [path]
    if path.is_dir():
        files = sorted(file for file in path.rglob('*') if file.suffix.lower() in ('.json', '.jsonl'))
        if not files:
            raise ValueError(f'{path} has no .json or .jsonl file in it')
    named = [entry for file in files for entry in _read_file(file, path if path.is_dir() else path.parent)]
    if not named:
        raise ValueError(f'{path} tells of no picture')
    return named


def _read_file(path: Path, folder: Path) -> list[NamedRegions]:
    problems = _Problems(path)
    try:
        if path.suffix.lower() == '.jsonl':
            name = path.relative_to(folder).with_suffix('').as_posix()
            entries = [NamedRegions(str(path), name, ('video',), True, frames=_read_frames(path, problems))]
        else:
            entries = list(_read_json(path, problems))
    except FormatError as error:
        raise ValueError(f'{path}: {error}') from None
    problems.raise_if_any()
    return entries


class _Problems:
    """Gathers what is wrong with a file, to tell it at once."""

    def __init__(self, path: Path) -> None:
        self._path, self._first, self._count = path, '', 0

    def add(self, message: str) -> None:
        self._first = self._first or message
        self._count += 1

    def attempt(self, where: str, parse: Callable[..., Any], *args: Any) -> Any:
        """Calls ``parse``; where that fails, notes it and returns None."""
        try:
            return parse(*args)
        except DATA_ERRORS as error:
            self.add(f'{where}: {describe(error)}')
            return None

    def raise_if_any(self) -> None:
        if self._count:
            others = f' (and {self._count - 1} more like this)' if self._count > 1 else ''
            raise ValueError(f'{self._path}: {self._first}{others}; nothing is hidden until all can be')


def _read_json(path: Path, problems: _Problems) -> Iterator[NamedRegions]:
    content = load_coco(str(path), needs_categories=False)
    if content is not None:
        yield from _coco(content, problems)
        return
    stated = []
    for keys, value, _ in read_members(str(path)):
        if keys:
            stated.append((keys[0], value))
        elif not isinstance(value, dict):
            raise FormatError(f'{_EXPECTED}; got a {type(value).__name__}')
    if {'file', 'plates'} <= {name for name, _ in stated}:
        yield _record(path, read_json(str(path)), problems)
        return
    for name, value in stated:
        entry = NamedRegions(str(path), name, ('image', 'video'))
        entry.regions = problems.attempt(shown(name), _boxes, value) or []
        yield entry


def _coco(content: Content, problems: _Problems) -> Iterator[NamedRegions]:
    for problem in content.problems:
        problems.add(problem.message)
    names: dict[Any, str] = {}
    for image in content.images:
        number, name = image['id'], image.get('file_name')
        if not isinstance(name, str) or not name:
            problems.add(f'image {shown(number)} has no file_name')
        elif names.setdefault(number, name) != name:
            problems.add(f'several images have the id {shown(number)}: whose annotations are these?')
        else:
            entry = NamedRegions(content.path, name)
            entry.size = problems.attempt(shown(name), stated_size, image, 'width', 'height')
            shapes = content.shapes.pop(number, [])
            problems.attempt(shown(name), _limit, shapes)
            for label, shape in shapes:
                problems.attempt(f'annotation {label} of {shown(name)}', _check, shape)
                entry.regions.append((shape,))
            yield entry
    for number, stray in content.shapes.items():
        problems.add(f'{len(stray)} annotations of an image {shown(number)} that is not listed')


def _check(shape: Shape) -> None:
    if shape.flaw is not None:
        raise FormatError(shape.flaw.partition(': ')[2] or shape.flaw)
    if shape.pixels is not None and shape.pixels.check is not None:
        shape.pixels.check()


def _record(path: Path, content: dict[str, Any], problems: _Problems) -> NamedRegions:
    name = content['file']
    if not isinstance(name, str) or not name:
        raise FormatError(f'expected the name of a picture under "file", got {shown(name)}')
    entry = NamedRegions(str(path), name)
    entry.size = problems.attempt(shown(name), stated_size, content, 'width', 'height')
    entry.regions = problems.attempt(shown(name), _plates, content['plates']) or []
    return entry


def _read_frames(path: Path, problems: _Problems) -> list[FrameRegions]:
    frames = []
    for number, line in enumerate(read_lines(str(path), is_table=True), start=1):
        if line.strip():
            frames.append(problems.attempt(f'line {number}', _frame, line))
    return frames


def _frame(line: str) -> FrameRegions:
    content = json.loads(line)
    if not isinstance(content, dict) or not ('plates' in content or 'boxes' in content):
        raise FormatError(f'expected an object with "plates" or "boxes", got {shown(content)}')
    frame, time = content.get('frame'), content.get('time')
    if frame is not None and (type(frame) is not int or frame < 0):
        raise FormatError(f'frame: expected a number from 0 up, got {shown(frame)}')
    if time is not None and not (_is_number(time) and math.isfinite(time) and time >= 0):
        raise FormatError(f'time: expected seconds from 0 up, got {shown(time)}')
    if frame is None and time is None:
        raise FormatError('has neither "frame" nor "time"')
    regions = _plates(content.get('plates', [])) + _boxes(content.get('boxes', []))
    return FrameRegions(frame, time, stated_size(content, 'width', 'height'), regions)


def _boxes(values: Any) -> list[Region]:
    if isinstance(values, Flawed):
        raise FormatError(values.message)
    _limit(values)
    if not isinstance(values, list):
        raise FormatError(f'expected a list of boxes [x, y, width, height], got {shown(values)}; {_EXPECTED}')
    regions = []
    for value in values:
        if not (isinstance(value, list) and len(value) == 4 and all(map(_is_number, value))):
            raise FormatError(f'expected a box [x, y, width, height], got {shown(value)}')
        x, y, width, height = map(float, value)
        regions.append((box((x, y, x + width, y + height)),))
    return regions


def _plates(values: Any) -> list[Region]:
    _limit(values)
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise FormatError(f'plates: expected a list of objects, got {shown(values)}')
    return [_plate(value) for value in values]


def _plate(value: dict[str, Any]) -> Region:
    """Outline and corners of a plate; half a pixel more, as they count from the centre of the first one."""
    shapes = []
    if value.get('polygon') is not None:
        shapes.append(polygon(np.asarray(value['polygon'], np.float64) + 0.5))
    if value.get('corners') is not None:
        shapes.append(quad(np.asarray(value['corners'], np.float64) + 0.5))
    if not shapes:
        edges = value.get('box')
        if not (isinstance(edges, list) and len(edges) == 4 and all(map(_is_number, edges))):
            raise FormatError(
                f'a plate needs a polygon, corners or a box of left, top, right, bottom; got {shown(value)}'
            )
        shapes.append(box([edge + 0.5 for edge in edges]))
    return tuple(shapes)


def _limit(values: Any) -> None:
    if isinstance(values, list) and len(values) > MOST_SHAPES:
        raise FormatError(f'{len(values)} regions in one picture, more than {MOST_SHAPES}')


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
