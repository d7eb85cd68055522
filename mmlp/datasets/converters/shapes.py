"""Outlines of plates as data sets state them: polygons, four corners, boxes and pixel masks.

Coordinates are continuous: the pixel in column x and row y covers x..x+1 and y..y+1.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from ...plates.geometry import following_points, order_corners
from .limits import DATA_ERRORS, FARTHEST, shown

Points = np.ndarray


class FormatError(ValueError):
    """An annotation is not what its format says; the message tells what was found and expected."""


@dataclass(frozen=True)
class PixelMask:
    """A pixel mask that is decoded when it is painted.

    Attributes:
        load: Returns a bool array of shape (H, W).
        key: What identifies the pixels, for the fingerprint.
        offset: Column and row of the mask's first pixel in the picture.
        size: Width and height of the picture that the mask belongs to; None where unknown.
        extent: Width and height of what ``load`` returns, so that it is called for masks that fit the picture
            alone; None for one that is stretched.
        stretch: The mask covers the whole picture at a size of its own and is resized to it.
        check: Raises :class:`FormatError` for what cannot be decoded, without taking memory for its pixels.
    """

    load: Callable[[], np.ndarray]
    key: bytes
    offset: tuple[int, int] = (0, 0)
    size: tuple[int, int] | None = None
    extent: tuple[int, int] | None = None
    stretch: bool = False
    check: Callable[[], None] | None = None

    def check_fit(self, width: int, height: int) -> None:
        """Checks that the mask lies in a picture of a width and height, before it is decoded.

        Raises:
            FormatError: It does not.
        """
        if self.extent is None:
            return
        (left, top), (columns, rows) = self.offset, self.extent
        if min(left, top, columns, rows) < 0 or left + columns > width or top + rows > height:
            raise FormatError(
                f'mask of {columns} x {rows} at x {left}, y {top} reaches over the picture of '
                f'{width} x {height}'
            )


@dataclass(frozen=True)
class Shape:
    """One annotated plate, or one region to ignore.

    Attributes:
        kind: ``polygon``, ``quad`` (four corners), ``box`` or ``mask``.
        parts: Outlines, each float64 of shape (N, 2), x then y; several where a plate is seen in parts.
            A quad's single part is ordered top-left, top-right, bottom-right, bottom-left.
        label: Name of the class; None where everything that the format annotates is a plate.
        ignored: Neither plate nor background: painted as ignore.
        normalized: Coordinates are fractions of the picture's width and height.
        cut: Outlines of things in front of the plate, taken out of it.
        pixels: The pixels of a ``mask``.
        flaw: What is wrong with the annotation, of kind ``flawed``; matters if its label counts.
    """

    kind: str
    parts: tuple[Points, ...] = ()
    label: str | None = None
    ignored: bool = False
    normalized: bool = False
    cut: tuple[Points, ...] = ()
    pixels: PixelMask | None = None
    flaw: str | None = None

    def fingerprint(self) -> bytes:
        """Digest that changes with anything that changes the painted pixels."""
        digest = hashlib.sha1(repr((self.kind, self.ignored, self.normalized)).encode())
        for part in (*self.parts, *self.cut):
            digest.update(part.tobytes() + b'|')
        if self.pixels is not None:
            digest.update(self.pixels.key + repr(self.pixels.offset).encode())
        return digest.digest()


def polygon(
    points: Sequence | np.ndarray, label: str | None = None, normalized: bool = False, ignored: bool = False
) -> Shape:
    """An outline of three or more points; with four it is a quad.

    Raises:
        FormatError: Fewer than three points, a coordinate that is no number, or no area.
    """
    outline = _outline(points)
    if len(outline) == 4:
        outline, kind = _untangle(outline)
    else:
        kind = 'polygon'
    return Shape(kind, (outline,), label=label, normalized=normalized, ignored=ignored)


def quad(points: Sequence | np.ndarray, label: str | None = None, normalized: bool = False) -> Shape:
    """Four corners stated as top-left, top-right, bottom-right, bottom-left of the plate.

    The stated order is kept, so that a plate seen upside down keeps its corners, unless the corners do not
    go round clockwise that way; then they are put in order as seen in the picture.

    Raises:
        FormatError: Not four points, a coordinate that is no number, or no area.
    """
    outline = _outline(points, close=False)
    if len(outline) != 4:
        raise FormatError(f'expected 4 corners, got {len(outline)}')
    if (_turns(outline) < 0).any():
        outline, kind = _untangle(outline)
        return Shape(kind, (outline,), label=label, normalized=normalized)
    return Shape('quad', (outline,), label=label, normalized=normalized)


def box(
    edges: Sequence[float], label: str | None = None, normalized: bool = False, ignored: bool = False
) -> Shape:
    """An upright box, stated as left, top, right and bottom.

    Raises:
        FormatError: A coordinate is no number, or the right or bottom edge is not behind the other.
    """
    left, top, right, bottom = map(float, edges)
    if not all(abs(edge) <= FARTHEST for edge in (left, top, right, bottom)):
        raise FormatError(f'box with a coordinate that no picture has: {shown(list(edges))}')
    if right <= left or bottom <= top:
        raise FormatError(
            f'box without area: left {left:g}, top {top:g}, right {right:g}, bottom {bottom:g}; '
            'expected right > left and bottom > top'
        )
    outline = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float64)
    return Shape('box', (outline,), label=label, normalized=normalized, ignored=ignored)


def rotated_box(
    centre: tuple[float, float], size: tuple[float, float], degrees: float, label: str | None = None
) -> Shape:
    """A box turned clockwise (as seen in the picture) about its centre; a quad."""
    half_width, half_height = size[0] / 2, size[1] / 2
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (half_width, half_height)
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return quad(corners @ turn + np.asarray(centre, dtype=np.float64), label=label)


def turned_box(edges: Sequence[float], degrees: float, label: str | None = None) -> Shape:
    """A box stated upright, and how far it is turned clockwise (as seen in the picture) about its centre.

    Args:
        edges: Left, top, right and bottom before it is turned, in pixels.
        degrees: The turn; at multiples of 360 the box is upright.
        label: Class of the annotation.

    Raises:
        FormatError: As for :func:`box`, or the turn is no finite number.
    """
    if not np.isfinite(degrees):
        raise FormatError(f'box turned by {degrees!r}: expected degrees')
    upright = box(edges, label)
    if not degrees % 360:
        return upright
    left, top, right, bottom = edges
    return rotated_box(((left + right) / 2, (top + bottom) / 2), (right - left, bottom - top), degrees, label)


def ellipse(
    centre: tuple[float, float], radii: tuple[float, float], angle: float = 0.0, label: str | None = None
) -> Shape:
    """An ellipse turned clockwise by ``angle`` radians, as a polygon that differs by under 0.1 % of area."""
    if min(radii) <= 0:
        raise FormatError(f'ellipse without area: radii {radii[0]:g} and {radii[1]:g}')
    steps = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    rim = np.stack([np.cos(steps) * radii[0], np.sin(steps) * radii[1]], axis=1)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return polygon(rim @ turn + np.asarray(centre, dtype=np.float64), label=label)


def bitmap(
    load: Callable[[], np.ndarray],
    key: bytes,
    offset: tuple[int, int],
    extent: tuple[int, int],
    label: str | None = None,
) -> Shape:
    """A mask of a part of the picture, decoded when it is painted.

    Args:
        load: Returns a bool array of the extent's height and width.
        key: What identifies the pixels.
        offset: Column and row of its first pixel in the picture.
        extent: Its width and height.
        label: Class of the annotation.

    Raises:
        FormatError: It has no area.
    """
    if min(extent) < 1:
        raise FormatError(f'mask of {extent[0]} x {extent[1]} pixels')
    key = hashlib.sha1(repr(extent).encode() + key).digest()
    return Shape('mask', label=label, pixels=PixelMask(load, key, offset, extent=extent))


def packed_bitmap(pixels: np.ndarray, offset: tuple[int, int], label: str | None = None) -> Shape:
    """A mask of True and False that is known, kept at a bit a pixel."""
    packed = np.packbits(pixels)
    height, width = pixels.shape

    def load() -> np.ndarray:
        return np.unpackbits(packed, count=width * height).reshape(height, width).astype(bool)

    return bitmap(load, packed.tobytes(), offset, (width, height), label)


def mask_file(path: str, read: Callable[[str], np.ndarray], ignored: bool = False) -> Shape:
    """A mask picture that covers the whole picture, at whatever size."""
    stat = os.stat(path)
    key = f'{os.path.basename(path)!r} {stat.st_size} {stat.st_mtime_ns}'.encode()
    return Shape('mask', ignored=ignored, pixels=PixelMask(lambda: read(path), key, stretch=True))


def describe(error: BaseException) -> str:
    """What is wrong with data that caused one of :data:`~.limits.DATA_ERRORS`."""
    if isinstance(error, (FormatError, OSError, SyntaxError, Image.DecompressionBombError)):
        return str(error)
    if isinstance(error, MemoryError):
        return 'takes more memory than there is'
    return f'is not built as its format says: {type(error).__name__}: {str(error)[:200]}'


def labelled(label: str, where: str, parse: Callable[..., Shape], *args: Any) -> Shape:
    """Calls ``parse``, and keeps what is wrong with an annotation until it is known whether its label counts.

    Args:
        label: Class of the annotation.
        where: Which annotation it is, for the message.
        parse: Reads the annotation.
        *args: Arguments of ``parse``.
    """
    try:
        return parse(*args)
    except DATA_ERRORS as error:
        return Shape('flawed', label=label, flaw=f'{where}: {describe(error)}')


def _turns(points: np.ndarray) -> np.ndarray:
    """Which way the outline turns at each point: positive clockwise in the picture."""
    edges = following_points(points) - points
    following = following_points(edges)
    return edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]


def _untangle(points: np.ndarray) -> tuple[np.ndarray, str]:
    """Four points in any order as an ordered quad, or as the concave polygon that they are."""
    turns = _turns(points)
    clockwise, counter = int((turns > 0).sum()), int((turns < 0).sum())
    if clockwise == 2 and counter == 2:  # the outline crosses itself: the corners are listed across
        offset = points - points.mean(axis=0)
        points = points[np.argsort(np.arctan2(offset[:, 1], offset[:, 0]))]
        turns = _turns(points)
        clockwise, counter = int((turns > 0).sum()), int((turns < 0).sum())
    elif counter > clockwise:
        points, clockwise, counter = points[::-1].copy(), counter, clockwise
    if counter:
        return points, 'polygon'
    # That function works in single precision: it tells which point is the first.
    first = np.abs(points - order_corners(points)[0]).sum(axis=1).argmin()
    return np.concatenate([points[first:], points[:first]]), 'quad'


def _outline(points: Sequence | np.ndarray, close: bool = True) -> np.ndarray:
    try:
        outline = np.array(points, dtype=np.float64).reshape(-1, 2)
    except (OverflowError, TypeError, ValueError):
        raise FormatError(f'expected pairs of numbers x, y, got {shown(points)}') from None
    if not np.isfinite(outline).all():
        raise FormatError('a coordinate is not a finite number')
    if np.abs(outline).max(initial=0) > FARTHEST:
        raise FormatError(f'a coordinate of {np.abs(outline).max():g}, which no picture has')
    if close and len(outline) > 3 and (outline[0] == outline[-1]).all():
        outline = outline[:-1]
    if len(outline) < 3:
        raise FormatError(f'an outline needs 3 points or more, got {len(outline)}')
    if _thickness(outline) <= 1e-9 * np.abs(outline).max():
        raise FormatError('the outline has no area: its points lie on one line')
    return outline


def _thickness(outline: np.ndarray) -> float:
    """How far points lie from the straight line through the first and the one farthest from it."""
    x, y = (outline - outline[0]).T
    distance = x * x + y * y
    far = distance.argmax()
    return float(np.abs(x * y[far] - y * x[far]).max() / max(np.sqrt(distance[far]), 1e-12))
