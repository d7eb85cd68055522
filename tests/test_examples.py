"""The notebooks run from a clean kernel, and what is committed of them is whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / 'examples'
NOTEBOOKS = ('predict_picture', 'track_video', 'extract_and_read_plates')


def read_notebook(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding='utf-8'))['cells']


def pictures(cells: list[dict]) -> int:
    outputs = [output for cell in cells for output in cell.get('outputs', [])]
    return sum(any(kind.startswith('image/') for kind in output.get('data', {})) for output in outputs)


@pytest.mark.parametrize('name', NOTEBOOKS)
def test_notebooks_run_from_a_clean_kernel(name, tmp_path, monkeypatch):
    pytest.importorskip('nbclient', reason='executing notebooks needs nbclient and ipykernel')
    pytest.importorskip('ipykernel', reason='executing notebooks needs nbclient and ipykernel')
    monkeypatch.syspath_prepend(str(EXAMPLES))
    from run_notebooks import execute

    target = tmp_path / f'{name}.ipynb'
    execute(EXAMPLES / target.name, target, tmp_path)
    cells = read_notebook(target)
    committed = read_notebook(EXAMPLES / target.name)
    assert [cell['source'] for cell in cells] == [cell['source'] for cell in committed]
    # Where an optional package is missing, a notebook says so and shows less.
    assert 2 <= pictures(cells) <= pictures(committed)
    assert list(tmp_path.iterdir()) == [target], 'nothing is left in the working folder'


@pytest.mark.parametrize('name', NOTEBOOKS)
def test_notebooks_are_committed_with_outputs_of_one_run(name):
    path = EXAMPLES / f'{name}.ipynb'
    cells = read_notebook(path)
    code = [cell for cell in cells if cell['cell_type'] == 'code']
    assert [cell['execution_count'] for cell in code] == list(range(1, len(code) + 1))
    assert pictures(cells) >= 3
    assert path.stat().st_size < 1_500_000
    streams = [output for cell in code for output in cell['outputs'] if output['output_type'] == 'stream']
    text = ''.join(''.join(output['text']) for output in streams)
    assert not re.search(r'/home/|/root|/tmp/|Warning', text)


def test_notebooks_that_are_tested_are_all():
    assert {path.stem for path in EXAMPLES.glob('*.ipynb')} == set(NOTEBOOKS)


def test_a_notebook_that_fails_is_not_written(tmp_path, monkeypatch):
    pytest.importorskip('nbclient', reason='executing notebooks needs nbclient and ipykernel')
    pytest.importorskip('ipykernel', reason='executing notebooks needs nbclient and ipykernel')
    from nbclient.exceptions import CellExecutionError

    monkeypatch.syspath_prepend(str(EXAMPLES))
    from run_notebooks import execute

    document = json.loads((EXAMPLES / 'predict_picture.ipynb').read_text(encoding='utf-8'))
    document['cells'] = [{**document['cells'][1], 'source': 'raise ValueError("no")', 'outputs': []}]
    broken = tmp_path / 'broken.ipynb'
    broken.write_text(json.dumps(document))
    before = broken.read_bytes()
    with pytest.raises(CellExecutionError, match='ValueError'):
        execute(broken, broken, tmp_path)
    assert broken.read_bytes() == before


def test_the_animation_is_small():
    image = pytest.importorskip('PIL.Image')
    path = EXAMPLES / 'preview.webp'
    assert path.stat().st_size < 3_000_000
    with image.open(path) as animation:
        assert animation.n_frames >= 40 and animation.width < 1100
