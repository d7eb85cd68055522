"""How the frames of one video are searched: turned, or all around, where the video is so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmlp.apis.overlaps import drop_repeated
from mmlp.apis.views import View
from mmlp.media import Panorama, VideoInfo
from mmlp.media.video_samples import VideoSamples
from mmlp.plates import Plate

from .segmenters import PlatePrediction, Segmenter, ViewSegmenter, note_view, predict

#: Frames that are searched before the first: at most so many, and one of so many.
_SAMPLES, _FRAMES_A_SAMPLE = 8, 30
#: While frames are searched as they are, each so many-th is searched turned too, if nothing is sure in it.
_PERIOD = 5
#: Frames that must agree before the others are searched in another way.
_AGREEING = 2


class VideoDetector:
    """Finds the plates of the frames of one video, in their order.

    All frames of a turned video are turned alike. So a few from all over it are searched first, until it is
    known how; later only each fifth is searched turned, and two that agree decide anew. While frames are
    searched turned, those in which nothing is sure are searched as they are too, so that nothing is lost.

    Args:
        segmenter (Segmenter): Finds the plates.
        info (VideoInfo): The video.

    Attributes:
        turns (int): Quarter turns clockwise after which the frames are searched.
        notes (list[str]): What a report says of it.
        excluded (list[list[Plate]]): What was found in each of the last frames, and is not taken for a plate;
            see :class:`~mmlp.jobs.ExcludingSegmenter`.
    """

    def __init__(self, segmenter: Segmenter, info: VideoInfo) -> None:
        self.turns = 0
        self.notes: list[str] = []
        self.excluded: list[list[Plate]] = []
        self._segmenter = segmenter
        self._panorama: Panorama | None = None
        self._tries_turned = isinstance(segmenter, ViewSegmenter) and segmenter.turned
        self._frames = 0
        self._votes: list[int] = []
        if isinstance(segmenter, ViewSegmenter) and (segmenter.turned or segmenter.panoramas):
            self._search_ahead(info)

    def find_plates(self, frames: Sequence[np.ndarray]) -> list[list[Plate]]:
        """Finds the plates of the next frames.

        Args:
            frames (Sequence[np.ndarray]): Upright frames, each (H, W, 3) uint8 BGR.

        Returns:
            list[list[Plate]]: The plates of each.
        """
        views = [View(self._turns_of(self._frames + number), self._panorama) for number in range(len(frames))]
        predictions = predict(self._segmenter, frames, views)
        self._frames += len(frames)
        self.excluded = [list(getattr(prediction, 'excluded', ())) for prediction in predictions]
        if not self._tries_turned:
            return [prediction.plates for prediction in predictions]
        return [
            self._take(frame, view, prediction) for frame, view, prediction in zip(frames, views, predictions)
        ]

    def _turns_of(self, frame: int) -> int | None:
        """How a frame is to be searched; None leaves it to the segmenter."""
        if not self._tries_turned:
            return 0
        return self.turns or (None if frame % _PERIOD == 0 or self._votes else 0)

    def _take(self, frame: np.ndarray, view: View, prediction: PlatePrediction) -> list[Plate]:
        """Notes how a frame's plates were found; searches again where nothing is sure in a turned one."""
        plates, turns = prediction.plates, getattr(prediction, 'turns', 0)
        if view.turns and not self._is_sure(plates):
            (upright,) = predict(self._segmenter, [frame], [View(0)])
            turns = 0 if self._is_sure(upright.plates) else turns
            plates = drop_repeated(sorted([*plates, *upright.plates], key=lambda plate: -plate.score))
        self._note(turns)
        if self._is_sure(plates):
            self._votes = [*self._votes, turns][-_AGREEING:] if turns != self.turns else []
            if self._votes == [turns] * _AGREEING:
                self.turns, self._votes = turns, []
        elif view.turns is None:
            self._votes = []
        return plates

    def _search_ahead(self, info: VideoInfo) -> None:
        """Searches a few frames from all over the video, until one shows how its plates stand."""
        with VideoSamples(info) as samples:
            if self._segmenter.panoramas:
                self._panorama = samples.find_panorama()
            if self._panorama is not None:
                self._tries_turned = False
                self.notes += note_view(self._segmenter, View(panorama=self._panorama), 0)
            if not self._tries_turned:
                return
            for frame in samples.spread(min((info.frames or 0) // _FRAMES_A_SAMPLE, _SAMPLES)):
                (prediction,) = predict(self._segmenter, [frame], [View()])
                if self._is_sure(prediction.plates):
                    self.turns = getattr(prediction, 'turns', 0)
                    return

    def _is_sure(self, plates: Sequence[Plate]) -> bool:
        # What was found in a turned picture may score a little less, see TurnedDetector.
        return any(plate.score >= self._segmenter.sure_score - 0.03 for plate in plates)

    def _note(self, turns: int) -> None:
        for note in note_view(self._segmenter, View(), turns):
            if note not in self.notes:
                self.notes.append(note)
