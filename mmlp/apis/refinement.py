"""How plates that are found are looked at again; see :mod:`mmlp.apis.second_look`."""

from __future__ import annotations

import dataclasses
from typing import Optional


@dataclasses.dataclass(frozen=True)
class Refinement:
    """How plates are looked at again.

    The crop has one size, so that all plates of a picture run as one batch. It shows the plate at a
    width (or, for high plates, a height that fills as much of the crop) at which networks know plates best.

    Args:
        plate_width (int): Width of the plate in the crop, in pixels. Default: 112.
        crop_size (tuple[int, int]): Height and width of the crop. Default: (96, 160).
        max_magnification (float): Far plates are not enlarged more than this. Default: 6.0.
        min_overlap (float): Least IoU of the boxes of the first and the second outline, with which the second
            look confirms the first. Default: 0.3.
        straighten (float, optional): Least IoU of an outline with the quadrilateral of its corners, at which
            the quadrilateral takes its place; None keeps all outlines as the network drew them. Default: 0.9.
        drop_unconfirmed (bool): Whether plates that the second look does not confirm are dropped: fewer false
            plates, and now and then a true one less. Otherwise they stay as they were, but where the second
            look is sure of plates inside of one, of an outline that takes half of a car in, these take its
            place. Default: True.
        threshold (float, optional): Probability in (0, 1) above which a pixel of the second look is plate;
            None for that of the first look. Default: None.
    """

    plate_width: int = 112
    crop_size: tuple[int, int] = (96, 160)
    max_magnification: float = 6.0
    min_overlap: float = 0.3
    straighten: Optional[float] = 0.9
    drop_unconfirmed: bool = True
    threshold: Optional[float] = None
