"""Writing videos: times, audio, sizes, colours, and no broken file whatever happens."""

import resource
from fractions import Fraction

import av
import cv2
import numpy as np
import pytest
from helpers.media_samples import draw

from mmlp.media import CODECS, MediaWriteError, VideoReader, VideoWriter, video_output_suffix


def copy(source, target, **options):
    with VideoReader(source) as video, VideoWriter(target, like=video.info, **options) as writer:
        for frame in video:
            writer.write(frame)
    return target


def read(path):
    with VideoReader(path) as video:
        return video.info, list(video)


def times(path):
    return [frame.time for frame in read(path)[1]]


def audio_packets(path):
    with av.open(str(path)) as container:
        return [
            [bytes(packet) for packet in container.demux(container.streams.audio[number]) if packet.size]
            if not container.seek(0)
            else []
            for number in range(len(container.streams.audio))
        ]


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize('target', ['out.mp4', 'out.mov', 'out.mkv', 'out.m4v', 'OUT.MP4'])
def test_variable_frame_rate_and_duration_are_kept(make_video, tmp_path, target):
    ticks = np.cumsum([0, 40, 20, 90, 33, 33, 200, 10, 40]).tolist()
    source = make_video(frames=9, ticks=ticks, time_base=Fraction(1, 1000))
    copy(source, tmp_path / target)
    assert times(tmp_path / target) == times(source) == [Fraction(tick, 1000) for tick in ticks]
    before, after = read(source)[0], read(tmp_path / target)[0]
    assert float(after.duration) == pytest.approx(float(before.duration), abs=0.02)
    assert names(tmp_path) == sorted(['in.mp4', target])


@pytest.mark.parametrize('fps', [Fraction(30000, 1001), Fraction(24000, 1001), 25, 60, 12])
@pytest.mark.parametrize('codec', ['h264', 'mpeg4'])
def test_frame_rate_is_kept(make_video, tmp_path, fps, codec):
    source = make_video('in.ts', fps=fps, frames=30)
    copy(source, tmp_path / 'out.mp4', codec=codec)
    assert read(tmp_path / 'out.mp4')[0].fps == pytest.approx(fps, rel=2e-3)
    before, after = times(source), times(tmp_path / 'out.mp4')
    drift = [float(new - old) for new, old in zip(after, before)]
    assert max(drift) - min(drift) < 1e-4 and len(after) == 30


@pytest.mark.parametrize('codec', CODECS)
@pytest.mark.parametrize('size', [(96, 64), (97, 63)])
def test_codecs_and_odd_sizes(tmp_path, codec, size):
    path = tmp_path / ('a.webm' if codec == 'vp9' else 'a.mp4')
    with VideoWriter(path, fps=25, codec=codec) as writer:
        for index in range(6):
            writer.write(draw(index, size))
    info, frames = read(path)
    keeps_odd = codec in ('vp9', 'mpeg4')
    width, height = size if keeps_odd else (size[0] + size[0] % 2, size[1] + size[1] % 2)
    assert (info.width, info.height) == (width, height) and len(frames) == 6
    shown = frames[3].bgr[: size[1], : size[0]].astype(int)
    assert np.median(np.abs(shown - draw(3, size))) <= 6
    if not keeps_odd and size[0] % 2:
        assert np.abs(frames[3].bgr[-8:, -1].astype(int) - frames[3].bgr[-8:, -2]).max() < 30


def test_upright_and_pixel_aspect(make_video, tmp_path):
    source = make_video(rotation=90, aspect=Fraction(4, 3), frames=5)
    copy(source, tmp_path / 'out.mp4')
    before, after = read(source), read(tmp_path / 'out.mp4')
    assert after[0].rotation == 0 and (after[0].width, after[0].height) == (64, 96)
    assert after[0].sample_aspect_ratio == before[0].sample_aspect_ratio == Fraction(3, 4)
    assert np.abs(after[1][3].bgr.astype(int) - before[1][3].bgr).mean() < 3


@pytest.mark.parametrize('colour', [None, (1, 1)])
def test_colours_and_their_tags_are_kept(make_video, tmp_path, colour):
    source = make_video(frames=4, colour=colour)
    copy(source, tmp_path / 'out.mp4')
    before, after = read(source), read(tmp_path / 'out.mp4')
    assert after[0].colour[:2] == before[0].colour[:2]
    for old, new in zip(before[1], after[1]):
        assert np.abs(old.bgr.astype(int) - new.bgr).mean() < 3


