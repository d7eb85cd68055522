"""Reading videos: frames, times, orientation, colours, and what a damaged file says."""

import gc
import threading
from fractions import Fraction

import av
import numpy as np
import pytest
from helpers.media_samples import draw

from mmlp.media import TruncatedMediaError, UnreadableMediaError, VideoReader, VideoWriter


def near(frame, expected, tolerance=14):
    """Compares away from edges, where 4:2:0 blurs colours."""
    difference = np.abs(frame.astype(int) - expected.astype(int)).max(axis=2)
    return np.mean(difference <= tolerance) > 0.8 and np.median(difference) <= 6


def read(path, **options):
    with VideoReader(path, **options) as video:
        return video.info, list(video)


@pytest.mark.parametrize(
    'name', ['in.mp4', 'in.mkv', 'in.mov', 'in.ts', 'ein fahrt 車.mp4', 'a:b %d #1?.mp4']
)
def test_frames_in_order_with_their_times(make_video, name):
    info, frames = read(make_video(name))
    assert [frame.index for frame in frames] == list(range(20))
    assert [frame.time - frames[0].time for frame in frames] == [Fraction(i, 25) for i in range(20)]
    assert all(near(frame.bgr, draw(frame.index, (96, 64))) for frame in frames)
    assert frames[0].bgr.flags.writeable and frames[0].bgr.flags.c_contiguous
    assert (info.width, info.height, info.fps, info.codec) == (96, 64, 25, 'h264')
    assert float(info.duration) == pytest.approx(0.8, abs=0.05) and abs(info.frames - 20) <= 1
    assert info.path.endswith(name)


@pytest.mark.parametrize(
    ('name', 'codec'), [('a.webm', 'libvpx-vp9'), ('a.avi', 'mpeg4'), ('a.mp4', 'mpeg4'), ('a.mkv', 'ffv1')]
)
def test_codecs(make_video, name, codec):
    _, frames = read(make_video(name, codec=codec, frames=8))
    assert len(frames) == 8 and near(frames[5].bgr, draw(5, (96, 64)), 24)


@pytest.mark.parametrize('name', ['in.mp4', 'in.mkv'])
def test_variable_frame_rate(make_video, name):
    ticks = np.cumsum([0, 40, 20, 90, 33, 33, 200, 10, 40]).tolist()
    _, frames = read(make_video(name, frames=9, ticks=ticks, time_base=Fraction(1, 1000)))
    assert [frame.time * 1000 for frame in frames] == ticks
    gaps = [frame.duration * 1000 for frame in frames]
    assert gaps[:-1] == np.diff(ticks).tolist() and gaps[-1] > 0


@pytest.mark.parametrize('size', [(97, 63), (95, 64), (34, 35)])
def test_odd_sizes(make_video, size):
    info, frames = read(make_video('a.webm', codec='libvpx-vp9', size=size, frames=3))
    assert frames[0].bgr.shape == (size[1], size[0], 3) and (info.width, info.height) == size


