"""Splits by groups: deterministic, stable as a set grows, near-twins on one side."""

from __future__ import annotations

from collections import defaultdict

import pytest

from mmlp.datasets.converters import ConversionError, Record, SplitRule
from mmlp.datasets.converters.names import flat_name, split_of, unique_names
from mmlp.datasets.converters.splits import assign_splits, group_records


def records(*names: str, **extra: object) -> list[Record]:
    return [Record(f'/source/{name}', name, **extra) for name in names]


def by_split(items: list[Record], rule: SplitRule = SplitRule()) -> dict[str, set[str]]:  # noqa: B008
    found = defaultdict(set)
    for item, split in zip(items, assign_splits(items, rule)[0]):
        found[split].add(item.name)
    return dict(found)


MANY = records(*(f'scene{i // 10:03}/{i % 10}.jpg' for i in range(2000)))


def test_groups_stay_together_and_shares_are_as_asked() -> None:
    found = by_split(MANY, SplitRule(val_fraction=0.2, test_fraction=0.1))
    scenes = {split: {name.split('/')[0] for name in names} for split, names in found.items()}
    assert not scenes['train'] & scenes['val'] and not scenes['train'] & scenes['test']
    assert len(found['val']) == pytest.approx(400, abs=150)
    assert len(found['test']) == pytest.approx(200, abs=120)


def test_same_seed_same_split_other_seed_another() -> None:
    assert by_split(MANY) == by_split(list(reversed(MANY)))
    assert by_split(MANY) != by_split(MANY, SplitRule(seed=1))


def test_split_of_a_picture_does_not_change_as_the_set_grows() -> None:
    small, large = by_split(MANY[:1000]), by_split(MANY)
    assert small['val'] <= large['val'] and small['train'] <= large['train']


def test_official_splits_are_kept() -> None:
    items = [*records('a.jpg', split='train'), *records('b.jpg', split='test')]
    assert by_split(items) == {'train': {'a.jpg'}, 'test': {'b.jpg'}}


def test_val_is_taken_out_of_train_only_on_request() -> None:
    items = [*records(*(f'{i}.jpg' for i in range(100)), split='train'), *records('x.jpg', split='test')]
    assert set(by_split(items)) == {'train', 'test'}
    found = by_split(items, SplitRule(val_fraction=0.2))
    assert found['test'] == {'x.jpg'} and 5 < len(found['val']) < 40
    with_val = [*items, *records('v.jpg', split='val')]
    assert by_split(with_val, SplitRule(val_fraction=0.2))['val'] == {'v.jpg'}


def test_everything_into_one_split() -> None:
    assert set(by_split(MANY, SplitRule(split='test'))) == {'test'}


@pytest.mark.parametrize('fractions', [(0.1, 0.1), (0.8, 0.15), (0.15, 0.8)])
def test_small_sets_get_all_splits(fractions: tuple) -> None:
    val, test = fractions
    for seed in range(50):
        rule = SplitRule(seed=seed, val_fraction=val, test_fraction=test)
        assert {'train', 'val'} <= set(by_split(records('a/1.jpg', 'b/1.jpg'), rule))
        assert set(by_split(records('a/1.jpg', 'b/1.jpg', 'c/1.jpg'), rule)) == {'train', 'val', 'test'}


def test_one_group_cannot_be_split() -> None:
    for seed in range(20):
        rule = SplitRule(seed=seed, val_fraction=0.5)
        splits, note = assign_splits(records('1.jpg', '2.jpg', group='clip'), rule)
        assert set(splits) == {'train'} and 'one group cannot be split, so there is no val' in note


def test_one_group_beside_an_official_val() -> None:
    items = records('1.jpg', '2.jpg')
    items[0].split = 'val'
    splits, note = assign_splits(items, SplitRule())
    assert splits == ['val', 'train'] and 'no val' not in note


@pytest.mark.parametrize(
    ('names', 'groups'),
    [
        (['a/1.jpg', 'a/2.jpg', 'b/1.jpg'], ['a', 'a', 'b']),
        (['1.jpg', '2.jpg'], ['1.jpg', '2.jpg']),
        (['x_jpg.rf.0aF.jpg', 'x_jpg.rf.77c.jpg', 'y.jpg'], ['x', 'x', 'y.jpg']),
        ([f'clip{c}_{i}.png' for c in 'abcde' for i in (1, 2)], [f'clip{c}' for c in 'aabbccddee']),
    ],
)
def test_groups_told_by_names(names: list, groups: list) -> None:
    assert group_records(records(*names), 'auto')[0] == groups


