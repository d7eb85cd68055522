"""Which pictures and videos show all directions, and where their pixels lie."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from helpers.media_samples import encode_video
from PIL import Image, PngImagePlugin, TiffImagePlugin

from mmlp.media import VideoReader, find_panorama, read_image, write_image
from mmlp.media.panorama import full_sphere
from mmlp.media.video_samples import VideoSamples

NAMESPACES = (
    'xmlns:x="adobe:ns:meta/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"'
)
SPHERE = {'ProjectionType': 'equirectangular', 'FullPanoWidthPixels': 400, 'FullPanoHeightPixels': 200}


def xmp(tags, as_elements=False):
    """An XMP packet with tags of GPano."""
    if as_elements:
        body = ''.join(f'<GPano:{name}>{value}</GPano:{name}>' for name, value in tags.items())
        description = f'<rdf:Description>{body}</rdf:Description>'
    else:
        body = ' '.join(f'GPano:{name}="{value}"' for name, value in tags.items())
        description = f'<rdf:Description {body}/>'
    return f'<x:xmpmeta {NAMESPACES}><rdf:RDF>{description}</rdf:RDF></x:xmpmeta>'.encode()


def blank(width, height):
    return np.zeros((height, width, 3), np.uint8)


@pytest.mark.parametrize('as_elements', [False, True])
def test_tags_tell_a_sphere_of_any_size(as_elements):
    found = find_panorama(blank(400, 200), {'xmp': xmp(SPHERE, as_elements)})
    assert found == full_sphere(400, 200, is_tagged=True)
    assert found.wraps
    small = find_panorama(blank(100, 50), {'xmp': xmp(SPHERE, as_elements)})
    assert small == full_sphere(100, 50, is_tagged=True), 'the picture was resized since it was tagged'


def test_a_part_of_a_sphere_does_not_wrap_and_knows_its_horizon():
    tags = {
        'ProjectionType': 'equirectangular',
        'FullPanoWidthPixels': 4000,
        'FullPanoHeightPixels': 2000,
        'CroppedAreaImageWidthPixels': 1000,
        'CroppedAreaImageHeightPixels': 400,
        'CroppedAreaLeftPixels': 1500,
        'CroppedAreaTopPixels': 900,
    }
    found = find_panorama(blank(1000, 400), {'xmp': xmp(tags)})
    assert not found.wraps
    assert (found.full_width, found.horizon) == (4000, 100)
    halved = find_panorama(blank(500, 200), {'xmp': xmp(tags)})
    assert (halved.full_width, halved.horizon) == (2000, 50)


def test_a_full_turn_of_a_cylinder_wraps_and_its_rows_are_heights():
    tags = {'ProjectionType': 'cylindrical', 'FullPanoWidthPixels': 628, 'FullPanoHeightPixels': 100}
    found = find_panorama(blank(628, 100), {'xmp': xmp(tags)})
    assert found.wraps
    _, row = found.to_pixels(np.array(0.0), np.array(np.pi / 8))
    assert row == pytest.approx(49.5 - 628 / (2 * np.pi) * np.tan(np.pi / 8))


@pytest.mark.parametrize(
    'data',
    [
        b'no xml <',
        xmp({'ProjectionType': 'rectilinear'}),
        xmp({}),
        None,
    ],
    ids=['damaged', 'another projection', 'no tags', 'no packet'],
)
def test_other_pictures_are_ordinary(data):
    assert find_panorama(blank(400, 200), {'xmp': data}) is None


def test_senseless_tags_mean_all_of_the_picture():
    tags = {**SPHERE, 'FullPanoWidthPixels': 'wide', 'CroppedAreaTopPixels': -5}
    found = find_panorama(blank(400, 200), {'xmp': xmp(tags)})
    assert found.wraps and found.horizon == 100


def around(width, height):
    """A picture without a seam: grey levels that go once around."""
    wave = 128 + 100 * np.sin(np.arange(width) / width * 2 * np.pi)
    return np.repeat(np.repeat(wave.astype(np.uint8)[None, :, None], height, 0), 3, 2)


def test_without_tags_the_shape_and_the_seam_tell():
    assert find_panorama(around(2880, 1440), {}) == full_sphere(2880, 1440)
    assert find_panorama(around(2000, 1000), {}) is None, 'too small to tell'
    assert find_panorama(around(2880, 1438), {}) is None, 'not twice as wide as high'
    flat = around(5760, 1440)[:, :2880]
    flat[:, -20:] = 250
    assert find_panorama(flat, {}) is None, 'its edges do not meet'
    assert find_panorama(around(2880, 1440), {'xmp': xmp({'ProjectionType': 'fisheye'})}) is None


def test_directions_are_where_the_definition_says():
    columns, rows = full_sphere(3600, 1800).to_pixels(
        np.array([0, np.pi / 2, -np.pi, np.pi]), np.array([0, np.pi / 2, 0, -np.pi / 2])
    )
    np.testing.assert_allclose(columns, [1799.5, 2699.5, -0.5, 3599.5])
    np.testing.assert_allclose(rows, [899.5, -0.5, 899.5, 1799.5])


@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.webp', '.tif'])
def test_outputs_are_still_panoramas(tmp_path, suffix):
    """Viewers show the anonymised picture as they showed the original."""
    packet, buffer = xmp(SPHERE), io.BytesIO()
    options = {'xmp': packet}
    if suffix == '.png':
        options = {'pnginfo': PngImagePlugin.PngInfo()}
        options['pnginfo'].add_itxt('XML:com.adobe.xmp', packet.decode())
    if suffix == '.tif':
        options = {'tiffinfo': TiffImagePlugin.ImageFileDirectory_v2()}
        options['tiffinfo'][700] = packet
    Image.fromarray(around(400, 200)).save(buffer, Image.registered_extensions()[suffix], **options)
    source = tmp_path / f'in{suffix}'
    source.write_bytes(buffer.getvalue())
    picture = read_image(source)
    edited = np.array(picture.bgr)
    edited[90:110, 40:80] = 0
    write_image(tmp_path / f'out{suffix}', picture, edited, strip_location=True)
    again = read_image(tmp_path / f'out{suffix}')
    assert find_panorama(again.bgr, again.info) == full_sphere(400, 200, is_tagged=True)


def tag_sphere(path):
    """Tags an MP4 file as cameras do: a box of XML in the track (spherical video, version 1)."""
    fields = {
        'Spherical': 'true',
        'Stitched': 'true',
        'StitchingSoftware': 'test',
        'ProjectionType': 'equirectangular',
    }
    body = ''.join(f'<GSpherical:{name}>{value}</GSpherical:{name}>' for name, value in fields.items())
    text = f'<rdf:SphericalVideo>{body}</rdf:SphericalVideo>'.encode()
    identity = bytes.fromhex('ffcc8263f8554a938814587a02521fdd')
    box = struct.pack('>I', 24 + len(text)) + b'uuid' + identity + text
    data = bytearray(path.read_bytes())
    for name in (b'moov', b'trak'):
        start = data.index(name) - 4
        (size,) = struct.unpack_from('>I', data, start)
        struct.pack_into('>I', data, start, size + len(box))
    data[start + size : start + size] = box
    path.write_bytes(data)


def panorama_of(path):
    with VideoReader(path) as video, VideoSamples(video.info) as samples:
        return samples.find_panorama()


def test_tags_tell_a_video_of_all_directions(tmp_path):
    flat = encode_video(tmp_path / 'flat.mp4', 3, (320, 160))
    path = encode_video(tmp_path / 'around.mp4', 3, (320, 160))
    tag_sphere(path)
    assert panorama_of(path) == full_sphere(320, 160, is_tagged=True)
    assert panorama_of(flat) is None
    odd = encode_video(tmp_path / 'stereo.mp4', 3, (160, 160))
    tag_sphere(odd)
    assert panorama_of(odd) is None, 'two pictures one above the other are no sphere'


def test_samples_are_spread_over_a_video(tmp_path):
    path = encode_video(tmp_path / 'v.mp4', 40, options={'g': '1'})
    with VideoReader(path) as video:
        frames = [frame.bgr.copy() for frame in video]
        info = video.info
    with VideoSamples(info) as samples:
        spread = list(samples.spread(4))
    for frame, index in zip(spread, (5, 15, 25, 35)):
        near = [np.abs(frame.astype(int) - frames[other]).mean() for other in (index - 1, index, index + 1)]
        assert min(near) < 1
    assert len(spread) == 4
