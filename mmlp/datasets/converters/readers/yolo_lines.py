"""The lines of YOLO label files: what their numbers mean, which the count of numbers alone does not tell.

Twelve numbers are an outline of six points, or a box and four corners (yolov5-face and its kin); sixteen are
one of eight points, or a box and four corners with their visibilities (pose). Which it is shows in the
geometry: of an outline, the first point is not the middle of all others and the second not their size. It is
decided for all lines of a set with as many numbers, since a single line may be a chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import cv2
import numpy as np

from ..limits import shown
from ..shapes import FormatError, Shape, box, polygon
from .fields import number

#: Fractions beyond this are pixels by mistake.
_LARGEST = 2.0
#: Numbers beyond this tell nothing of geometry.
_LARGEST_NUMBER = 1e6
#: How loosely a box may lie around its points, in shares of its sides, to be taken for one; and to be taken
#: for none: points lie this far from its middle (half is the box itself), span at least this much of it, and
#: their middle is no farther from its own.
_TIGHT = (0.65, 0.6, 0.15)
_LOOSE = (0.75, 0.4, 0.25)
#: The first two points of an outline lie within so many extents of the others; it fills so much of its hull.
_NEAR, _SOLID = 1.5, 0.85
#: Share of a set's lines that must agree.
_AGREED = 0.9
#: Values of a point: x, y, and whether it is seen.
_WIDTHS = (2, 3)
#: Numbers of a box and four such points.
_WITH_CORNERS = tuple(4 + 4 * width for width in _WIDTHS)


def is_pixel_line(fields: Sequence[str]) -> bool:
    """Whether a line is DOTA's, as YOLOv5-OBB reads it: X1 Y1 ... X4 Y4 CLASS [DIFFICULT], in pixels."""
    if len(fields) not in (9, 10) or not all(map(_is_number, fields[:8])):
        return False
    if not _is_number(fields[8]):
        return True
    return len(fields) == 10 and max(map(float, fields[:8])) > _LARGEST


def pixel_shape(fields: Sequence[str], label: str) -> Shape:
    """The outline of a line in pixels."""
    return polygon([float(field) for field in fields[:8]], label)


def class_number(fields: Sequence[str], position: int) -> int:
    """The class that a line begins with.

    Raises:
        FormatError: It begins with something else.
    """
    if not _is_number(fields[0]) or not float(fields[0]).is_integer():
        raise FormatError(
            f'line {position}: expected a class number first, got {shown(" ".join(fields[:12]))}'
        )
    return int(float(fields[0]))


class Lines:
    """Decides what lines mean, and reads them.

    Args:
        pose: Lines hold a box and key points, the corners; False: they hold outlines; None: see
            :meth:`count`.
        width: Numbers of a key point, 2 or 3; None tells it by the count of numbers.
    """

    def __init__(self, pose: bool | None = None, width: int | None = None) -> None:
        self.pose = pose
        self.width = width
        self._told: set[int] = set()
        self._lines: Counter[int] = Counter()
        self._outlined: Counter[int] = Counter()
        self._tight: dict[int, Counter[int]] = {width: Counter() for width in _WIDTHS}
        self._loose: dict[int, Counter[int]] = {width: Counter() for width in _WIDTHS}

    def count(self, fields: Sequence[str]) -> None:
        """Takes a line of the set as evidence; needed where ``pose`` is None."""
        try:
            values = [float(field) for field in fields[1:]]
        except ValueError:
            return
        if not all(abs(value) < _LARGEST_NUMBER for value in values):
            return
        count = len(values)
        self._lines[count] += 1
        self._outlined[count] += _is_outline(values)
        for width in _WIDTHS:
            self._tight[width][count] += is_boxed(values, width, _TIGHT)
            self._loose[width][count] += is_boxed(values, width, _LOOSE)

    def parse(self, fields: Sequence[str], label: str) -> Shape:
        """Reads one line.

        Args:
            fields: Its fields; the first is the class.
            label: Name of the class.

        Raises:
            FormatError: Its number of fields fits no kind or several, or a field is no fraction.
        """
        values = [number(field, 'line') for field in fields[1:]]
        width = self._key_points(values)
        if width:
            return _with_corners(values, width, label)
        if len(values) == 4:
            return _box(values, label)
        if len(values) < 6 or len(values) % 2:
            raise FormatError(
                'expected CLASS and 4 numbers (box) or 6, 8, 10, ... (outline), got CLASS and '
                f'{len(values)}{_hint(values)}'
            )
        return _polygon(values, label)

    def notes(self) -> list[str]:
        """Says which lines were taken as boxes with corners though nobody said so."""
        if not self._told:
            return []
        counts = ' and '.join(map(str, sorted(self._told)))
        return [
            f'lines of {counts} numbers are read as a box and four corners, since the first four are the box '
            'of the others; --outlines reads them as outlines'
        ]

    def _key_points(self, values: Sequence[float]) -> int:
        """How many numbers each key point of a line has; 0 where the line holds none.

        Raises:
            FormatError: Nothing tells whether it does, or they are not four.
        """
        count = len(values)
        if self.pose or self.width:
            return self._stated_width(count)
        if self.pose is False or count == 4 or not self._lines[count] or (count % 2 and (count - 4) % 3):
            return 0
        lines = self._lines[count]
        width = max(_WIDTHS, key=lambda width: (self._tight[width][count], self._loose[width][count]))
        tight, loose = self._tight[width][count], self._loose[width][count]
        points = (count - 4) // width
        this = is_boxed(values, width, _TIGHT)
        # A single point lies in such a box by chance; where other lines are outlines, these are, too.
        if points == 1 and self._has_outlines(count):
            return 0
        # Corners in the box of a whole car do not look like an outline, either.
        looks = count not in _WITH_CORNERS or self._outlined[count] > lines / 2
        if loose <= (1 - _AGREED) * lines and not this and (looks or count % 2):
            return 0
        if points != 4 and (count % 2 or (points > 1 and tight >= _AGREED * lines)):
            raise FormatError(
                f'a box and {points} key points: expected four, the corners of the plate. To take the boxes, '
                'cut the lines behind them'
            )
        if tight < _AGREED * lines or points == 1 or not is_boxed(values, width, _LOOSE):
            here = 'they are' if this else 'they are not'
            raise FormatError(
                f'{count} numbers: a box and {points} key points, or an outline of {count // 2} points? The '
                f'first four are the box of the others in {tight} of the {lines} such lines of the set, and '
                f'here {here}. Say which: --pose (box and four corners) or --outlines'
            )
        self._told.add(count)
        return width

    def _stated_width(self, count: int) -> int:
        widths = [self.width] if self.width else _WIDTHS
        for width in widths:
            if count == 4 + 4 * width:
                return width
        expected = ' or '.join(str(4 + 4 * width) for width in widths)
        raise FormatError(f'expected CLASS, a box and 4 key points, {expected} numbers in all, got {count}')

    def _has_outlines(self, besides: int) -> bool:
        others = [count for count in self._lines if count not in (4, besides) and count % 2 == 0]
        return any(not any(boxed[count] for boxed in self._loose.values()) for count in others)


