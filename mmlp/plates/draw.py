"""Plates drawn over a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from .boxes import box_intersection
from .plate import Plate
from .raster import SHIFT, fixed_point

#: BGR; told apart on any paint, and from each other by people with red-green blindness (Okabe and Ito 2008).
PALETTE: tuple[tuple[int, int, int], ...] = (
    (233, 180, 86),
    (0, 159, 230),
    (115, 158, 0),
    (66, 228, 240),
    (167, 121, 204),
    (178, 114, 0),
    (0, 94, 213),
)
DEFAULT_COLOR = (80, 220, 60)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
#: Left, top, right, bottom in pixels.
Box = tuple[int, int, int, int]


def draw_plates(
    image: np.ndarray,
    plates: Sequence[Plate],
    *,
    color: tuple[int, int, int] | None = None,
    fill: float = 0.35,
    label: Callable[[Plate], str] | None = None,
    inplace: bool = False,
) -> np.ndarray:
    """Draws plates: mask filled translucently, quadrilateral outlined, and a label above or below.

    Lines and letters follow the size of the picture, and lines that of the plate as well, so that small
    plates are not hidden. Plates that were not observed are outlined only.

    Args:
        image (np.ndarray): BGR uint8 (H, W, 3).
        plates (Sequence[Plate]): Plates to draw.
        color (tuple[int, int, int], optional): BGR of all plates. Default: None, green, or a colour of its
            own for every track id.
        fill (float): Opacity of the filled mask, 0..1. Default: 0.35.
        label (Callable[[Plate], str], optional): Text of a plate, empty for none. Default: None, see
            :func:`default_label`.
        inplace (bool): Whether to draw into ``image`` itself. Default: False.

    Returns:
        np.ndarray: The drawing, BGR uint8; ``image`` itself with ``inplace``.

    Raises:
        ValueError: The picture is not BGR uint8, or ``fill`` is out of range.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f'image must be BGR uint8 (H, W, 3), got {image.dtype} {image.shape}')
    if not 0.0 <= fill <= 1.0:
        raise ValueError(f'fill must be in 0..1, got {fill}')
    canvas = image if inplace else image.copy()
    label = label or default_label
    for plate in plates:
        if plate.observed and fill > 0:
            _fill(canvas, plate.polygon, color or plate_color(plate), fill)
    for plate in plates:
        shade = color or plate_color(plate)
        limit = max(min(canvas.shape[:2]) / 300.0, 1.0)
        width = int(np.clip(round(plate.height / 12.0), 1, round(limit)))
        points = [fixed_point(plate.corners)]
        cv2.polylines(canvas, points, True, shade, width, cv2.LINE_AA, SHIFT)
    # Last, so that no neighbour's outline crosses a label.
    labels: list[Box] = []
    for plate in plates:
        text = label(plate)
        if text:
            others = [_whole_box(other) for other in plates if other is not plate]
            shade = color or plate_color(plate)
            labels.append(write_label(canvas, text, _whole_box(plate), shade, labels, others))
    return canvas


def plate_color(plate: Plate) -> tuple[int, int, int]:
    """BGR colour of a plate: its track's, or green."""
    return DEFAULT_COLOR if plate.track_id is None else PALETTE[plate.track_id % len(PALETTE)]


def default_label(plate: Plate) -> str:
    """Track id, and what the plate reads or else its score in percent: ``#3 AB12CD`` or ``97%``."""
    parts = [] if plate.track_id is None else [f'#{plate.track_id}']
    if plate.text:
        parts.append(plate.text)
    elif plate.observed:
        parts.append(f'{100 * plate.score:.0f}%')
    return ' '.join(parts)


def _fill(canvas: np.ndarray, polygon: np.ndarray, color: tuple[int, int, int], opacity: float) -> None:
    left, top = np.maximum(np.floor(polygon.min(axis=0)).astype(int) - 1, 0)
    right, bottom = np.minimum(np.ceil(polygon.max(axis=0)).astype(int) + 2, canvas.shape[1::-1])
    if right <= left or bottom <= top:
        return
    window = canvas[top:bottom, left:right]
    alpha = np.zeros(window.shape[:2], np.uint8)
    cv2.fillPoly(alpha, [fixed_point(polygon - (left, top))], 255, cv2.LINE_AA, SHIFT)
    share = alpha[:, :, None].astype(np.float32) * (opacity / 255.0)
    window[:] = np.round(window * (1.0 - share) + np.array(color, np.float32) * share).astype(np.uint8)


def write_label(
    canvas: np.ndarray,
    text: str,
    box: Box,
    color: tuple[int, int, int],
    labels: Sequence[Box],
    others: Sequence[Box] = (),
) -> Box:
    """Writes a label at a box, in place: above it, or below where there is no room or something in the way.

    Args:
        canvas (np.ndarray): Uint8 (H, W, 3).
        text (str): What to write, ASCII.
        box (Box): Left, top, right, bottom of the object in pixels.
        color (tuple[int, int, int]): Of the label's ground, in the channel order of the picture; the text is
            black or white, whichever reads better.
        labels (Sequence[Box]): Labels that are written already.
        others (Sequence[Box]): Other objects, which are covered rather than labels.

    Returns:
        Box: Where the label is.
    """
    height, width = canvas.shape[:2]
    letter = max(min(height, width) / 50.0, 9.0)
    scale = letter / 22.0
    thickness = max(round(letter / 11.0), 1)
    (text_width, text_height), baseline = cv2.getTextSize(text, _FONT, scale, thickness)
    pad = max(round(letter / 4.0), 2)
    size = (text_width + 2 * pad, text_height + baseline + pad)
    left, top = _place_label(box, size, pad, (width, height), labels, others)
    label = (left, top, left + size[0], top + size[1])
    cv2.rectangle(canvas, label[:2], label[2:], color, cv2.FILLED)
    ink = (0, 0, 0) if np.dot(color, (0.114, 0.587, 0.299)) > 110 else (255, 255, 255)
    position = (left + pad, top + pad // 2 + text_height)
    cv2.putText(canvas, text, position, _FONT, scale, ink, thickness, cv2.LINE_AA)
    return label


def _place_label(
    box: Box,
    size: tuple[int, int],
    pad: int,
    image: tuple[int, int],
    labels: Sequence[Box],
    others: Sequence[Box],
) -> tuple[int, int]:
    """Left and top of a label above its plate, or below where it would leave the picture or cover something.

    Where both would, the other plates are covered rather than their labels, and at last those as well.
    """
    x1, y1, _, y2 = box
    left = int(np.clip(x1 - pad, 0, max(image[0] - size[0], 0)))
    lowest = max(image[1] - size[1], 0)
    above, below = y1 - size[1] - pad, min(y2 + pad, lowest)
    tops = [above, below] if above >= 0 else [below]
    for obstacles in ([*labels, *others], labels):
        for top in tops:
            label = (left, top, left + size[0], top + size[1])
            if not any(box_intersection(label, obstacle) for obstacle in obstacles):
                return left, top
    return left, tops[0]


def _whole_box(plate: Plate) -> Box:
    """Box of a plate in whole pixels: left, top, right, bottom."""
    left, top, right, bottom = (round(float(value)) for value in plate.box)
    return left, top, right, bottom
