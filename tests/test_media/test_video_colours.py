"""Bit depth, resolution of colours, range, HDR: kept from the file to the copy, or changed and told."""

from types import SimpleNamespace

import av
import numpy as np
import pytest
from helpers.media_samples import encode_video

from mmlp.media import VideoReader, VideoWriter
from mmlp.media.planes import Layout, split_planes
from mmlp.media.side_data import not_carried

LOSSLESS_X265 = {'preset': 'ultrafast', 'x265-params': 'log-level=error:lossless=1'}
LOSSLESS_X264 = {'preset': 'ultrafast', 'crf': '0'}
BOX = np.array([[21, 11, 49, 30]])
COVER = (40, 80, 200)
HLG, PQ = (9, 1, 9, 18), (9, 1, 9, 16)
LIGHT = 'master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400'


def ramp(index, size):
    """16-bit BGR with more levels than 8 bits have."""
    width, height = size
    across = np.linspace(0.05, 0.9, width)[None, :, None] * (0.9, 0.6, 0.3)
    down = np.linspace(0.4, 1, height)[:, None, None]
    return np.rint(across * down * 65535).astype(np.uint16) + index * 100


def make(path, codec, pixel_format, colour=None, options=None, size=(96, 64), **others):
    return encode_video(
        path,
        3,
        size,
        codec=codec,
        pixel_format=pixel_format,
        colour=colour,
        options=options,
        drawing=ramp,
        **others,
    )


def cover(source, target, codec=None):
    """Copies a video with a box of one colour; returns the notes."""
    with VideoReader(source) as video, VideoWriter(target, like=video.info, codec=codec) as writer:
        for frame in video:
            x0, y0, x1, y1 = BOX[0]
            frame.bgr[y0:y1, x0:x1] = COVER
            frame.touched = BOX
            writer.write(frame)
        return video.notes + writer.notes


def read(path):
    with VideoReader(path) as video:
        return video.info, list(video)


def planes(frame):
    return split_planes(frame.source, Layout.of(frame.source.format.name))


