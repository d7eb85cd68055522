"""What a report says of all files together."""

import json

from mmlp.cli import media_jobs
from mmlp.cli.terminal import printable
from mmlp.jobs import FileResult, JobReport


def test_each_note_is_printed_once_and_stands_with_its_files(tmp_path, capsys):
    report = JobReport(path=tmp_path / 'report.json')
    report.add(FileResult('a.jpg', 'image', notes=['left out: gain map']))
    report.add(FileResult('b.jpg', 'image', notes=['left out: gain map', 'left out: motion film']))
    report.add(FileResult('c.jpg', 'image'))
    report.save()
    media_jobs.print_summary(report)
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == [
        'note: left out: gain map (a.jpg and 1 more)',
        'note: left out: motion film (b.jpg)',
    ]
    assert len(lines) == 3 and lines[2].startswith('3 of 3 files done')
    files = json.loads((tmp_path / 'report.json').read_text())['files']
    assert [entry['notes'] for entry in files] == [
        ['left out: gain map'],
        ['left out: gain map', 'left out: motion film'],
        [],
    ]


def test_names_of_files_cannot_command_the_terminal(capsys):
    report = JobReport()
    report.add(FileResult('a\x1b[2J\n\udcff.jpg', 'image', notes=['left out: gain map']))
    media_jobs.print_summary(report)
    assert capsys.readouterr().err.startswith('note: left out: gain map (a\\x1b[2J\\n\\udcff.jpg)\n')
    assert printable('fotos/Straße 7 (日本).jpg') == 'fotos/Straße 7 (日本).jpg'