@pytest.mark.parametrize('flip', [False, True])
@pytest.mark.parametrize('rotation', [0, 90, 180, 270])
def test_frames_are_upright(make_video, rotation, flip):
    info, frames = read(make_video(frames=2, rotation=rotation, flip=flip))
    # Written with a turn against the clock and a mirroring after it: that is how a player shows it.
    expected = np.rot90(draw(1, (96, 64)), rotation // 90)
    expected = expected[:, ::-1] if flip else expected
    assert frames[1].bgr.shape == expected.shape == (info.height, info.width, 3)
    assert near(frames[1].bgr, expected)
    if not flip:
        assert info.rotation == (360 - rotation) % 360


def test_colours_of_high_definition(make_video):
    """BT.709 in limited range, read by its tag: red would be off by some 30 levels otherwise."""
    info, frames = read(make_video(frames=2, colour=(1, 1)))
    assert info.colour[:2] == (1, 1)
    assert np.abs(frames[0].bgr[40:60, 8:40].astype(int) - draw(0, (96, 64))[50, 10]).max() <= 4


def test_audio_and_other_streams_are_described(make_video):
    info, _ = read(make_video(audio=(2, 1), metadata={'title': 'Fahrt'}))
    assert [(track.codec, track.rate, track.channels) for track in info.audio] == [
        ('aac', 48000, 2),
        ('aac', 48000, 1),
    ]
    assert [track.language for track in info.audio] == ['deu', 'eng']
    assert info.metadata['title'] == 'Fahrt' and len(info.streams) == 3


def test_second_camera_is_named(tmp_path):
    path = tmp_path / 'two.mkv'
    with av.open(str(path), 'w') as container:
        streams = [container.add_stream('libx264', rate=25) for _ in range(2)]
        for stream in streams:
            stream.width, stream.height = 64, 48
        for index in range(5):
            for stream in streams:
                picture = av.VideoFrame.from_ndarray(draw(index, (64, 48)), 'bgr24')
                picture.pts = index
                container.mux(stream.encode(picture))
        for stream in streams:
            container.mux(stream.encode(None))
    info, frames = read(path)
    assert len(frames) == 5 and [stream.kind for stream in info.streams] == ['video', 'video']


def cut(path, share, hole=False):
    data = path.read_bytes()
    at = int(len(data) * share)
    path.write_bytes(data[:at] + bytes(len(data) // 20) + data[at + len(data) // 20 :] if hole else data[:at])


FASTSTART = {'frames': 100, 'options': {'g': '10', 'bf': '0'}}


def make_streamable(make_video, name):
    """A file whose index, if it has one, stands in front."""
    source = make_video('source.mkv', **FASTSTART)
    path = source.with_name(name)
    with av.open(str(source)) as old, av.open(str(path), 'w', options={'movflags': 'faststart'}) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        for packet in old.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                new.mux(packet)
    return path


@pytest.mark.parametrize('share', [0.5, 0.9])
@pytest.mark.parametrize('name', ['a.mp4', 'a.mkv', 'a.mov'])
def test_a_video_cut_off_yields_what_there_is_and_says_so(make_video, name, share):
    path = make_streamable(make_video, name)
    cut(path, share)
    seen = []
    with (
        VideoReader(path) as video,
        pytest.raises(TruncatedMediaError, match=r'ends after .* of 4\.00 seconds') as caught,
    ):
        for frame in video:
            seen.append(frame.index)
    assert 20 < len(seen) < 100 and seen == list(range(len(seen)))
    assert caught.value.name == str(path) and isinstance(caught.value, UnreadableMediaError)
    with VideoReader(path, strict=False) as video:
        assert len(list(video)) == len(seen)
        assert 'ends after' in video.problem


def test_a_hole_in_a_video_is_passed_over_and_reported(make_video):
    path = make_streamable(make_video, 'a.mp4')
    cut(path, 0.5, hole=True)
    with VideoReader(path, strict=False) as video:
        frames = list(video)
        assert 50 < len(frames) < 100 and 'cannot be decoded' in video.problem
    assert frames[-1].time == Fraction(99, 25), 'times are of the file, not counted'


def test_whole_videos_have_no_problem(make_video):
    for name in ('a.mp4', 'a.mkv', 'a.ts'):
        with VideoReader(make_video(name, audio=(2,))) as video:
            assert len(list(video)) == 20 and video.problem is None


def test_a_stream_that_starts_between_key_frames_is_fine(make_video):
    """As when a dashcam cuts its recording into files: what stands before the first key frame is lost."""
    path = make_video('a.ts', frames=60, options={'g': '20', 'bf': '0'})
    packets = []
    with av.open(str(path)) as container:
        packets = [packet.pos for packet in container.demux(video=0) if packet.pos is not None]
    data = path.read_bytes()
    head = data[: 188 * 3]
    path.write_bytes(head + data[packets[10] :])
    with VideoReader(path) as video:
        assert len(list(video)) >= 40 and video.problem is None


@pytest.mark.parametrize(
    ('content', 'reason'),
    [
        (b'', 'is empty'),
        (b'This is a text, not a video. ' * 50, 'is not a video'),
        (b'\x00\x00\x00\x18ftypisom' + bytes(500), 'is not a video|no video stream|cannot be read'),
    ],
)
def test_what_is_no_video(tmp_path, content, reason):
    path = tmp_path / 'a.mp4'
    path.write_bytes(content)
    with pytest.raises(UnreadableMediaError, match=reason) as caught:
        VideoReader(path)
    assert str(path) in str(caught.value)


def test_missing_and_audio_only(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nowhere\.mp4'):
        VideoReader(tmp_path / 'nowhere.mp4')
    with pytest.raises(UnreadableMediaError):
        VideoReader(tmp_path)
    path = tmp_path / 'sound.m4a'
    with av.open(str(path), 'w', format='mp4') as container:
        track = container.add_stream('aac', rate=48000)
        sound = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), 'fltp', 'stereo')
        sound.sample_rate = 48000
        container.mux(track.encode(sound) + track.encode(None))
    with pytest.raises(UnreadableMediaError, match='no video stream'):
        VideoReader(path)


def test_index_lost(make_video):
    path = make_video()
    cut(path, 0.8)
    with pytest.raises(UnreadableMediaError, match='index is missing because it was cut off'):
        VideoReader(path)


def test_codec_that_nobody_knows(make_video):
    path = make_video()
    path.write_bytes(path.read_bytes().replace(b'avc1', b'zzz1'))
    with pytest.raises(UnreadableMediaError, match='holds no known kind of video'):
        VideoReader(path)


@pytest.mark.parametrize('codec', ['libx264', 'mjpeg'])
def test_frames_are_freed_at_once(make_video, tmp_path, codec):
    """Not only when Python looks for cycles: a frame of 4K takes 37 MB."""
    path = make_video('in.mkv', codec=codec, pixel_format='yuvj420p', frames=60)

    def alive():
        return sum(isinstance(entry, av.VideoFrame) for entry in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        with VideoReader(path) as video, VideoWriter(tmp_path / 'out.mp4', like=video.info) as writer:
            before = alive()
            for frame in video:
                frame.touched = np.zeros((0, 4), int)
                writer.write(frame)
                assert alive() < before + 12
    finally:
        gc.enable()


def test_closing_early_ends_the_threads(make_video):
    path = make_video(frames=60)
    before = threading.active_count()
    for _ in range(3):
        with VideoReader(path, threads=2) as video:
            next(iter(video))
    assert threading.active_count() == before
