"""Whether subtitles tell places, as those of dashcams and drones do."""

from __future__ import annotations

import re

_COORDINATES = re.compile(
    r'lat\w*\W{1,4}-?\d|lon\w*\W{1,4}-?\d|-?\d{1,3}\.\d{3,}\s*[,; ]\s*-?\d{1,3}\.\d{3,}|gps', re.IGNORECASE
)


def holds_place(text: str) -> bool:
    """Tells whether a text holds coordinates."""
    return bool(_COORDINATES.search(text))