def worst_outside(old, new, layout):
    """Greatest difference of samples away from the cover, and whether the cover is there."""
    outside, inside = [], []
    steps = [(1, 1)] + 2 * [(layout.across, layout.down)]
    for before, after, (across, down) in zip(planes(old), planes(new), steps):
        difference = np.abs(before.astype(int) - after)
        box = np.zeros(before.shape, bool)
        box[8 // down : 34 // down, 16 // across : 54 // across] = True
        outside.append(difference[~box].max())
        inside.append(difference[box].max())
    return max(outside), max(inside)


EXACT = {
    'hlg': ('libx265', 'yuv420p10le', HLG, LOSSLESS_X265),
    'pq': ('libx265', 'yuv420p10le', PQ, LOSSLESS_X265),
    '10 bit': ('libx265', 'yuv420p10le', (1, 1, 1, 1), LOSSLESS_X265),
    '10 bit of full range': ('ffv1', 'yuv420p10le', (1, 2, 1, 1), {}),
    '12 bit': ('libx265', 'yuv420p12le', (1, 1, 1, 1), LOSSLESS_X265),
    '16 bit': ('ffv1', 'yuv422p16le', (1, 1, 1, 1), {}),
    '4:2:2, 10 bit, H.264': ('libx264', 'yuv422p10le', (1, 1, 1, 1), LOSSLESS_X264),
    'ProRes': ('prores_ks', 'yuv422p10le', (1, 1, 1, 1), {}),
    'ProRes 4444': ('prores_ks', 'yuv444p10le', (1, 1, 1, 1), {}),
    '4:4:4, H.264': ('libx264', 'yuv444p', (1, 1, 1, 1), LOSSLESS_X264),
    'Motion JPEG': ('mjpeg', 'yuvj422p', None, {}),
    '4:1:1': ('ffv1', 'yuv411p', None, {}),
    'no tags': ('ffv1', 'yuv420p10le', None, {}),
    'YCgCo': ('libx264', 'yuv420p', (8, 1, 1, 1), LOSSLESS_X264),
    'ICtCp': ('libx265', 'yuv420p10le', (14, 1, 9, 16), LOSSLESS_X265),
}


@pytest.mark.parametrize('kind', EXACT)
def test_samples_and_tags_are_kept(tmp_path, kind):
    """With a lossless encoder that knows all formats, samples beside the cover are those of the source."""
    source = make(tmp_path / 'in.mkv', *EXACT[kind])
    assert cover(source, tmp_path / 'out.mkv', codec='ffv1') == []
    (before, old_frames), (after, new_frames) = read(source), read(tmp_path / 'out.mkv')
    assert after.pixel_format == before.pixel_format.replace('yuvj', 'yuv')
    assert after.colour == before.colour
    for old, new in zip(old_frames, new_frames):
        outside, inside = worst_outside(old, new, Layout.of(before.pixel_format))
        assert outside == 0 and inside > 20
        assert np.abs(new.bgr[16:25, 26:44].astype(int) - COVER).max() <= 4


@pytest.mark.parametrize('rotation', [90, 180, 270])
@pytest.mark.parametrize('pixel_format', ['yuv420p10le', 'yuv422p10le'])
def test_turned_videos_keep_their_bits(tmp_path, rotation, pixel_format):
    source = make(tmp_path / 'in.mov', 'prores_ks', 'yuv422p10le', (1, 1, 1, 1), rotation=rotation)
    if pixel_format == 'yuv420p10le':
        source = make(tmp_path / 'in.mov', 'libx265', pixel_format, HLG, LOSSLESS_X265, rotation=rotation)
    cover(source, tmp_path / 'out.mkv', codec='ffv1')
    (before, old), (after, new) = read(source), read(tmp_path / 'out.mkv')
    assert (after.orientation, after.pixel_format) == (1, pixel_format) and before.orientation != 1
    assert (after.width, after.height) == (before.width, before.height)
    turned = np.rot90(planes(old[1])[0], rotation // 90)
    difference = np.abs(turned.astype(int) - planes(new[1])[0])
    difference[8:34, 16:54] = 0
    assert difference.max() == 0


@pytest.mark.parametrize(
    ('name', 'colour', 'codec'),
    [('a.mov', HLG, 'hevc'), ('a.mp4', PQ, 'hevc'), ('a.mkv', (1, 1, 1, 1), 'hevc'), ('a.ts', HLG, 'hevc')],
)
def test_more_than_8_bits_become_hevc(tmp_path, name, colour, codec):
    source = make(tmp_path / name, 'libx265', 'yuv420p10le', colour, LOSSLESS_X265)
    assert cover(source, tmp_path / f'out_{name}') == []
    (before, old), (after, new) = read(source), read(tmp_path / f'out_{name}')
    assert (after.codec, after.pixel_format, after.colour) == (codec, 'yuv420p10le', before.colour)
    levels = np.unique(planes(new[1])[0] % 4)
    assert list(levels) == [0, 1, 2, 3], 'finer than 8 bits'
    for first, second in zip(old, new):
        difference = np.abs(planes(first)[0].astype(int) - planes(second)[0])
        assert difference[:8].mean() < 6, 'of 1023'
        assert np.abs(second.bgr[16:25, 26:44].astype(int) - COVER).max() <= 8
    if name.endswith(('mp4', 'mov')):
        with av.open(str(tmp_path / f'out_{name}')) as container:
            assert container.streams.video[0].codec_context.codec_tag == 'hvc1', "Apple's players want it"


def test_more_than_8_bits_in_webm(tmp_path):
    source = make(tmp_path / 'a.webm', 'libsvtav1', 'yuv420p10le', (9, 1, 9, 16), {'preset': '10'})
    assert cover(source, tmp_path / 'out.webm') == []
    info, frames = read(tmp_path / 'out.webm')
    assert (info.pixel_format, info.colour) == ('yuv420p10le', PQ) and len(frames) == 3


def test_prores_has_the_tags_of_its_source(tmp_path):
    """Its encoder takes them from pictures only."""
    source = make(tmp_path / 'in.mov', 'libx265', 'yuv420p10le', HLG, LOSSLESS_X265)
    assert cover(source, tmp_path / 'out.mov', codec='prores_ks') == []
    info, _ = read(tmp_path / 'out.mov')
    assert (info.pixel_format, info.colour) == ('yuv422p10le', HLG)


def test_encoders_of_rgb_are_refused(tmp_path):
    source = make(tmp_path / 'in.mkv', 'libx264', 'yuv444p')
    with pytest.raises(ValueError, match='libx264rgb takes no pictures in YUV; choose another codec'):
        cover(source, tmp_path / 'out.mkv', codec='libx264rgb')
    assert not (tmp_path / 'out.mkv').exists()


@pytest.mark.parametrize('name', ['a.mp4', 'a.mkv', 'a.mov'])
def test_light_levels_of_hdr10_are_kept(tmp_path, name):
    options = {'preset': 'ultrafast', 'x265-params': f'log-level=error:{LIGHT}'}
    source = make(tmp_path / name, 'libx265', 'yuv420p10le', PQ, options)
    assert cover(source, tmp_path / f'out_{name}') == []
    before, after = read(source)[0].light, read(tmp_path / f'out_{name}')[0].light
    assert before == after and after.content == (1000, 400)
    assert after.display == pytest.approx((0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.3127, 0.329, 0.0001, 1000))


def test_light_levels_in_other_codecs(tmp_path):
    options = {'preset': 'ultrafast', 'x265-params': f'log-level=error:{LIGHT}'}
    source = make(tmp_path / 'a.mp4', 'libx265', 'yuv420p10le', PQ, options)
    assert cover(source, tmp_path / 'out.mkv', codec='ffv1') == ['left out: light levels of HDR10']
    for codec in ('av1', 'libx264'):
        assert cover(source, tmp_path / 'out.mp4', codec=codec) == []
        light = read(tmp_path / 'out.mp4')[0].light
        assert light.content == (1000, 400) and light.display[9] == pytest.approx(1000)


def test_hdr_for_players_of_8_bits_becomes_sdr(tmp_path):
    """Tones are mapped: a wall of 203 cd/m2, the white of HDR, must be bright, not as dark as PQ."""
    wall = np.rint(np.full((48, 64, 3), 0.5807) * 65535).astype(np.uint16)  # PQ of 203 cd/m2.
    source = encode_video(
        tmp_path / 'in.mp4',
        2,
        (64, 48),
        codec='libx265',
        pixel_format='yuv420p10le',
        colour=PQ,
        options=LOSSLESS_X265,
        drawing=lambda *_: wall,
    )
    with VideoReader(source) as video, VideoWriter(tmp_path / 'out.mp4', video.info, codec='h264') as writer:
        for frame in video:
            frame.touched = np.zeros((0, 4), int)
            writer.write(frame)
        assert writer.notes == [
            'changed: 8 bits a sample instead of 10',
            'changed: HDR to SDR, which the codec can show',
        ]
    info, frames = read(tmp_path / 'out.mp4')
    assert (info.codec, info.pixel_format, info.colour) == ('h264', 'yuv420p', (1, 1, 1, 1))
    shown = frames[1].bgr[20, 30].astype(int)
    assert shown.min() > 0.5807 * 255 + 15 and shown.max() - shown.min() <= 4


def test_what_changes_is_told(tmp_path):
    coarser, fewer = (
        'changed: colours at a lower resolution (4:2:0)',
        'changed: {} bits a sample instead of {}',
    )
    for codec, pixel_format, target, wanted in [
        ('libx265', 'yuv420p10le', 'h264', [fewer.format(8, 10)]),
        ('libx265', 'yuv420p12le', None, [fewer.format(10, 12)]),
        ('libx264', 'yuv422p', None, [coarser]),
        ('libx264', 'yuv444p10le', 'h264', [fewer.format(8, 10), coarser]),
        ('prores_ks', 'yuva444p10le', None, [fewer.format(10, 12), coarser, 'left out: transparency']),
        ('ffv1', 'bgr0', None, ['changed: RGB to YUV', coarser]),
        ('ffv1', 'gbrp10le', 'ffv1', ['changed: RGB to YUV']),
        ('ffv1', 'gray', None, []),
        ('mjpeg', 'yuvj420p', 'mpeg4', ['changed: full range of brightness to limited']),
        ('libx264', 'yuv422p10le', 'libx264', []),
    ]:
        source = make(tmp_path / ('in.mov' if codec == 'prores_ks' else 'in.mkv'), codec, pixel_format)
        assert cover(source, tmp_path / 'out.mkv', codec=target) == wanted, pixel_format
        for old, new in zip(read(source)[1], read(tmp_path / 'out.mkv')[1]):
            difference = np.abs(old.bgr.astype(int) - new.bgr)
            difference[8:34, 16:54] = 0
            assert difference.mean() < 3, pixel_format


@pytest.mark.parametrize(('size', 'matrix'), [((96, 64), 6), ((1280, 64), 1)])
@pytest.mark.parametrize(('codec', 'form'), [('libx264rgb', 'bgr24'), ('ffv1', 'gbrp10le'), ('ffv1', 'bgra')])
def test_rgb_is_tagged_as_what_it_becomes(tmp_path, size, matrix, codec, form):
    """Players guess the matrix of untagged pictures by their size; read by its tag, red must stay red."""
    source = make(
        tmp_path / 'in.mkv', codec, form, options={'crf': '0'} if codec != 'ffv1' else {}, size=size
    )
    cover(source, tmp_path / 'out.mp4')
    (_, old), (after, new) = read(source), read(tmp_path / 'out.mp4')
    assert after.colour[:2] == (matrix, 1)
    assert np.abs(old[1].bgr[40:].astype(int) - new[1].bgr[40:]).mean() < 3


@pytest.mark.parametrize(('colour', 'expected'), [((5, 1), 100), (None, 84)])
def test_grey_is_read_by_its_range(tmp_path, colour, expected):
    """A level of 100 is stored as 102 in limited range; without a tag FFmpeg means full range."""
    grey = np.full((64, 96), 102 if colour else 84, np.uint8)
    path = tmp_path / 'in.mkv'
    with av.open(str(path), 'w') as container:
        stream = container.add_stream('ffv1', rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, 'gray'
        if colour:
            stream.codec_context.colorspace, stream.codec_context.color_range = colour
        container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, 'gray')))
        container.mux(stream.encode(None))
    _, (frame,) = read(path)
    assert np.abs(frame.bgr.astype(int) - expected).max() <= 1
    cover(path, tmp_path / 'out.mp4')
    _, (copy,) = read(tmp_path / 'out.mp4')
    assert np.abs(copy.bgr[40:].astype(int) - expected).max() <= 2


