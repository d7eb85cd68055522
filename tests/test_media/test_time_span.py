"""Times of videos as people write them, and time codes of cameras."""

from fractions import Fraction

import pytest

from mmlp.media import TimeSpan, parse_time
from mmlp.media.time_code import advance_time_code, is_time_code
from mmlp.media.time_span import show_time


@pytest.mark.parametrize(
    ('text', 'seconds'),
    [
        ('90', '90'),
        ('0', '0'),
        ('1.5', '1.5'),
        ('1:30', '90'),
        ('00:01:30.5', '90.5'),
        ('100:00', '6000'),
        ('30:00:00', '108000'),
        (' 0:00.040 ', '0.04'),
        ('33.333333', '33.333333'),
    ],
)
def test_times_as_people_write_them(text, seconds):
    assert parse_time(text) == Fraction(seconds)


@pytest.mark.parametrize(
    'text',
    ['', '-1', 'nan', 'inf', '1e3', '1:60', '1:75:00', '1:2:3:4', ':30', '1:', '1,5', '.5', '٣', '9' * 5000],
)
def test_other_texts_are_refused_with_what_is_expected(text):
    with pytest.raises(ValueError, match=r'a time is seconds, MM:SS or HH:MM:SS\.mmm'):
        parse_time(text)


@pytest.mark.parametrize(
    ('seconds', 'text'),
    [
        (0, '0:00'),
        (0.04, '0:00.04'),
        (59.9996, '1:00'),
        (90.5, '1:30.5'),
        (3600, '1:00:00'),
        (3661, '1:01:01'),
    ],
)
def test_times_are_shown_to_the_millisecond(seconds, text):
    assert show_time(seconds) == text


@pytest.mark.parametrize(
    'bounds', [(-1, None), (1, 1), (2, 1), (float('nan'), None), (0, float('inf')), (0, float('nan')), (0, 0)]
)
def test_spans_that_hold_nothing_or_are_no_times(bounds):
    with pytest.raises(ValueError, match='span'):
        TimeSpan(*bounds)


def test_a_time_that_a_report_rounds_is_the_frame_that_it_names():
    """30 frames a second: the third begins at 0.0666..., which is shown as 0.067."""
    span = TimeSpan(Fraction('0.067'), Fraction('0.133'))
    times = [Fraction(number, 30) for number in range(6)]
    assert [span.is_after_start(time) and span.is_before_end(time) for time in times] == [
        *(False, False, True, True, False, False)
    ]


def count_time_codes(rate, dropped, count, sign):
    """All time codes from 0 on, one after the other, as SMPTE 12M drops their numbers."""
    for second in range(count):
        for frame in range(rate):
            is_dropped = second % 60 == 0 and second // 60 % 10 and frame < dropped
            if not is_dropped:
                yield f'{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}{sign}{frame:02}'


@pytest.mark.parametrize(
    ('fps', 'rate', 'dropped', 'sign'),
    [
        (Fraction(25), 25, 0, ':'),
        (Fraction(24000, 1001), 24, 0, ':'),
        (Fraction(30000, 1001), 30, 2, ';'),
        (Fraction(60000, 1001), 60, 4, ';'),
        (Fraction(30000, 1001), 30, 0, ':'),
    ],
)
def test_time_codes_of_later_frames(fps, rate, dropped, sign):
    codes = list(count_time_codes(rate, dropped, 1300, sign))
    for start in (0, 7, 59 * rate, 1801):
        for later in (0, 1, 1799, 1800, 17982 + 5, 20000):
            if start + later < len(codes):
                assert advance_time_code(codes[start], later / fps, fps) == codes[start + later]


def test_time_codes_begin_again_after_a_day():
    assert advance_time_code('23:59:59:24', Fraction(1, 25), Fraction(25)) == '00:00:00:00'
    assert is_time_code('23:59:59;24') and not is_time_code('23:59:59')
