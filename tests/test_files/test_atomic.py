"""Files and folders that appear when they are complete."""

import os
import subprocess
import sys

import pytest

from mmlp.files import WriteError, atomic_folder, atomic_path, part_path, remove_abandoned


def contents(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob('*')}


def test_a_folder_appears_when_it_is_complete(tmp_path):
    with atomic_folder(tmp_path / 'a/b') as part:
        (part / 'one').write_text('1')
        assert not (tmp_path / 'a/b').exists()
    assert contents(tmp_path) == {'a', 'a/b', 'a/b/one'}


def test_a_folder_is_replaced_with_all_that_is_in_it(tmp_path):
    (tmp_path / 'b').mkdir()
    (tmp_path / 'b/old').write_text('0')
    with atomic_folder(tmp_path / 'b') as part:
        (part / 'new').write_text('1')
        assert (tmp_path / 'b/old').exists()
    assert contents(tmp_path) == {'b', 'b/new'}


@pytest.mark.parametrize('error', [ValueError, KeyboardInterrupt])
@pytest.mark.parametrize('make', [atomic_folder, atomic_path])
def test_an_error_leaves_what_was_there(tmp_path, make, error):
    (tmp_path / 'b').mkdir()
    (tmp_path / 'b/old').write_text('0')
    target = tmp_path / 'b' if make is atomic_folder else tmp_path / 'b/old'
    with pytest.raises(error), make(target) as part:
        (part / 'new' if make is atomic_folder else part).write_text('1')
        raise error
    assert contents(tmp_path) == {'b', 'b/old'} and (tmp_path / 'b/old').read_text() == '0'


def test_a_file_in_the_way_of_a_folder(tmp_path):
    (tmp_path / 'b').write_text('mine')
    with pytest.raises(WriteError, match='there is a file of that name'), atomic_folder(tmp_path / 'b'):
        pass
    assert (tmp_path / 'b').read_text() == 'mine' and contents(tmp_path) == {'b'}


def test_errors_of_the_system_name_the_folder(tmp_path):
    with pytest.raises(WriteError, match='could not be written: No such file'):  # noqa: SIM117
        with atomic_folder(tmp_path / 'b') as part:
            (part / 'absent/one').write_text('1')
    assert contents(tmp_path) == set()


@pytest.mark.skipif(os.name != 'posix', reason='there is no harmless way to ask for a process')
def test_what_a_killed_process_left_is_removed(tmp_path):
    with subprocess.Popen([sys.executable, '-c', '']) as ended:
        pass
    mine, mine_too = part_path(tmp_path / 'a.mp4'), part_path(tmp_path / 'folder')
    mine.write_bytes(b'1')
    mine_too.mkdir()
    for path in (mine, mine_too):
        name = path.name.replace(f'-{os.getpid()}-', f'-{ended.pid}-')
        path.with_name(name).mkdir() if path.is_dir() else path.with_name(name).write_bytes(b'1')
        if path.is_dir():
            (path.with_name(name) / 'in').write_bytes(b'1')
    for name in ('a.mp4', f'.mmlp-00000000-{ended.pid}-00000000.part.mp4', '.mmlp-notes'):
        (tmp_path / name).write_bytes(b'1')
    remove_abandoned([tmp_path, tmp_path / 'absent'])
    assert contents(tmp_path) == {
        *('a.mp4', mine.name, mine_too.name, '.mmlp-notes'),
        f'.mmlp-00000000-{ended.pid}-00000000.part.mp4',
    }