def test_pq_is_looked_at_as_video(tmp_path):
    """203 cd/m2, white in HDR, is 0.58 of the signal of PQ and 0.75 of that of HLG (Rep. ITU-R BT.2408)."""
    seen = {}
    for name, colour, signal in (('pq', PQ, 0.5807), ('hlg', HLG, 0.75)):
        white = np.full((48, 64, 3), round(signal * 65535), np.uint16)
        source = encode_video(
            tmp_path / f'{name}.mkv',
            1,
            (64, 48),
            codec='ffv1',
            pixel_format='yuv420p10le',
            colour=colour,
            drawing=lambda *_, white=white: white,
        )
        seen[name] = read(source)[1][0].bgr
    assert np.abs(seen['pq'].astype(int) - 0.75 * 255).max() <= 3
    assert np.abs(seen['hlg'].astype(int) - seen['pq']).max() <= 3


def test_drawn_frames_of_hdr_keep_their_brightness(tmp_path):
    """As overlays: the whole frame comes from the pixels that were drawn into."""
    for colour in (HLG, PQ):
        source = make(tmp_path / 'in.mkv', 'ffv1', 'yuv420p10le', colour)
        with VideoReader(source) as video, VideoWriter(tmp_path / 'out.mp4', like=video.info) as writer:
            for frame in video:
                writer.write(frame)
        (_, old), (after, new) = read(source), read(tmp_path / 'out.mp4')
        assert (after.pixel_format, after.colour) == ('yuv420p10le', colour)
        assert np.abs(old[1].bgr.astype(int) - new[1].bgr).mean() < 3


