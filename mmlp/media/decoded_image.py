"""A picture as a network wants it, with what is needed to write it back as it was."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from .value_range import FULL_RANGE, ValueRange


@dataclasses.dataclass(frozen=True, eq=False)
class DecodedImage:
    """A picture as a network wants it, with what is needed to write it back faithfully.

    Attributes:
        bgr (np.ndarray): Upright pixels, (H, W, 3) uint8, BGR, alpha left out. Read-only: draw on a copy and
            hand that to :func:`write_image`, which finds out what changed by comparing.
        name (str): The file's path, or ``<bytes>`` or ``<array>``.
        mode (str): Pillow's name of the stored pixels (``RGB``, ``L``, ``P``, ``CMYK``, ``I;16``, ...), or
            ``RGB;16``, ``RGBA;16`` (stored in BGR order), which Pillow does not know.
        stored (np.ndarray | None): Pixels as in the file, not turned upright (those of TIFF are). None for
            8-bit RGB, where ``bgr`` says it all.
        format (str | None): Pillow's name of the file format, None for an array.
        orientation (int): EXIF orientation of the stored pixels, 1 to 8; 1 for TIFF, which is stored upright.
        palette (np.ndarray | None): Colours of a ``P`` picture, (N, 3) uint8, RGB.
        value_range (ValueRange): Which stored values 0 and 255 of ``bgr`` stand for where 16 bits are stored.
        info (dict[str, Any]): What Pillow found in the file (``icc_profile``, ``exif``, ``dpi``, ...) and
            what its encoders need (``qtables``, ``subsampling``, ``tiff_tags``).
        data (bytes | None): The file's bytes, None for an array.
        copies (tuple[str, ...]): What the file holds of the same picture besides, and what
            :func:`write_image` leaves out: reduced copies in TIFF.
        originals (tuple[str, ...]): What else the file holds and :func:`write_image` leaves out, and nobody
            can make again of the picture: layers, the second picture of a stereo pair.
    """

    bgr: np.ndarray
    name: str
    mode: str = 'RGB'
    stored: np.ndarray | None = None
    format: str | None = None
    orientation: int = 1
    palette: np.ndarray | None = None
    value_range: ValueRange = FULL_RANGE
    info: dict[str, Any] = dataclasses.field(default_factory=dict)
    data: bytes | None = dataclasses.field(default=None, repr=False)
    copies: tuple[str, ...] = ()
    originals: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Height of the upright picture in pixels."""
        return self.bgr.shape[0]

    @property
    def width(self) -> int:
        """Width of the upright picture in pixels."""
        return self.bgr.shape[1]
