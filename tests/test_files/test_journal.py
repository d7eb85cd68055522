"""The journal of work that takes long."""

import json
import os
import threading

import pytest

from mmlp.files import Journal, JournalError, WriteError, describe_changes, is_disk_full, read_journal

SETTINGS = {'method': 'blur', 'memory': [15, 5]}


def write_journal(path, entries):
    journal = Journal(path, 'run', SETTINGS, entries[:1])
    for entry in entries[1:]:
        journal.add(entry)
    return journal


def test_what_is_added_is_there_at_once(tmp_path):
    path = tmp_path / 'deep/journal'
    entries = [{'path': 'a\udcff.jpg'}, ['b', 1.5, None], 'line\nbreak']
    journal = write_journal(path, entries)
    assert read_journal(path, 'run') == (SETTINGS, entries)
    assert path.read_bytes().isascii() and path.read_bytes().count(b'\n') == 4
    journal.close()
    journal.close(remove=True)  # It is closed: what happens to the file since is not its business.
    assert path.exists()
    write_journal(path, entries).close(remove=True)
    assert not path.exists()


@pytest.mark.parametrize('rest', [b'{"pa', b'\0' * 4096, b'{"path": "c.jpg"}'])
def test_a_last_line_that_is_cut_off_is_passed_over_and_gone_when_it_goes_on(rest, tmp_path):
    path = tmp_path / 'journal'
    write_journal(path, ['a', 'b']).close()
    with open(path, 'ab') as file:
        file.write(rest)
    settings, entries = read_journal(path, 'run')
    assert entries == ['a', 'b']
    journal = Journal(path, 'run', settings, entries)
    journal.add('c', durable=True)
    assert read_journal(path, 'run').entries == ['a', 'b', 'c']


@pytest.mark.parametrize('damage', [b'{"path": ', b'\0\0\0', b'[' * 100_000, b'\xff\xfe', b'{}'])
def test_a_damaged_line_is_named(damage, tmp_path):
    path = tmp_path / 'journal'
    write_journal(path, [{'path': name} for name in 'abc']).close()
    lines = path.read_bytes().split(b'\n')
    lines[2] = damage
    path.write_bytes(b'\n'.join(lines))
    with pytest.raises(JournalError, match=r'journal: line 3 is damaged .*: remove that line') as caught:
        read_journal(path, 'run', lambda entry: entry['path'])
    assert isinstance(caught.value, ValueError)
    del lines[2]
    path.write_bytes(b'\n'.join(lines))
    assert read_journal(path, 'run', lambda entry: entry['path']).entries == ['a', 'c']


@pytest.mark.parametrize(
    'content, message',
    [
        (b'', 'is not a journal, or its first line was cut off'),
        (b'{"journal": "run"', 'is not a journal, or its first line was cut off'),
        (b'my notes\n', 'is not a journal; to begin anew, choose another place'),
        (b'[1]\n', 'is not a journal'),
        (b'{"journal": "export", "version": 1, "settings": {}}\n', "of 'export', expected one of 'run'"),
        (b'{"journal": "run", "version": 2, "settings": {}}\n', 'version 2, and this mmlp knows version 1'),
        (b'{"journal": "run", "version": 1}\n', 'version 1'),
    ],
)
def test_what_is_something_else_is_refused(content, message, tmp_path):
    (tmp_path / 'journal').write_bytes(content)
    with pytest.raises(JournalError, match=message):
        read_journal(tmp_path / 'journal', 'run')


def test_files_of_earlier_versions_are_read(tmp_path):
    (tmp_path / 'journal').write_text(json.dumps(SETTINGS) + '\n["a"]\n["b"')
    assert read_journal(tmp_path / 'journal', 'run') == (SETTINGS, [['a']])


def test_differing_settings_are_told():
    assert describe_changes(SETTINGS, {'method': 'blur', 'memory': (15, 5)}) == ''
    assert describe_changes(SETTINGS, {'method': 'solid', 'crf': 20}) == (
        "method 'blur', now 'solid', memory [15, 5], now None, crf None, now 20"
    )
    former, settings = ({'search': {'turned': turned, 'sizes': (1, 2)}} for turned in (False, True))
    assert describe_changes(json.loads(json.dumps(former)), settings) == 'search.turned False, now True'
    assert describe_changes(former, {'search': None}).startswith("search {'turned'")


def test_a_line_that_does_not_fit_leaves_those_before_it(tmp_path, monkeypatch):
    write, room = os.write, 50

    def write_what_fits(descriptor, data):
        nonlocal room
        if not room:
            raise OSError(28, 'No space left on device')
        written = write(descriptor, data[:room])
        room -= written
        return written

    journal = write_journal(tmp_path / 'journal', ['a'])
    monkeypatch.setattr(os, 'write', write_what_fits)
    journal.add('b' * 20)
    with pytest.raises(WriteError, match='journal: could not be written: No space left') as caught:
        journal.add('c' * 100)
    assert is_disk_full(caught.value)
    room = 1000
    journal.add('d')
    assert read_journal(tmp_path / 'journal', 'run').entries == ['a', 'b' * 20, 'd']


def test_many_threads_add(tmp_path):
    journal = Journal(tmp_path / 'journal', 'run', SETTINGS)
    threads = [
        threading.Thread(target=lambda name=name: [journal.add([name, i]) for i in range(200)])
        for name in 'abcd'
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = read_journal(tmp_path / 'journal', 'run').entries
    assert sorted(entries) == [[name, i] for name in 'abcd' for i in range(200)]
