"""Packets into containers: in order, and without one that stops all."""

from fractions import Fraction

import av
import pytest

from mmlp.media.muxer import Muxer, is_about_data


def sound(path):
    """A muxer with one stream of sound, and its packets."""
    muxer = Muxer(path, 'mp4')
    stream = muxer.output.add_stream('aac', rate=48000, layout='mono')
    packets = []
    for number in range(10):
        frame = av.AudioFrame(format='fltp', layout='mono', samples=1024)
        frame.planes[0].update(bytes(4096))
        frame.sample_rate, frame.pts, frame.time_base = 48000, number * 1024, Fraction(1, 48000)
        packets += stream.encode(frame)
    packets += stream.encode(None)
    muxer.start()
    return muxer, packets


def stamps(path):
    with av.open(str(path)) as container:
        return [packet.dts for packet in container.demux() if packet.size]


def test_ties_and_steps_back_are_moved_by_a_tick(tmp_path):
    muxer, packets = sound(tmp_path / 'a.mp4')
    expected = [packet.dts for packet in packets]
    packets[4].dts = packets[4].pts = packets[3].dts
    packets[7].dts = packets[7].pts = packets[6].dts - 500
    expected[4], expected[7] = expected[3] + 1, expected[6] + 1
    muxer.mux(packets)
    muxer.close()
    assert stamps(tmp_path / 'a.mp4') == expected
    assert muxer.moved == {0: 2} and not muxer.refused


def test_ties_that_rounding_makes(tmp_path):
    """Two packets a hundredth of a tick apart."""
    muxer, packets = sound(tmp_path / 'a.mp4')
    for number, packet in enumerate(packets):
        packet.time_base = Fraction(1, 4_800_000)
        packet.dts = packet.pts = number
    muxer.mux(packets)
    muxer.close()
    assert stamps(tmp_path / 'a.mp4') == list(range(len(packets)))


def test_a_packet_that_does_not_fit_is_left_out_and_counted(tmp_path):
    muxer, packets = sound(tmp_path / 'a.mp4')
    packets[4].pts = packets[4].dts - 100  # Shown before it is decoded.
    muxer.mux(packets)
    muxer.close()
    assert len(stamps(tmp_path / 'a.mp4')) == len(packets) - 1
    assert muxer.refused == {0: 1}


@pytest.mark.parametrize(
    ('number', 'answer'),
    [(22, True), (1094995529, True), (28, False), (5, False), (27, False), (12, False)],
)
def test_errors_of_the_disk_are_no_errors_of_data(number, answer):
    assert is_about_data(av.error.FFmpegError(number, 'something')) is answer
