"""The conversion: layout, resuming, links, names, splits, labels, and what happens to bad files."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from helpers.converter_samples import annotations, oracle, picture, problems, read_masks, run
from helpers.needed_packages import needs_toolbox

from mmlp.datasets.converters import (
    ConversionError,
    Options,
    Problem,
    Reader,
    Record,
    Shape,
    SplitRule,
)
from mmlp.datasets.converters.files import place_image
from mmlp.datasets.converters.shapes import box, labelled, polygon

PLATE = [[20.3, 30.2], [90.1, 40.4], [92.2, 60.3], [22.4, 50.1]]


class Listed(Reader):
    """Reads what a test lists."""

    name = 'listed'

    def __init__(self, source: Path, *items: Record | Problem) -> None:
        super().__init__(str(source))
        self.items = items

    def read(self) -> Iterator[Record | Problem]:
        yield from self.items


def record(path: Path, *shapes: Shape, **extra: object) -> Record:
    root = next(parent for parent in path.parents if parent.name == 'source')
    return Record(str(path), str(path.relative_to(root)), list(shapes) or [polygon(PLATE)], **extra)


def three(tmp_path: Path) -> list[Record]:
    source = tmp_path / 'source'
    return [
        record(picture(source / 'a.jpg'), split='train'),
        record(picture(source / 'b.png'), split='train'),
        record(picture(source / 'c.JPG'), split='val'),
    ]


def snapshot(out: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(out)): (path.stat().st_mtime_ns, path.stat().st_ino)
        for path in sorted(out.glob('*/*/*'))
        if '.conversion' not in path.parts
    }


def test_layout_and_annotation_file(tmp_path: Path) -> None:
    report = run(Listed(tmp_path / 'source', *three(tmp_path)), tmp_path / 'out')
    assert report.converted == 3 and not report.problems
    masks = read_masks(tmp_path / 'out')
    assert sorted(masks) == ['train/a.jpg', 'train/b.png', 'val/c.JPG']
    expected = oracle(PLATE) * 255
    for name, mask in masks.items():
        np.testing.assert_array_equal(mask, expected)
        split, base = name.split('/')
        source = tmp_path / 'source' / base
        assert (tmp_path / 'out' / split / 'images' / base).read_bytes() == source.read_bytes()
    (annotation,) = annotations(tmp_path / 'out', 'val')['c.JPG']
    assert annotation['kind'] == 'quad' and not annotation['ignored']
    assert annotation['corners'] == PLATE
    assert annotation['segmentation'] == [[value for point in PLATE for value in point]]
    assert annotation['area'] == oracle(PLATE).sum()


@needs_toolbox
def test_data_set_class_reads_the_output(tmp_path: Path) -> None:
    from mmlp.datasets import LicensePlateDataset

    run(Listed(tmp_path / 'source', *three(tmp_path)), tmp_path / 'out')
    prefix = dict(img_path='train/images', seg_map_path='train/masks')
    assert len(LicensePlateDataset(data_root=str(tmp_path / 'out'), data_prefix=prefix)) == 2


def test_second_run_touches_nothing(tmp_path: Path) -> None:
    items = three(tmp_path)
    run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    before = snapshot(tmp_path / 'out')
    report = run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    assert (report.converted, report.skipped) == (0, 3)
    after = snapshot(tmp_path / 'out')
    assert {k: v for k, v in before.items() if 'json' not in k} == {
        k: v for k, v in after.items() if 'json' not in k
    }


def test_changed_annotation_picture_and_lost_mask_are_done_again(tmp_path: Path) -> None:
    items = three(tmp_path)
    run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    items[0].shapes = [box((10, 10, 50, 30))]
    picture(tmp_path / 'source' / 'b.png', (200, 150))
    (tmp_path / 'out/val/masks/c.JPG.png').unlink()
    report = run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    assert (report.converted, report.skipped) == (3, 0)
    masks = read_masks(tmp_path / 'out')
    np.testing.assert_array_equal(np.argwhere(masks['train/a.jpg'])[[0, -1]], [[10, 10], [29, 49]])
    assert masks['train/b.png'].shape == (150, 200)
    assert 'val/c.JPG' in masks


def test_goes_on_after_an_interruption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = three(tmp_path)
    placed = []

    def interrupted(*args: object) -> None:
        if placed:
            raise KeyboardInterrupt
        placed.append(place_image(*args))

    monkeypatch.setattr('mmlp.datasets.converters.image.place_image', interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(Listed(tmp_path / 'source', *items), tmp_path / 'out', workers=1)
    monkeypatch.undo()
    manifest = tmp_path / 'out/.conversion/manifest.jsonl'
    manifest.write_text(manifest.read_text() + '{"split": "train", "na')
    report = run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    assert (report.converted, report.skipped) == (2, 1)
    assert len(read_masks(tmp_path / 'out')) == 3
    assert sum(len(found) for found in annotations(tmp_path / 'out', 'train').values()) == 2


def test_outputs_of_pictures_that_are_gone_are_removed(tmp_path: Path) -> None:
    items = three(tmp_path)
    run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    report = run(Listed(tmp_path / 'source', *items[1:2]), tmp_path / 'out')
    assert sorted(read_masks(tmp_path / 'out')) == ['train/b.png']
    assert not (tmp_path / 'out/val/annotations.json').exists()
    assert any('2 earlier outputs removed' in note for note in report.notes)


def test_other_settings_need_overwrite(tmp_path: Path) -> None:
    items = [record(picture(tmp_path / 'source' / f'{i}.jpg'), box((10, 10, 50, 30))) for i in range(4)]
    run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    with pytest.raises(ConversionError, match=r'\(rim 0\.0, now 0\.25\).*--overwrite'):
        run(Listed(tmp_path / 'source', *items), tmp_path / 'out', rim=0.25)
    run(Listed(tmp_path / 'source', *items), tmp_path / 'out', rim=0.25, overwrite=True)
    assert all(set(np.unique(mask)) == {0, 128, 255} for mask in read_masks(tmp_path / 'out').values())
    rule = SplitRule(split='test')
    run(Listed(tmp_path / 'source', *items), tmp_path / 'out', rule=rule, overwrite=True)
    assert sorted(read_masks(tmp_path / 'out')) == [f'test/{i}.jpg' for i in range(4)]


def test_folder_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    precious = picture(tmp_path / 'out/train/images/mine.jpg')
    for overwrite in (False, True):
        with pytest.raises(ConversionError, match='not written by a converter'):
            run(Listed(tmp_path / 'source', *three(tmp_path)), tmp_path / 'out', overwrite=overwrite)
    assert sorted(p for p in (tmp_path / 'out').rglob('*') if p.is_file()) == [precious]


@pytest.mark.parametrize('link', ['copy', 'hard', 'symlink'])
def test_links(tmp_path: Path, link: str) -> None:
    run(Listed(tmp_path / 'source', *three(tmp_path)), tmp_path / 'out', link=link)
    source, placed = tmp_path / 'source/a.jpg', tmp_path / 'out/train/images/a.jpg'
    assert placed.read_bytes() == source.read_bytes()
    assert placed.is_symlink() == (link == 'symlink')
    assert (placed.stat().st_ino == source.stat().st_ino) == (link != 'copy')


def test_link_that_the_file_system_refuses_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(18, 'Invalid cross-device link')

    monkeypatch.setattr(os, 'link', refuse)
    with pytest.raises(ConversionError, match='one file system; choose --link copy'):
        run(Listed(tmp_path / 'source', *three(tmp_path)), tmp_path / 'out', link='hard')


def test_bad_files_are_named_and_the_rest_is_converted(tmp_path: Path) -> None:
    source = tmp_path / 'source'
    items = three(tmp_path)
    cut = picture(source / 'cut.jpg')
    cut.write_bytes(cut.read_bytes()[:-200])
    empty = picture(source / 'empty.jpg')
    empty.write_bytes(b'')
    no_picture = source / 'text.jpg'
    no_picture.write_text('hello')
    gone = record(picture(source / 'gone.jpg'))
    Path(gone.image).unlink()
    outside = record(picture(source / 'outside.jpg'), polygon(PLATE), box((400, 10, 450, 40)))
    tiff = record(picture(source / 'scan.tif'))
    bad = [record(cut), record(empty), record(no_picture), gone, outside, tiff]
    report = run(Listed(source, *items, *bad, Problem('x.json', 'is broken')), tmp_path / 'out')
    found = problems(report)
    assert set(found) == {
        'cut.jpg',
        'empty.jpg',
        'text.jpg',
        'gone.jpg',
        'outside.jpg',
        'scan.tif',
        'x.json',
    }
    assert 'empty' in found['empty.jpg']
    assert 'for more than half outside the picture of 160 x 120' in found['outside.jpg']
    assert 'save it as PNG' in found['scan.tif']
    assert len(read_masks(tmp_path / 'out')) == 3 and report.converted == 3
    listed = (tmp_path / 'out/errors.txt').read_text().splitlines()
    assert len(listed) == 7 and all('\t' in line for line in listed)
    run(Listed(source, *items), tmp_path / 'out')
    assert not (tmp_path / 'out/errors.txt').exists()


def test_picture_that_breaks_later_loses_its_outputs(tmp_path: Path) -> None:
    items = three(tmp_path)
    run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    (tmp_path / 'source/a.jpg').write_bytes(b'')
    report = run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    assert list(problems(report)) == ['a.jpg']
    assert sorted(read_masks(tmp_path / 'out')) == ['train/b.png', 'val/c.JPG']
    assert list(annotations(tmp_path / 'out', 'train')) == ['b.png']


def test_nothing_convertible_is_an_error(tmp_path: Path) -> None:
    path = picture(tmp_path / 'source/a.jpg')
    path.write_bytes(b'')
    with pytest.raises(ConversionError, match='none of 1 pictures could be converted'):
        run(Listed(tmp_path / 'source', record(path)), tmp_path / 'out')
    with pytest.raises(ConversionError, match=r'nothing to convert.*x\.txt: broken'):
        run(Listed(tmp_path / 'source', Problem('x.txt', 'broken')), tmp_path / 'out2')


def test_names_of_subfolders_are_flattened_and_unique(tmp_path: Path) -> None:
    source = tmp_path / 'source'
    paths = ['day/images/1.jpg', 'night/images/1.jpg', 'day_1.jpg', 'DAY/1.jpg', 'day/1.png']
    items = [record(picture(source / path), split='train') for path in paths]
    run(Listed(source, *items), tmp_path / 'out')
    names = sorted(path.name for path in (tmp_path / 'out/train/images').iterdir())
    assert len(names) == 5 and len({name.lower() for name in names}) == 5
    assert {'night_1.jpg', 'day_1.png'} <= set(names)
    run(Listed(source, *reversed(items)), tmp_path / 'out2')
    assert names == sorted(path.name for path in (tmp_path / 'out2/train/images').iterdir())


def test_names_that_are_not_utf8_survive(tmp_path: Path) -> None:
    source = tmp_path / 'source'
    source.mkdir()
    plain = picture(source / 'plain.jpg')
    raw = os.path.join(os.fsencode(source), b'caf\xe9 \xff.jpg')
    os.rename(plain, raw)
    report = run(Listed(source, record(Path(os.fsdecode(raw)), split='train')), tmp_path / 'out')
    assert not report.problems
    assert os.listdir(os.fsencode(tmp_path / 'out/train/images')) == [b'caf\xe9 \xff.jpg']
    assert os.listdir(os.fsencode(tmp_path / 'out/train/masks')) == [b'caf\xe9 \xff.jpg.png']
    (name,) = annotations(tmp_path / 'out', 'train')
    assert os.fsencode(name) == b'caf\xe9 \xff.jpg'
    again = run(Listed(source, record(Path(os.fsdecode(raw)), split='train')), tmp_path / 'out')
    assert again.skipped == 1


def test_very_long_names_are_cut(tmp_path: Path) -> None:
    source = tmp_path / 'source'
    items = [record(picture(source / ('f' * 120) / f'{"n" * 180}{i}.jpg'), split='train') for i in range(2)]
    assert not run(Listed(source, *items), tmp_path / 'out').problems
    assert len(read_masks(tmp_path / 'out')) == 2


def test_turned_picture_gets_a_mask_as_shown(tmp_path: Path) -> None:
    path = picture(tmp_path / 'source/a.jpg', (160, 120), orientation=6)
    as_shown = record(path, polygon([[20, 30], [60, 30], [60, 50], [20, 50]]), split='train', size=(120, 160))
    run(Listed(tmp_path / 'source', as_shown), tmp_path / 'shown')
    mask = read_masks(tmp_path / 'shown')['train/a.jpg']
    assert mask.shape == (160, 120)
    np.testing.assert_array_equal(np.argwhere(mask)[[0, -1]], [[30, 20], [49, 59]])
    as_stored = record(
        path, polygon([[20, 30], [60, 30], [60, 50], [20, 50]]), split='train', size=(160, 120)
    )
    run(Listed(tmp_path / 'source', as_stored), tmp_path / 'stored')
    mask = read_masks(tmp_path / 'stored')['train/a.jpg']
    assert mask.shape == (160, 120)
    # Turned right: rows become columns counted from the right.
    np.testing.assert_array_equal(np.argwhere(mask)[[0, -1]], [[20, 70], [59, 89]])


def test_picture_annotated_twice_gets_all_its_plates(tmp_path: Path) -> None:
    path = picture(tmp_path / 'source/a.jpg')
    other = box((100, 80, 140, 100))
    items = [record(path, polygon(PLATE)), record(path, polygon(PLATE), other)]
    run(Listed(tmp_path / 'source', *items), tmp_path / 'out', rule=SplitRule(split='train'))
    assert len(annotations(tmp_path / 'out', 'train')['a.jpg']) == 2


def test_picture_in_two_splits_is_named(tmp_path: Path) -> None:
    path = picture(tmp_path / 'source/a.jpg')
    items = [record(path, split='train', source='t.json'), record(path, split='val', source='v.json')]
    report = run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    assert 'kept in train' in problems(report)['a.jpg']
    assert sorted(read_masks(tmp_path / 'out')) == ['train/a.jpg']


def test_empty_pictures_are_kept_or_dropped(tmp_path: Path) -> None:
    items = three(tmp_path)
    items[0].shapes = []
    run(Listed(tmp_path / 'source', *items), tmp_path / 'kept')
    assert not read_masks(tmp_path / 'kept')['train/a.jpg'].any()
    run(Listed(tmp_path / 'source', *items), tmp_path / 'dropped', drop_empty=True)
    assert 'train/a.jpg' not in read_masks(tmp_path / 'dropped')


def labels_of(tmp_path: Path, *labels: str, **options: object) -> list[int]:
    shapes = [box((10 + 30 * i, 10, 30 + 30 * i, 30), label) for i, label in enumerate(labels)]
    item = record(picture(tmp_path / 'source/a.jpg'), *shapes, split='train')
    out = tmp_path / 'out'
    run(Listed(tmp_path / 'source', item), out, **options)
    mask = read_masks(out)['train/a.jpg']
    return [int(mask[20, 20 + 30 * i]) for i in range(len(labels))]


@pytest.mark.parametrize(
    ('labels', 'options', 'expected'),
    [
        (['License_Plate', 'car', 'Ignore'], {}, [255, 0, 128]),
        (['0'], {}, [255]),
        (['lp', 'face'], {}, [255, 0]),
        (['a', 'b', 'c'], {'labels': ('A', 'c')}, [255, 0, 255]),
        (['plate', 'unreadable'], {'ignore_labels': ('unreadable',)}, [255, 128]),
    ],
)
def test_labels(tmp_path: Path, labels: list, options: dict, expected: list) -> None:
    assert labels_of(tmp_path, *labels, **options) == expected


def test_labels_that_tell_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match=r"Labels found: 'car' \(1\), 'face' \(1\)\. Name them"):
        labels_of(tmp_path, 'car', 'face')
    with pytest.raises(ConversionError, match="no annotation has the label 'plaet'"):
        labels_of(tmp_path, 'car', 'face', labels=('plaet',))


def test_flaw_matters_only_where_the_label_counts(tmp_path: Path) -> None:
    flawed = labelled('car', 'object 7', polygon, [[1, 1]], 'car')
    items = three(tmp_path)
    items[0].shapes = [box((10, 10, 50, 30), 'plate'), flawed]
    assert not run(Listed(tmp_path / 'source', *items), tmp_path / 'out').problems
    items[0].shapes.append(labelled('plate', 'object 8', polygon, [[1, 1]], 'plate'))
    report = run(Listed(tmp_path / 'source', *items), tmp_path / 'out')
    assert problems(report) == {
        'a.jpg': 'object 8: an outline needs 3 points or more, got 1 (annotated in )',
    }


@pytest.mark.parametrize(
    ('option', 'value', 'message'),
    [
        ('link', 'move', 'link must be one of copy, hard, symlink'),
        ('orientation', 'left', 'orientation must be one of'),
        ('rim', 0.5, 'rim must lie from 0'),
        ('workers', 0, 'workers must be 1 or more'),
        ('rule', SplitRule(split='holdout'), 'split must be one of'),
    ],
)
def test_options_are_checked(option: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Options('out', **{option: value})


def test_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConversionError, match='there is no'):
        Listed(tmp_path / 'nowhere')


def test_output_inside_the_source_is_not_read_again(tmp_path: Path) -> None:
    from mmlp.datasets.converters.readers.yolo import YOLO

    source = tmp_path / 'source'
    picture(source / 'images/a.jpg')
    (source / 'labels').mkdir()
    (source / 'labels/a.txt').write_text('0 0.5 0.5 0.2 0.1\n')
    for expected in ((1, 0), (0, 1)):
        report = run(YOLO(str(source)), source / 'converted')
        assert (report.converted, report.skipped) == expected


def test_manifest_holds_the_settings(tmp_path: Path) -> None:
    run(Listed(tmp_path / 'source', *three(tmp_path)), tmp_path / 'out')
    first = (tmp_path / 'out/.conversion/manifest.jsonl').read_text().splitlines()[0]
    assert json.loads(first)['settings']['format'] == 'listed'
    assert [path.name for path in (tmp_path / 'out/.conversion').iterdir()] == ['manifest.jsonl']
