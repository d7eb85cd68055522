"""Size, shape, format and colours that change on the way: frames are brought to those of the first."""

from fractions import Fraction

import av
import numpy as np
import pytest
from helpers.joined_samples import GREY, content_box, join, part, red_box

from mmlp.media import VideoReader, VideoWriter
from mmlp.media.frame_fitter import FrameKind, changes_of_colour, fitted_size

SHAPE = 'changed: frames of another size or shape, brought to that of the first'
FORM = 'changed: frames of another pixel format or colours, brought to that of the first'


def read(path):
    with VideoReader(path, strict=True) as video:
        frames = list(video)
        return video.info, frames, [note for note in video.notes if note.startswith('changed')]


SIZES = {
    # First size, second size, aspect of its pixels; where the second must be: left, right, top, bottom.
    'larger': ((320, 240), (640, 480), None, (0, 320, 0, 240)),
    'smaller': ((640, 480), (320, 240), None, (0, 640, 0, 480)),
    'wider': ((320, 240), (640, 360), None, (0, 320, 30, 210)),
    'upright': ((320, 240), (240, 320), None, (70, 250, 0, 240)),
    'wide pixels': ((320, 240), (320, 240), Fraction(4, 3), (0, 320, 30, 210)),
    'not a multiple of two': ((322, 242), (198, 398), None, (101, 221, 0, 242)),
}


