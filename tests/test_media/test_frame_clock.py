"""Times of frames whose time stamps are missing, tie or go back."""

import itertools
from fractions import Fraction
from types import SimpleNamespace

import pytest

from mmlp.media.frame_clock import FrameClock, timed_by_decoding, without_strays

STEP = 40


def times(stamps):
    """Times in milliseconds, of frames 40 ms apart that carry ``stamps``."""
    clock, end, result = FrameClock(Fraction(0), Fraction(1, 1000)), Fraction(0), []
    pictures = without_strays([SimpleNamespace(pts=stamp) for stamp in stamps])
    for picture in pictures:
        time = clock.time(picture, end)
        end = time + Fraction(STEP, 1000)
        result.append(float(time * 1000))
    return result, clock.moved


def test_good_stamps_are_kept():
    assert times([0, 40, 70, 300, 301]) == ([0, 40, 70, 300, 301], 0)


def test_missing_stamps_are_filled_at_the_pace():
    assert times([None, None, None, 200, None, 280]) == ([0, 40, 80, 200, 240, 280], 0)


def test_a_tie_is_moved_on_by_less_than_a_frame_and_heals():
    assert times([0, 40, 40, 120, 160]) == ([0, 40, 60, 120, 160], 1)
    found, moved = times([0, 40, 40, 40, 40, 160, 200, 240, 280])
    assert moved == 3 and found[-1] == 280 and all(b > a for a, b in itertools.pairwise(found))


@pytest.mark.parametrize('wrong', [9000, 100])
def test_one_frame_ahead_is_brought_in_line(wrong):
    assert times([0, 40, 80 + wrong, 120, 160])[0] == [0, 40, 80, 120, 160]


def test_far_back_goes_on_at_the_pace():
    found, _ = times([0, 40, *range(80, 2000, STEP), *range(0, 2000, STEP)])
    assert [b - a for a, b in itertools.pairwise(found)] == [STEP] * (len(found) - 1)


def test_times_of_decoding():
    stamps = [(1, 2), (3, 3), (4, 4), (2, 5), (6, 6), (None, None)]
    pictures = [SimpleNamespace(pts=pts, dts=dts) for pts, dts in stamps]
    assert [picture.pts for picture in timed_by_decoding(pictures)] == [1, 2, 3, 4, 5, None]
