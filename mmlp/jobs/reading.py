"""The text of plates through a video."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from mmlp.apis.plate_reader import PlateReader, PlateText
from mmlp.media import Frame
from mmlp.media.pipeline import Stage
from mmlp.plates import Plate

from .video_job import FramePlates

#: A plate is read again when it has grown by this factor,
_GROWTH = 1.1
#: or, while its best reading is below this confidence, after so many frames.
_SURE, _PATIENCE = 0.95, 5


@dataclasses.dataclass
class _Reading:
    """What is known about one plate."""

    best: PlateText
    height: float
    frame: int


class VideoReading:
    """Reads the plates of a video.

    A plate with a track id keeps the reading of the highest confidence so far, and is read again only when
    it is seen larger or was read badly; one that has no number yet waits for it. Without tracking, every
    plate is read in every frame.

    Args:
        reader (PlateReader): Reads plates.
        tracked (bool): Whether the plates are tracked.
    """

    def __init__(self, reader: PlateReader, tracked: bool) -> None:
        self._reader = reader
        self._tracked = tracked
        self._known: dict[int, _Reading] = {}

    @property
    def texts(self) -> list[str]:
        """The texts of all tracked plates that could be read, in the order of their numbers."""
        found = (self._known[number].best.text for number in sorted(self._known))
        return [text for text in found if text]

    def update(self, frame: Frame, plates: Sequence[Plate]) -> list[Plate]:
        """Takes the plates of the next frame.

        Returns:
            list[Plate]: The same in the same order, with their texts.
        """
        if not self._tracked:
            return self._reader.read_plates(frame.bgr, plates)
        return [plate if plate.track_id is None else self._recall(frame, plate) for plate in plates]

    def _recall(self, frame: Frame, plate: Plate) -> Plate:
        known = self._known.get(plate.track_id)
        if known is None:
            known = self._known[plate.track_id] = _Reading(PlateText('', 0.0), 0.0, frame.index)
        is_larger = plate.height > _GROWTH * known.height
        is_due = known.best.score < _SURE and frame.index - known.frame >= _PATIENCE
        if is_larger or is_due:
            (read,) = self._reader.read_plates(frame.bgr, [plate])
            known.height, known.frame = max(plate.height, known.height), frame.index
            if read.text and read.text_score > known.best.score:
                known.best = PlateText(read.text, read.text_score)
        text, score = known.best
        return dataclasses.replace(plate, text=text, text_score=score) if text else plate


def read(reading: VideoReading) -> Stage:
    """Makes a step that reads the plates."""

    def step(items: Iterator[FramePlates]) -> Iterator[FramePlates]:
        for frame, plates in items:
            yield FramePlates(frame, reading.update(frame, plates))

    return step
