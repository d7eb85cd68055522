"""UFPR-ALPR: 4,500 pictures of 150 vehicles filmed from a moving car in Brazil, both releases.

Licence: academic research only, non-commercial; by licence agreement from a university address.
Download: github.com/raysonlaroca/ufpr-alpr-dataset. Paper: Laroca et al., A Robust Real-Time Automatic
License Plate Recognition Based on the YOLO Detector, IJCNN 2018.

layout:
  SRC/{training,validation,testing}/track0001/track0001[01].png
  SRC/{training,validation,testing}/track0001/track0001[01].txt with a line
    corners: 909,483 986,484 987,507 909,507     (left-top, right-top, right-bottom, left-bottom), or
    position_plate: 909 483 78 24                (older release: box x y width height)

The official split (40 / 20 / 40 % of the tracks) is kept.
"""

from __future__ import annotations

from ..limits import shown
from ..shapes import FormatError, Shape
from .keyed_text import corners, left_top_size
from .tracks import TrackReader


class UFPRALPR(TrackReader):
    """Reads UFPR-ALPR."""

    name = 'ufpr_alpr'

    def plate(self, values: dict[str, str]) -> Shape:
        """The plate by its corners, or by its box in the older release."""
        if 'corners' in values:
            return corners(values['corners'])
        if 'position_plate' in values:
            return left_top_size(values['position_plate'], 'position_plate')
        raise FormatError(
            f'expected a line "corners: ..." or "position_plate: ...", found {shown(list(values))}'
        )
