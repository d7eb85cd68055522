"""SSIG-SegPlate: 2,000 pictures of 101 vehicles in Brazil, boxes.

Licence: academic use, by request to the Smart Sense Laboratory (SSIG, UFMG).
Paper: Goncalves et al., Benchmark for license plate character segmentation, J. Electronic Imaging 2016.

layout:
  SRC/{training,validation,testing}/Track1/Track1[01].png
  SRC/{training,validation,testing}/Track1/Track1[01].txt with a line
    position_plate: 1390 782 145 49              (box x y width height)

The official split (40 / 20 / 40 % of the tracks) is kept. For four corners of some of its pictures see
wpod.py.
"""

from __future__ import annotations

from ..limits import shown
from ..shapes import FormatError, Shape
from .keyed_text import left_top_size
from .tracks import TrackReader


class SSIG(TrackReader):
    """Reads SSIG-SegPlate."""

    name = 'ssig'

    def plate(self, values: dict[str, str]) -> Shape:
        """The plate by its box."""
        if 'position_plate' not in values:
            raise FormatError(f'expected a line "position_plate: ...", found {shown(list(values))}')
        return left_top_size(values['position_plate'], 'position_plate')
