"""Pictures edited in place: no copy of a large one is made only to find out what changed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .decoded_image import DecodedImage
from .pixels import EXACT_MODES, changed_pixels, fill_boxes


def edit_in_place(
    image: DecodedImage, boxes: np.ndarray, paint: Callable[[np.ndarray], None]
) -> tuple[np.ndarray, np.ndarray]:
    """Lets a function paint into a picture that nobody needs as it was any more.

    Args:
        image (DecodedImage): The picture, of a file; its ``bgr`` is changed, and its ``stored`` when it is
            written.
        boxes (np.ndarray): (N, 4) int, ``x0, y0, x1, y1``, ends excluded, inside the picture: nothing is
            painted beyond.
        paint (Callable): Gets the upright pixels, (H, W, 3) uint8 BGR.

    Returns:
        tuple[np.ndarray, np.ndarray]: The pixels, and where they changed, (H, W) bool: arguments ``bgr`` and
        ``touched`` of :func:`~mmlp.media.write_image`.
    """
    bgr = image.bgr
    windows = [(slice(y0, y1), slice(x0, x1)) for x0, y0, x1, y1 in np.asarray(boxes, int).tolist()]
    before = [bgr[window].copy() for window in windows]
    bgr.setflags(write=True)
    try:
        paint(bgr)
    finally:
        bgr.setflags(write=False)
    touched = np.zeros(bgr.shape[:2], bool)
    for window, original in zip(windows, before):
        touched[window] |= changed_pixels(bgr[window], original)
    return bgr, touched if image.mode in EXACT_MODES else fill_boxes(touched)
