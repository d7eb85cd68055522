"""Files and folders that appear when they are complete."""

import errno
import json
import os
import pickle
import subprocess
import sys

import pytest

from mmlp.files import (
    WriteError,
    atomic_folder,
    atomic_path,
    is_disk_full,
    part_path,
    remove_abandoned,
    write_bytes,
    write_json,
)


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


def test_permissions_of_a_replaced_file_stay(tmp_path):
    path = tmp_path / 'a'
    before = os.umask(0o027)
    try:
        write_bytes(path, b'1')
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640
    path.chmod(0o400)
    write_bytes(path, b'2')
    assert path.stat().st_mode & 0o777 == 0o400 and path.read_bytes() == b'2'


def test_a_link_is_replaced_and_not_what_it_leads_to(tmp_path):
    (tmp_path / 'real').write_text('mine')
    (tmp_path / 'real').chmod(0o600)
    (tmp_path / 'link').symlink_to('real')
    write_bytes(tmp_path / 'link', b'new')
    assert (tmp_path / 'real').read_text() == 'mine' and (tmp_path / 'link').read_text() == 'new'
    assert not (tmp_path / 'link').is_symlink()


def test_a_link_in_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / 'real').mkdir()
    (tmp_path / 'real/mine').write_text('mine')
    for target in ('real', 'absent'):
        (tmp_path / 'link').symlink_to(target)
        with pytest.raises(WriteError, match=f'it is a link; name {tmp_path / target}'):  # noqa: SIM117
            with atomic_folder(tmp_path / 'link'):
                pass
        (tmp_path / 'link').unlink()
    assert contents(tmp_path) == {'real', 'real/mine'}


def test_a_second_name_of_the_same_file(tmp_path):
    """Renaming one name of a file to another one of it leaves both."""
    (tmp_path / 'source').write_text('1')
    (tmp_path / 'source').chmod(0o644)
    for mode in (0o644, 0o600):
        with atomic_path(tmp_path / 'link', durable=False) as part:
            os.link(tmp_path / 'source', part)
        assert contents(tmp_path) == {'source', 'link'}
        assert (tmp_path / 'source').stat().st_mode & 0o777 == 0o644
        (tmp_path / 'link').unlink()
        (tmp_path / 'link').write_text('2')
        (tmp_path / 'link').chmod(mode)


@pytest.mark.parametrize('name', ['n' * 251 + '.jpg', 'é' * 125 + 'x.PNG', 'a.' + 's' * 253])
def test_the_longest_names(name, tmp_path):
    write_bytes(tmp_path / name, b'1')
    assert contents(tmp_path) == {name}
    with atomic_folder(tmp_path / name[::-1]) as part:
        assert part.is_dir()
    with pytest.raises(WriteError, match='could not be written: File name too long'):
        write_bytes(tmp_path / (name + 'x'), b'1')
    assert contents(tmp_path) == {name, name[::-1]}


def test_a_folder_is_replaced_where_names_cannot_be_swapped(tmp_path, monkeypatch):
    monkeypatch.setattr('mmlp.files.folders._swap', lambda *names: False)
    test_a_folder_is_replaced_with_all_that_is_in_it(tmp_path)


@pytest.mark.skipif(sys.platform != 'linux', reason='the system cannot swap names')
def test_a_former_folder_is_there_until_the_new_one_is(tmp_path, monkeypatch):
    def refuse(*names):
        raise AssertionError('between two renamings there would be no folder')

    monkeypatch.setattr(os, 'replace', refuse)
    (tmp_path / 'b').mkdir()
    with atomic_folder(tmp_path / 'b') as part:
        (part / 'new').write_text('1')
    assert contents(tmp_path) == {'b', 'b/new'}


def test_errors_tell_the_file_and_the_reason(tmp_path):
    error = WriteError.of('a.jpg', OSError(errno.ENOSPC, 'No space left on device'))
    assert str(error) == 'a.jpg: could not be written: No space left on device' and is_disk_full(error)
    assert isinstance(error, OSError) and not is_disk_full(WriteError('a.jpg', 'is given up'))
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    (tmp_path / 'file').write_text('1')
    with pytest.raises(WriteError, match=r'file/b\.jpg: could not be written: .*file is not a folder'):
        write_bytes(tmp_path / 'file/b.jpg', b'1')


def test_json_keeps_names_that_are_not_text(tmp_path):
    document = {'path': 'Straße\udcff.jpg'}
    write_json(tmp_path / 'a.json', document)
    assert json.loads((tmp_path / 'a.json').read_text(encoding='utf-8')) == document


@pytest.mark.skipif(os.name != 'posix', reason='there is no harmless way to ask for a process')
def test_whoever_writes_into_a_folder_removes_what_is_abandoned_there(tmp_path):
    with subprocess.Popen([sys.executable, '-c', '']) as ended:
        pass
    mine = part_path('absent/a.mp4').name
    (tmp_path / 'in').mkdir()
    (tmp_path / 'in' / mine.replace(f'-{os.getpid()}-', f'-{ended.pid}-')).write_text('half')
    write_bytes(tmp_path / 'in/b', b'1')
    assert contents(tmp_path) == {'in', 'in/b'}


@pytest.mark.skipif(os.name != 'posix', reason='there are no such files')
@pytest.mark.parametrize('kind', ['pipe', 'link to a pipe', 'folder', 'link to a folder'])
def test_files_alone_are_replaced(tmp_path, kind):
    """A pipe stands for the devices: /dev/stdout must not become a file."""
    path = tmp_path / 'name'
    target = tmp_path / 'target' if 'link' in kind else path
    (target.mkdir if 'folder' in kind else lambda: os.mkfifo(target))()
    if target != path:
        path.symlink_to(target)
    before = os.lstat(path), os.lstat(target)
    what = 'folder' if 'folder' in kind else 'device, pipe or socket'
    with pytest.raises(WriteError, match=f'there is a {what} of that name'):
        write_bytes(path, b'1')
    assert (os.lstat(path), os.lstat(target)) == before and len(contents(tmp_path)) == 1 + (target != path)
