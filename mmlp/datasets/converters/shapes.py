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

from ...plates.geometry import following_points, order_corners

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
        stretch: The mask covers the whole picture at a size of its own and is resized to it.
    """

    load: Callable[[], np.ndarray]
    key: bytes
    offset: tuple[int, int] = (0, 0)
    size: tuple[int, int] | None = None
    stretch: bool = False


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
    left, top, right, bottom = edges
    if not np.isfinite([left, top, right, bottom]).all():
        raise FormatError(f'box with a coordinate that is no number: {list(edges)}')
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


def bitmap(pixels: np.ndarray, offset: tuple[int, int], label: str | None = None) -> Shape:
    """A mask of True and False whose first pixel lies at column and row ``offset`` of the picture."""
    packed = np.packbits(pixels)
    shape = pixels.shape

    def load() -> np.ndarray:
        return np.unpackbits(packed, count=shape[0] * shape[1]).reshape(shape).astype(bool)

    key = repr(shape).encode() + packed.tobytes()
    return Shape('mask', label=label, pixels=PixelMask(load, hashlib.sha1(key).digest(), offset))


def mask_file(path: str, read: Callable[[str], np.ndarray], ignored: bool = False) -> Shape:
    """A mask picture that covers the whole picture, at whatever size."""
    stat = os.stat(path)
    key = f'{os.path.basename(path)!r} {stat.st_size} {stat.st_mtime_ns}'.encode()
    return Shape('mask', ignored=ignored, pixels=PixelMask(lambda: read(path), key, stretch=True))


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
    except (AttributeError, TypeError, ValueError) as error:
        return Shape('flawed', label=label, flaw=f'{where}: {error}')


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
    except (TypeError, ValueError):
        raise FormatError(f'expected pairs of numbers x, y, got {str(points)[:80]}') from None
    if not np.isfinite(outline).all():
        raise FormatError('a coordinate is not a finite number')
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
