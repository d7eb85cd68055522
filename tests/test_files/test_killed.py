"""Works that are killed while they write leave nothing half-written, and go on to the same end."""

import json
import re
import shutil
from pathlib import Path

import pytest
from helpers import killed_works as works
from helpers.kill_points import FILE_POINTS, LINE_POINTS, needs_sigkill, run_killed

pytestmark = needs_sigkill

#: A work, what writes its inputs, names of files that it writes, and texts in lines of its journals.
WORKS = {
    'anonymize': (works.anonymize, works.write_media, ('b.png', 'e.mp4', 'report.json'), ('/in/b.png"',)),
    'in place': (
        works.anonymize_in_place,
        works.write_media,
        ('a.jpg', 'e.mp4', 'report.json'),
        ('/in/a.jpg"', '/in/e.mp4"'),
    ),
    'segment': (
        works.segment,
        works.write_media,
        ('b.png', 'b_1.png', 'e', 'e.jsonl', 'coco.json', 'report.json'),
        ('/in/b.png"', '{"file_name": "b.png"'),
    ),
    'export': (works.export, works.write_plates, ('b.jpg', 'b.json'), ('"train/b.jpg"',)),
    'convert': (
        works.convert_outlines,
        works.write_outlines,
        ('*b.jpg', '*b.jpg.png', 'annotations.json', 'manifest.jsonl'),
        ('b.jpg"',),
    ),
    'generate': (works.generate, works.write_former, ('plates',), ()),
    'publish': (works.publish, works.write_former, ('network.pth',), ()),
    'save a checkpoint': (works.save_checkpoint, works.write_former, ('iter_10.pth',), ()),
}
CASES = [
    (name, point, what)
    for name, (_, _, files, lines) in WORKS.items()
    for points, whats in ((FILE_POINTS, files), (LINE_POINTS, lines))
    for what in whats
    for point in points
]


def contents(folder):
    """All files by name, without what differs from folder to folder and from run to run."""
    return {
        path.relative_to(folder).as_posix(): _plain(path, folder)
        for path in folder.rglob('*')
        if path.is_file()
    }


def _plain(path, folder):
    data = path.read_bytes().replace(str(folder).encode(), b'')
    if path.name == 'manifest.jsonl':
        return re.sub(rb'"stamp": "[0-9a-f]*"', b'', data)
    if path.name == 'report.json':
        report = json.loads(data)
        del report['created'], report['summary']['kept_from_former_runs']
        for result in report['files']:
            del result['kept']
        return report
    return data


@pytest.fixture(scope='module')
def whole(tmp_path_factory):
    """A folder in which nothing was done yet, and what it holds before and after a work that nobody kills."""
    found = {}

    def look_up(name):
        if name not in found:
            folder = tmp_path_factory.mktemp('whole')
            (folder / 'new').mkdir()
            WORKS[name][1](folder / 'new/in')
            work = Path(shutil.copytree(folder / 'new', folder / 'work'))
            before = contents(work)
            WORKS[name][0](work)
            found[name] = folder / 'new', before, contents(work)
        return found[name]

    return look_up


@pytest.mark.parametrize('name, point, what', CASES)
def test_a_killed_work_leaves_nothing_half_written_and_goes_on(name, point, what, whole, tmp_path):
    new, before, after = whole(name)
    folder, work = Path(shutil.copytree(new, tmp_path / 'work')), WORKS[name][0]
    run_killed(work, folder, point=point, what=what)
    for path, content in contents(folder).items():
        if '/.' not in f'/{path}' and not path.endswith('.journal'):
            assert content in (before.get(path), after.get(path)), path
    work(folder)
    assert contents(folder) == after


def test_what_was_replaced_in_place_is_not_touched_again(whole, tmp_path):
    """Neither when its renaming was the last that happened, nor when its line was."""
    for point, what in (('after its name', 'c.jpg'), ('after its line', '/in/c.jpg"')):
        folder = Path(shutil.copytree(whole('in place')[0], tmp_path / point))
        run_killed(works.anonymize_in_place, folder, point=point, what=what)
        stamps = {path.name: path.stat().st_ino for path in (folder / 'in').iterdir()}
        report = works.anonymize_in_place(folder)
        touched = {path.name for path in (folder / 'in').iterdir() if path.stat().st_ino != stamps[path.name]}
        replaced = point == 'after its name'
        assert touched == ({'d.png', 'e.mp4'} if replaced else {'c.jpg', 'd.png', 'e.mp4'})
        assert report.summary()['kept_from_former_runs'] == 2 + replaced
        assert [result.plates for result in report.files] == [1, 2, 1, 0, 6]


def test_killed_again_and_again(whole, tmp_path):
    new, _, after = whole('in place')
    folder = Path(shutil.copytree(new, tmp_path / 'work'))
    for name in ('a.jpg', 'b.png', 'c.jpg', 'd.png', 'e.mp4'):
        run_killed(works.anonymize_in_place, folder, point='after its name', what=name)
    works.anonymize_in_place(folder)
    assert contents(folder) == after
