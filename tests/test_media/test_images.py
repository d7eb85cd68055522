"""Reading pictures of every kind, and refusing what is none."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from mmlp.media import DecodedImage, UnreadableMediaError, read_image


@pytest.fixture
def photo():
    """Smooth colours with a sharp corner, so that no two orientations look alike; RGB."""
    y, x = np.mgrid[0:40, 0:64]
    rgb = np.stack([x * 4, y * 6, 255 - x * 2], axis=2).astype(np.uint8)
    rgb[:10, :16] = (255, 0, 0)
    return rgb


def coded(image, fmt, **options):
    buffer = io.BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    'name', ['plain.png', 'mit Leer zeichen.png', 'плита-車牌.png', '#%[1]{a},b;c.png', 'no_suffix']
)
def test_any_file_name(tmp_path, photo, name):
    path = tmp_path / name
    path.write_bytes(coded(Image.fromarray(photo), 'PNG'))
    for source in (path, str(path), path.read_bytes(), bytearray(path.read_bytes())):
        np.testing.assert_array_equal(read_image(source).bgr, photo[:, :, ::-1])


MODES = {
    'PNG': ['RGB', 'L', 'RGBA', 'LA', 'P', '1'],
    'TIFF': ['RGB', 'L', 'RGBA', 'LA', 'P', '1', 'CMYK'],
    'JPEG': ['RGB', 'L', 'CMYK'],
    'WEBP': ['RGB', 'RGBA'],
    'BMP': ['RGB', 'L', 'P', '1'],
    'GIF': ['L', 'P'],
}


@pytest.mark.parametrize(('fmt', 'mode'), [(fmt, mode) for fmt, modes in MODES.items() for mode in modes])
def test_modes_agree_with_pillow(photo, fmt, mode):
    image = Image.fromarray(photo)
    image = image.quantize(64) if mode == 'P' else image.convert(mode)
    data = coded(image, fmt)
    picture = read_image(data)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert('RGB'))
    np.testing.assert_array_equal(picture.bgr[:, :, ::-1], expected)
    assert (
        picture.bgr.dtype == np.uint8
        and picture.format == fmt
        and (picture.height, picture.width) == (40, 64)
    )


def test_pixels_hidden_by_alpha_are_read(photo):
    rgba = np.dstack([photo, np.zeros((40, 64), np.uint8)])
    np.testing.assert_array_equal(read_image(coded(Image.fromarray(rgba), 'PNG')).bgr, photo[:, :, ::-1])


@pytest.mark.parametrize('suffix', ['.png', '.tif'])
@pytest.mark.parametrize('channels', [1, 3, 4])
def test_16_bit(suffix, channels):
    deep = np.random.default_rng(0).integers(0, 65536, (20, 30, channels)).astype(np.uint16).squeeze()
    picture = read_image(cv2.imencode(suffix, deep)[1].tobytes())
    np.testing.assert_array_equal(picture.stored, deep)
    expected = (deep >> 8).astype(np.uint8)
    expected = np.dstack([expected] * 3) if channels == 1 else expected[:, :, :3]
    np.testing.assert_array_equal(picture.bgr, expected)
    assert picture.mode == {1: 'I;16', 3: 'RGB;16', 4: 'RGBA;16'}[channels]


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('fmt', ['JPEG', 'PNG', 'TIFF', 'WEBP'])
def test_orientation_agrees_with_pillow(photo, orientation, fmt):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {'lossless': True} if fmt == 'WEBP' else {}
    data = coded(Image.fromarray(photo), fmt, exif=exif, **options)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    picture = read_image(data)
    assert picture.orientation == (1 if fmt == 'TIFF' else orientation)
    np.testing.assert_array_equal(picture.bgr[:, :, ::-1], np.asarray(upright.convert('RGB')))


@pytest.mark.parametrize('value', [0, 9, 255])
def test_nonsense_orientation_means_upright(photo, value):
    exif = Image.Exif()
    exif[0x0112] = value
    assert read_image(coded(Image.fromarray(photo), 'PNG', exif=exif.tobytes())).orientation == 1


def test_damaged_exif_does_not_stop_reading(photo):
    data = coded(Image.fromarray(photo), 'PNG', exif=b'Exif\x00\x00II*\x00\xff\xff\xff\x7f')
    assert read_image(data).orientation == 1


def test_arrays():
    bgr = np.zeros((4, 6, 3), np.uint8)
    picture = read_image(bgr)
    assert picture.bgr.shape == (4, 6, 3) and picture.format is None
    assert bgr.flags.writeable, 'the caller keeps a writable array'
    assert read_image(np.full((4, 6), 7, np.uint8)).bgr.tolist() == np.full((4, 6, 3), 7).tolist()
    assert read_image(np.full((4, 6), 0x1234, np.uint16)).bgr[0, 0].tolist() == [0x12] * 3
    assert read_image(np.full((4, 6, 4), 9, np.uint8)).mode == 'RGBA'
    for wrong in (np.zeros((4, 6, 3)), np.zeros((4, 6, 2), np.uint8), np.zeros((0, 6, 3), np.uint8)):
        with pytest.raises(UnreadableMediaError, match='shape'):
            read_image(wrong)
    with pytest.raises(TypeError, match='path, bytes or an array'):
        read_image(3)


def test_pixels_cannot_be_changed_in_place(photo):
    picture = read_image(coded(Image.fromarray(photo), 'PNG'))
    assert isinstance(picture, DecodedImage)
    with pytest.raises(ValueError, match='read-only'):
        picture.bgr[0, 0] = 0


def unreadable_files():
    photo = np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    image = Image.fromarray(photo)
    jpeg, png = coded(image, 'JPEG'), coded(image, 'PNG')
    frames = [Image.fromarray(np.full((8, 8), shade, np.uint8)) for shade in (0, 100, 200)]
    animation = {'save_all': True, 'append_images': frames[1:]}
    return {
        'half.jpg': (jpeg[: len(jpeg) // 2], 'damaged or cut off'),
        'head_only.jpg': (jpeg[:200], 'damaged or cut off'),
        'without_end.jpg': (jpeg[:-40], 'damaged or cut off'),
        'half.png': (png[: len(png) // 2], 'damaged or cut off'),
        'flipped.png': (png[:100] + bytes(50) + png[150:], 'damaged or cut off'),
        'empty.jpg': (b'', 'is empty'),
        'text.jpg': (b'This is my shopping list: milk, eggs', "not a picture.*'This is my shopp'"),
        'BMW.bmp': (b'BMW drivers hate this trick, which ', 'not a picture'),
        'video.jpg': (struct.pack('>I', 24) + b'ftypisom' + bytes(64), 'is a video'),
        'phone.heic': (struct.pack('>I', 24) + b'ftypheic' + bytes(64), 'HEIC'),
        'animated.gif': (coded(frames[0], 'GIF', **animation), '3 frames or pages'),
        'animated.png': (coded(frames[0], 'PNG', **animation), '3 frames or pages'),
        'animated.webp': (coded(frames[0], 'WEBP', **animation), '3 frames or pages'),
        'pages.tif': (coded(frames[0], 'TIFF', **animation), '3 frames or pages'),
        'float.tif': (coded(Image.fromarray(np.zeros((8, 8), np.float32)), 'TIFF'), '32-bit'),
    }


@pytest.mark.parametrize('name', unreadable_files())
def test_unreadable_files_are_named_with_the_reason(tmp_path, name):
    data, reason = unreadable_files()[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UnreadableMediaError, match=reason) as caught:
        read_image(path)
    assert str(caught.value).startswith(f'{path}: ')
    assert isinstance(caught.value, ValueError)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'nowhere\.jpg'):
        read_image(tmp_path / 'nowhere.jpg')
    with pytest.raises(UnreadableMediaError, match='directory'):
        read_image(tmp_path)


def test_forbidden_file(open_folder, unprivileged):
    path = Path(open_folder) / 'secret.png'
    path.write_bytes(b'x')
    path.chmod(0)
    with (
        unprivileged(),
        pytest.raises(UnreadableMediaError, match=r'secret\.png: cannot be read: Permission'),
    ):
        read_image(path)


def grey_png(width, height, rows):
    """Builds the start of a black PNG of any size, without holding its pixels."""
    packer = zlib.compressobj(1)
    lines = b''.join([packer.compress(bytes(width + 1)) for _ in range(rows)] + [packer.flush()])
    chunks = [
        (b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)),
        (b'IDAT', lines),
        (b'IEND', b''),
    ]
    return b'\x89PNG\r\n\x1a\n' + b''.join(
        struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))
        for kind, body in chunks
    )


def test_large_pictures_are_refused_by_our_limit_only(monkeypatch):
    data = grey_png(1200, 1000, rows=1000)
    monkeypatch.setattr(Image, 'MAX_IMAGE_PIXELS', 1000)
    assert read_image(data).bgr.shape == (1000, 1200, 3)
    assert Image.MAX_IMAGE_PIXELS == 1000
    with pytest.raises(UnreadableMediaError, match='1200 x 1000 pixels, more than max_pixels=1,000,000'):
        read_image(data, max_pixels=1_000_000)
    with pytest.raises(UnreadableMediaError, match='60000 x 60000'):
        read_image(grey_png(60000, 60000, rows=1))
