"""What a plate is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .geometry import side_lengths


@dataclass(frozen=True, eq=False)
class Plate:
    """One licence plate in one picture.

    Plates do not change; :func:`dataclasses.replace` makes a changed copy.

    Args:
        polygon (np.ndarray): Outline of the mask, float32 (N, 2), x and y in pixels, clockwise, N >= 3. It
            may be ragged.
        corners (np.ndarray): Corners of the plate itself, float32 (4, 2): top-left, top-right, bottom-right,
            bottom-left as seen on the plate. They may lie outside the picture when it cuts the plate.
        score (float): Mean probability of the plate's pixels, 0..1, the mean of the detection's
            and the refinement's where it was refined. Default: 1.0.
        area (float): Pixels of the plate's mask. Default: 0.0.
        track_id (int, optional): Number of the plate through a video. Default: None.
        text (str, optional): What the plate reads. Default: None.
        text_score (float, optional): Confidence of the text, 0..1. Default: None.
        observed (bool): False for a plate that was not seen in this frame but put there by
            :class:`~mmlp.plates.TemporalMemory`, or followed to it without certainty. Default: True.
    """

    polygon: np.ndarray
    corners: np.ndarray
    score: float = 1.0
    area: float = 0.0
    track_id: int | None = None
    text: str | None = None
    text_score: float | None = None
    observed: bool = True

    def __post_init__(self) -> None:
        for name, least in (('polygon', 3), ('corners', 4)):
            points = np.asarray(getattr(self, name), np.float32)
            if points.ndim != 2 or points.shape[1] != 2 or len(points) < least:
                raise ValueError(f'{name} must have the shape (N, 2) with N >= {least}, got {points.shape}')
            object.__setattr__(self, name, points)
        if len(self.corners) != 4:
            raise ValueError(f'corners must have the shape (4, 2), got {self.corners.shape}')

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Smallest upright box around the polygon: x1, y1, x2, y2 in pixels."""
        x1, y1 = self.polygon.min(axis=0)
        x2, y2 = self.polygon.max(axis=0)
        return float(x1), float(y1), float(x2), float(y2)

    @property
    def outlines(self) -> tuple[np.ndarray, ...]:
        """What is hidden of a plate: the union of these, each float32 (N, 2)."""
        return self.polygon, self.corners

    @property
    def height(self) -> float:
        """Mean length of the left and the right side in pixels."""
        return float(side_lengths(self.corners)[[1, 3]].mean())

    @property
    def width(self) -> float:
        """Mean length of the top and the bottom side in pixels."""
        return float(side_lengths(self.corners)[[0, 2]].mean())

    def to_dict(self) -> dict[str, Any]:
        """The plate as plain numbers for JSON, coordinates rounded to 0.01 px; what is None is left out."""
        values = {
            'score': round(float(self.score), 4),
            'box': [round(value, 2) for value in self.box],
            'corners': _rounded(self.corners),
            'polygon': _rounded(self.polygon),
            'area': round(float(self.area), 2),
            'observed': bool(self.observed),
            'track_id': self.track_id,
            'text': self.text,
            'text_score': None if self.text_score is None else round(float(self.text_score), 4),
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Plate:
        """Reads what :meth:`to_dict` wrote.

        Args:
            values (dict): ``polygon`` and ``corners`` are needed; keys that a plate does not have are
                ignored.

        Raises:
            ValueError: ``polygon`` or ``corners`` is missing or has another shape.
        """
        missing = {'polygon', 'corners'} - set(values)
        if missing:
            raise ValueError(f'a plate needs polygon and corners, got only {sorted(values)}')
        names = cls.__dataclass_fields__
        return cls(**{name: value for name, value in values.items() if name in names})


def _rounded(points: np.ndarray) -> list[list[float]]:
    return [[round(float(x), 2), round(float(y), 2)] for x, y in points]
