"""From a data set to its list, and from the list and downloaded sets to the data set again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from helpers.list_samples import save, scene, sha256, write_layout
from PIL import Image

from mmlp.cli import make_list
from mmlp.cli import rebuild as tool
from mmlp.files import WriteError

pytestmark = pytest.mark.needs('prettytable')

PLATE = [40, 100, 140, 130]


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A list of six pictures of two sets: city_0 to city_2 train, city_3 and road_4, road_5 val."""
    ours = tmp_path / 'ours'
    write_layout(ours, ['city_0.jpg', 'city_1.jpg', 'city_2.jpg'])
    write_layout(ours, ['city_3.jpg', 'road_4.jpg', 'road_5.jpg'], 'val', first=3)
    folder = tmp_path / 'lists'
    folder.mkdir()
    assert make_list.main([str(ours), '-o', str(folder / 'list.csv'), '--by-prefix']) == 0
    (folder / 'sources.csv').write_text(
        'source,format,address,licence\ncity,voc,https://city.example,MIT\nroad,yolo,https://road.example,\n'
    )
    return folder / 'list.csv'


def voc(root: Path, seed: int, name: str, size: tuple[int, int] = (640, 480), times: int = 2) -> None:
    """A picture larger than ours with a box, annotated on it."""
    save(scene(seed, size), root / 'images' / f'{name}.jpg', quality=85)
    left, top, right, bottom = (value * times for value in PLATE)
    (root / 'annots').mkdir(parents=True, exist_ok=True)
    (root / 'annots' / f'{name}.xml').write_text(
        f'<annotation><filename>{name}.jpg</filename><size><width>{size[0]}</width><height>{size[1]}</height>'
        f'</size><object><name>license-plate</name><bndbox><xmin>{left}</xmin><ymin>{top}</ymin>'
        f'<xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox></object></annotation>'
    )


def yolo(root: Path, seed: int, name: str) -> None:
    save(scene(seed), root / 'images' / name)
    left, top, right, bottom = PLATE
    label = root / 'labels' / f'{Path(name).stem}.txt'
    label.parent.mkdir(parents=True, exist_ok=True)
    box = (left + right) / 640, (top + bottom) / 480, (right - left) / 320, (bottom - top) / 240
    label.write_text(f'0 {box[0]} {box[1]} {box[2]} {box[3]}\n')


@pytest.fixture
def downloads(tmp_path: Path) -> list[str]:
    """Both sets, with other names and further pictures."""
    for seed, name in ((0, 'x#t=9'), (1, 'b'), (2, 'city_2'), (3, 'a'), (77, 'c'), (78, 'city_1')):
        voc(tmp_path / 'city set', seed, name)
    for seed, name in ((5, '1.png'), (4, '2.jpg'), (79, '3.jpg')):
        yolo(tmp_path / 'road', seed, name)
    return [f'city={tmp_path / "city set"}', f'road={tmp_path / "road"}']


def read_csv(path: Path) -> list[dict]:
    with open(path, encoding='utf-8', newline='') as file:
        return list(csv.DictReader(file))


def expected_mask(times: int) -> np.ndarray:
    mask = np.zeros((240 * times, 320 * times), np.uint8)
    left, top, right, bottom = (value * times for value in PLATE)
    mask[top:bottom, left:right] = 255
    return mask