def is_boxed(values: Sequence[float], width: int, limits: tuple[float, float, float] = _LOOSE) -> bool:
    """Whether the first four numbers are the middle and the size of a box around the points that follow.

    Args:
        values: The numbers of a line behind the class.
        width: Numbers of a point: x, y, and with 3 whether it is seen (0, 1 or 2; or -1).
        limits: How far points lie from the box's middle, how much of it they span, and how far their middle
            lies off, in shares of its sides.
    """
    if len(values) < 4 + width or (len(values) - 4) % width:
        return False
    reach, span, farthest = limits
    points = np.array(values[4:]).reshape(-1, width)
    if width == 3 and not np.isin(points[:, 2], (-1, 0, 1, 2)).all():
        return limits is _LOOSE and _seems_predicted(values)
    centre, size = np.array(values[:2]), np.array(values[2:4])
    seen = points[~_missing(points)][:, :2]
    if (size <= 0).any() or (np.abs(seen - centre) > reach * size).any():
        return False
    if len(seen) < len(points) or len(points) == 1:
        return True
    first, last = seen.min(axis=0), seen.max(axis=0)
    off = np.abs((first + last) / 2 - centre)
    return bool((last - first >= span * size).all() and (off <= farthest * size).all())


def _seems_predicted(values: Sequence[float]) -> bool:
    """Whether key points of three numbers have confidences in place of visibilities."""
    points = np.array(values[4:]).reshape(-1, 3)
    if (points[:, 2] < 0).any() or (points[:, 2] > 1).any():
        return False
    return is_boxed([*values[:4], *points[:, :2].ravel()], 2, _TIGHT)


def _is_outline(values: Sequence[float]) -> bool:
    """Whether numbers look like the outline of a plate: its points lie together, and it is nearly convex."""
    if len(values) < 8 or len(values) % 2:
        return False
    if (len(values) - 4) % 3 == 0 and np.isin(values[6::3], (-1, 0, 1, 2)).all():
        return False  # visibilities
    points = np.array(values, np.float32).reshape(-1, 2)
    first, last = points[2:].min(axis=0), points[2:].max(axis=0)
    margin = _NEAR * (last - first).max()
    near = (points[:2] >= first - margin).all() and (points[:2] <= last + margin).all()
    return bool(near and cv2.contourArea(points) >= _SOLID * cv2.contourArea(cv2.convexHull(points)))


def _missing(points: np.ndarray) -> np.ndarray:
    """Which key points nobody annotated: they stand as 0 0, as -1 -1, or with the visibility 0."""
    missing = (points[:, :2] == 0).all(axis=1) | (points[:, :2] < 0).all(axis=1)
    return missing | (points[:, 2] == 0) if points.shape[1] == 3 else missing


def _with_corners(values: Sequence[float], width: int, label: str) -> Shape:
    """The corners of a line; its box where one of them was not annotated."""
    points = np.array(values[4:]).reshape(-1, width)
    if _missing(points).any():
        return _box(values[:4], label)
    return _polygon(points[:, :2].ravel().tolist(), label)


def _box(values: Sequence[float], label: str) -> Shape:
    _check_fractions(values)
    x, y, width, height = values
    edges = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return box(edges, label, normalized=True)


def _polygon(values: Sequence[float], label: str) -> Shape:
    _check_fractions(values)
    return polygon(values, label, normalized=True)


def _check_fractions(values: Sequence[float]) -> None:
    if any(not -_LARGEST < value < _LARGEST for value in values):
        stated = ' '.join(f'{value:g}' for value in values[:40])
        raise FormatError(f'expected fractions 0..1 of width and height, got {stated}')


def _hint(values: Sequence[float]) -> str:
    if len(values) < 5 or len(values) % 2 == 0:
        return ''
    if len(values) == 5:
        return '; a prediction with its confidence, or a box with an angle? Export turned boxes as corners'
    if any(is_boxed(values[:-1], width) for width in _WIDTHS):
        return '; a box, corners and one more: a prediction with its confidence?'
    return '; one more than expected: a prediction with its confidence?'


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
