"""Frames larger than the limit are refused wherever they come, and large ones are held one by one."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from helpers.media_samples import draw, encode_video
from PIL import Image

from mmlp.media import UnreadableMediaError, VideoReader, VideoWriter
from mmlp.media.pixel_limits import MAX_DEEP_FRAME_PIXELS, MAX_FRAME_PIXELS


def write_images(path, sizes):
    """Writes a video of JPEG pictures of the given sizes, whose header tells the first."""
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('mjpeg', rate=25)
        stream.width, stream.height, stream.pix_fmt = *sizes[0], 'yuvj420p'
        for index, size in enumerate(sizes):
            buffer = io.BytesIO()
            Image.new('RGB', size, (index * 20, 90, 60)).save(buffer, 'JPEG')
            packet = av.Packet(buffer.getvalue())
            packet.stream, packet.pts, packet.dts = stream, index, index
            packet.time_base, packet.is_keyframe = Fraction(1, 25), True
            container.mux(packet)
    return path


def test_8k_is_below_the_limit():
    assert MAX_FRAME_PIXELS > 8192 * 4320


def test_videos_of_larger_frames_are_refused(make_video):
    path = make_video(size=(96, 64))
    with VideoReader(path, max_pixels=96 * 64) as video:
        assert len(list(video)) == 20
    with pytest.raises(
        UnreadableMediaError, match='has frames of 96 x 64 pixels, more than max_pixels=6,143'
    ):
        VideoReader(path, max_pixels=96 * 64 - 1)


def test_frames_of_more_bits_have_a_lower_limit_unless_one_is_given(tmp_path, monkeypatch):
    for bits, pixel_format in ((8, 'yuv420p'), (10, 'yuv420p10le')):
        encode_video(tmp_path / f'{bits}.mp4', codec='libx265', pixel_format=pixel_format)
    with VideoReader(tmp_path / '10.mp4') as video:
        width, height = video.info.width, video.info.height
        assert video.max_pixels == MAX_DEEP_FRAME_PIXELS
    monkeypatch.setattr('mmlp.media.video.MAX_DEEP_FRAME_PIXELS', width * height - 1)
    with VideoReader(tmp_path / '8.mp4') as video:
        assert video.max_pixels == MAX_FRAME_PIXELS
    with pytest.raises(
        UnreadableMediaError,
        match=f'more than 8 bits a colour and frames of {width} x {height} pixels, more than max_pixels=',
    ):
        VideoReader(tmp_path / '10.mp4')
    with VideoReader(tmp_path / '10.mp4', max_pixels=width * height) as video:
        assert len(list(video)) > 1
        with video.again() as again:
            assert again.max_pixels == width * height


def test_a_header_that_tells_less_does_not_help(tmp_path):
    path = write_images(tmp_path / 'a.avi', [(64, 48), *[(640, 480)] * 4, (64, 48)])
    with VideoReader(path, strict=False, max_pixels=10_000) as video:
        assert [frame.bgr.shape for frame in video] == [(48, 64, 3)] * 2
    assert '4 parts that cannot be decoded' in video.problem
    with VideoReader(path, strict=False) as video:
        assert len(list(video)) == 6


def test_when_all_are_too_large_the_limit_is_named(tmp_path):
    path = write_images(tmp_path / 'a.avi', [(640, 480)] * 3)
    with pytest.raises(UnreadableMediaError, match=r'max_pixels=10,000'):
        VideoReader(path, max_pixels=10_000)


def test_gigabytes_of_attached_files_are_refused(tmp_path, monkeypatch):
    path = tmp_path / 'a.mkv'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, 'yuv420p'
        container.add_attachment('a.bin', 'application/octet-stream', bytes(5000))
        picture = av.VideoFrame.from_ndarray(draw(0, (96, 64)), 'bgr24')
        container.mux([*stream.encode(picture), *stream.encode(None)])
    with VideoReader(path) as video:
        assert len(list(video)) == 1
    monkeypatch.setattr('mmlp.media.video_info._MAX_ATTACHED_BYTES', 4999)
    with pytest.raises(UnreadableMediaError, match='attached files of 5,000 bytes, more than 4,999'):
        VideoReader(path)


def test_a_video_can_be_read_again(make_video):
    with VideoReader(make_video()) as video:
        first = [frame.bgr.copy() for frame in video]
    with video.again() as again:
        for frame, expected in zip(again, first, strict=True):
            np.testing.assert_array_equal(frame.bgr, expected)


@pytest.mark.parametrize(
    ('codec', 'suffix'), [('h264', '.mp4'), ('hevc', '.mp4'), ('vp9', '.webm'), ('av1', '.mp4')]
)
def test_large_frames_are_coded_with_little_looking_ahead(tmp_path, monkeypatch, codec, suffix):
    monkeypatch.setattr('mmlp.media.video_track.LARGE_FRAME', 0)
    path = tmp_path / f'a{suffix}'
    source = encode_video(tmp_path / 'in.mp4', frames=12)
    with VideoReader(source) as video, VideoWriter(path, like=video.info, codec=codec) as writer:
        for frame in video:
            writer.write(frame)
    with VideoReader(source) as video, VideoReader(path) as written:
        for frame, expected in zip(written, video, strict=True):
            assert abs(frame.bgr.astype(int) - expected.bgr).mean() < 6
