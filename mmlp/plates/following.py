"""The plates of frames between two that were looked at, followed from both sides."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Optional

import numpy as np

from .geometry import is_convex, quadrilateral_iou
from .memory import align_corners, move_plate
from .motion import PlateFollower, share_inside
from .plate import Plate

#: Mean overlap (IoU) from which on what comes from both sides is one plate; and below which, in one frame, it is
#: not certain which of the two is right.
_SAME, _AGREEING = 0.3, 0.5
#: A plate less of which is inside of the picture has left it.
_INSIDE = 0.6


@dataclasses.dataclass
class Between:
    """What lies between two frames that were looked at.

    Attributes:
        plates (list[list[Plate]]): The plates of each frame, of both ends too. Those that the ends lack and
            that are followed up to them are not ``observed``, nor are two that disagree.
        is_open (bool): Whether a plate was lost, inside of the picture, that is not followed from the other
            side there: a look in between may tell more.
    """

    plates: list[list[Plate]]
    is_open: bool


@dataclasses.dataclass
class _Way:
    """A plate and where it is in the frames of a stretch, by number."""

    plate: Plate
    places: dict[int, np.ndarray]
    #: The first frame in which it is lost, and where it may be there.
    lost: Optional[tuple[int, np.ndarray]] = None


def follow_between(greys: Sequence[np.ndarray], first: Sequence[Plate], last: Sequence[Plate]) -> Between:
    """Finds the plates of the frames between two that were looked at.

    Those of the first are followed forwards, those of the last backwards, so that one that appears in between
    is there from the frame on in which it can be made out. What comes from both sides is one plate, whose
    corners go over from one to the other.

    Args:
        greys (Sequence[np.ndarray]): The frames, both ends included, at least two, each uint8 (H, W).
        first (Sequence[Plate]): Plates of the first.
        last (Sequence[Plate]): Plates of the last.

    Returns:
        Between: Plates of all the frames.
    """
    end = len(greys) - 1
    forwards = [_follow(greys, plate, range(end + 1)) for plate in first]
    backwards = [_follow(greys, plate, range(end, -1, -1)) for plate in last]
    pairs = _pair(forwards, backwards)
    is_open = any(
        way.lost is not None and not _is_met(way, others, greys[0].shape)
        for ways, others in ((forwards, backwards), (backwards, forwards))
        for way in ways
    )
    plates = [_plates_at(number, end, forwards, backwards, pairs) for number in range(1, end)]
    paired = set(pairs.values())
    beginnings = [way for number, way in enumerate(backwards) if number not in paired and 0 in way.places]
    endings = [way for number, way in enumerate(forwards) if number not in pairs and end in way.places]
    return Between(
        [
            [*first, *(move_plate(way.plate, way.places[0]) for way in beginnings)],
            *plates,
            [*last, *(move_plate(way.plate, way.places[end]) for way in endings)],
        ],
        is_open,
    )


def _follow(greys: Sequence[np.ndarray], plate: Plate, numbers: range) -> _Way:
    start = numbers[0]
    follower = PlateFollower(greys[start], plate.corners)
    way = _Way(plate, {start: plate.corners})
    for before, number in zip(numbers, numbers[1:]):
        if not follower.step(greys[before], greys[number]):
            way.lost = number, follower.corners
            break
        way.places[number] = follower.corners
    return way


def _pair(forwards: Sequence[_Way], backwards: Sequence[_Way]) -> dict[int, int]:
    """Which of both sides are one plate, best first."""
    found = []
    for row, one in enumerate(forwards):
        for column, other in enumerate(backwards):
            common = one.places.keys() & other.places.keys()
            overlap = np.mean([_overlap(one.places[n], other.places[n]) for n in common]) if common else 0.0
            if overlap >= _SAME:
                found.append((-float(overlap), row, column))
    pairs: dict[int, int] = {}
    for _, row, column in sorted(found):
        if row not in pairs and column not in pairs.values():
            pairs[row] = column
    return pairs


def _plates_at(
    number: int, end: int, forwards: Sequence[_Way], backwards: Sequence[_Way], pairs: dict[int, int]
) -> list[Plate]:
    """The plates of a frame between the ends."""
    plates = []
    paired = set(pairs.values())
    ways: list[tuple[Optional[_Way], Optional[_Way]]] = [
        (way, backwards[pairs[row]] if row in pairs else None) for row, way in enumerate(forwards)
    ]
    ways += [(None, way) for column, way in enumerate(backwards) if column not in paired]
    for ahead, behind in ways:
        sides = [way for way in (ahead, behind) if way is not None and number in way.places]
        if len(sides) == 2:
            plates += _merge(ahead, behind, number, number / end)
        elif sides:
            plates.append(_move(sides[0].plate, sides[0].places[number]))
    return plates


def _merge(ahead: _Way, behind: _Way, number: int, share: float) -> list[Plate]:
    """One plate of what is known of it from both sides; both, where they disagree."""
    first = ahead.places[number]
    second = align_corners(behind.places[number], first)
    if _overlap(first, second) < _AGREEING:
        return [move_plate(ahead.plate, first), move_plate(behind.plate, behind.places[number])]
    corners = (1.0 - share) * first + share * second
    if share < 0.5:
        return [_move(ahead.plate, corners)]
    # The outline goes along with the corners: they must begin where those of its own plate do.
    return [_move(behind.plate, align_corners(corners, behind.places[number]))]


def _move(plate: Plate, corners: np.ndarray) -> Plate:
    return dataclasses.replace(move_plate(plate, corners), observed=plate.observed)


def _is_met(way: _Way, others: Sequence[_Way], shape: tuple[int, ...]) -> bool:
    """Whether a plate that was lost has left the picture, or is followed there from the other side."""
    number, corners = way.lost
    if share_inside(corners, shape) < _INSIDE:
        return True
    return any(
        number in other.places and _overlap(corners, other.places[number]) >= _SAME for other in others
    )


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    return quadrilateral_iou(first, second) if is_convex(first) and is_convex(second) else 0.0
