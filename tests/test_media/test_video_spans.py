"""A part of a video is read as it is read within the whole, without decoding what is far before."""

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from helpers.clock_samples import encode_flashes

from mmlp.media import EmptySpanError, TimeSpan, VideoReader
from mmlp.media.damage import DamageCount

FRAMES, FPS = 150, 10
X264 = 'keyint=20:min-keyint=20:scenecut=0:bframes=3:b-adapt=0'
KINDS = {
    'a.mp4': ('libx264', {'x264-params': X264}),
    'open.mp4': ('libx264', {'x264-params': X264 + ':open-gop=1'}),
    'a.mkv': ('libx264', {'x264-params': X264 + ':open-gop=1'}),
    'a.ts': ('libx264', {'x264-params': X264 + ':open-gop=1'}),
    'refresh.ts': ('libx264', {'x264-params': 'keyint=30:intra-refresh=1:bframes=0'}),
    'a.avi': ('mpeg4', {'g': '20', 'bf': '2'}),
    'one_key.mp4': ('libx264', {'x264-params': 'keyint=1000:scenecut=0'}),
    'a.mpg': ('mpeg2video', {'g': '12', 'bf': '2'}),
    'a.h264': ('libx264', {'x264-params': X264}),
}
#: Those that cannot be entered elsewhere than at their beginning.
FROM_THE_START = ('a.mpg', 'a.h264')


def write(path, codec, options, frames=FRAMES, fps=FPS):
    """Writes a video whose frames differ all over."""
    texture = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 255, (48, 400, 3), np.uint8), (9, 9), 3)
    fps = 25 if path.suffix == '.mpg' else fps
    with av.open(str(path), 'w') as output:
        stream = output.add_stream(codec, rate=fps, options={'preset': 'ultrafast', **options})
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        for index in range(frames):
            image = np.ascontiguousarray(np.roll(texture, -3 * index, axis=1)[:, :64])
            picture = av.VideoFrame.from_ndarray(image, 'bgr24')
            picture.pts, picture.time_base = index, Fraction(1, fps)
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    return path


def frames_of(path, span=None):
    with VideoReader(path, span=span) as video:
        return [(frame.index, frame.time, frame.bgr.tobytes()) for frame in video]


@pytest.fixture
def seen(monkeypatch):
    """Counts the packets that are decoded."""
    counted = []
    see = DamageCount.see_packet
    monkeypatch.setattr(
        DamageCount, 'see_packet', lambda self, packet: (counted.append(packet.size > 0), see(self, packet))
    )
    return lambda: (sum(counted), counted.clear())[0]


@pytest.mark.parametrize('name', KINDS)
def test_frames_are_those_of_the_whole(tmp_path, seen, name):
    path = write(tmp_path / name, *KINDS[name])
    whole = frames_of(path)
    assert len(whole) == FRAMES
    last = whole[-1][1]
    seen()
    for start, end in (
        (0, 1),
        (Fraction(1, 3), 1),
        (last * Fraction(2, 3), last * Fraction(3, 4)),
        (last - 1, None),
    ):
        expected = [
            entry
            for entry in whole
            if entry[1] >= start - Fraction(1, 2000) and (end is None or entry[1] < end - Fraction(1, 2000))
        ]
        found = frames_of(path, TimeSpan(start, end))
        assert [entry[1:] for entry in found] == [entry[1:] for entry in expected]
        assert [entry[0] for entry in found] == list(range(len(expected)))
        decoded = seen()
        if start > 1 and name not in (*FROM_THE_START, 'one_key.mp4', 'a.ts', 'refresh.ts'):
            assert decoded < len(expected) + 80  # Of 100 and 140 that are before.


def test_a_time_within_an_hour_is_reached_by_a_few_seconds(tmp_path, seen):
    path = write(tmp_path / 'long.mp4', 'libx264', {'g': '20'}, frames=3600, fps=1)
    with VideoReader(path, span=TimeSpan(3000, 3003)) as video:
        assert [frame.time for frame in video] == [3000, 3001, 3002]
        assert video.info.frames == 3 and video.info.span == TimeSpan(3000, 3003)
    assert seen() < 100


def test_interlaced_fields_are_made_whole_with_their_neighbours(tmp_path):
    path = tmp_path / 'fields.mp4'
    with av.open(str(path), 'w') as output:
        options = {'g': '10', 'x264-params': 'tff=1'}
        stream = output.add_stream('libx264', rate=10, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        for index in range(100):
            bgr = np.full((48, 64, 3), 60, np.uint8)
            left = index % 40
            bgr[::2, left : left + 10] = 200
            bgr[1::2, left + 4 : left + 14] = 150 + index
            picture = av.VideoFrame.from_ndarray(bgr, 'bgr24')
            picture.pts, picture.time_base = index, Fraction(1, 10)
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))
    with VideoReader(path) as video:
        whole = [(frame.time, frame.bgr.tobytes()) for frame in video]
        assert any('interlaced' in note for note in video.notes)
    with VideoReader(path, span=TimeSpan(7, 8)) as video:
        assert [(frame.time, frame.bgr.tobytes()) for frame in video] == whole[70:80]


