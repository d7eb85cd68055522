"""Plates followed by optical flow, held against motions that are known exactly."""

import numpy as np
import pytest
from helpers.moving_plates import SIZE, as_plate, grey, moved, place, rectangle, scenery

from mmlp.plates import quadrilateral_iou
from mmlp.plates.following import follow_plates, join_ways
from mmlp.plates.motion import PlateFollower, share_inside

START = rectangle(120, 80)


def shifted(number):
    return rectangle(120 + 5.3 * number, 80 - 2.1 * number)


def zoomed(number):
    return moved(START, np.diag([1.04**number, 1.04**number, 1]))


def turned(number):
    angle = np.radians(2.5 * number)
    cos, sin = np.cos(angle), np.sin(angle)
    return moved(START, [[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])


def seen_aslant(number):
    aslant = moved(START, [[1, 0, 0], [0.01 * number, 1, 0], [0.0006 * number, 0, 1]])
    return aslant + np.array((2.0 * number, 0.0))


def follow_between(greys, first, last):
    numbers = range(len(greys))
    forwards = follow_plates(greys, first, numbers)
    return join_ways(numbers, forwards, follow_plates(greys, last, numbers[::-1]), greys[0].shape)


def film(way, frames=9, still=None):
    ground = scenery()
    return [grey(place((ground if still is None else still).copy(), way(number))) for number in range(frames)]


@pytest.mark.parametrize('way', [shifted, zoomed, turned, seen_aslant])
def test_both_sides_give_outlines_that_are_exact(way):
    greys = film(way)
    last = len(greys) - 1
    found = follow_between(greys, [as_plate(way(0))], [as_plate(way(last))])
    assert not found.is_open
    for number, plates in enumerate(found.plates):
        assert len(plates) == 1 and plates[0].observed
        assert quadrilateral_iou(plates[0].corners, way(number)) >= 0.85


@pytest.mark.parametrize('way', [shifted, zoomed, turned])
def test_one_side_alone_does_too(way):
    greys = film(way)
    follower = PlateFollower(greys[0], way(0))
    for number in range(1, len(greys)):
        assert follower.step(greys[number - 1], greys[number])
        assert quadrilateral_iou(follower.corners, way(number)) >= 0.85


def test_a_plate_that_is_hidden_is_not_certain():
    greys = film(shifted, 6)
    hidden = greys[3].copy()
    hidden[40:160, 60:260] = grey(scenery(SIZE, seed=9))[40:160, 60:260]
    follower = PlateFollower(greys[0], shifted(0))
    assert follower.step(greys[0], greys[1]) and follower.step(greys[1], greys[2])
    assert not follower.step(greys[2], hidden)
    found = follow_between([*greys[:3], hidden, hidden, *greys[5:]], [as_plate(shifted(0))], [])
    assert found.is_open
    assert [len(plates) for plates in found.plates] == [1, 1, 1, 0, 0, 0]


def test_a_plate_without_anything_to_follow_is_not_certain():
    plain = np.full((200, 320), 90, np.uint8)
    follower = PlateFollower(plain, START)
    assert not follower.step(plain, plain)


def test_a_plate_that_appears_is_there_from_its_first_frame_on():
    ground = grey(scenery())
    greys = film(shifted, 9)
    greys[:4] = [ground] * 4
    found = follow_between(greys, [], [as_plate(shifted(8))])
    assert [len(plates) for plates in found.plates] == [0, 0, 0, 0, 1, 1, 1, 1, 1]
    assert quadrilateral_iou(found.plates[4][0].corners, shifted(4)) >= 0.85
    assert found.is_open, 'where it came from is not known'


def test_what_leaves_the_picture_is_not_missed():
    def way(number):
        return rectangle(240 + 14 * number, 80)

    found = follow_between(film(way, 9), [as_plate(way(0))], [])
    counts = [len(plates) for plates in found.plates]
    assert counts[0] == counts[1] == counts[2] == 1 and counts[-1] == 0
    assert not found.is_open


def test_what_an_end_lacks_is_covered_there_as_doubtful():
    greys = film(shifted, 5)
    found = follow_between(greys, [as_plate(shifted(0))], [])
    assert [[plate.observed for plate in plates] for plates in found.plates] == [[True]] * 4 + [[False]]
    assert quadrilateral_iou(found.plates[4][0].corners, shifted(4)) >= 0.85
    found = follow_between(greys, [], [as_plate(shifted(4))])
    assert [[plate.observed for plate in plates] for plates in found.plates] == [[False]] + [[True]] * 4


def test_two_plates_keep_apart():
    def other(number):
        return rectangle(60, 150) - number * np.array((3.0, 0.0))

    ground = scenery()
    greys = [grey(place(place(ground.copy(), shifted(number)), other(number), seed=5)) for number in range(7)]
    found = follow_between(
        greys,
        [as_plate(shifted(0)), as_plate(other(0), 0.8)],
        [as_plate(other(6), 0.8), as_plate(shifted(6))],
    )
    for number, plates in enumerate(found.plates[1:-1], start=1):
        assert len(plates) == 2
        assert quadrilateral_iou(plates[0].corners, shifted(number)) >= 0.85
        assert quadrilateral_iou(plates[1].corners, other(number)) >= 0.85
    assert found.plates[3][1].score == 0.8


def test_the_same_frames_give_the_same_plates():
    greys = film(seen_aslant)
    ends = [as_plate(seen_aslant(0))], [as_plate(seen_aslant(8))]
    once, again = (follow_between(greys, *ends) for _ in range(2))
    for first, second in zip(once.plates, again.plates):
        assert np.array_equal(first[0].corners, second[0].corners)


def test_shares_of_a_plate_in_the_picture_are_those_worked_by_hand():
    assert share_inside(rectangle(10, 10), (200, 320)) == 1
    assert share_inside(rectangle(-32, 10), (200, 320)) == pytest.approx(0.5)
    assert share_inside(rectangle(-100, 10), (200, 320)) == 0