SOURCES = {
    'plain': {},
    'high definition': {'colour': (1, 1)},
    'full range': {'pixel_format': 'yuvj420p'},
    'turned': {'rotation': 90},
    '10 bit': {'codec': 'libx265', 'pixel_format': 'yuv420p10le'},
    '4:2:2': {'pixel_format': 'yuv422p'},
}


@pytest.mark.parametrize('kind', SOURCES)
def test_what_was_not_touched_is_not_converted(make_video, tmp_path, kind):
    """With a lossless encoder, the planes outside of the boxes are those that were decoded."""
    source, target = make_video(frames=6, **SOURCES[kind]), tmp_path / 'out.mkv'
    boxes = np.array([[11, 7, 30, 20], [50, 50, 500, 500], [-9, -9, 3, 3], [200, 0, 300, 9]])
    covered = np.zeros((96, 64) if kind == 'turned' else (64, 96), bool)
    for x0, y0, x1, y1 in boxes:
        covered[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = True
    with VideoReader(source) as video, VideoWriter(target, like=video.info, codec='ffv1') as writer:
        for frame in video:
            frame.bgr[covered] = (200, 100, 50)
            frame.bgr[~covered] //= 2  # Not named as touched: must not be taken.
            frame.touched = boxes
            writer.write(frame)
    near_a_box = cv2.dilate(covered.astype(np.uint8), np.ones((5, 5))) > 0
    for old, new in zip(read(source)[1], read(target)[1]):
        difference = np.abs(old.bgr.astype(int) - new.bgr)
        if kind in ('10 bit', '4:2:2'):  # Brought to 8 bit and 4:2:0, which costs sharp edges of colour.
            assert np.median(difference[~near_a_box]) <= 2 and difference[~near_a_box].mean() < 4
        else:
            assert difference[~near_a_box].max() == 0
        inside = cv2.erode(covered.astype(np.uint8), np.ones((5, 5))) > 0
        assert np.abs(new.bgr[inside].astype(int) - (200, 100, 50)).max() <= 8


def test_no_boxes_means_the_frame_as_it_was(make_video, tmp_path):
    source, target = make_video(frames=3), tmp_path / 'out.mkv'
    with VideoReader(source) as video, VideoWriter(target, like=video.info, codec='ffv1') as writer:
        for frame in video:
            frame.touched = np.zeros((0, 4), int)
            writer.write(frame)
    for old, new in zip(read(source)[1], read(target)[1]):
        np.testing.assert_array_equal(old.bgr, new.bgr)


def test_full_range_is_kept(make_video, tmp_path):
    source = make_video(frames=4, pixel_format='yuvj420p')
    copy(source, tmp_path / 'out.mp4')
    before, after = read(source), read(tmp_path / 'out.mp4')
    assert before[0].colour[1] == after[0].colour[1] == 2
    assert np.abs(before[1][2].bgr.astype(int) - after[1][2].bgr).mean() < 2


@pytest.mark.parametrize('target', ['out.mp4', 'out.mkv', 'out.mov'])
@pytest.mark.parametrize(
    ('audio', 'audio_first'), [((), False), ((2,), True), ((1,), False), ((2, 1, 2), True)]
)
def test_all_audio_is_copied_as_it_is(make_video, tmp_path, target, audio, audio_first):
    source = make_video(audio=audio, audio_first=audio_first)
    copy(source, tmp_path / target)
    assert audio_packets(tmp_path / target) == audio_packets(source)
    before, after = read(source)[0], read(tmp_path / target)[0]
    assert [track.codec for track in after.audio] == ['aac'] * len(audio)
    # MOV knows few languages.
    assert target == 'out.mov' or after.audio == before.audio
    assert [frame.index for frame in read(tmp_path / target)[1]] == list(range(20))


def test_audio_stays_in_step(make_video, tmp_path):
    """The files of a transport stream start at any time; what belongs together must stay together."""
    source = make_video('in.ts', audio=(2,), frames=50)
    copy(source, tmp_path / 'out.mp4')

    def offset(path):
        with av.open(str(path)) as container:
            video = next(container.decode(video=0)).time
            container.seek(0)
            return next(container.decode(audio=0)).time - video

    assert offset(tmp_path / 'out.mp4') == pytest.approx(offset(source), abs=0.002)


def loudness(path):
    with av.open(str(path)) as container:
        resampler = av.AudioResampler('flt', 'mono', 16000)
        blocks = [
            part.to_ndarray() for frame in container.decode(audio=0) for part in resampler.resample(frame)
        ]
    samples = np.concatenate(blocks, axis=1)[0]
    spectrum = np.abs(np.fft.rfft(samples))
    return len(samples) / 16000, np.argmax(spectrum) * 16000 / len(samples)


@pytest.mark.parametrize(
    'case',
    [
        ('in.mp4', ('aac', 44100), 'out.webm', 'opus'),
        ('in.avi', ('pcm_mulaw', 8000), 'out.mp4', 'aac'),
        ('in.avi', ('adpcm_ms', 44100), 'out.mkv', 'aac'),
        ('in.webm', ('libopus', 48000), 'out.mov', 'aac'),
        ('in.mkv', ('flac', 44100), 'out.ts', 'aac'),
        ('in.mkv', ('flac', 44100), 'out.mp4', 'flac'),
        ('in.webm', ('libopus', 48000), 'out.mp4', 'opus'),
        ('in.ts', ('mp2', 48000), 'out.mp4', 'mp3float'),
    ],
)
def test_audio_that_does_not_fit_is_coded_anew(make_video, tmp_path, case):
    source, (codec, rate), target, expected = case
    video = 'libvpx-vp9' if source.endswith('webm') else 'mpeg4' if source.endswith('avi') else 'libx264'
    path = make_video(source, codec=video, audio=(2,), audio_codec=codec, audio_rate=rate, frames=25)
    copy(path, tmp_path / target)
    (track,) = read(tmp_path / target)[0].audio
    assert track.codec == expected and track.channels == 2
    seconds, hertz = loudness(tmp_path / target)
    assert seconds == pytest.approx(1.0, abs=0.1) and hertz == pytest.approx(440, abs=3)


def test_without_audio(make_video, tmp_path):
    copy(make_video(audio=(2,)), tmp_path / 'out.mp4', audio=False)
    assert read(tmp_path / 'out.mp4')[0].audio == ()


def test_tags_are_kept_and_the_place_goes_on_request(make_video, tmp_path):
    source = make_video(metadata={'title': 'Fahrt', 'location': '+52.5200+013.4050/', 'comment': 'nass'})
    assert 'location' in read(source)[0].metadata
    for strip in (False, True):
        copy(source, tmp_path / 'out.mp4', strip_location=strip)
        tags = read(tmp_path / 'out.mp4')[0].metadata
        assert tags['title'] == 'Fahrt' and tags['comment'] == 'nass'
        assert ('location' in tags) is not strip
        assert not strip or b'+52' not in (tmp_path / 'out.mp4').read_bytes()


@pytest.mark.parametrize('name', ['out.mp4', 'out.mkv'])
def test_texts_of_tags_that_tell_the_place(make_video, tmp_path, name):
    tags = {
        'title': 'Drive at 38.905991,-76.987828',
        'comment': '{"latitude": 38.905991, "camera": "front"}',
        'description': 'GPS(13.4050,52.5200,18)',
        'artist': 'Jane',
        'genre': 'f/2.8, 1/60',
    }
    source = make_video(name, metadata=tags)
    copy(source, tmp_path / f'kept_{name}')
    copy(source, tmp_path / f'stripped_{name}', strip_location=True)
    kept, stripped = (
        {key.lower(): value for key, value in read(tmp_path / f'{which}_{name}')[0].metadata.items()}
        for which in ('kept', 'stripped')
    )
    assert tags.items() <= kept.items()
    assert {key: stripped[key] for key in tags if key in stripped} == {
        'comment': '{"camera": "front"}',
        'artist': 'Jane',
        'genre': 'f/2.8, 1/60',
    }


def test_tags_of_quicktime_are_kept(tmp_path):
    apple = 'com.apple.quicktime.'
    with av.open(str(tmp_path / 'in.mov'), 'w', options={'movflags': 'use_metadata_tags'}) as container:
        container.metadata.update({f'{apple}make': 'Apple', f'{apple}location.ISO6709': '+38.9060-076.9878/'})
        stream = container.add_stream('libx264', rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'
        container.mux(stream.encode(av.VideoFrame.from_ndarray(draw(0, (64, 48)), 'bgr24')))
        container.mux(stream.encode(None))
    for strip in (False, True):
        copy(tmp_path / 'in.mov', tmp_path / 'out.mov', strip_location=strip)
        tags = read(tmp_path / 'out.mov')[0].metadata
        assert tags[f'{apple}make'] == 'Apple'
        assert (f'{apple}location.ISO6709' in tags) is not strip
        assert not strip or b'+38' not in (tmp_path / 'out.mov').read_bytes()


def test_index_stands_in_front(tmp_path):
    with VideoWriter(tmp_path / 'a.mp4', fps=25) as writer:
        writer.write(draw(0, (64, 48)))
    data = (tmp_path / 'a.mp4').read_bytes()
    assert data.index(b'moov') < data.index(b'mdat')


def test_quality_and_options_reach_the_encoder(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    sizes = []
    for crf in (10, 40):
        with VideoWriter(
            tmp_path / 'a.mp4', fps=25, crf=crf, preset='ultrafast', options={'g': '5'}
        ) as writer:
            for _ in range(12):
                writer.write(noise)
        sizes.append((tmp_path / 'a.mp4').stat().st_size)
        with av.open(str(tmp_path / 'a.mp4')) as container:
            assert sum(packet.is_keyframe for packet in container.demux(video=0) if packet.size) == 3
    assert sizes[0] > 2 * sizes[1]


@pytest.mark.parametrize('error', [RuntimeError, KeyboardInterrupt])
def test_an_error_leaves_nothing_and_spares_the_old_file(make_video, tmp_path, error):
    source = make_video(audio=(2,))
    (tmp_path / 'out.mp4').write_bytes(b'old')
    with (
        pytest.raises(error),
        VideoReader(source) as video,
        VideoWriter(tmp_path / 'out.mp4', like=video.info) as writer,
    ):
        for frame in video:
            writer.write(frame)
            if frame.index == 10:
                assert len(names(tmp_path)) == 3, 'the unfinished file is beside the final one'
                raise error
    assert names(tmp_path) == ['in.mp4', 'out.mp4'] and (tmp_path / 'out.mp4').read_bytes() == b'old'


@pytest.mark.parametrize('target', ['a.mp4', 'a.mkv', 'a.ts'])
@pytest.mark.parametrize('limit', [30_000, 80_000])
def test_full_disk(tmp_path, target, limit):
    """The disk is full early on, or only when the file is completed: some 85,000 bytes are to be written."""
    rng = np.random.default_rng(0)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with (
            pytest.raises(MediaWriteError, match=rf'{target}: could not be written: File too large'),
            VideoWriter(tmp_path / target, fps=25, crf=1) as writer,
        ):
            for _ in range(4):
                writer.write(rng.integers(0, 255, (128, 128, 3)).astype(np.uint8))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(tmp_path) == []


def test_no_frames(tmp_path):
    with (
        pytest.raises(MediaWriteError, match='no frame was written'),
        VideoWriter(tmp_path / 'a.mp4', fps=25),
    ):
        pass
    assert names(tmp_path) == []


def test_mistakes_are_answered(tmp_path):
    with pytest.raises(ValueError, match=r"written as '\.gif'; use one of \.mp4"):
        VideoWriter(tmp_path / 'a.gif', fps=25)
    with pytest.raises(ValueError, match='needs fps'):
        VideoWriter(tmp_path / 'a.mp4')
    with pytest.raises(ValueError, match='fps must be positive, got -1'):
        VideoWriter(tmp_path / 'a.mp4', fps=-1)
    with pytest.raises(ValueError, match=r"codec must be one of h264, .* got 'theora9'"):
        VideoWriter(tmp_path / 'a.mp4', fps=25, codec='theora9')
    with (
        pytest.raises(ValueError, match='choose another codec or suffix'),
        VideoWriter(tmp_path / 'a.webm', fps=25, codec='h264') as writer,
    ):
        writer.write(draw(0, (64, 48)))
    with (
        pytest.raises(ValueError, match='frame 1 has shape'),
        VideoWriter(tmp_path / 'a.mp4', fps=25) as writer,
    ):
        writer.write(draw(0, (64, 48)))
        writer.write(draw(0, (64, 50)))
    with pytest.raises(ValueError, match='uint8'), VideoWriter(tmp_path / 'a.mp4', fps=25) as writer:
        writer.write(draw(0, (64, 48)) / 255)
    with pytest.raises(MediaWriteError, match='could not be written'):
        (tmp_path / 'file').write_bytes(b'')
        VideoWriter(tmp_path / 'file' / 'a.mp4', fps=25)
    assert names(tmp_path) == ['file']


def test_folders_are_made(tmp_path):
    with VideoWriter(tmp_path / 'x' / 'y' / 'a.mp4', fps=25) as writer:
        writer.write(draw(0, (64, 48)))
    assert names(tmp_path / 'x' / 'y') == ['a.mp4']


@pytest.mark.parametrize(
    ('name', 'suffix'), [('a.MOV', '.MOV'), ('a.avi', '.mp4'), ('noname', '.mp4'), ('a.webm', '.webm')]
)
def test_suffix_of_the_copy(name, suffix):
    assert video_output_suffix(f'some/{name}') == suffix
