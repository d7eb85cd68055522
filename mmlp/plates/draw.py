"""Plates drawn over a picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Optional

import cv2
import numpy as np

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


def draw_plates(
    image: np.ndarray,
    plates: Sequence[Plate],
    *,
    color: Optional[tuple[int, int, int]] = None,
    fill: float = 0.35,
    label: Optional[Callable[[Plate], str]] = None,
    inplace: bool = False,
) -> np.ndarray:
    """Draws plates: mask filled translucently, quadrilateral outlined, and a label above.

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
    for plate in plates:
        text = label(plate)
        if text:
            _write(canvas, text, plate, color or plate_color(plate))
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


def _write(canvas: np.ndarray, text: str, plate: Plate, color: tuple[int, int, int]) -> None:
    """Writes a label on a box of the plate's colour above the plate, or below where there is no room."""
    height, width = canvas.shape[:2]
    letter = max(min(height, width) / 50.0, 9.0)
    scale = letter / 22.0
    thickness = max(round(letter / 11.0), 1)
    (text_width, text_height), baseline = cv2.getTextSize(text, _FONT, scale, thickness)
    pad = max(round(letter / 4.0), 2)
    box_width, box_height = text_width + 2 * pad, text_height + baseline + pad
    x1, y1, _, y2 = (round(value) for value in plate.box)
    left = int(np.clip(x1 - pad, 0, max(width - box_width, 0)))
    top = y1 - box_height - pad
    if top < 0:
        top = min(y2 + pad, max(height - box_height, 0))
    cv2.rectangle(canvas, (left, top), (left + box_width, top + box_height), color, cv2.FILLED)
    ink = (0, 0, 0) if np.dot(color, (0.114, 0.587, 0.299)) > 110 else (255, 255, 255)
    position = (left + pad, top + pad // 2 + text_height)
    cv2.putText(canvas, text, position, _FONT, scale, ink, thickness, cv2.LINE_AA)
