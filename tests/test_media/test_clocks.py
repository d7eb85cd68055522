"""Clocks that jump: which packets are moved, by how much, and that streams stay together."""

import numpy as np
import pytest

from mmlp.media.clocks import StampedPacket, find_jumps

VIDEO, AUDIO, TEXT = 0, 1, 2
FRAME, SOUND = 0.04, 0.02


def recording(seconds=4.0, start=0.0, audio=True, lead=0.0):
    """Packets of video and audio in step, in the order of time."""
    packets = [StampedPacket(VIDEO, start + t, FRAME) for t in np.arange(0, seconds - 1e-9, FRAME)]
    if audio:
        packets += [StampedPacket(AUDIO, start + t, SOUND) for t in np.arange(0, seconds - 1e-9, SOUND)]
    return sorted(packets, key=lambda packet: packet.time - lead * (packet.stream == AUDIO))


def corrected(packets, gap=10.0):
    """Corrected times of each stream's packets, as :class:`Timeline` moves them, and the timeline."""
    timeline = find_jumps(packets, gap)
    counts, times = {}, {}
    for packet in packets:
        number = counts[packet.stream] = counts.get(packet.stream, -1) + 1
        entries = [offset for first, offset in timeline._offsets.get(packet.stream, []) if first <= number]
        times.setdefault(packet.stream, []).append(packet.time + (entries[-1] if entries else 0.0))
    return times, timeline


def check_even(times, seconds):
    for stream, step in ((VIDEO, FRAME), (AUDIO, SOUND)):
        np.testing.assert_allclose(np.diff(times[stream]), step, atol=1e-6)
        assert times[stream][-1] - times[stream][0] == pytest.approx(seconds - step, abs=1e-6)


def test_a_steady_clock_is_left_alone():
    times, timeline = corrected(recording())
    assert timeline.jumps == () and times[VIDEO][50] == 50 * FRAME
    assert timeline.steps == pytest.approx({VIDEO: FRAME, AUDIO: SOUND}) and timeline.packets[VIDEO] == 100
    assert timeline.seconds == pytest.approx(4.0)


@pytest.mark.parametrize('lead', [0.0, 0.7, -0.7])
@pytest.mark.parametrize('start', [0.0, -3.5, 3600.0, 95443.7])
def test_joined_recordings_follow_one_another(start, lead):
    """The second one begins anywhere, and one stream stands ahead of the other in the file."""
    packets = recording(start=1.4, lead=lead) + recording(3.0, start=1.4 + start, lead=lead)
    times, timeline = corrected(packets)
    check_even(times, 7.0)
    (jump,) = timeline.jumps
    assert jump.streams == (VIDEO, AUDIO) and jump.seconds == pytest.approx(5.4)
    assert jump.by == pytest.approx(start - 4.0)


def test_many_short_recordings():
    times, timeline = corrected(recording(0.4) * 30)
    check_even(times, 12.0)
    assert len(timeline.jumps) == 29


def test_streams_of_unequal_length_stay_in_step_behind_a_joint():
    """The first recording has two seconds more of sound: the second begins when both are over."""
    first = [packet for packet in recording() if packet.stream == AUDIO or packet.time < 2.0]
    times, _ = corrected(first + recording())
    assert times[VIDEO][50] == times[AUDIO][200] == pytest.approx(4.0)


def test_one_packet_off_the_clock_moves_no_other():
    for wrong in (1000.0, 5.0, -1.0, 0.5):
        packets = recording()
        place = next(i for i, packet in enumerate(packets) if packet.stream == AUDIO and packet.time > 2.0)
        packets[place] = StampedPacket(AUDIO, packets[place].time + wrong, SOUND)
        times, _ = corrected(packets)
        check_even(times, 4.0)


def test_steps_within_jitter_are_left_to_the_muxer():
    packets = recording()
    place = next(i for i, packet in enumerate(packets) if packet.stream == AUDIO and packet.time > 2.0)
    packets[place] = StampedPacket(AUDIO, packets[place].time - 0.03, SOUND)
    assert corrected(packets)[1].jumps == ()


def test_sound_alone_that_restarts_is_carried_on():
    packets = [
        StampedPacket(AUDIO, packet.time - 2.0, SOUND)
        if packet.stream == AUDIO and packet.time >= 2.0
        else packet
        for packet in recording()
    ]
    times, timeline = corrected(packets)
    check_even(times, 4.0)
    assert [jump.streams for jump in timeline.jumps] == [(AUDIO,)]


def test_a_pause_of_one_stream_is_no_jump():
    """A camera that was unplugged for half a minute, while the sound goes on."""
    packets = [packet for packet in recording(60.0) if packet.stream == AUDIO or not 10 <= packet.time < 40]
    for order in (packets, sorted(packets, key=lambda packet: packet.stream)):
        times, timeline = corrected(order)
        assert timeline.jumps == () and times[VIDEO][250] == pytest.approx(40.0)


def test_a_long_pause_of_all_streams_is_a_jump_and_a_short_one_is_not():
    packets = recording() + recording(start=34.0)
    assert corrected(packets, gap=600.0)[1].jumps == ()
    times, timeline = corrected(packets, gap=10.0)
    check_even(times, 8.0)
    assert timeline.jumps[0].by == pytest.approx(30.0)


def test_a_picture_a_minute_is_slow_and_jumps_never():
    packets = [StampedPacket(VIDEO, 60.0 * number) for number in range(200)]
    assert corrected(packets)[1].jumps == ()


def test_a_stray_first_packet():
    """As live recordings begin: one packet at 0, and all others on the sender's clock."""
    packets = [StampedPacket(AUDIO, 0.0, SOUND), *recording(start=3600.0)]
    times, _ = corrected(packets)
    assert times[VIDEO][0] == pytest.approx(times[AUDIO][1], abs=0.05) and times[VIDEO][0] < 0.1
    np.testing.assert_allclose(np.diff(times[VIDEO]), FRAME, atol=1e-6)


def test_subtitles_follow_the_streams_around_them():
    def part(start):
        texts = [StampedPacket(TEXT, start + second, 0.5, True, True) for second in range(4)]
        return sorted([*recording(start=start), *texts], key=lambda packet: packet.time)

    times, _ = corrected(part(1.0) + part(500.0) + part(0.0))
    np.testing.assert_allclose(times[TEXT], np.arange(12) + 1.0, atol=1e-6)
    for number in range(12):
        assert times[VIDEO][number * 25] == pytest.approx(times[TEXT][number])


def test_pictures_out_of_order_are_not_taken_for_jumps():
    """As in Matroska, which has times of showing alone."""
    order = np.array([3, 1, 2, 6, 4, 5, 9, 7, 8])
    stamps = np.concatenate([order + 9 * group for group in range(10)]) * FRAME
    packets = [StampedPacket(VIDEO, time, FRAME, False) for time in stamps]
    assert corrected(packets)[1].jumps == ()
    times, timeline = corrected(packets + packets)
    assert len(timeline.jumps) == 1 and min(times[VIDEO][90:]) > max(times[VIDEO][:90])
