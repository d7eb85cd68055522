"""How plates are looked for that are to be made unreadable: none may stay open."""

from __future__ import annotations

from typing import Any

from .settings import Refinement, Search

#: Height in picture pixels from which on plates can be read.
LEAST_READABLE_HEIGHT = 8

#: Settings of :class:`~mmlp.apis.PlateSegmenter` for anonymising. All that may be a plate is found, at a low
#: threshold, wherever it is in the picture; the refinement draws outlines close to the plate, and does not
#: take away what it does not confirm.
ANONYMIZING: dict[str, Any] = {
    'threshold': 0.15,
    'long_side': 512,
    'search': Search(zoom_in_below=40, smallest_plate=LEAST_READABLE_HEIGHT, turned=True),
    'refinement': Refinement(drop_unconfirmed=False, threshold=0.3),
    'min_score': 0.7,
}

#: Lowest score where there is no refinement: what is seen magnified is more certain.
MIN_SCORE_UNREFINED = 0.55