@pytest.mark.parametrize('rotation', [0, 90])
def test_odd_sizes_keep_their_samples(tmp_path, rotation):
    """Encoders that know even sizes only get one more row and column, copies of the last ones."""
    source = make(tmp_path / 'in.mov', 'mpeg4', 'yuv420p', size=(97, 63), rotation=rotation)
    cover(source, tmp_path / 'out.mkv', codec='ffv1')
    (_, old), (after, new) = read(source), read(tmp_path / 'out.mkv')
    turned = np.rot90(planes(old[2])[0], rotation // 90)
    turned = np.pad(turned, [(0, turned.shape[0] % 2), (0, turned.shape[1] % 2)], mode='edge')
    assert (after.height, after.width) == turned.shape
    difference = np.abs(turned.astype(int) - planes(new[2])[0])
    difference[10:31, 20:50] = 0
    assert difference.max() == 0


def test_what_frames_tell_and_no_encoder_takes_is_named():
    kinds = ('DYNAMIC_HDR_PLUS', 'DOVI_METADATA', 'DOVI_RPU_BUFFER', 'A53_CC', 'SEI_UNREGISTERED')
    entries = [SimpleNamespace(type=SimpleNamespace(name=name)) for name in kinds]
    told = not_carried(SimpleNamespace(side_data=entries))
    assert told == {'HDR10+ metadata', 'Dolby Vision metadata', 'closed captions'}
