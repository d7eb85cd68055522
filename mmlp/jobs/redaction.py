"""How plates are made unreadable, as one value that is passed around."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from mmlp.media import DecodedImage, Frame, edit_in_place, read_image
from mmlp.plates import REDACTION_METHODS, Area, Plate, redact, side_lengths


@dataclasses.dataclass(frozen=True, eq=False)
class Redaction:
    """Arguments of :func:`~mmlp.plates.redact`.

    Attributes:
        method (str): ``'blur'``, ``'pixelate'``, ``'solid'`` or ``'image'``.
        margin (float): Widening on every side in percent of the plate's height.
        strength (float): Sigma of the blur or side of a cell of the mosaic, as a share of the plate's height,
            above 0 and at most 10.
        feather (float): Width of the soft edge outside of the margin in percent of the plate's height.
        cover (np.ndarray | None): For ``'image'``: the picture to lay on plates, uint8 BGR or BGRA.

    Raises:
        ValueError: A value is out of range, or ``cover`` is missing.
    """

    method: str = 'blur'
    margin: float = 25.0
    strength: float = 0.5
    feather: float = 0.0
    cover: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.method not in REDACTION_METHODS:
            raise ValueError(f'method must be one of {", ".join(REDACTION_METHODS)}, got {self.method!r}')
        if self.method == 'image' and self.cover is None:
            raise ValueError("method 'image' needs the picture to lay on the plates")
        for name in ('margin', 'feather'):
            if not 0 <= getattr(self, name) <= 100:
                raise ValueError(f'{name} must be 0 to 100 percent, got {getattr(self, name)}')
        if not 0 < self.strength <= 10:
            raise ValueError(f'strength must be above 0 and at most 10, got {self.strength}')

    def describe(self) -> dict[str, Any]:
        """The values that the outcome depends on, plain for JSON."""
        values = {name: getattr(self, name) for name in ('method', 'margin', 'feather')}
        if self.method in ('blur', 'pixelate'):
            values['strength'] = self.strength
        if self.method == 'image':
            values['cover'] = hashlib.sha256(np.ascontiguousarray(self.cover)).hexdigest()
        return values

    def apply(self, image: np.ndarray, plates: Sequence[Plate | Area]) -> None:
        """Makes plates unreadable, in place.

        Args:
            image (np.ndarray): BGR uint8 (H, W, 3).
            plates (Sequence[Plate | Area]): The plates, and what else is hidden.
        """
        redact(
            image,
            plates,
            self.method,
            margin=self.margin,
            strength=self.strength,
            feather=self.feather,
            cover=self.cover,
            inplace=True,
        )

    def apply_to_image(
        self, image: DecodedImage, plates: Sequence[Plate | Area]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Makes the plates of a picture unreadable, in place, see :func:`~mmlp.media.edit_in_place`."""
        boxes = self._boxes(plates, image.bgr.shape[:2])
        return edit_in_place(image, boxes, lambda bgr: self.apply(bgr, plates))

    def apply_to_frame(self, frame: Frame, plates: Sequence[Plate | Area]) -> None:
        """Makes the plates of a frame unreadable, in place, and notes where: the rest stays as it was."""
        self.apply(frame.bgr, plates)
        frame.touched = self._boxes(plates, frame.bgr.shape[:2])

    def _boxes(self, plates: Sequence[Plate | Area], shape: tuple[int, int]) -> np.ndarray:
        """Boxes that hold all that was changed, int (N, 4): x0, y0, x1, y1, ends excluded."""
        boxes = np.zeros((len(plates), 4), int)
        for number, plate in enumerate(plates):
            points = np.concatenate([plate.polygon, plate.corners])
            size = max(float(side_lengths(plate.corners).max()), 4.0)
            reach = (self.margin + self.feather) / 100.0 * size + 3.0
            boxes[number, :2] = np.floor(points.min(axis=0) - reach)
            boxes[number, 2:] = np.ceil(points.max(axis=0) + reach) + 1
        return np.clip(boxes, 0, [shape[1], shape[0]] * 2)


def read_cover(path: str | os.PathLike) -> np.ndarray:
    """Reads the picture to lay on plates; uint8 (H, W, 3) BGR, or (H, W, 4) BGRA when it has transparency.

    Raises:
        FileNotFoundError: There is no such file.
        UnreadableMediaError: The file is no picture.
    """
    image = read_image(path)
    with Image.open(io.BytesIO(image.data)) as opened:
        if not opened.has_transparency_data:
            return np.array(image.bgr)
        alpha = np.array(ImageOps.exif_transpose(opened).convert('RGBA'))[..., 3]
    return np.dstack([image.bgr, alpha])
