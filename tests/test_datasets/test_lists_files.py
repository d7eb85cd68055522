"""The file that lists pictures, and how one is made."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from helpers.list_samples import make_rows, save, scene, sha256, write_layout
from PIL import Image

from mmlp.datasets.lists import ListError, read_list, read_sources, write_list

ROOT = Path(__file__).resolve().parents[2]
HEADER = 'source,name,identifier,split,sha256,perceptual_hash,width,height'
SHA, HASH = 'a' * 64, 'b' * 64


def write(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text('\n'.join([header, *lines]) + '\n', encoding='utf-8')
    return path


def test_lists_say_what_lies_in_the_folder(tmp_path: Path) -> None:
    write_layout(tmp_path, ['b_1.jpg', 'a-2.jpg', 'night/c_3.jpg'])
    write_layout(tmp_path, ['b_1.jpg'], 'val', first=7)
    save(scene(1, (90, 60)), tmp_path / 'train/images/a_turned.JPG', exif=turned())
    rows = make_rows(tmp_path, source=None)
    assert [(row.split, row.name, row.source) for row in rows] == [
        ('train', 'a-2.jpg', 'a'),
        ('train', 'a_turned.JPG', 'a'),
        ('train', 'b_1.jpg', 'b'),
        ('train', 'night/c_3.jpg', 'c'),
        ('val', 'b_1.jpg', 'b'),
    ]
    for row in rows:
        path = tmp_path / row.split / 'images' / row.name
        assert row.sha256 == sha256(path)
        with Image.open(path) as image:
            size = image.size[::-1] if 'turned' in row.name else image.size
        assert (row.width, row.height) == size, 'of the upright picture'
    assert len({row.perceptual_hash for row in rows}) == 5


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def test_a_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_layout(tmp_path, ['ä, "b".jpg', 'dark.png'], 'val')
    save(Image.new('RGB', (40, 30)), tmp_path / 'val/images/dark.png')
    write_layout(tmp_path, ['x#t=1.mp4.jpg'])
    rows = make_rows(tmp_path)
    write_list(tmp_path / 'list.csv', reversed(rows))
    assert read_list(tmp_path / 'list.csv') == rows
    assert [row.perceptual_hash == '' for row in rows] == [False, True, False], 'black shows nothing'


def test_chosen_pictures_get_the_split_that_is_asked_for(tmp_path: Path) -> None:
    write_layout(tmp_path, [f'{i}.jpg' for i in range(4)])
    write_layout(tmp_path, ['0.jpg'], 'val', first=9)
    chosen = {'train': ['3.jpg', '1.jpg'], 'val': ['0.jpg']}
    rows = make_rows(tmp_path, splits=['train'], chosen=chosen)
    assert [row.key for row in rows] == ['train/1.jpg', 'train/3.jpg', 'val/0.jpg']
    assert rows[2].sha256 == sha256(tmp_path / 'train/images/0.jpg')
    with pytest.raises(ListError, match=r"'0.jpg' is in train and in val"):
        make_rows(tmp_path, chosen=chosen)
    with pytest.raises(ListError, match=r"no picture '8.jpg' in train/images, val/images"):
        make_rows(tmp_path, chosen={'train': ['8.jpg']})


def test_identifiers(tmp_path: Path) -> None:
    write_layout(tmp_path, ['0.jpg', '1.jpg'])
    names = write(tmp_path / 'names.csv', 'train,1.jpg,set/drive #7.jpg', header='split,name,identifier')
    assert [row.identifier for row in make_rows(tmp_path, identifiers=names)] == ['', 'set/drive #7.jpg']
    write(names, 'x', header='split')
    with pytest.raises(ListError, match='needs the columns split, name, identifier'):
        make_rows(tmp_path, identifiers=names)


def test_no_list_of_what_cannot_be_listed(tmp_path: Path) -> None:
    with pytest.raises(ListError, match='there are no pictures'):
        make_rows(tmp_path)
    write_layout(tmp_path, ['street.jpg'])
    with pytest.raises(ListError, match=r"'street\.jpg' has no prefix"):
        make_rows(tmp_path, source=None)
    (tmp_path / 'train/images/broken.jpg').write_bytes(b'\xff\xd8 nothing')
    with pytest.raises(ListError, match=r'1 pictures cannot be read, the first: .*broken\.jpg'):
        make_rows(tmp_path)


@pytest.mark.parametrize(
    ('line', 'message'),
    [
        (f's,../a.jpg,,train,{SHA},{HASH},1,1', r"got '\.\./a\.jpg'"),
        (f's,/etc/a.jpg,,train,{SHA},{HASH},1,1', 'expected the name of a picture'),
        (f's,C:a.jpg,,train,{SHA},{HASH},1,1', 'expected the name of a picture'),
        (f's,b\\a.jpg,,train,{SHA},{HASH},1,1', 'expected the name of a picture'),
        (f's,a.sh,,train,{SHA},{HASH},1,1', 'expected the name of a picture'),
        (f's,a.jpg,,training,{SHA},{HASH},1,1', "split must be one of train, val, test, got 'training'"),
        (f',a.jpg,,train,{SHA},{HASH},1,1', 'source is empty'),
        (f's,a.jpg,,train,{SHA[1:]},{HASH},1,1', 'sha256: expected 64 hexadecimal digits'),
        (f's,a.jpg,,train,,{HASH},1,1', 'sha256: expected 64 hexadecimal digits'),
        (f's,a.jpg,,train,{SHA},x,1,1', 'perceptual_hash: expected 64'),
        (f's,a.jpg,,train,{SHA},{HASH},0,1', "width: expected a number of pixels, got '0'"),
        (f's,a.jpg,,train,{SHA},{HASH},1', "height: expected a number of pixels, got ''"),
    ],
)
def test_lists_that_cannot_be_meant(tmp_path: Path, line: str, message: str) -> None:
    good = f's,good.jpg,,train,{SHA},{HASH},1,1'
    with pytest.raises(ListError, match=rf'line 3: .*{message}'):
        read_list(write(tmp_path / 'list.csv', good, line))


def test_files_that_are_no_lists(tmp_path: Path) -> None:
    twice = f's,a.jpg,,train,{SHA},{HASH},1,1'
    with pytest.raises(ListError, match=r"line 3: 'train/A\.jpg' stands in line 2, too"):
        read_list(write(tmp_path / 'list.csv', twice, twice.replace('a.jpg', 'A.jpg')))
    with pytest.raises(ListError, match='lists no pictures'):
        read_list(write(tmp_path / 'list.csv'))
    with pytest.raises(ListError, match='lacks the columns identifier'):
        read_list(write(tmp_path / 'list.csv', header=HEADER.replace('identifier,', '')))
    with pytest.raises(ListError, match='cannot be read'):
        read_list(tmp_path / 'none.csv')
    assert read_sources(tmp_path / 'none.csv') == {}


#: Figures of the model card and the benchmarks: how many pictures are behind them.
PUBLISHED = {
    'lp_fpn_lite0_train': {'train': 3183},
    'validation_503': {'val': 503},
    'validation_512': {'val': 512},
    'street_152': {'train': 152},
    'close_ups_220': {'val': 220},
    'lovasz_130': {'train': 100, 'val': 30},
    'overfit_16': {'train': 16},
}


@pytest.mark.parametrize('name', PUBLISHED)
def test_lists_that_are_published(name: str) -> None:
    rows = read_list(ROOT / f'data/lists/{name}.csv')
    splits = [row.split for row in rows]
    assert {split: splits.count(split) for split in set(splits)} == PUBLISHED[name]
    sources = read_sources(ROOT / 'data/lists/sources.csv')
    from mmlp.datasets.converters.formats import FORMATS

    for source in {row.source for row in rows}:
        assert sources[source].address.startswith('https://') and sources[source].format in FORMATS
    readme = (ROOT / 'data/lists/README.md').read_text(encoding='utf-8')
    assert f'({name}.csv)' in readme


def test_published_lists_agree_with_each_other() -> None:
    lists = {name: {row.sha256 for row in read_list(ROOT / f'data/lists/{name}.csv')} for name in PUBLISHED}
    assert {path.stem for path in (ROOT / 'data/lists').glob('*.csv')} == {*PUBLISHED, 'sources'}
    trained = lists['lp_fpn_lite0_train']
    assert lists['street_152'] < trained and lists['lovasz_130'] < trained
    assert lists['close_ups_220'] < lists['validation_503'] < lists['validation_512']
    assert not lists['validation_512'] & trained


def test_the_nine_pictures_left_out_show_scenes_of_training() -> None:
    """By brute force over all pairs: up to 64 of 256 bits differ."""
    rows = {name: read_list(ROOT / f'data/lists/{name}.csv') for name in PUBLISHED}
    train, every = (
        np.array([list(bytes.fromhex(row.perceptual_hash)) for row in rows[name] if row.perceptual_hash])
        for name in ('lp_fpn_lite0_train', 'validation_512')
    )
    bits = np.array([[bin(i).count('1') for i in range(256)]], np.uint8)[0]
    near = [int(bits[train.astype(np.uint8) ^ one.astype(np.uint8)].sum(1).min()) <= 64 for one in every]
    named = {row.key for row in rows['validation_503']}
    assert [row.key in named for row in rows['validation_512']] == [not it for it in near]
    assert sum(near) == 9


def test_the_130_are_the_first_by_sha256() -> None:
    """Of those that the rule admits, the first hundred train and the next thirty validate."""
    rows = read_list(ROOT / 'data/lists/lovasz_130.csv')
    last = {split: max(row.sha256 for row in rows if row.split == split) for split in ('train', 'val')}
    first_val = min(row.sha256 for row in rows if row.split == 'val')
    assert last['train'] < first_val
    assert {row.source for row in rows} == {'openimages', 'openlpr', 'romania'}
    first = sorted(row.sha256 for row in rows)[:16]
    assert first == sorted(row.sha256 for row in read_list(ROOT / 'data/lists/overfit_16.csv'))


def test_published_lists_are_small_and_hold_facts_alone() -> None:
    total = 0
    for path in (ROOT / 'data/lists').iterdir():
        total += path.stat().st_size
        assert path.suffix in ('.csv', '.md')
    assert total < 1_500_000
    with open(ROOT / 'data/lists/validation_503.csv', encoding='utf-8', newline='') as file:
        assert next(csv.reader(file)) == HEADER.split(',')
