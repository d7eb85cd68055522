"""What is hidden in pictures and frames, what stays visible, and what a report tells of it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mmlp.media import DecodedImage, Frame, MediaItem, VideoInfo
from mmlp.plates import Plate

from .frame_parts import FrameParts
from .keeping import Keeping
from .redaction import Redaction
from .report import FileResult

if TYPE_CHECKING:
    from .other_regions import OtherRegions, RegionsOfVideo


@dataclasses.dataclass
class HiddenImage:
    """A picture in which plates were hidden.

    Attributes:
        bgr (np.ndarray): Its pixels, (H, W, 3) uint8.
        touched (np.ndarray): Where they changed, (H, W) bool.
        plates (list[Plate]): Those that were covered.
        details (dict[str, Any]): Attributes of its :class:`~mmlp.jobs.FileResult`.
        notes (list[str]): Notes of its result.
    """

    bgr: np.ndarray
    touched: np.ndarray
    plates: list[Plate]
    details: dict[str, Any]
    notes: list[str]


class Hiding:
    """How plates are hidden, which are not, and what else is.

    Args:
        redaction (Redaction): How plates are made unreadable.
        keeping (Keeping | None): Which plates stay visible; None means none.
        also (OtherRegions | None): What is hidden whatever is found there.
    """

    def __init__(
        self, redaction: Redaction, keeping: Keeping | None = None, also: OtherRegions | None = None
    ) -> None:
        self.redaction = redaction
        self._keeping, self._also = keeping, also

    def hide_in_image(self, item: MediaItem, image: DecodedImage, plates: Sequence[Plate]) -> HiddenImage:
        """Covers plates in a picture, in place.

        Raises:
            ValueError: What else is to be hidden was found in a picture of another size.
        """
        covered, visible, regions, notes = list(plates), [], [], []
        if self._also is not None:
            regions, notes = self._also.find_in_image(item, image)
            notes += self._also.notes_of(item)
        if self._keeping is not None:
            covered, visible = self._keeping.split(image.bgr, plates)
        everything = [*covered, *itertools.chain(*regions)]
        bgr, touched = self.redaction.apply_to_image(image, everything)
        boxes = [[round(value, 2) for value in entry.plate.box] for entry in visible]
        details = {
            'left_visible': len(visible),
            'visible': [{**entry.describe(), 'box': box} for entry, box in zip(visible, boxes)],
            'also_hidden': len(regions),
        }
        return HiddenImage(bgr, touched, covered, details, notes)

    def begin_video(self, item: MediaItem, info: VideoInfo, *, is_main: bool) -> VideoHiding:
        """Begins a stream of pictures of a video.

        Args:
            item (MediaItem): The video.
            info (VideoInfo): The stream.
            is_main (bool): Whether it is the first: what is told by places is told of that one alone.

        Raises:
            ValueError: What else is to be hidden does not suit the video.
        """
        is_told = self._also is not None and is_main
        return VideoHiding(
            self.redaction,
            self._keeping,
            self._also.begin_video(item, info) if is_told else None,
            is_main=is_main,
            notes=self._also.notes_of(item) if is_told else [],
        )


class VideoHiding:
    """Covers plates in the frames of one stream, one after the other.

    Args:
        redaction (Redaction): How plates are made unreadable.
        keeping (Keeping | None): Which plates stay visible; None means none.
        also (RegionsOfVideo | None): What is hidden whatever is found there.
        is_main (bool): Whether places are of this stream.
        notes (Sequence[str]): What is known of the video.
    """

    def __init__(
        self,
        redaction: Redaction,
        keeping: Keeping | None,
        also: RegionsOfVideo | None,
        *,
        is_main: bool,
        notes: Sequence[str],
    ) -> None:
        self._redaction, self._keeping, self._also, self._is_main = redaction, keeping, also, is_main
        self._notes = list(notes)
        self._left_visible = self._also_hidden = 0
        self._parts = FrameParts()

    def hide(self, frame: Frame, plates: Sequence[Plate]) -> list[Plate]:
        """Covers plates in the next frame, in place; returns those that were covered."""
        covered = list(plates)
        if self._keeping is not None:
            covered, visible = self._keeping.split(frame.bgr, plates, by_place=self._is_main)
            self._left_visible += len(visible)
            for entry in visible:
                self._parts.extend(frame, **entry.describe())
        regions = [] if self._also is None else self._also.find_in_frame(frame)
        self._also_hidden += len(regions)
        self._redaction.apply_to_frame(frame, [*covered, *itertools.chain(*regions)])
        return covered

    def add_to(self, result: FileResult) -> str | None:
        """Tells in a result what was hidden, and what was not; returns what was to be and could not be."""
        result.left_visible, result.visible = self._left_visible, self._parts.listed()
        result.also_hidden = self._also_hidden
        problem = None if self._also is None else self._also.find_problem()
        result.notes += self._notes + ([] if self._also is None else self._also.notes)
        return problem
