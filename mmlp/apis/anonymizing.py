"""How plates are looked for that are to be made unreadable: none may stay open."""

from __future__ import annotations

from typing import Any

from .refinement import Refinement

#: Height in picture pixels from which on plates can be read.
LEAST_READABLE_HEIGHT = 8

#: Options of :class:`~mmlp.apis.PlateSegmenter` for anonymising. All that may be a plate is found, at a low
#: threshold, wherever it is in the picture; the second look draws outlines close to the plate, and does not
#: take away what it does not confirm.
ANONYMIZING: dict[str, Any] = {
    'threshold': 0.15,
    'long_side': 512,
    'closer_below': 40,
    'smallest_plate': LEAST_READABLE_HEIGHT,
    'refine': Refinement(drop_unconfirmed=False, threshold=0.3),
    'min_score': 0.7,
}

#: Lowest score where there is no second look: what is seen magnified is more certain.
MIN_SCORE_OF_ONE_LOOK = 0.55