def test_the_data_set_is_rebuilt(
    lists: Path, downloads: list, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / 'out'
    assert tool.main([str(lists), '-o', str(out), '--source', *downloads]) == 0
    city, road = tmp_path / 'city set/images', tmp_path / 'road/images'
    truth = {
        'train/images/city_0.jpg': city / 'x#t=9.jpg',
        'train/images/city_1.jpg': city / 'b.jpg',
        'train/images/city_2.jpg': city / 'city_2.jpg',
        'val/images/city_3.jpg': city / 'a.jpg',
        'val/images/road_4.jpg': road / '2.jpg',
        'val/images/road_5.jpg': road / '1.png',
    }
    assert {str(path.relative_to(out)) for path in out.glob('*/images/*')} == set(truth)
    for name, source in truth.items():
        assert sha256(out / name) == sha256(source), 'byte for byte'
        with Image.open(out / f'{name.replace("/images/", "/masks/")}.png') as mask:
            np.testing.assert_array_equal(np.asarray(mask), expected_mask(2 if 'city' in name else 1))
    found = {f'{row["split"]}/images/{row["name"]}': row for row in read_csv(out / 'found.csv')}
    assert {name: Path(row['file']) for name, row in found.items()} == truth
    hows = [found[name]['how'] for name in truth]
    assert hows == ['picture', 'picture', 'name', 'picture', 'picture', 'picture']
    assert not (out / 'missing.csv').exists() and not (out / 'errors.txt').exists()
    coco = json.loads((out / 'val/annotations.json').read_text())
    assert [image['file_name'] for image in coco['images']] == ['city_3.jpg', 'road_4.jpg', 'road_5.jpg']
    shown = capsys.readouterr().out
    assert '4 pictures have another size than in the list' in shown
    assert '1 pictures are of another format than the ending' in shown


def test_what_is_missing_is_named_with_its_address(
    lists: Path, downloads: list, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / 'out'
    (tmp_path / 'city set/images/a.jpg').unlink()
    (tmp_path / 'city set/annots/a.xml').unlink()
    (tmp_path / 'city set/images/b.jpg').unlink()  # its annotation stays
    assert tool.main([str(lists), '-o', str(out), '--source', downloads[0]]) == 1
    missing = read_csv(out / 'missing.csv')
    assert [(row['source'], row['split'], row['name'], row['address']) for row in missing] == [
        ('city', 'train', 'city_1.jpg', 'https://city.example'),
        ('city', 'val', 'city_3.jpg', 'https://city.example'),
        ('road', 'val', 'road_4.jpg', 'https://road.example'),
        ('road', 'val', 'road_5.jpg', 'https://road.example'),
    ]
    assert 'city_1.jpg has its name, and shows something else' in missing[0]['reason']
    assert missing[2]['reason'] == 'its source was not given'
    shown = capsys.readouterr()
    assert 'missing: 2 of city, from https://city.example' in shown.err
    assert '4 pictures are missing' in shown.err and '1 files of city could not be read' in shown.err
    assert sorted(path.name for path in out.glob('*/images/*')) == ['city_0.jpg', 'city_2.jpg']


def test_one_source_after_the_other(
    lists: Path, downloads: list, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / 'out'
    assert tool.main([str(lists), '-o', str(out), '--source', downloads[0]]) == 1
    before = {path: path.stat().st_mtime_ns for path in out.glob('*/images/*')}
    for path in (tmp_path / 'city set').rglob('*.*'):
        path.unlink()
    capsys.readouterr()
    assert tool.main([str(lists), '-o', str(out), '--source', downloads[1]]) == 0
    assert '2 converted, 4 had been before' in capsys.readouterr().out
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    assert len(list(out.glob('*/images/*'))) == 6 and len(read_csv(out / 'found.csv')) == 6
    # What is taken away is made again.
    (out / 'val/masks/road_5.jpg.png').unlink()
    assert tool.main([str(lists), '-o', str(out), '--source', downloads[1]]) == 0
    assert len(list(out.glob('*/masks/*'))) == 6


def test_another_list_asks_for_another_folder(
    lists: Path, downloads: list, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out = tmp_path / 'out'
    assert tool.main([str(lists), '-o', str(out), '--source', *downloads]) == 0
    lines = lists.read_text().splitlines()
    lists.write_text('\n'.join(lines[:-1]) + '\n')
    assert tool.main([str(lists), '-o', str(out), '--source', *downloads]) == 2
    assert 'Choose another output folder, or --overwrite' in capsys.readouterr().err
    assert tool.main([str(lists), '-o', str(out), '--source', *downloads, '--overwrite']) == 0
    assert len(list(out.glob('*/images/*'))) == 5
    assert tool.main([str(lists), '-o', str(tmp_path / 'ours'), '--source', *downloads]) == 2
    assert 'was not written by a converter' in capsys.readouterr().err


def test_from_our_own_layout_masks_are_the_same(
    lists: Path, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    out, ours = tmp_path / 'out', tmp_path / 'ours'
    assert tool.main([str(lists), '-o', str(out), '--source', f'city={ours}', f'road={ours}']) == 0
    for path in ours.glob('*/images/*'):
        name = path.relative_to(ours)
        assert sha256(out / name) == sha256(path)
        masks = [Image.open(root / name.parts[0] / 'masks' / f'{path.name}.png') for root in (ours, out)]
        np.testing.assert_array_equal(*map(np.asarray, masks))
    assert {row['how'] for row in read_csv(out / 'found.csv')} == {'sha256'}


def test_annotation_that_cannot_be_used(
    lists: Path, downloads: list, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    annotation = tmp_path / 'city set/annots/b.xml'
    annotation.write_text(annotation.read_text().replace('<width>640', '<width>641'))
    assert tool.main([str(lists), '-o', str(tmp_path / 'out'), '--source', *downloads]) == 1
    assert '641 x 480' in (tmp_path / 'out/errors.txt').read_text()
    assert len(list((tmp_path / 'out').glob('*/images/*'))) == 5
    assert len(read_csv(tmp_path / 'out/found.csv')) == 5
    assert '1 could not be converted' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (['--source', 'town=.'], "the list has no source 'town'; it has city, road"),
        (['--source', 'city'], "--source: expected SET=FOLDER, got 'city'"),
        (['--source', 'city=.', 'city=.'], "'city' is given twice"),
        (['--source', 'city=nowhere'], "there is no 'nowhere'"),
        (['--source', 'city=.', '--format', 'city=jpeg'], "there is no format 'jpeg'"),
        (['--source', 'city=.', '--format', 'road=voc'], "--format names 'road', --source does not"),
        (['--source', 'city=.', '--max-bits', '300'], 'max_bits must lie from 0 to 128'),
    ],
)
def test_mistakes_are_answered_before_anything_is_done(
    lists: Path,
    downloads: list,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
    arguments: list,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path / 'city set')
    assert tool.main([str(lists), '-o', str(tmp_path / 'out'), *arguments]) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.glob('out/*/images'))


def test_interrupted_it_still_knows_what_became_what(
    lists: Path, downloads: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mmlp.datasets.lists import rebuilding

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    arguments = [str(lists), '-o', str(tmp_path / 'out'), '--source', *downloads]
    with monkeypatch.context() as patched:
        patched.setattr(rebuilding, 'finish', stop)
        with pytest.raises(KeyboardInterrupt):
            tool.main(arguments)
    assert len(list(tmp_path.glob('out/*/images/*'))) == 6
    assert tool.main(arguments) == 0
    found = read_csv(tmp_path / 'out/found.csv')
    assert len(found) == 6 and found[0]['file'].endswith('x#t=9.jpg')
    assert (tmp_path / 'out/val/annotations.json').is_file()


def test_no_room_for_the_outputs(
    lists: Path,
    downloads: list,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    from mmlp.datasets.lists import rebuilding

    def fail(path: str, *_: object) -> None:
        raise WriteError(path, 'could not be written: No space left on device')

    arguments = [str(lists), '-o', str(tmp_path / 'out'), '--source', *downloads]
    with monkeypatch.context() as patched:
        patched.setattr(rebuilding, 'write_csv', fail)
        assert tool.main(arguments) == 1
    assert 'No space left on device; the same command goes on' in capsys.readouterr().err
    assert tool.main(arguments) == 0


def test_a_list_without_sources_beside_it(
    lists: Path, downloads: list, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (lists.parent / 'sources.csv').unlink()
    arguments = [str(lists), '-o', str(tmp_path / 'out'), '--source', *downloads]
    assert tool.main(arguments) == 2
    assert 'Name one with --format: aolp, ccpd' in capsys.readouterr().err
    assert tool.main([*arguments, '--format', 'city=voc', 'road=yolo']) == 0


def test_labels_are_chosen_where_a_set_has_them(
    lists: Path, downloads: list, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    for path in (tmp_path / 'city set/annots').iterdir():
        path.write_text(path.read_text().replace('license-plate', 'blue thing'))
    ours = tmp_path / 'ours'
    arguments = [str(lists), '-o', str(tmp_path / 'out'), '--source', downloads[0], f'road={ours}']
    assert tool.main([*arguments, '--labels', 'red thing']) == 2
    assert "no annotation has the label 'red thing'" in capsys.readouterr().err
    assert tool.main([*arguments, '--labels', 'blue thing']) == 0
    assert "city set: taken as plates: 'blue thing' (6)" in capsys.readouterr().out


def test_pictures_in_subfolders_keep_them(tmp_path: Path) -> None:
    ours = tmp_path / 'ours'
    write_layout(ours, ['day/1.jpg', 'night/1.jpg'])
    target = tmp_path / 'list.csv'
    assert make_list.main([str(ours), '-o', str(target), '--source', 'mine']) == 0
    assert tool.main([str(target), '-o', str(tmp_path / 'out'), '--source', f'mine={ours}']) == 0
    for name in ('day/1.jpg', 'night/1.jpg'):
        assert sha256(tmp_path / 'out/train/images' / name) == sha256(ours / 'train/images' / name)
        assert (tmp_path / 'out/train/masks' / f'{name}.png').is_file()


def test_make_list_writes_nothing_after_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    write_layout(tmp_path / 'ours', ['a.jpg'])
    target = tmp_path / 'list.csv'
    for arguments, message in (
        (['--names', 'all=x.txt'], '--names: expected SPLIT=FILE'),
        (['--names', f'train={tmp_path / "none.txt"}'], 'cannot be read'),
        (['--folders', 'test'], 'looked into test/images'),
    ):
        assert make_list.main([str(tmp_path / 'ours'), '-o', str(target), '--source', 's', *arguments]) == 2
        assert message in capsys.readouterr().err and not target.exists()
    names = tmp_path / 'names.txt'
    names.write_text('a.jpg\n\n')
    arguments = ['--source', 's', '--names', f'val={names}']
    assert make_list.main([str(tmp_path / 'ours'), '-o', str(target), *arguments]) == 0
    assert '1 pictures (1 val)' in capsys.readouterr().out
    assert read_csv(target)[0]['split'] == 'val'
