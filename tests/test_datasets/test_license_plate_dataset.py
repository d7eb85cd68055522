"""Pairing, reading and the checks at start-up, each on a data set broken in one way."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import mmcv
import numpy as np
import pytest
from mmengine.fileio import LocalBackend, register_backend
from mmseg.registry import DATASETS, TRANSFORMS
from PIL import Image

from mmlp.datasets import DatasetError

TRAIN = dict(img_path='train/images', seg_map_path='train/masks')
LOADING = [dict(type='LoadImageFromFile'), dict(type='LoadPlateAnnotations')]


def build(root, **kwargs):
    cfg = dict(type='LicensePlateDataset', data_root=str(root), data_prefix=dict(TRAIN), pipeline=LOADING)
    cfg.update(kwargs)
    cfg['pipeline'] = [TRANSFORMS.build(step) for step in cfg['pipeline']]
    return DATASETS.build(cfg)


def test_the_originals_layout(plate_root):
    dataset = build(plate_root)
    assert len(dataset) == 6
    assert dataset.metainfo['classes'] == ('background', 'plate')
    sample = dataset[0]
    assert sample['img'].shape == (96, 128, 3)
    drawn = cv2.imread(str(plate_root / 'train/masks/train_0.jpg.png'), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(sample['gt_seg_map'], drawn // 255)


def test_several_suffixes_in_any_case_and_subfolders(plate_root):
    images, masks = plate_root / 'train/images', plate_root / 'train/masks'
    picture = cv2.imread(str(images / 'train_0.jpg'))
    (images / 'b').mkdir()
    (masks / 'b').mkdir()
    for name in ('A.JPG', 'b/c.png', 'd.webp', 'e.Bmp', 'f.jpeg'):
        cv2.imwrite(str(images / name), picture)
        shutil.copy(masks / 'train_0.jpg.png', masks / f'{name}.png')
    (images / 'notes.txt').write_text('not a picture')
    names = {info['img_path'].split('images/')[1] for info in build(plate_root).load_data_list()}
    assert names == {f'train_{i}.jpg' for i in range(6)} | {'A.JPG', 'b/c.png', 'd.webp', 'e.Bmp', 'f.jpeg'}


@pytest.mark.parametrize('suffix, rename', [('.png', '{}.png'), ('_mask.png', '{}_mask.png')])
def test_other_pairings(plate_root, suffix, rename):
    masks = plate_root / 'train/masks'
    for path in list(masks.iterdir()):
        path.rename(masks / rename.format(path.name[: -len('.jpg.png')]))
    assert len(build(plate_root, seg_map_suffix=suffix)) == 6


def test_ann_file_with_and_without_endings(plate_root, tmp_path):
    listing = tmp_path / 'list.txt'
    listing.write_text('train_3\n\n# a comment\ntrain_1.jpg\n')
    infos = build(plate_root, ann_file=str(listing)).load_data_list()
    assert [info['img_path'].rsplit('/', 1)[1] for info in infos] == ['train_3.jpg', 'train_1.jpg']


@pytest.mark.parametrize(
    'text, message',
    [
        ('train_9\n', 'name no picture.*\n.*train_9'),
        ('', 'names no picture'),
        ('train_1\ntrain_1\n', 'more than once'),
    ],
)
def test_bad_ann_file(plate_root, tmp_path, text, message):
    listing = tmp_path / 'list.txt'
    listing.write_text(text)
    with pytest.raises(DatasetError, match=message):
        build(plate_root, ann_file=str(listing))


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'latin-1'])
def test_ann_file_of_other_encodings(plate_root, tmp_path, encoding):
    first = build(plate_root).load_data_list()[0]['img_path']
    listing = tmp_path / 'list.txt'
    listing.write_text(f'{Path(first).name}\n# é\n', encoding=encoding)
    assert [info['img_path'] for info in build(plate_root, ann_file=str(listing)).load_data_list()] == [first]


@pytest.mark.parametrize(
    'content', ['a.jpg'.encode('utf-16'), b'x' * 10_000_000, b'../secret.jpg', b'/etc/a.jpg']
)
def test_hostile_ann_file(plate_root, tmp_path, content):
    listing = tmp_path / 'list.txt'
    listing.write_bytes(content)
    with pytest.raises(DatasetError) as caught:
        build(plate_root, ann_file=str(listing))
    assert 'list.txt' in str(caught.value) and len(str(caught.value)) < 10_000


def test_several_roots(plate_root):
    parts = [
        dict(type='LicensePlateDataset', data_root=str(plate_root), data_prefix=dict(TRAIN)),
        dict(
            type='LicensePlateDataset',
            data_root=str(plate_root),
            data_prefix=dict(img_path='val/images', seg_map_path='val/masks'),
        ),
    ]
    assert len(DATASETS.build(dict(type='ConcatDataset', datasets=parts))) == 9


def test_missing_folder(plate_root):
    with pytest.raises(FileNotFoundError, match=r'picture folder .*absent.* does not exist.*MMLP_DATA_ROOT'):
        build(plate_root, data_prefix=dict(img_path='absent', seg_map_path='train/masks'))
    with pytest.raises(FileNotFoundError, match=r'mask folder .*absent.* does not exist'):
        build(plate_root, data_prefix=dict(img_path='train/images', seg_map_path='absent'))


def test_no_pictures(plate_root):
    with pytest.raises(DatasetError, match=r'no pictures in .*of 6 files none ends with \.tif'):
        build(plate_root, img_suffix='.tif')


def test_picture_without_mask(plate_root):
    (plate_root / 'train/masks/train_2.jpg.png').unlink()
    with pytest.raises(DatasetError, match=r'1 of 6 pictures have no mask(.|\n)*train_2\.jpg\.png'):
        build(plate_root)


def test_two_pictures_share_a_mask(plate_root):
    images, masks = plate_root / 'train/images', plate_root / 'train/masks'
    for path in list(masks.iterdir()):
        path.rename(masks / path.name.replace('.jpg', ''))
    shutil.copy(images / 'train_1.jpg', images / 'train_1.png')
    with pytest.raises(DatasetError, match='share a mask'):
        build(plate_root, seg_map_suffix='.png')


def test_mask_of_another_size(plate_root):
    cv2.imwrite(str(plate_root / 'train/masks/train_4.jpg.png'), np.zeros((48, 64), np.uint8))
    with pytest.raises(
        DatasetError, match=r'another size(.|\n)*train_4\.jpg\.png: 64 x 48, picture 128 x 96'
    ):
        build(plate_root)


@pytest.mark.parametrize('how', ['empty', 'text', 'truncated'])
@pytest.mark.parametrize('name', ['images/train_5.jpg', 'masks/train_5.jpg.png'])
def test_unreadable_files(plate_root, name, how):
    path = plate_root / 'train' / name
    content = {'empty': b'', 'text': b'hello', 'truncated': path.read_bytes()[:-40]}[how]
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r'1 of 6 samples cannot be read(.|\n)*train_5'):
        build(plate_root)


def test_pictures_that_are_links_to_nothing(plate_root):
    picture = plate_root / 'train/images/train_5.jpg'
    picture.unlink()
    picture.symlink_to('elsewhere.jpg')
    with pytest.raises(DatasetError, match=r'1 pictures are links(.|\n)*train_5\.jpg'):
        build(plate_root)


def test_no_plate_in_the_split(plate_root):
    for path in (plate_root / 'train/masks').iterdir():
        cv2.imwrite(str(path), np.zeros((96, 128), np.uint8))
    with pytest.raises(DatasetError, match=r'none of the 6 masks .* holds a plate'):
        build(plate_root)


def test_many_offenders_are_counted(plate_root):
    for path in (plate_root / 'train/masks').iterdir():
        path.unlink()
    with pytest.raises(DatasetError, match='and 1 more'):
        build(plate_root)


@pytest.mark.parametrize('orientation', range(1, 9))
@pytest.mark.parametrize('drawn_on', ['upright', 'stored'])
@pytest.mark.parametrize('suffix', ['.jpg', '.png', '.webp'])
def test_exif_rotation_is_treated_alike(plate_root, orientation, drawn_on, suffix):
    """The upright picture and mask are those that Pillow's exif_transpose gives."""
    from PIL import ImageOps

    if drawn_on == 'stored' and orientation < 5:
        pytest.skip('a stored mask of the upright size cannot be told apart')
    path = (plate_root / 'train/images/train_0.jpg').rename(plate_root / f'train/images/train_0{suffix}')
    mask_path = plate_root / f'train/masks/train_0{suffix}.png'
    (plate_root / 'train/masks/train_0.jpg.png').rename(mask_path)
    exif = Image.Exif()
    exif[0x0112] = orientation
    with Image.open(path) as image:
        image.load()
        image.save(path, exif=exif, quality=95)
    if mmcv.imread(path).shape[:2] == (96, 128) and orientation >= 5:
        pytest.skip(f'the toolbox does not turn {suffix} upright with this OpenCV')
    stored = Image.open(mask_path)
    tagged = stored.copy()
    tagged.getexif()[0x0112] = orientation
    upright = np.asarray(ImageOps.exif_transpose(tagged))
    if drawn_on == 'upright':
        Image.fromarray(upright).save(mask_path)
    sample = build(plate_root)[0]
    assert sample['img'].shape[:2] == upright.shape
    np.testing.assert_array_equal(sample['gt_seg_map'], upright // 255)


def test_masks_are_read_through_a_file_backend(plate_root):
    class Inverting(LocalBackend):
        """A store whose masks are kept as their bytes' complement."""

        def get(self, filepath):
            return bytes(255 - byte for byte in super().get(filepath))

    register_backend('inverting', Inverting, force=True)
    path = plate_root / 'train/masks/train_0.jpg.png'
    expected = build(plate_root)[0]['gt_seg_map']
    path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))
    loader = TRANSFORMS.build(dict(type='LoadPlateAnnotations', backend_args=dict(backend='inverting')))
    np.testing.assert_array_equal(loader(dict(seg_map_path=str(path)))['gt_seg_map'], expected)


def test_a_picture_given_without_annotation_passes_the_loader():
    loader = TRANSFORMS.build(dict(type='LoadPlateAnnotations'))
    assert loader(dict(img_path='a.jpg')) == dict(img_path='a.jpg')


def test_bad_arguments():
    with pytest.raises(ValueError, match=r'ignore_values must lie in 0\.\.255'):
        TRANSFORMS.build(dict(type='LoadPlateAnnotations', ignore_values=(256,)))
    with pytest.raises(ValueError, match='img_suffix wants endings'):
        build('x', img_suffix='jpg')


def test_cached_masks_are_those_of_the_files(plate_root):
    loading = [dict(type='LoadImageFromFile'), dict(type='LoadPlateAnnotations', cache_megabytes=1)]
    dataset = build(plate_root, pipeline=loading)
    first = dataset[2]['gt_seg_map']
    first[:] = 7  # what a pipeline does to its mask must not reach the cache
    (plate_root / 'train/masks/train_2.jpg.png').unlink()
    drawn = dataset[2]['gt_seg_map']
    assert set(np.unique(drawn)) == {0, 1}
    plate_box = np.argwhere(drawn == 1)
    assert (plate_box.max(axis=0) - plate_box.min(axis=0)).tolist() == [15, 47]
