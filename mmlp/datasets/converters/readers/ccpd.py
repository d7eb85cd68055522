"""CCPD 2019 and CCPD-Green (2020): Chinese City Parking Dataset, 300,000 pictures with four corners each.

Licence: MIT. Download: the Google Drive and Baidu links of github.com/detectRecog/CCPD.
Paper: Xu et al., Towards End-to-End License Plate Detection and Recognition, ECCV 2018.

layout (CCPD2019, CCPD2020, or a folder with both):
  SRC/ccpd_base/025-95_113-154&383_386&473-386&473_177&454_154&383_363&402-0_0_22_27_27_33_16-37-15.jpg
  SRC/ccpd_{blur,challenge,db,fn,rotate,tilt,weather}/...   SRC/ccpd_np/1005.jpg (no plate)
  SRC/splits/{train,val,test}.txt      (also split/; without them ccpd_base is split by vehicle)
  SRC/ccpd_green/{train,val,test}/...

The annotation stands in the file name, seven fields with - between: area, tilt, box, four corners from
bottom-right clockwise, plate number, brightness, blur. All subsets but base are test, as its authors use
them. Pictures of one plate number never fall on both sides of a split made here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from ..names import split_of
from ..reader import Reader
from ..records import ConversionError, Problem, Record, attempt
from ..shapes import FormatError, Shape, quad
from ..texts import read_lines

_FIELDS = ('area', 'tilt', 'box', 'corners', 'plate number', 'brightness', 'blur')
_POINT = re.compile(r'(\d+)&(\d+)')
_NUMBER = re.compile(r'\d+(_\d+){6,7}')
_TEST_SUBSETS = {f'ccpd_{name}' for name in ('blur', 'challenge', 'db', 'fn', 'rotate', 'tilt', 'weather')}
_SPLIT_FOLDERS = ('splits', 'split')
_SPLIT_LISTS = ('train.txt', 'val.txt', 'test.txt')


def parse_name(name: str) -> tuple[Shape, str]:
    """Reads the annotation in a file name.

    Args:
        name: File name with its ending.

    Returns:
        The plate, and its number as the indices that the name gives.

    Raises:
        FormatError: The name does not follow the grammar; the message says where.
    """
    fields = os.path.splitext(name)[0].split('-')
    if len(fields) != len(_FIELDS):
        raise FormatError(
            f'expected {len(_FIELDS)} fields with - between ({", ".join(_FIELDS)}), got {len(fields)}'
        )
    _, _, box, corners, number, _, _ = fields
    edges = _points(box, 2, 'box')
    # Stated from the bottom-right on: bottom-right, bottom-left, top-left, top-right.
    bottom_right, bottom_left, top_left, top_right = _points(corners, 4, 'corners')
    if not _NUMBER.fullmatch(number):
        raise FormatError(f'plate number: expected 7 or 8 indices with _ between, got {number!r}')
    plate = quad([top_left, top_right, bottom_right, bottom_left])
    if edges[0][0] >= edges[1][0] or edges[0][1] >= edges[1][1]:
        raise FormatError(f'box: expected left&top_right&bottom, got {box!r}')
    return plate, number


def _points(field: str, count: int, name: str) -> list[tuple[int, int]]:
    points = [_POINT.fullmatch(point) for point in field.split('_')]
    if len(points) != count or None in points:
        raise FormatError(f'{name}: expected {count} points x&y with _ between, got {field!r}')
    return [(int(point.group(1)), int(point.group(2))) for point in points]


class CCPD(Reader):
    """Reads CCPD 2019 and CCPD-Green."""

    name = 'ccpd'

    def read(self) -> Iterator[Record | Problem]:
        """Yields a record for every picture, see :class:`~mmlp.datasets.converters.reader.Reader`."""
        index = self.find_images()
        if not index.images:
            raise ConversionError(
                f'no pictures in {self.source!r}; expected ccpd_base/*.jpg and its like, or ccpd_green/'
            )
        listed: dict[str, str] = {}
        for path in self.walk('train.txt', 'val.txt', 'test.txt'):
            folder, name = os.path.split(path)
            if os.path.basename(folder) in _SPLIT_FOLDERS and name in _SPLIT_LISTS:
                problem = attempt(path, _read_list, path, listed)
                if problem is not None:
                    yield problem
        for path in index.images:
            yield attempt(path, self._record, path, index.relative(path), listed)

    def _record(self, path: str, name: str, listed: dict[str, str]) -> Record:
        folders = {folder.lower() for folder in path.split(os.sep)[:-1]}
        base = os.path.basename(path)
        subset = os.path.basename(os.path.dirname(path))
        split = listed.get(f'{subset}/{base}')
        if 'ccpd_np' in folders and '-' not in base:
            return Record(path, name, split=split, group=f'np/{base}')
        plate, number = parse_name(base)
        if split is None and folders & _TEST_SUBSETS:
            split = 'test'
        if split is None and 'ccpd_green' in folders:
            split = split_of(name) or split_of(f'{subset}/{base}')
        return Record(path, name, [plate], split=split, group=number, source='its file name')


def _read_list(path: str, listed: dict[str, str]) -> None:
    """Notes the split of each ``SUBSET/NAME.jpg`` that a list names."""
    split = os.path.splitext(os.path.basename(path))[0]
    for line in read_lines(path):
        if line.strip():
            listed['/'.join(line.strip().replace('\\', '/').split('/')[-2:])] = split
