"""Interlaced videos: each frame becomes the whole picture of one moment, and it is told."""

from fractions import Fraction

import av
import numpy as np
import pytest
from helpers.interlaced_samples import write_interlaced

from mmlp.media import VideoReader, VideoWriter

NOTE = 'changed: interlaced, now one whole picture a frame'


def bar(field, size=(160, 96), colour=(40, 60, 230), step=5):
    """A bar that moves by ``step`` pixels a field."""
    width, height = size
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[:, 10 + step * field : 40 + step * field] = colour
    return picture


def combs(bgr):
    """How much rows differ from both of their neighbours where those agree."""
    rows = bgr.astype(int)
    above, below = rows[1:-1] - rows[:-2], rows[1:-1] - rows[2:]
    return (np.abs(above + below) - np.abs(rows[:-2] - rows[2:])).clip(0).mean()


def read(path):
    with VideoReader(path) as video:
        frames = list(video)
        return video.notes, frames


def stored(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format='bgr24') for frame in container.decode(video=0)]


CODECS = {
    'H.264': ('a.mp4', dict(options={'crf': '10'})),
    'H.264, lower field first': ('a.mkv', dict(fields='bff', options={'crf': '10'})),
    'MPEG-2': ('a.ts', dict(codec='mpeg2video', options={'q': '2', 'qmin': '2', 'qmax': '3'})),
    'MPEG-2, lower field first': ('a.mkv', dict(codec='mpeg2video', fields='bff', options={'qmax': '3'})),
    'MPEG-4': ('a.mp4', dict(codec='mpeg4', options={'qmax': '3'})),
    'H.264, 4:2:2': ('a.mp4', dict(pixel_format='yuv422p', options={'crf': '10'})),
    'DV': ('a.avi', dict(codec='dvvideo', size=(720, 576), fields='bff', frames=3)),
}


@pytest.mark.parametrize('kind', CODECS)
def test_one_whole_picture_a_frame(tmp_path, kind):
    name, options = CODECS[kind]
    size = options.get('size', (160, 96))
    path = write_interlaced(tmp_path / name, lambda field: bar(field, size), **options)
    notes, frames = read(path)
    assert notes == [NOTE]
    count = options.get('frames', 8)
    assert [frame.time for frame in frames] == [Fraction(index, 25) for index in range(count)]
    for index, (frame, raw) in enumerate(zip(frames, stored(path))):
        moment = bar(2 * index, size)  # The field that is shown first.
        assert combs(raw) > 5 * combs(frame.bgr) + 0.5
        inner = frame.bgr[8:-8].astype(int) - moment[8:-8]
        assert np.median(np.abs(inner)) <= 4 and np.mean(np.abs(inner).max(axis=2) > 40) < 0.03


def test_the_copy_is_whole_too(tmp_path):
    source = write_interlaced(tmp_path / 'in.mp4', bar, options={'crf': '10'})
    with VideoReader(source) as video, VideoWriter(tmp_path / 'out.mp4', like=video.info) as writer:
        for frame in video:
            frame.touched = np.array([[0, 0, 20, 20]])
            writer.write(frame)
    with av.open(str(tmp_path / 'out.mp4')) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 8 and not any(frame.interlaced_frame for frame in frames)
    for frame, raw in zip(frames, stored(source)):
        assert combs(raw) > 5 * combs(frame.to_ndarray(format='bgr24')) + 0.5


def test_10_bits_stay_10_bits(tmp_path):
    path = tmp_path / 'a.mov'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('prores_ks', rate=25, options={'flags': '+ildct'})
        stream.width, stream.height, stream.pix_fmt = 160, 96, 'yuv422p10le'
        for index in range(4):
            picture = av.VideoFrame.from_ndarray(bar(index), 'bgr24').reformat(format='yuv422p10le')
            picture.pts = index
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    notes, frames = read(path)
    assert notes == [NOTE] and len(frames) == 4
    assert {frame.source.format.name for frame in frames} == {'yuv422p10le'}


def test_whole_pictures_stay_as_they_are(tmp_path):
    """Pictures without fields are not filtered, also not between interlaced ones."""
    parts = [
        write_interlaced(tmp_path / 'a.ts', bar, 4, options={'crf': '10'}),
        write_whole(tmp_path / 'b.ts', 4),
    ]
    notes, frames = read(parts[1])
    assert notes == []
    for order in (parts, parts[::-1]):
        (tmp_path / 'both.ts').write_bytes(b''.join(part.read_bytes() for part in order))
        notes, frames = read(tmp_path / 'both.ts')
        assert NOTE in notes and len(frames) == 8
        whole = slice(4, 8) if order is parts else slice(0, 4)
        for frame, raw in zip(frames[whole], stored(parts[1])):
            np.testing.assert_array_equal(frame.bgr, raw)


def write_whole(path, frames):
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libx264', rate=25, options={'crf': '10'})
        stream.width, stream.height, stream.pix_fmt = 160, 96, 'yuv420p'
        for index in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(bar(2 * index), 'bgr24')))
        container.mux(stream.encode(None))
    return path
