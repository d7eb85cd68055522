"""Videos whose clocks tie, go back, restart or jump: nothing is lost, and sound stays in step."""

import numpy as np
import pytest
from helpers.bright_plates import BrightSegmenter
from helpers.clock_samples import beeps, encode_flashes, flashes, packet_times

from mmlp.jobs import Redaction, anonymize_media
from mmlp.media.timeline import JUMP_NOTE, TIE_NOTE


def anonymize(source, **options):
    target = (
        source.parent
        / 'out'
        / f'{source.stem}{".mp4" if source.suffix in (".flv", ".avi", ".mpg") else source.suffix}'
    )
    (result,) = anonymize_media(
        source, source.parent / 'out', BrightSegmenter(), Redaction('solid'), **options
    ).files
    return result, target


def check(source, frames, notes, *, sound=True, jumps=None):
    """The output has all frames at an even pace, and every flash its beep; the report tells."""
    result, target = anonymize(source)
    assert (result.status, result.error, result.notes) == ('done', None, notes)
    times, lights = flashes(target)
    assert len(times) == frames and np.diff(times).min() > 0
    assert times[-1] - times[0] == pytest.approx((frames - 1) / 25, abs=0.12)
    assert np.diff(times).max() < 0.16
    for stamps in packet_times(target).values():
        assert np.diff(stamps).min() > 0
    if sound:
        sounds = beeps(target)
        assert len(lights) == len(sounds) >= 2
        np.testing.assert_allclose(lights, sounds, atol=0.05)
    if jumps is not None:
        assert len(result.video['clock_jumps']) == jumps
    return result


def join(path, *parts):
    path.write_bytes(b''.join(part.read_bytes() for part in parts))
    return path


@pytest.mark.parametrize('suffix', ['.ts', '.mpg', '.mkv'])
def test_joined_files(tmp_path, suffix):
    """As ``cat`` joins them: the second begins where the first did."""
    options = {'codec': 'mpeg1video', 'audio_codec': 'mp2'} if suffix == '.mpg' else {}
    first = encode_flashes(tmp_path / f'1{suffix}', 50, **options)
    second = encode_flashes(tmp_path / f'2{suffix}', 75, **options)
    joined = join(tmp_path / f'joined{suffix}', first, second)
    check(joined, 125, [JUMP_NOTE], jumps=1)


@pytest.mark.parametrize('suffix', ['.mkv', '.flv', '.mp4'])
def test_joined_files_that_nothing_can_read_are_incomplete(tmp_path, suffix):
    part = encode_flashes(tmp_path / f'1{suffix}', 50, reordered=0)
    joined = join(tmp_path / f'joined{suffix}', part, part, part)
    result, target = anonymize(joined)
    assert result.status == 'incomplete' and 'another file' in result.error
    assert len(flashes(target)[0]) in (50, 100)
    if suffix != '.flv':
        before = joined.read_bytes()
        (result,) = anonymize_media(joined, None, BrightSegmenter(), in_place=True).files
        assert result.status == 'failed' and joined.read_bytes() == before


def test_joined_transport_streams_without_a_jump_are_not_damaged(tmp_path):
    first = encode_flashes(tmp_path / '1.ts', 50)
    second = encode_flashes(tmp_path / '2.ts', 50, edit=lambda *_: 2.1)
    check(join(tmp_path / 'joined.ts', first, second), 100, [], jumps=0)


def test_many_short_joined_files(tmp_path):
    part = encode_flashes(tmp_path / '1.ts', 10, audio=False)
    joined = join(tmp_path / 'joined.ts', *[part] * 12)
    check(joined, 120, [JUMP_NOTE], sound=False, jumps=11)


@pytest.mark.parametrize('frames, before', [(50, 1.0), (2100, 70.0)])
def test_a_counter_that_wraps_around(tmp_path, frames, before):
    """Transport streams count to 2^33 / 90000 s; FFmpeg itself corrects this when it comes early."""
    source = encode_flashes(
        tmp_path / 'a.ts', frames, edit=lambda *_: 2**33 / 90000 - before - 1.4, size=(32, 32)
    )
    check(source, frames, [])


@pytest.mark.parametrize('suffix', ['.ts', '.flv', '.mkv', '.mp4', '.mov'])
def test_a_gap_of_hours(tmp_path, suffix):
    def edit(kind, seconds, number):
        return 5 * 3600 if seconds >= 1.0 else 0

    source = encode_flashes(tmp_path / f'a{suffix}', 75, edit=edit, reordered=0)
    check(source, 75, [JUMP_NOTE], jumps=1)


def test_a_negative_start(tmp_path):
    check(encode_flashes(tmp_path / 'a.mkv', 50, edit=lambda *_: -20.0), 50, [])