@pytest.mark.parametrize('kind', SIZES)
def test_frames_of_another_size_are_scaled_and_padded(tmp_path, kind):
    first, second, aspect, box = SIZES[kind]
    path = join(tmp_path / 'a.ts', dict(size=first), dict(size=second, aspect=aspect))
    info, frames, notes = read(path)
    assert notes == [SHAPE] and len(frames) == 10 and (info.width, info.height) == first
    assert {frame.bgr.shape for frame in frames} == {(first[1], first[0], 3)}
    for frame in frames[:5]:
        assert content_box(frame.bgr) == (0, first[0], 0, first[1])
    left, right, top, bottom = box
    for frame in frames[6:]:
        assert np.abs(np.subtract(content_box(frame.bgr), box)).max() <= 2
        width, height = right - left, bottom - top
        expected = left + width / 4, left + width / 2, top + height / 4, top + height / 2
        assert np.abs(np.subtract(red_box(frame.bgr), expected)).max() <= 3
        assert np.abs(frame.bgr[(top + bottom) * 5 // 8, (left + right) // 2].astype(int) - GREY).max() <= 7


@pytest.mark.parametrize(
    ('change', 'note'),
    [
        (dict(pixel_format='yuv422p'), FORM),
        (dict(pixel_format='yuv420p10le', codec='libx265'), FORM),
        (dict(colour=(5, 2, 2, 2)), FORM),
        (dict(colour=(1, 1, 1, 1)), FORM),
        (dict(colour=(6, 1, 6, 6)), None),
    ],
)
def test_frames_of_other_format_or_colours_look_alike(tmp_path, change, note):
    """Grey and red are the same before and after; planes taken over as they are would not be."""
    codec = change.get('codec', 'libx264')
    path = join(tmp_path / 'a.ts', dict(size=(320, 240), codec=codec), dict(size=(320, 240), **change))
    info, frames, notes = read(path)
    assert notes == ([note] if note else [])
    assert {frame.source.format.name for frame in frames} == {info.pixel_format} == {'yuv420p'}
    for frame in frames:
        assert (frame.source.colorspace, frame.source.color_range) == info.colour[:2]
        assert np.abs(frame.bgr[200, 160].astype(int) - GREY).max() <= 7
        assert np.abs(frame.bgr[90, 120].astype(int) - (0, 0, 255)).max() <= 6


def test_the_copy_is_of_the_first_kind(tmp_path):
    path = join(
        tmp_path / 'a.ts',
        dict(size=(320, 240)),
        dict(size=(640, 360), pixel_format='yuv422p'),
        dict(size=(320, 240)),
        dict(size=(240, 320), colour=(5, 2, 2, 2)),
    )
    with VideoReader(path) as video, VideoWriter(tmp_path / 'out.mp4', like=video.info) as writer:
        for frame in video:
            frame.touched = np.zeros((0, 4), int)
            writer.write(frame)
    info, frames, notes = read(tmp_path / 'out.mp4')
    assert notes == [] and len(frames) == 20 and (info.width, info.height) == (320, 240)
    for index, box in (
        (2, (0, 320, 0, 240)),
        (7, (0, 320, 30, 210)),
        (12, (0, 320, 0, 240)),
        (17, (70, 250, 0, 240)),
    ):
        assert np.abs(np.subtract(content_box(frames[index].bgr), box)).max() <= 2


def test_hdr_behind_usual_video_has_its_tones_mapped():
    usual = FrameKind(320, 240, 'yuv420p', Fraction(1), 1, (1, 1, 1, 1))
    hdr = usual._replace(pixel_format='yuv420p10le', colour=(9, 1, 9, 18))
    assert changes_of_colour(hdr, usual) == {'out_color_matrix': 1, 'out_primaries': 1, 'out_transfer': 1}
    assert changes_of_colour(usual, hdr) == {'out_color_matrix': 9, 'out_primaries': 9, 'out_transfer': 18}
    untagged = usual._replace(colour=(2, 0, 2, 2))
    assert changes_of_colour(untagged, usual) == changes_of_colour(usual, untagged) == {}
    assert changes_of_colour(hdr, untagged) == {'out_primaries': 1, 'out_transfer': 1}


def turned(path, *rotations):
    """Joins H.264 streams that tell, each, by how many degrees they are turned."""
    data = b''
    for number, rotation in enumerate(rotations):
        source = path.with_name('part.ts')
        source.write_bytes(part((320, 240), start=5 * number))
        with av.open(str(source)) as old, av.open(str(path), 'w', format='mpegts') as new:
            stream = new.add_stream_from_template(old.streams.video[0])
            mark = av.BitStreamFilterContext(
                f'h264_metadata=display_orientation=insert:rotate={rotation}', stream
            )
            for packet in old.demux(video=0):
                for marked in mark.filter(packet if packet.dts is not None else None):
                    marked.stream = stream
                    new.mux(marked)
        data += path.read_bytes()
    path.write_bytes(data)
    return path


def test_phones_that_are_turned_while_they_record(tmp_path):
    """The second half is upright in a frame that stands, so it is padded left and right in one that lies."""
    info, frames, notes = read(turned(tmp_path / 'a.ts', 0, 90))
    assert notes == [SHAPE] and (info.width, info.height, info.orientation) == (320, 240, 1)
    assert content_box(frames[2].bgr) == (0, 320, 0, 240)
    assert np.abs(np.subtract(content_box(frames[8].bgr), (70, 250, 0, 240))).max() <= 2
    assert red_box(frames[2].bgr)[0] < 100
    info, frames, notes = read(turned(tmp_path / 'b.ts', 90, 0))
    assert notes == [SHAPE] and (info.width, info.height) == (240, 320) and info.orientation != 1
    assert content_box(frames[2].bgr) == (0, 240, 0, 320)
    assert np.abs(np.subtract(content_box(frames[8].bgr), (0, 240, 70, 250))).max() <= 2
    # The box lies in the upper left of what is shown.
    left, right, top, bottom = red_box(frames[8].bgr)
    assert np.abs(np.subtract((left, right, top, bottom), (60, 120, 115, 160))).max() <= 3


def test_vp9_of_calls_changes_its_size(tmp_path):
    """As browsers record calls: one stream of WebM whose key frames bring another size."""
    path = tmp_path / 'call.webm'
    sizes, packets = [(320, 180), (640, 360), (160, 90)], []
    for number, size in enumerate(sizes):
        with av.open(str(tmp_path / 'part.webm'), 'w') as container:
            stream = container.add_stream(
                'libvpx-vp9', rate=25, options={'deadline': 'realtime', 'cpu-used': '8'}
            )
            stream.width, stream.height = size
            for index in range(4):
                frame = av.VideoFrame.from_ndarray(np.full((size[1], size[0], 3), GREY, np.uint8), 'bgr24')
                frame.pts, frame.time_base = 4 * number + index, Fraction(1, 25)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        with av.open(str(tmp_path / 'part.webm')) as container:
            packets += [
                (bytes(each), each.pts, each.is_keyframe) for each in container.demux(video=0) if each.size
            ]
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('libvpx-vp9', rate=25)
        stream.width, stream.height = sizes[0]
        container.start_encoding()
        for data, pts, is_key in packets:
            packet = av.Packet(data)
            packet.stream, packet.pts, packet.dts, packet.is_keyframe = stream, pts, pts, is_key
            packet.time_base = Fraction(1, 1000)
            container.mux(packet)
    info, frames, notes = read(path)
    assert (info.width, info.height) == (320, 180) and notes == [SHAPE] and len(frames) == 12
    for frame in frames:
        assert frame.bgr.shape == (180, 320, 3) and np.abs(frame.bgr.astype(int) - GREY).max() <= 7


def test_few_filters_are_held(tmp_path):
    parts = [dict(size=(64 + 8 * number, 64), frames=3) for number in range(12)]
    with VideoReader(join(tmp_path / 'a.ts', *parts)) as video:
        assert len(list(video)) == 36
        assert len(video._normalizer._fitter._graphs) <= 4


def kind(width, height, aspect=1, orientation=1):
    return FrameKind(width, height, 'yuv420p', Fraction(aspect), orientation, (2, 0, 2, 2))


@pytest.mark.parametrize(
    ('frame', 'first', 'size'),
    [
        (kind(640, 480), kind(320, 240), (320, 240)),
        (kind(1920, 1080), kind(1280, 720), (1280, 720)),
        (kind(720, 576, Fraction(64, 45)), kind(1920, 1080), (1920, 1080)),
        (kind(720, 576, Fraction(16, 15)), kind(720, 576, Fraction(64, 45)), (540, 576)),
        (kind(1080, 1920, 1, 6), kind(1920, 1080), (1920, 1080)),
        (kind(1920, 1080), kind(1920, 1080, 1, 6), (1080, 608)),
        (kind(10000, 10), kind(100, 100), (100, 2)),
        (kind(640, 480), kind(321, 241), (321, 241)),
    ],
)
def test_size_that_fits(frame, first, size):
    assert fitted_size(frame, first) == size
