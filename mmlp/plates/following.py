"""The plates of frames between two that were looked at, followed from both sides."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

import numpy as np

from .geometry import is_convex, quadrilateral_iou
from .memory import align_corners, move_plate
from .motion import PlateFollower, share_inside
from .plate import Plate

#: Mean overlap (IoU) from which on what comes from both sides is one plate; and how far, in heights of the
#: plate, a corner may be from that of the other side until it is not certain which of the two is right:
#: covers reach a quarter of the height beyond what is between them.
_SAME, _AGREEING = 0.3, 0.4
#: A plate less of which is inside of the picture has left it.
_INSIDE = 0.6
#: Pixels from the edge of the picture within which a plate may be cut off.
_EDGE = 2.0


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
class Way:
    """A plate that was found in one frame, and where it is in those beside it.

    Attributes:
        plate (Plate): The plate as it was found.
        places (dict[int, np.ndarray]): Its corners, float (4, 2), by the number of the frame.
        lost (tuple[int, np.ndarray] | None): The first frame in which it is lost, and where it may be there.
    """

    plate: Plate
    places: dict[int, np.ndarray]
    lost: tuple[int, np.ndarray] | None = None


def follow_plates(
    greys: Sequence[np.ndarray], plates: Sequence[Plate], numbers: Sequence[int], known: Sequence[Way] = ()
) -> list[Way]:
    """Follows the plates of one frame through others.

    Args:
        greys (Sequence[np.ndarray]): Frames, each uint8 (H, W).
        plates (Sequence[Plate]): Plates of the first of those to go through.
        numbers (Sequence[int]): Numbers of the frames to go through, forwards or backwards one by one.
        known (Sequence[Way]): Ways that may tell how the plates move there.

    Returns:
        list[Way]: One for each plate.
    """
    ways = []
    for plate in plates:
        former = _former_corners(plate, numbers, known)
        follower = PlateFollower(greys[numbers[0]], plate.corners, former)
        way = Way(plate, {numbers[0]: plate.corners})
        for before, number in itertools.pairwise(numbers):
            if not follower.step(greys[before], greys[number]):
                way.lost = number, follower.corners
                break
            way.places[number] = follower.corners
        ways.append(way)
    return ways


def join_ways(
    numbers: range,
    forwards: Sequence[Way],
    backwards: Sequence[Way],
    shape: tuple[int, int],
    least_height: float = 0.0,
) -> Between:
    """Finds the plates of a stretch of frames whose first and last were looked at.

    Those of the first are followed forwards, those of the last backwards, so that one that appears in between
    is there from the frame on in which it can be made out. What comes from both sides is one plate, whose
    corners go over from one to the other.

    Args:
        numbers (range): The frames of the stretch, at least two.
        forwards (Sequence[Way]): Plates of the first, followed as far as to the last or beyond.
        backwards (Sequence[Way]): Plates of the last, followed as far as to the first or beyond.
        shape (tuple[int, int]): Height and width of the frames.
        least_height (float): Height in pixels below which a plate may be lost. Default: 0.

    Returns:
        Between: Plates of all the frames.
    """
    forwards, backwards = ([_within(way, numbers) for way in ways] for ways in (forwards, backwards))
    pairs = _pair(forwards, backwards)
    is_open = any(
        way.lost is not None and way.plate.height >= least_height and not _is_met(way, others, shape)
        for ways, others in ((forwards, backwards), (backwards, forwards))
        for way in ways
    )
    start, end = numbers[0], numbers[-1]
    paired = set(pairs.values())
    beginnings = [way for number, way in enumerate(backwards) if number not in paired and start in way.places]
    endings = [way for number, way in enumerate(forwards) if number not in pairs and end in way.places]
    plates = [_plates_at(number, numbers, forwards, backwards, pairs, shape) for number in numbers[1:-1]]
    return Between(
        [
            [
                *(way.plate for way in forwards),
                *(move_plate(way.plate, way.places[start]) for way in beginnings),
            ],
            *plates,
            [*(way.plate for way in backwards), *(move_plate(way.plate, way.places[end]) for way in endings)],
        ],
        is_open,
    )


def _former_corners(plate: Plate, numbers: Sequence[int], known: Sequence[Way]) -> np.ndarray | None:
    """Where a plate was one step before, as far as another way goes through it; float (4, 2)."""
    number, step = numbers[0], numbers[1] - numbers[0]
    through = [way for way in known if number in way.places and number - step in way.places]
    overlaps = [_overlap(plate.corners, way.places[number]) for way in through]
    if max(overlaps, default=0.0) < _SAME:
        return None
    way = through[int(np.argmax(overlaps))]
    return way.places[number - step] + plate.corners.mean(axis=0) - way.places[number].mean(axis=0)


def _within(way: Way, numbers: range) -> Way:
    """What of a way lies in a stretch."""
    lost = way.lost if way.lost is not None and way.lost[0] in numbers else None
    return Way(way.plate, {number: place for number, place in way.places.items() if number in numbers}, lost)


def _pair(forwards: Sequence[Way], backwards: Sequence[Way]) -> dict[int, int]:
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
    number: int,
    numbers: range,
    forwards: Sequence[Way],
    backwards: Sequence[Way],
    pairs: dict[int, int],
    shape: tuple[int, int],
) -> list[Plate]:
    """The plates of a frame between the ends."""
    plates = []
    paired = set(pairs.values())
    ways: list[list[Way]] = [
        [way, *([backwards[pairs[row]]] if row in pairs else [])] for row, way in enumerate(forwards)
    ]
    ways += [[way] for column, way in enumerate(backwards) if column not in paired]
    for sides in ways:
        if len(sides) == 2 and _is_cut_off(sides[0].plate, shape) != _is_cut_off(sides[1].plate, shape):
            # The corners of a plate that is cut off by the picture's edge are a guess.
            sides = sorted(sides, key=lambda way: _is_cut_off(way.plate, shape))
            sides = [way for way in sides if number in way.places][:1]
        sides = [way for way in sides if number in way.places]
        if len(sides) == 2:
            plates += _merge(*sides, number, (number - numbers[0]) / (len(numbers) - 1))
        elif sides:
            plates.append(_move(sides[0].plate, sides[0].places[number]))
    return plates


def _is_cut_off(plate: Plate, shape: tuple[int, int]) -> bool:
    low, high = plate.corners.min(axis=0), plate.corners.max(axis=0)
    return bool(np.any(low < _EDGE) or np.any(high > np.array(shape[::-1]) - 1 - _EDGE))


def _merge(ahead: Way, behind: Way, number: int, share: float) -> list[Plate]:
    """One plate of what is known of it from both sides; both, where they disagree."""
    first = ahead.places[number]
    second = align_corners(behind.places[number], first)
    apart = float(np.linalg.norm(first - second, axis=1).max())
    if apart > _AGREEING * min(ahead.plate.height, behind.plate.height):
        return [move_plate(ahead.plate, first), move_plate(behind.plate, behind.places[number])]
    corners = (1.0 - share) * first + share * second
    if share < 0.5:
        return [_move(ahead.plate, corners)]
    # The outline goes along with the corners: they must begin where those of its own plate do.
    return [_move(behind.plate, align_corners(corners, behind.places[number]))]


def _move(plate: Plate, corners: np.ndarray) -> Plate:
    return dataclasses.replace(move_plate(plate, corners), observed=plate.observed)


def _is_met(way: Way, others: Sequence[Way], shape: tuple[int, ...]) -> bool:
    """Whether a plate that was lost has left the picture, or is followed there from the other side."""
    number, corners = way.lost
    if share_inside(corners, shape) < _INSIDE:
        return True
    return any(
        number in other.places and _overlap(corners, other.places[number]) >= _SAME for other in others
    )


def _overlap(first: np.ndarray, second: np.ndarray) -> float:
    return quadrilateral_iou(first, second) if is_convex(first) and is_convex(second) else 0.0
