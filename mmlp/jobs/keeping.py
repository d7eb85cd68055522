"""Plates that stay visible on purpose: by their place (one's own car), or by what they read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from mmlp.plates import Plate

from .exclusion import Region

#: Confidence of a reading, 0..1, from which on a plate stays visible. Of 150 drawn plates of 14 to 60 pixels,
#: one reading in 400 above it was wrong in one character, and 7 in 530 from 0.9 on.
SURE_READING = 0.95


class VisiblePlate(NamedTuple):
    """A plate that stays visible, and why: ``'place'`` or ``'text'``."""

    plate: Plate
    reason: str

    def describe(self) -> dict[str, Any]:
        """Reason and text, plain values for JSON."""
        return {'reason': self.reason, **({'text': self.plate.text} if self.reason == 'text' else {})}


class Reader(Protocol):
    """What reads plates: :class:`~mmlp.apis.PlateReader`, or anything that answers like it."""

    def read_plates(self, image: np.ndarray, plates: Sequence[Plate]) -> list[Plate]:
        """Reads the plates of a picture; returns them in the same order, with ``text`` and ``text_score``."""

    def describe(self) -> str:
        """One line for a log."""


class Keeping:
    """Decides which plates stay visible.

    A plate stays visible when it lies wholly in one of the regions, or when it reads exactly one of the texts
    for sure. All others are covered: those that reach out of a region, that are read with less confidence
    than ``SURE_READING``, or otherwise by a single character. In videos each frame is decided by itself; what
    a memory puts there without having seen it is not read, and lies in a region only with room around it.
    Covers of plates beside it are as they would be without, and may reach over a plate that stays visible.

    It does not say that something is not a plate, as :class:`~mmlp.jobs.ExcludingSegmenter` does: what
    stays visible is a plate, and reports tell of each.

    Args:
        regions (Sequence[Region]): Where plates stay visible.
        texts (Sequence[str]): What such plates read; only letters and digits count, upper and lower case are
            the same.
        reader (Reader | None): Reads plates; needed with ``texts``.

    Raises:
        ValueError: A text has neither letters nor digits, or there is no reader for texts.
    """

    def __init__(
        self, regions: Sequence[Region] = (), texts: Sequence[str] = (), reader: Reader | None = None
    ) -> None:
        self.regions = tuple(regions)
        self.texts = frozenset(map(_plain, texts))
        if '' in self.texts:
            raise ValueError(
                f'a plate that stays visible is told by its letters and digits, got {list(texts)!r}'
            )
        if self.texts and reader is None:
            raise ValueError('to tell plates by their texts, give a reader')
        self._reader = reader if self.texts else None

    def split(
        self, bgr: np.ndarray, plates: Sequence[Plate], *, by_place: bool = True
    ) -> tuple[list[Plate], list[VisiblePlate]]:
        """Parts plates that are to be covered from those that stay visible.

        Args:
            bgr (np.ndarray): The picture, nothing covered yet, (H, W, 3) uint8.
            plates (Sequence[Plate]): Its plates.
            by_place (bool): Whether the regions are of this picture.

        Returns:
            tuple[list[Plate], list[VisiblePlate]]: Plates to cover, and the others.
        """
        regions = self.regions if by_place else ()
        covered, visible = [], []
        for plate in plates:
            if any(region.encloses(plate, bgr.shape[:2]) for region in regions):
                visible.append(VisiblePlate(plate, 'place'))
                continue
            read = self._read(bgr, plate)
            if read is None:
                covered.append(plate)
            else:
                visible.append(VisiblePlate(read, 'text'))
        return covered, visible

    def describe(self) -> dict[str, Any]:
        """What outputs depend on, plain values for JSON."""
        return {
            'regions': [str(region) for region in self.regions],
            'texts': sorted(self.texts),
            'reader': self._reader and self._reader.describe(),
        }

    def _read(self, bgr: np.ndarray, plate: Plate) -> Plate | None:
        """The plate with its text, if that is one of those that are wanted, for sure."""
        if self._reader is None or not plate.observed:
            return None
        (read,) = self._reader.read_plates(bgr, [plate])
        is_sure = read.text is not None and (read.text_score or 0.0) >= SURE_READING
        return read if is_sure and _plain(read.text) in self.texts else None


def _plain(text: str) -> str:
    return ''.join(filter(str.isalnum, text)).upper()
