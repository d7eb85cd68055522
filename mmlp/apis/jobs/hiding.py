"""What is hidden in pictures and frames, what stays visible, and what a report tells of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from mmlp.media import Frame, Picture
from mmlp.plates import Plate

from .frame_parts import FrameParts
from .keeping import Keeping
from .redaction import Redaction
from .report import FileResult


@dataclasses.dataclass
class HiddenPicture:
    """A picture in which plates were hidden.

    Attributes:
        bgr (np.ndarray): Its pixels, (H, W, 3) uint8.
        touched (np.ndarray): Where they changed, (H, W) bool.
        plates (list[Plate]): Those that were covered.
        details (dict[str, Any]): Attributes of its :class:`~mmlp.apis.jobs.FileResult`.
    """

    bgr: np.ndarray
    touched: np.ndarray
    plates: list[Plate]
    details: dict[str, Any]


class Hiding:
    """How plates are hidden, and which are not.

    Args:
        redaction (Redaction): How plates are made unreadable.
        keeping (Keeping | None): Which plates stay visible; None means none.
    """

    def __init__(self, redaction: Redaction, keeping: Keeping | None = None) -> None:
        self.redaction = redaction
        self._keeping = keeping

    def hide_in_picture(self, picture: Picture, plates: Sequence[Plate]) -> HiddenPicture:
        """Covers plates in a picture, in place."""
        covered, visible = list(plates), []
        if self._keeping is not None:
            covered, visible = self._keeping.split(picture.bgr, plates)
        bgr, touched = self.redaction.apply_to_picture(picture, covered)
        boxes = [[round(value, 2) for value in entry.plate.box] for entry in visible]
        details = {
            'left_visible': len(visible),
            'visible': [{**entry.describe(), 'box': box} for entry, box in zip(visible, boxes)],
        }
        return HiddenPicture(bgr, touched, covered, details)

    def begin_video(self, *, is_main: bool) -> VideoHiding:
        """Begins a stream of pictures of a video.

        Args:
            is_main (bool): Whether it is the first: what is told by places is told of that one alone.
        """
        return VideoHiding(self.redaction, self._keeping, is_main=is_main)


class VideoHiding:
    """Covers plates in the frames of one stream, one after the other.

    Args:
        redaction (Redaction): How plates are made unreadable.
        keeping (Keeping | None): Which plates stay visible; None means none.
        is_main (bool): Whether places are of this stream.
    """

    def __init__(self, redaction: Redaction, keeping: Keeping | None, *, is_main: bool) -> None:
        self._redaction, self._keeping, self._is_main = redaction, keeping, is_main
        self._left_visible = 0
        self._parts = FrameParts()

    def hide(self, frame: Frame, plates: Sequence[Plate]) -> list[Plate]:
        """Covers plates in the next frame, in place; returns those that were covered."""
        covered = list(plates)
        if self._keeping is not None:
            covered, visible = self._keeping.split(frame.bgr, plates, by_place=self._is_main)
            self._left_visible += len(visible)
            for entry in visible:
                self._parts.extend(frame, **entry.describe())
        self._redaction.apply_to_frame(frame, covered)
        return covered

    def add_to(self, result: FileResult) -> None:
        """Tells in a result what stayed visible."""
        result.left_visible, result.visible = self._left_visible, self._parts.listed()