@pytest.mark.parametrize('codec', ['libx264', 'mpeg4'])
def test_avi_has_no_times_of_showing(tmp_path, codec):
    check(encode_flashes(tmp_path / 'a.avi', 50, codec=codec, audio_codec='mp3'), 50, [])


def test_pictures_without_times(tmp_path):
    source = encode_flashes(tmp_path / 'a.h264', 50, audio=False, container='h264')
    (result,) = anonymize_media(source, tmp_path / 'a.mp4', BrightSegmenter(), Redaction('solid')).files
    assert result.status == 'done'
    times, lights = flashes(tmp_path / 'a.mp4')
    np.testing.assert_allclose(times, np.arange(50) / 25, atol=1e-3)
    assert lights == pytest.approx([12 / 25, 37 / 25])


def edit_flv(path, edit):
    """Writes an FLV whose time stamps ``edit(kind, milliseconds, number)`` changes: muxers would refuse."""
    data = encode_flashes(path, 75, reordered=0).read_bytes()
    result, position, numbers = bytearray(data[:13]), 13, {8: -1, 9: -1, 18: -1}
    while position + 11 <= len(data):
        tag = bytearray(
            data[position : position + 15 + int.from_bytes(data[position + 1 : position + 4], 'big')]
        )
        numbers[tag[0]] += 1
        time = int.from_bytes(bytes([tag[7]]) + tag[4:7], 'big')
        if tag[0] in (8, 9):
            time = edit('audio' if tag[0] == 8 else 'video', time, numbers[tag[0]]) % 2**32
        tag[4:7], tag[7] = time.to_bytes(4, 'big')[1:], time >> 24
        result += tag
        position += len(tag)
    path.write_bytes(result)
    return path


FLV = {
    'tied sound': (lambda kind, t, n: t - 21 if (kind, n) == ('audio', 60) else t, [TIE_NOTE]),
    'sound 9 ms back': (lambda kind, t, n: t - 30 if (kind, n) == ('audio', 60) else t, [TIE_NOTE]),
    'tied pictures': (lambda kind, t, n: t - 40 if (kind, n) == ('video', 40) else t, [TIE_NOTE]),
    'all in pairs': (lambda kind, t, n: t // 80 * 80 if kind == 'video' else t, [TIE_NOTE]),
    'a picture far ahead': (lambda kind, t, n: t + 5000 if (kind, n) == ('video', 40) else t, [JUMP_NOTE]),
    'a picture far behind': (lambda kind, t, n: t - 1200 if (kind, n) == ('video', 40) else t, [JUMP_NOTE]),
    'sound far ahead': (lambda kind, t, n: t + 5000 if (kind, n) == ('audio', 60) else t, [JUMP_NOTE]),
    'restart': (lambda kind, t, n: t - 1400 if t >= 1400 else t, [JUMP_NOTE]),
    'restart of sound alone': (
        lambda kind, t, n: t - 1400 if kind == 'audio' and t >= 1400 else t,
        [JUMP_NOTE],
    ),
    'restart of pictures alone': (
        lambda kind, t, n: t - 1400 if kind == 'video' and t >= 1400 else t,
        [JUMP_NOTE],
    ),
    'a minute ahead': (lambda kind, t, n: t + 60_000 if t >= 1400 else t, [JUMP_NOTE]),
    'a day ahead': (lambda kind, t, n: t + 86_400_000 if t >= 1400 else t, [JUMP_NOTE]),
    'a stray start': (lambda kind, t, n: t + 3_600_000 if n > 1 else t, [JUMP_NOTE]),
    '32 bits wrap': (lambda kind, t, n: t + 2**32 - 1400, []),
}


@pytest.mark.parametrize('kind', FLV)
def test_live_recordings(tmp_path, kind):
    edit, notes = FLV[kind]
    check(edit_flv(tmp_path / 'a.flv', edit), 75, notes)


def test_in_place_a_jump_is_corrected_too(tmp_path):
    part = encode_flashes(tmp_path / '1.ts', 50)
    source = join(tmp_path / 'a.ts', part, part)
    (result,) = anonymize_media(source, None, BrightSegmenter(), Redaction('solid'), in_place=True).files
    assert result.status == 'done' and result.notes == [JUMP_NOTE]
    times, lights = flashes(source)
    assert len(times) == 100 and np.diff(times).max() < 0.16
    np.testing.assert_allclose(lights, beeps(source), atol=0.05)


def test_pauses_within_a_recording_stay(tmp_path):
    """Half a minute without pictures, as of a camera that records movement: its times are real."""
    source = encode_flashes(
        tmp_path / 'a.mkv', 50, edit=lambda _, t, number: 30 if t >= 1 else 0, reordered=0
    )
    result, target = anonymize(source)
    assert result.status == 'done' and result.notes == []
    assert flashes(target)[0][-1] == pytest.approx(31.96, abs=0.03)