@pytest.mark.parametrize(
    'pattern',
    [
        '{}.mp4#t={}.jpg',
        '{}_frame_{:06}.jpg',
        '{}-{:04}.png',
        '{}_mp4-{:04}_jpg.rf.x{}.jpg',
        '{}_00-12-{:02}.jpg',
    ],
)
def test_frames_of_a_few_videos_stay_together(pattern: str) -> None:
    names = [pattern.format(clip, i, i) for clip in ('north', 'south', 'east') for i in range(20)]
    for seed in range(10):
        found = by_split(records(*names), SplitRule(seed=seed))
        clips = {split: {name[:4] for name in its} for split, its in found.items()}
        assert not clips['train'] & clips['val'] and len(found['val']) == 20


def test_frames_of_a_video_beside_photographs_and_in_folders() -> None:
    frames = [f'batch{i % 3}/drive.mp4#t={i}.jpg' for i in range(9)]
    photographs = [f'batch{i % 3}/IMG_{i}.jpg' for i in range(6)]
    groups, how = group_records(records(*frames, *photographs), 'auto')
    assert groups == ['drive'] * 9 + ['batch0', 'batch1', 'batch2'] * 2
    assert how == 'the video that names tell (9) and folder (6)'


def test_split_folders_do_not_part_a_video_that_is_split_anew() -> None:
    names = [
        f'{split}/images/{clip}_frame_{i}.jpg'
        for split in ('train', 'valid')
        for clip in 'ab'
        for i in (1, 2)
    ]
    assert group_records(records(*names), 'auto')[0] == list('aabbaabb')


def test_one_video_is_not_split() -> None:
    splits, note = assign_splits(records(*(f'north_frame_{i}.jpg' for i in range(30))), SplitRule())
    assert (
        set(splits) == {'train'} and 'no val: add pictures of elsewhere' in note and '--group-by file' in note
    )


def test_val_is_not_nearly_all_where_groups_are_few_and_unlike() -> None:
    names = [f'north_frame_{i}.jpg' for i in range(95)] + [f'south_frame_{i}.jpg' for i in range(5)]
    for seed in range(60):
        assert len(by_split(records(*names), SplitRule(seed=seed))['val']) == 5


@pytest.mark.parametrize('only', ['val', 'test'])
def test_set_without_train_is_told_of_the_option(only: str) -> None:
    items = records('a.jpg', 'b.jpg', split=only)
    splits, note = assign_splits(items, SplitRule())
    assert splits == [only] * 2 and f'all pictures are {only}' in note and '--split hash' in note
    assert set(by_split(items, SplitRule(split='hash'))) == {'train', 'val'}
    assert not assign_splits(items, SplitRule(split=only))[1]


def test_groups_by_rule() -> None:
    items = records('a/cam1_x.jpg', 'b/cam1_y.jpg', 'b/cam2_z.jpg')
    assert group_records(items, r'(cam\d)')[0] == ['cam1', 'cam1', 'cam2']
    assert group_records(items, 'cam.')[0] == ['cam1', 'cam1', 'cam2']
    assert group_records(items, 'folder')[0] == ['a', 'b', 'b']
    assert len(set(group_records(items, 'file')[0])) == 3
    with pytest.raises(ConversionError, match=r'not found in 3 of 3 names, such as .a/cam1_x\.jpg'):
        group_records(items, 'clip')
    with pytest.raises(ConversionError, match='no regular expression'):
        group_records(items, '(')


@pytest.mark.parametrize('fractions', [(1.0, 0.0), (-0.1, 0.0), (0.6, 0.4)])
def test_fractions_that_cannot_be(fractions: tuple) -> None:
    with pytest.raises(ConversionError, match='leave something for train'):
        assign_splits(MANY, SplitRule(val_fraction=fractions[0], test_fraction=fractions[1]))


def test_split_named_by_a_folder() -> None:
    assert split_of('train/images/a.jpg') == 'train'
    assert split_of('data/Valid/a.jpg') == 'val'
    assert split_of('test/run/train/a.jpg') == 'train'
    assert split_of('trainstation/train.jpg') is None


def test_flat_names() -> None:
    assert flat_name('train/images/a.jpg') == 'a.jpg'
    assert flat_name('../images/day/cam 1/a.jpg') == 'day_cam 1_a.jpg'


def test_unique_names_do_not_depend_on_order() -> None:
    names = ['a/b_c.jpg', 'a_b/c.jpg', 'A_B_C.jpg', 'd.jpg']
    first = dict(zip(names, unique_names(names)))
    assert first == dict(zip(reversed(names), unique_names(list(reversed(names)))))
    assert len({name.lower() for name in first.values()}) == 4
    assert first['d.jpg'] == 'd.jpg'
