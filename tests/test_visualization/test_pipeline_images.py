"""Browsing a data set: the pictures are those of the files and of the pipeline, plates tinted."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmseg.registry import DATASETS

import mmlp.modules  # noqa: F401 (registers the data set and its transforms)
from mmlp.visualization import browse

LOAD = [dict(type='LoadImageFromFile'), dict(type='LoadPlateAnnotations')]
PACK = dict(type='PackSegInputs')
TRAIN = [
    *LOAD,
    dict(type='RandomFlip', prob=1.0),
    dict(type='Pad', size=(128, 128), pad_val=dict(img=0, seg=255)),
    PACK,
]
EVALUATION = [LOAD[0], dict(type='Resize', scale=(64, 48)), LOAD[1], PACK]


def config(root, pipeline, split='train'):
    return dict(
        type='LicensePlateDataset',
        data_root=str(root),
        data_prefix=dict(img_path=f'{split}/images', seg_map_path=f'{split}/masks'),
        pipeline=pipeline,
    )


def build(root, pipeline):
    return DATASETS.build(config(root, pipeline))


def read(root, name='train_0'):
    image = cv2.imread(str(root / 'train' / 'images' / f'{name}.jpg'))
    mask = cv2.imread(str(root / 'train' / 'masks' / f'{name}.jpg.png'), cv2.IMREAD_GRAYSCALE) > 0
    near = cv2.dilate(mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    return image, mask, near


def test_original_is_the_file_with_its_mask(plate_root):
    item = next(browse(build(plate_root, TRAIN), 'original'))
    image, mask, near = read(plate_root)
    assert item.img_path == plate_root / 'train' / 'images' / 'train_0.jpg'
    assert item.has_plate
    assert (item.image[~near] == image[~near]).all()
    inner = cv2.erode(mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    expected = np.round(image[inner] * 0.7 + np.array([80, 220, 60]) * 0.3)
    assert np.abs(item.image[inner] - expected).max() <= 1


def test_transformed_is_what_is_packed(plate_root):
    picture = next(browse(build(plate_root, TRAIN), 'transformed')).image
    image, _, near = read(plate_root)
    assert picture.shape == (128, 128, 3)
    photo = picture[:96]
    assert (photo[~near[:, ::-1]] == image[:, ::-1][~near[:, ::-1]]).all()
    assert set(np.unique(picture[96:])) == {83, 133}  # padding is ignored: hatched grey over black


def test_a_normalised_picture_is_turned_back(plate_root):
    norm = dict(type='Normalize', mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], to_rgb=True)
    plain = next(browse(build(plate_root, [*LOAD, PACK]))).image
    normalised = next(browse(build(plate_root, [*LOAD, norm, PACK]))).image
    assert (plain == normalised).all()


def test_an_evaluation_pipeline_loads_the_mask_at_its_own_size(plate_root):
    shrunk = next(browse(build(plate_root, EVALUATION))).image
    assert shrunk.shape == (48, 64, 3)
    _, mask, _ = read(plate_root)
    rows, columns = np.nonzero(mask)
    center = shrunk[rows.mean().astype(int) // 2, columns.mean().astype(int) // 2].astype(int)
    assert center[1] - center[0] > 20
    original = next(browse(build(plate_root, EVALUATION), 'original')).image
    assert original.shape == (96, 128, 3)


def test_concat_sets_both_side_by_side(plate_root):
    picture = next(browse(build(plate_root, EVALUATION), 'concat')).image
    assert picture.shape[0] > 48
    assert picture.shape[1] > 2 * 64  # the original is shrunk to the height of the other


def test_pipeline_shows_every_step(plate_root):
    picture = next(browse(build(plate_root, TRAIN), 'pipeline')).image
    # Four steps in a row, each in a cell of 360: none is enlarged, the highest is the padded one.
    assert picture.shape == (10 + 128 + 24 + 10, 10 + 4 * 370, 3)


def test_wrapped_data_sets(plate_root):
    wrapped = dict(
        type='ConcatDataset',
        datasets=[
            dict(type='RepeatDataset', dataset=config(plate_root, TRAIN), times=2),
            config(plate_root, TRAIN, 'val'),
        ],
    )
    names = [item.img_path.stem for item in browse(DATASETS.build(wrapped), 'original')]
    train = [f'train_{i}' for i in range(6)]
    assert names == train + train + [f'val_{i}' for i in range(3)]


def test_looking_does_not_change_what_the_network_is_fed(plate_root):
    random = [*LOAD, dict(type='RandomFlip', prob=0.5), dict(type='RandomCrop', crop_size=(40, 40)), PACK]
    watched = build(plate_root, random)
    np.random.seed(3)
    expected = [build(plate_root, random)[i]['inputs'].numpy() for i in range(6)]
    list(browse(watched, 'transformed', []))
    np.random.seed(3)
    assert all((watched[i]['inputs'].numpy() == expected[i]).all() for i in range(6))


def test_chosen_pictures_and_crops_without_plates(plate_root):
    corner = [*LOAD, dict(type='Resize', scale=(256, 192)), dict(type='RandomCrop', crop_size=(8, 8)), PACK]
    np.random.seed(0)
    items = list(browse(build(plate_root, corner), indices=[4, 1] * 10))
    assert [item.img_path.stem for item in items[:2]] == ['train_4', 'train_1']
    found = [item.has_plate for item in items]
    tinted = [bool((item.image[..., 1].astype(int) - item.image[..., 0] > 30).any()) for item in items]
    assert 0 < sum(found) < len(found)
    assert all(has_tint for has_plate, has_tint in zip(found, tinted) if has_plate)


def test_wrong_mode_and_pipeline(plate_root):
    with pytest.raises(ValueError, match=r"mode must be one of original, .* got 'all'"):
        next(browse(build(plate_root, TRAIN), 'all'))
    with pytest.raises(ValueError, match='must end with PackSegInputs'):
        next(browse(build(plate_root, LOAD)))
