"""Which files the audit takes for a split, and that what is missing is named, not raised."""

from __future__ import annotations

import shutil

import cv2
import pytest
from helpers.audit_samples import PLATE, scene, splits_of, write
from mmengine.config import Config

from mmlp.datasets import DatasetError
from mmlp.datasets.audit import find_split_folders, load_splits, phase_datasets
from mmlp.datasets.audit.measure import measure_sample


@pytest.fixture()
def root(tmp_path):
    for seed, (split, name) in enumerate(
        [('train', 'a.jpg'), ('train', 'b.jpg'), ('val', 'c.jpg'), ('extra', 'd.jpg')]
    ):
        write(tmp_path, name, scene(seed), split=split)
    return tmp_path


def names(split):
    return [sample.img_path.rsplit('/', 1)[-1] for sample in split.samples]


def problems(split):
    return [(finding.check, finding.path.rsplit('/', 1)[-1]) for finding in split.findings]


def dataset(root, split, **kwargs):
    prefix = dict(img_path=f'{split}/images', seg_map_path=f'{split}/masks')
    return dict(type='LicensePlateDataset', data_root=str(root), data_prefix=prefix, **kwargs)


def test_splits_of_a_folder_in_order(root):
    (root / 'notes').mkdir()
    splits = splits_of(root)
    assert [(split.name, names(split)) for split in splits] == [
        ('train', ['a.jpg', 'b.jpg']),
        ('val', ['c.jpg']),
        ('extra', ['d.jpg']),
    ]
    assert all(split.findings == [] for split in splits)
    assert splits[0].samples[1].seg_map_path == str(root / 'train/masks/b.jpg.png')


def test_options_of_the_data_set(root):
    masks = root / 'train/masks'
    for name in 'ab':
        (masks / f'{name}.jpg.png').rename(masks / f'{name}_mask.png')
    train = splits_of(root, seg_map_suffix='_mask.png', ignore_values=[7, 255])[0]
    assert train.findings == []
    assert train.samples[0].seg_map_path == str(masks / 'a_mask.png')
    assert train.samples[0].mask_rule.ignore_values == (7, 255)


def test_links_to_nothing_are_pictures_that_cannot_be_read(root):
    (root / 'train/images/B.JPG').symlink_to(root / 'gone.jpg')
    cv2.imwrite(str(root / 'train/masks/B.JPG.png'), PLATE)
    train = splits_of(root)[0]
    assert names(train) == ['a.jpg', 'b.jpg', 'B.JPG'] and train.findings == []
    (finding,) = measure_sample(train.samples[2]).findings
    assert finding.check == 'unreadable-picture'
    assert finding.message == f'is a link to {root}/gone.jpg, which is not there'


def test_missing_unused_and_shared_masks(root):
    (root / 'train/masks/a.jpg.png').unlink()
    cv2.imwrite(str(root / 'train/masks/z.jpg.png'), PLATE)
    split = splits_of(root)[0]
    assert problems(split) == [('missing-mask', 'a.jpg'), ('unused-mask', 'z.jpg.png')]
    assert [sample.seg_map_path for sample in split.samples] == [None, str(root / 'train/masks/b.jpg.png')]

    shutil.copy(root / 'train/images/b.jpg', root / 'train/images/b.jpeg')
    cv2.imwrite(str(root / 'train/masks/b.png'), PLATE)
    split = splits_of(root, seg_map_suffix='.png')[0]
    assert ('shared-mask', 'b.jpg') in problems(split)


def test_a_missing_folder_leaves_the_rest_usable(root):
    shutil.rmtree(root / 'val/masks')
    shutil.rmtree(root / 'extra/images')
    splits = load_splits({name: [dataset(root, name)] for name in ('train', 'val', 'extra')})
    assert [len(split.samples) for split in splits] == [2, 1, 0]
    assert problems(splits[1]) == [('unusable-split', 'masks')]
    assert splits[1].samples[0].seg_map_path is None
    assert problems(splits[2]) == [('unusable-split', 'images')]
    assert 'does not exist' in splits[2].findings[0].message


def test_a_config_with_wrappers_and_equal_phases(root):
    val = dict(batch_size=1, dataset=dataset(root, 'val'))
    parts = [dataset(root, 'train'), dict(type='RepeatDataset', times=3, dataset=dataset(root, 'extra'))]
    cfg = Config(
        dict(
            train_dataloader=dict(batch_size=2, dataset=dict(type='ConcatDataset', datasets=parts)),
            val_dataloader=val,
            test_dataloader=val,
        )
    )
    splits = load_splits(phase_datasets(cfg))
    assert [(split.name, names(split)) for split in splits] == [
        ('train', ['a.jpg', 'b.jpg', 'd.jpg']),
        ('val+test', ['c.jpg']),
    ]
    assert {sample.split for sample in splits[1].samples} == {'val+test'}


def test_a_list_of_pictures_does_not_make_masks_unused(root, tmp_path):
    (tmp_path / 'list.txt').write_text('b\n')
    (split,) = load_splits({'train': [dataset(root, 'train', ann_file=str(tmp_path / 'list.txt'))]})
    assert names(split) == ['b.jpg']
    assert split.findings == []
    (split,) = load_splits({'train': [dataset(root, 'train', indices=1)]})
    assert (names(split), split.findings) == (['a.jpg'], [])


def test_without_annotations(root):
    cfg = dict(type='LicensePlateDataset', data_prefix=dict(img_path=str(root / 'val/images')))
    (split,) = load_splits({'test': [cfg]})
    assert (split.samples[0].seg_map_path, split.findings) == (None, [])


def test_what_cannot_be_audited_at_all(root, tmp_path):
    with pytest.raises(FileNotFoundError, match='does not exist'):
        find_split_folders(tmp_path / 'nowhere', {})
    with pytest.raises(ValueError, match='holds no split: expected folders such as'):
        find_split_folders(root / 'train', {})
    with pytest.raises(DatasetError, match=r'no pictures in train or val:\n(.|\n)*nowhere'):
        load_splits({name: [dataset('/nowhere', name)] for name in ('train', 'val')})
    with pytest.raises(ValueError, match='none of train_dataloader, val_dataloader'):
        phase_datasets(Config(dict(model=1)))
    with pytest.raises(ValueError, match='reads LicensePlateDataset, got BaseSegDataset'):
        other = {**dataset(root, 'val'), 'type': 'BaseSegDataset', 'metainfo': dict(classes=('a', 'b'))}
        load_splits({'val': [other]})
    with pytest.raises(ValueError, match='reads local files, got backend_args'):
        load_splits({'val': [dataset(root, 'val', backend_args=dict(backend='petrel'))]})
