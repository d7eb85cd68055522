"""Small pictures of what was found: the whole picture with the place marked, and the place enlarged."""

from __future__ import annotations

import base64

import cv2
import numpy as np

from mmlp.media import read_image
from mmlp.visualization import draw_ignored, draw_mask

from .measure import load_mask
from .records import ImageRecord

_SIDE = 240
_QUALITY = 82
#: BGR.
_PLATE, _MARK = (48, 48, 255), (0, 220, 255)
#: Surroundings of an enlarged place, as a share of its longer side, and in pixels at least.
_CONTEXT, _LEAST_CONTEXT = 0.5, 12


def thumbnails(record: ImageRecord, box: tuple[float, float, float, float] | None = None) -> list[str]:
    """Draws a picture with its plates outlined.

    Args:
        record: The picture.
        box: A place to mark and to enlarge: x1, y1, x2, y2 in pixels.

    Returns:
        ``data:`` addresses of JPEGs: the whole picture and, with ``box``, the place; none for a picture that
        cannot be read.
    """
    if record.sha256 is None:
        return []
    image = read_image(record.path)
    mask = None if record.plates is None else load_mask(record, image)
    scale = min(1.0, _SIDE / max(image.bgr.shape[:2]))
    drawing = _draw(image.bgr, mask, scale)
    if box is None:
        return [_address(drawing)]
    x1, y1, x2, y2 = (round(value * scale) for value in box)
    cv2.rectangle(drawing, (x1 - 4, y1 - 4), (x2 + 4, y2 + 4), _MARK, 2)
    window = _surroundings(box)
    bgr = image.bgr[window]
    enlarged = _draw(bgr, None if mask is None else mask[window], _SIDE / max(bgr.shape[:2]))
    return [_address(drawing), _address(enlarged)]


def _surroundings(box: tuple[float, float, float, float]) -> tuple[slice, slice]:
    margin = max(_CONTEXT * max(box[2] - box[0], box[3] - box[1]), _LEAST_CONTEXT)
    left, top = (max(int(value - margin), 0) for value in box[:2])
    return slice(top, int(box[3] + margin) + 1), slice(left, int(box[2] + margin) + 1)


def _draw(bgr: np.ndarray, mask: np.ndarray | None, scale: float) -> np.ndarray:
    size = tuple(max(1, round(length * scale)) for length in bgr.shape[1::-1])
    drawing = cv2.resize(bgr, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    if mask is None:
        return drawing
    small = cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST)
    return draw_mask(draw_ignored(drawing, small == 255), small == 1, color=_PLATE, opacity=0.25)


def _address(drawing: np.ndarray) -> str:
    data = cv2.imencode('.jpg', drawing, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
    return f'data:image/jpeg;base64,{base64.b64encode(data.tobytes()).decode()}'
