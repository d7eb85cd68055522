"""The one progress bar of all work."""

from __future__ import annotations

import re
from pathlib import Path

import mmlp
from mmlp.progress import progress_bar


def test_it_counts_on_standard_error(capsys):
    assert list(progress_bar(range(3), unit='picture', title='painting')) == [0, 1, 2]
    out, err = capsys.readouterr()
    assert out == '' and re.search(r'painting: 100%\|.*\| 3/3 .*picture/s', err)


def test_it_can_be_left_out(capsys):
    with progress_bar(total=3, unit='picture', shown=False) as bar:
        bar.update(3)
    assert capsys.readouterr() == ('', '')


def test_into_a_log_file_go_few_lines(capsys):
    list(progress_bar(range(100_000), unit='picture'))
    assert capsys.readouterr().err.count('%|') <= 3


def test_there_is_no_other():
    makers = [
        path.name
        for path in Path(mmlp.__file__).parent.rglob('*.py')
        if re.search(r'\btqdm\(|trange\(', path.read_text(encoding='utf-8'))
    ]
    assert makers == ['progress.py']
