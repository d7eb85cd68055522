import cv2
import numpy as np
import pytest
from mmcv.transforms import LoadImageFromFile
from PIL import Image

from mmlp.datasets.transforms import LoadImageDeferred, RandomWarpCrop
from mmlp.datasets.transforms.sampling import decode_reduced

HEIGHT, WIDTH = 181, 263


@pytest.fixture(scope='module')
def picture():
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    img = np.stack([120 + 90 * np.sin(x / 25), 120 + 90 * np.cos(y / 20), x / 2 + y / 2], axis=-1)
    return img.astype(np.uint8)


def write(path, picture, orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {'quality': 95, 'subsampling': 0} if path.suffix == '.jpg' else {}
    Image.fromarray(picture[..., ::-1]).save(path, exif=exif, **options)
    return str(path)


@pytest.mark.parametrize('reduction', [1, 2, 4, 8])
def test_a_reduced_picture_is_the_mean_of_the_full_one(tmp_path, picture, reduction):
    path = write(tmp_path / 'a.jpg', picture)
    with open(path, 'rb') as file:
        got, used = decode_reduced(file.read(), reduction)
    assert used == reduction
    assert got.shape == (-(-HEIGHT // reduction), -(-WIDTH // reduction), 3)
    bottom, right = -HEIGHT % reduction, -WIDTH % reduction
    padded = cv2.copyMakeBorder(cv2.imread(path), 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    want = padded.reshape(got.shape[0], reduction, got.shape[1], reduction, 3).mean(axis=(1, 3))
    assert np.abs(got - want).max() < 4
    assert np.abs(got - want).mean() < 0.6


@pytest.mark.parametrize('orientation', range(1, 9))
def test_deferred_and_immediate_loading_give_the_same_crop(tmp_path, picture, orientation):
    path = write(tmp_path / 'a.jpg', picture, orientation)
    results = LoadImageDeferred()({'img_path': path})
    immediate = LoadImageFromFile()({'img_path': path})
    assert 'img' not in results
    assert tuple(results['ori_shape']) == tuple(results['img_shape']) == immediate['img'].shape[:2]
    # 45 px is a fourth of the picture's short side: decoded at a fourth.
    crop = RandomWarpCrop(64, short_side=(45, 45))
    outs = []
    for sample in (results, immediate):
        np.random.seed(orientation)
        outs.append(crop(sample)['img'].astype(int))
    assert outs[0].shape == (64, 64, 3)
    difference = np.abs(outs[0] - outs[1]).max(axis=2)
    inner = cv2.erode((outs[1] > 0).all(axis=2).astype(np.uint8), np.ones((5, 5)), borderValue=0).astype(bool)
    assert inner.sum() > 500
    assert difference[inner].mean() < 1.5
    assert difference[inner].max() <= 6
    assert 'img_bytes' not in results


@pytest.mark.parametrize('suffix', ['.png', '.bmp', '.webp'])
def test_other_formats_are_read_at_once(tmp_path, picture, suffix):
    path = write(tmp_path / f'a{suffix}', picture)
    results = LoadImageDeferred()({'img_path': path})
    np.testing.assert_array_equal(results['img'], LoadImageFromFile()({'img_path': path})['img'])
    assert results['ori_shape'] == (HEIGHT, WIDTH)
    assert 'img_bytes' not in results


def test_unreadable_files_are_named(tmp_path, picture):
    with pytest.raises(FileNotFoundError):
        LoadImageDeferred()({'img_path': str(tmp_path / 'none.jpg')})
    for name, content in (
        ('empty.jpg', b''),
        ('text.jpg', b'no picture'),
        ('cut.jpg', b'\xff\xd8\xff\xe0\x00'),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=name):
            LoadImageDeferred()({'img_path': str(tmp_path / name)})


def test_a_wrong_size_is_found_out(tmp_path, picture):
    results = LoadImageDeferred()({'img_path': write(tmp_path / 'a.jpg', picture)})
    results['img_shape'] = (100, 100)
    with pytest.raises(ValueError, match=r'a\.jpg'):
        RandomWarpCrop(64)(results)
