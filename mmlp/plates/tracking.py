"""Plates with numbers that stay through a video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .plate import Plate


class PlateTracker:
    """Numbers plates through a video with ByteTrack (Zhang et al., ECCV 2022), from the package ``trackers``.

    Plates are small and may move by their own height from one frame to the next, so boxes are matched with a
    buffer around them (BIoU, Yang et al., WACV 2023).

    Args:
        frame_rate (float): Frames per second. Default: 30.
        lost_seconds (float): How long a plate may be out of sight and keep its number. Default: 1.
        min_frames (int): Frames in a row after which a plate gets its number. Default: 2.
        buffer (float): Widening of boxes for matching, as a share of their size. Default: 0.5.
        **options: Further arguments of ``trackers.ByteTrackTracker``.

    Raises:
        ImportError: The package is not installed.
    """

    def __init__(
        self,
        frame_rate: float = 30.0,
        lost_seconds: float = 1.0,
        min_frames: int = 2,
        buffer: float = 0.5,
        **options: Any,
    ) -> None:
        try:
            import supervision
            from trackers import BIoU, ByteTrackTracker
        except ImportError as error:
            raise ImportError(
                f"tracking needs the package 'trackers' ({error}): pip install 'mmlp[track]' "
                '(needs numpy 2, so not on the upstream stack)'
            ) from error
        self._detections = supervision.Detections
        # A plate's score is the mean probability of its mask: those worth a number are above 0.6.
        settings: dict[str, Any] = {'track_activation_threshold': 0.6, 'high_conf_det_threshold': 0.6}
        settings.update(options)
        self._tracker = ByteTrackTracker(
            # The package counts its buffer in frames of a video of 30 a second.
            lost_track_buffer=round(30 * lost_seconds),
            frame_rate=frame_rate,
            minimum_consecutive_frames=min_frames,
            iou=BIoU(buffer),
            **settings,
        )

    def update(self, plates: Sequence[Plate]) -> list[Plate]:
        """Takes the plates of the next frame; call it for every frame, with none as well.

        Args:
            plates (Sequence[Plate]): Plates of the frame.

        Returns:
            list[Plate]: The same in the same order, with ``track_id`` where they have one by now.
        """
        boxes = np.array([plate.box for plate in plates], np.float32).reshape(-1, 4)
        tracked = self._tracker.update(
            self._detections(
                xyxy=boxes,
                confidence=np.array([plate.score for plate in plates], np.float32),
                data={'index': np.arange(len(plates))},
            )
        )
        numbers = dict.fromkeys(range(len(plates)))
        if len(tracked):
            for index, number in zip(tracked.data['index'], tracked.tracker_id):
                if number >= 0:
                    numbers[int(index)] = int(number)
        return [replace(plate, track_id=numbers[index]) for index, plate in enumerate(plates)]

    def reset(self) -> None:
        """Forgets all plates, for the next video."""
        self._tracker.reset()