def test_times_behind_a_jump_of_the_clock_are_the_corrected_ones(tmp_path):
    path = encode_flashes(
        tmp_path / 'jump.ts', 200, lambda kind, seconds, number: 5000 if seconds >= 4 else 0, audio=False
    )
    with VideoReader(path) as video:
        assert video.info.timeline.jumps
        whole = [(frame.time, frame.bgr.tobytes()) for frame in video]
    with VideoReader(path, span=TimeSpan(6, 7)) as video:
        assert [(frame.time, frame.bgr.tobytes()) for frame in video] == [
            entry for entry in whole if 6 - Fraction(1, 2000) <= entry[0] < 7 - Fraction(1, 2000)
        ]


def test_the_start_is_the_first_frame_where_frames_follow_one_another(tmp_path):
    path = write(tmp_path / 'a.mp4', *KINDS['a.mp4'])
    with VideoReader(path, span=TimeSpan('3.14', '4')) as video:
        assert video.info.span == TimeSpan('3.2', 4)
        frames = list(video)
        assert [frame.duration for frame in frames] == [Fraction(1, 10)] * 8 and video.notes == []
        with video.again() as again:
            assert [frame.time for frame in again] == [frame.time for frame in frames]


def test_no_frame_is_shown_beyond_the_end(tmp_path):
    path = write(tmp_path / 'a.mp4', *KINDS['a.mp4'])
    with VideoReader(path, span=TimeSpan(3, '3.25')) as video:
        assert [float(frame.duration) for frame in video] == pytest.approx([0.1, 0.1, 0.05])


@pytest.mark.parametrize(
    ('span', 'message'),
    [
        (TimeSpan(15), r'has no frame from 0:15 to the end: it ends at 0:15$'),
        (TimeSpan(3600, 3700), r'has no frame from 1:00:00 to 1:01:40: it ends at 0:15$'),
        (
            TimeSpan('1.02', '1.08'),
            r'has no frame that begins in the span from 0:01.02 to 0:01.08; the nearest: 0:01 and 0:01.1$',
        ),
    ],
)
def test_spans_without_a_frame(tmp_path, span, message):
    path = write(tmp_path / 'a.mp4', *KINDS['a.mp4'])
    with pytest.raises(EmptySpanError, match=message):
        VideoReader(path, span=span)


def test_an_end_behind_that_of_the_video_is_told(tmp_path):
    path = write(tmp_path / 'a.mp4', *KINDS['a.mp4'])
    for end, is_told in ((15, False), ('15.05', False), (16, True), (None, False)):
        with VideoReader(path, span=TimeSpan(14, end)) as video:
            assert len(list(video)) == 10
            assert video.notes == ['ends before the span that is wanted of it does'] * is_told


def test_only_damage_in_the_span_concerns_it(tmp_path):
    """What is broken before its key frame and behind its end does not."""
    path = write(tmp_path / 'a.mkv', 'libx264', {'g': '10', 'bf': '0'})
    with av.open(str(path)) as container:
        packets = [(packet.pos, packet.size) for packet in container.demux(video=0) if packet.size]
    data = bytearray(path.read_bytes())
    for number in (55, 105):
        pos, size = packets[number]
        start = data.index(data[pos : pos + 8], pos) + 12
        data[start : start + size - 16] = bytes(size - 16)
    path.write_bytes(data)

    def problem(*bounds):
        with VideoReader(path, strict=False, span=TimeSpan(*bounds)) as video:
            list(video)
        return video.problem

    assert problem(0) == 'has 2 parts that cannot be decoded'
    assert [problem(*bounds) for bounds in ((0, 5), (7, 10), (12,))] == [None, None, None]
    assert problem(5, 8) == 'has 1 parts that cannot be decoded'


def test_a_video_that_is_cut_off_is_told_where_its_end_is_wanted(tmp_path):
    path = write(tmp_path / 'a.mkv', 'libx264', {'g': '10'})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    for span, is_told in ((TimeSpan(2, 4), False), (TimeSpan(2), True), (TimeSpan(2, 14), True)):
        with VideoReader(path, strict=False, span=span) as video:
            list(video)
        assert (video.problem is not None) == is_told
